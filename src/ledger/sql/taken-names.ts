// What a unique name says when somebody has it already, whichever engine found out.

import type { ChangeSet } from '../../identity/change-set.ts';
import { Refusal } from '../../refusal.ts';

export function userNameTaken(document: ChangeSet['users'][number]['after']['document']): Refusal {
  const name = String(document.userName);
  return new Refusal('uniqueness', `Another user already has the userName "${name}".`, {
    attribute: 'userName',
  });
}

export function groupNameTaken(document: ChangeSet['groups'][number]['after']['document']): Refusal {
  const name = String(document.displayName);
  const detail = `Another group already has the displayName "${name}". Where the provider matches groups by externalId, set groupsMatchedBy to externalId.`;
  return new Refusal('uniqueness', detail, { attribute: 'displayName' });
}
