// What a request may carry: the socket in the data directory, a key of the configuration file, a key of a person. A
// session is one more of the same kind: `personCaller` makes of its person what these make of theirs.

import { actorOf, type Person } from '../../identity/sign-in.ts';
import { displayNameOf, statusOf } from '../../identity/user.ts';
import type { Ledger, StoredRole } from '../../ledger/ledger.ts';
import type { ApiKey } from '../../ledger/sign-in.ts';
import { Refusal } from '../../refusal.ts';
import { checkToken, sameSecret, sha256Hex } from '../../secret.ts';
import type { DeclaredApiKey, Parts } from '../parts.ts';
import type { Asking, Caller, Credential } from './caller.ts';
import { rfc3339 } from './contract.ts';
import { currentAccess } from './current-access.ts';
import { everything } from './permissions.ts';

const ADMIN = 'Admin';
const all: ReadonlySet<string> = new Set(everything);

/** The operator's own shell: who may open that file may do everything, as with the data beside it. */
export function localShell({ isLocal }: Pick<Parts, 'isLocal'>): Credential {
  const caller: Caller = {
    actor: { kind: 'system', id: 'local' },
    name: 'local',
    person: null,
    user: null,
    role: ADMIN,
    permissions: all,
    scope: null,
    via: 'local',
    key: null,
    session: null,
    byRoles: null,
  };
  return async ({ request }) => (isLocal(request) ? caller : null);
}

// --- API keys ---------------------------------------------------------------------------------------------------

/** Characters of the longest credential that is looked at. */
const CREDENTIAL_CHARACTERS = 1_024;

/** `Authorization: Bearer`: a key of the configuration file, or one of a person. */
export function apiKey({ ledger, apiKeys }: Pick<Parts, 'ledger' | 'apiKeys'>): Credential {
  return async (asking) => {
    if (asking.authorization === undefined) return null;
    const text = /^bearer +(\S+) *$/i.exec(asking.authorization.slice(0, CREDENTIAL_CHARACTERS))?.[1] ?? '';
    const hash = sha256Hex(text);
    const declared = declaredKey(hash, apiKeys);
    if (declared) return declaredCaller(ledger, declared, asking.confirmsLater === true);
    const key = await ledger.apiKeys.find(hash, asking.at);
    return key ? keyCaller(ledger, key, asking) : whyRefused(ledger, text, hash, asking.at);
  };
}

/** Every key is compared, so that the time does not tell which one was nearly right. */
function declaredKey(hash: string, keys: readonly DeclaredApiKey[]): DeclaredApiKey | null {
  let found: DeclaredApiKey | null = null;
  for (const key of keys) if (sameSecret(key.hash, hash)) found = key;
  return found;
}

async function declaredCaller(
  ledger: Ledger,
  { id, name, role, permissions: scope }: DeclaredApiKey,
  confirmsLater: boolean,
): Promise<Caller> {
  const held = confirmsLater ? ledger.rolesHeld() : null;
  const ofRole = permissionsOf(held ?? (await ledger.roles()), role);
  return {
    actor: { kind: 'key', id },
    name,
    person: null,
    user: null,
    role,
    permissions: scope === null ? ofRole : within(scope, ofRole),
    scope,
    via: 'key',
    key: null,
    session: null,
    byRoles: held,
  };
}

async function keyCaller(ledger: Ledger, key: ApiKey, { at, remote }: Asking): Promise<Caller | Refusal> {
  const owner = await personCaller(ledger, key.owner);
  if (!owner) return ended('The owner of this API key is suspended or was removed.');
  ledger.apiKeys.used(key.id, at, remote);
  const scope = key.permissions;
  const permissions = within(scope, owner.permissions);
  const actor = { kind: 'key' as const, id: key.id };
  return { ...owner, actor, name: `${key.name} of ${owner.name}`, permissions, scope, via: 'key', key };
}

function within(scope: readonly string[], most: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(scope.filter((each) => most.has(each)));
}

/** Whoever holds the text of a key learns what became of it; whoever guesses learns nothing. */
async function whyRefused(ledger: Ledger, text: string, hash: string, at: number): Promise<Refusal> {
  const key = await ledger.apiKeys.ever(hash);
  if (key?.revokedAt != null) return ended(`This API key was revoked at ${rfc3339(key.revokedAt)}.`);
  if (key?.expiresAt != null && key.expiresAt <= at) {
    return ended(`This API key expired at ${rfc3339(key.expiresAt)}.`);
  }
  if (key)
    return ended('The owner of this API key is suspended or was removed, or their provider is disabled.');
  const detail =
    checkToken(text) === 'typo'
      ? 'This API key was mistyped or cut off: copy it anew.'
      : 'This API key is not known here.';
  return new Refusal('unauthenticated', detail, { credential: 'wrong' });
}

function ended(detail: string): Refusal {
  return new Refusal('unauthenticated', detail, { credential: 'ended' });
}

// --- people -----------------------------------------------------------------------------------------------------

/**
 * A person with what they may at this moment: looked up anew each time, so that a suspension, another role and other
 * permissions count from the commit on. null when they may not come in.
 */
export async function personCaller(ledger: Ledger, person: Person): Promise<Caller | null> {
  const bare = {
    actor: actorOf(person),
    person,
    user: null,
    scope: null,
    via: 'session' as const,
    key: null,
    session: null,
    byRoles: null,
  };
  if (person.provider === null) {
    const admin = await ledger.localAdmins.find(person.id);
    return admin && { ...bare, name: admin.name, role: ADMIN, permissions: all };
  }
  const full = await ledger.fullUser(person.id);
  if (!full || full.loaded.user.provider !== person.provider) return null;
  if (statusOf(full.loaded.user) !== 'active' || !full.state.provider.enabled) return null;
  const role = currentAccess(full).role?.name ?? null;
  const permissions = permissionsOf(full.roles, role);
  return { ...bare, user: full, name: displayNameOf(full.loaded.user), role, permissions };
}

function permissionsOf(roles: readonly StoredRole[], name: string | null): ReadonlySet<string> {
  return new Set(roles.find((role) => role.name === name)?.permissions ?? []);
}
