// What a unique name says when somebody has it already, whichever engine found out; and the look beforehand, for changes that
// are decided and not written.

import { fold } from '../../fold.ts';
import type { ChangeSet } from '../../identity/change-set.ts';
import { Refusal } from '../../refusal.ts';
import type { NameCheck } from '../ledger.ts';
import type { Hands } from './hands.ts';
import { one, type Script } from './statement.ts';

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

export function nameCheck({ read }: Pick<Hands, 'read'>): NameCheck {
  return { refuseTaken: (changes) => read(() => refuseTaken(changes)) };
}

function* refuseTaken({ provider, users, groups }: ChangeSet): Script<void> {
  for (const { after } of users) {
    if (after.removedAt !== null) continue;
    const name = fold(String(after.document.userName));
    const sql =
      'SELECT id FROM users WHERE provider = ? AND user_name_folded = ? AND removed_at IS NULL AND id <> ?';
    if (yield* one(sql, provider, name, after.id)) throw userNameTaken(after.document);
  }
  for (const { after } of groups) {
    const name = fold(String(after.document.displayName));
    const sql = 'SELECT id FROM directory_groups WHERE provider = ? AND unique_name = ? AND id <> ?';
    if (yield* one(sql, provider, name, after.id)) throw groupNameTaken(after.document);
  }
}
