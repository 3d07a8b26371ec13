// Somebody whom the directory has and who is not here: Entra's "Pending", or a word of SCIM that was lost on the way.

import type { Provider } from '../identity/provider.ts';
import type { StagedPerson } from '../ledger/reconciliation.ts';
import type { Found } from '../mapping/decide-directory.ts';

/** null where nobody is missing: the account is disabled, so that no provider would send it. */
export function missingHere(staged: StagedPerson, provider: Provider): Found | null {
  const { person } = staged;
  if (person.enabled === false) return null;
  const obstacle = obstacleOf(staged);
  const isByScimAlone = provider.scimEnabled && provider.settings.claimsSyncMode === 'scim';
  const pending = provider.scimEnabled
    ? 'Assigned in the directory, and SCIM has not brought them yet.'
    : 'The directory has them, and nobody has brought them here yet.';
  return {
    category: 'missing-here',
    user: null,
    directoryId: person.id,
    name: person.userName ?? person.id,
    about: '',
    takes: false,
    why: obstacle ?? pending,
    detail: { there: 'enabled', displayName: person.attributes.name ?? null },
    action: obstacle === null && !isByScimAlone ? { does: 'create' } : null,
  };
}

/** Why they are not made here, whoever wants it; null where nothing is in the way. */
export function obstacleOf({ person, linked, byExternalId, removed, purged, byUserName }: StagedPerson) {
  if (person.enabled === null) return 'The directory does not let us read whether the account is enabled.';
  if (linked.length > 1 || byExternalId.length > 1) {
    return 'Several users here have this id as externalId: it is not known which of them it is.';
  }
  if (removed !== null || purged) {
    return 'They were here and were removed: only SCIM or a person brings them back.';
  }
  if (byUserName.length > 0) return 'Another user here, with another id in the directory, has this name.';
  return person.userName === null ? 'The directory does not let us read their name.' : null;
}
