// People who ask for themselves: users with a role given by hand, and keys and sessions of theirs, made in the store as a
// sign-in makes them.

import { everything } from '../../src/edge/admin/permissions.ts';
import { newId } from '../../src/id.ts';
import type { Person } from '../../src/identity/sign-in.ts';
import type { Change } from '../../src/ledger/ledger.ts';
import type { ApiKey, Session } from '../../src/ledger/sign-in.ts';
import { mintToken, sha256Hex } from '../../src/secret.ts';
import type { Fixture } from './fixture.ts';

export const by = (at = Date.now()): Change => ({ at, actor: { kind: 'system', id: 'test' }, cause: null });

/** A user of the fixture's provider, by name; with a role, if one is named. */
export async function personNamed(api: Fixture, name: string, role?: string): Promise<Person> {
  const [id] = await api.pushUsers(`${name}@contoso.com`);
  if (role) await api.send('POST', `/api/users/${id}/grants`, { body: { kind: 'role', target: role } });
  return { provider: 'entra', id: id! };
}

/** The text of a key of theirs that was made while they might everything. */
export async function keyOf(api: Fixture, owner: Person, more: Partial<ApiKey> = {}): Promise<string> {
  const secret = mintToken('bifrost_key');
  const at = more.createdAt ?? Date.now();
  const key: ApiKey = {
    id: newId(at),
    name: 'for a test',
    lastFour: secret.slice(-4),
    owner,
    permissions: everything,
    createdAt: at,
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
    lastUsedFrom: null,
    ...more,
  };
  await api.server.ledger.apiKeys.add(key, sha256Hex(secret), by(at));
  return secret;
}

/** A break-glass administrator of that name. */
export async function adminNamed(api: Fixture, name: string): Promise<Person> {
  const { localAdmins } = api.server.ledger;
  const at = Date.now();
  const hash = sha256Hex(`link for ${name}`);
  await localAdmins.issueLink({ hash, createdAt: at, expiresAt: at + 60_000 }, by(at));
  const made = await localAdmins.setUp(hash, { id: newId(at), name, password: 'no password' }, by(at));
  return { provider: null, id: made!.id };
}

export function sessionOf(person: Person, more: Partial<Session> = {}): Session {
  const at = Date.now();
  return {
    hash: sha256Hex(newId()),
    id: newId(at),
    person,
    createdAt: at,
    expiresAt: at + 3_600_000,
    remote: '192.0.2.7',
    agent: 'a browser',
    issuer: null,
    sid: null,
    loginHint: null,
    claimsAt: at,
    refreshToken: null,
    lastSeenAt: at,
    ...more,
  };
}
