// What is not done to a provider that is being removed, or was, nor while a job ends its SCIM.

import { isClosed, type Provider } from '../../identity/provider.ts';
import { Refusal } from '../../refusal.ts';

/** Nothing edits a provider that goes, and nothing switches SCIM on while a job ends it. */
export function refuseWhileGoing(before: Provider, after?: Provider): void {
  const { retirement } = before.settings;
  if (isClosed(before)) throw goneRefusal(before);
  if (retirement && after?.scimEnabled) {
    const detail = `SCIM of the provider ${before.name} was switched off, and a job is deciding on its people. Switch it on when that has ended: see GET /api/jobs.`;
    throw new Refusal('conflict', detail);
  }
}

function goneRefusal({ id, name, settings }: Provider): Refusal {
  const words = settings.retirement?.done
    ? 'was removed, and is the home of those who were kept'
    : 'is being removed';
  return new Refusal('conflict', `The provider ${name} (${id}) ${words}: nothing of it can be changed.`);
}
