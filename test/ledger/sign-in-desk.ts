// What the suites of signing in begin with: somebody who signs in, their session, their key, an administrator.

import { newId } from '../../src/id.ts';
import type { NewSession, Person } from '../../src/identity/sign-in.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { ApiKey, LocalAdmin } from '../../src/ledger/sign-in.ts';
import { eachWithLedger, type Open } from './opened.ts';
import { by, PROVIDER, tick } from './scribe.ts';

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;
export const ISSUER = 'https://idp.example';

export function sessionOf(person: Person, more: Partial<NewSession> = {}): NewSession {
  const at = tick();
  const id = newId(at);
  return {
    hash: `hash of ${id}`,
    id,
    person,
    createdAt: at,
    expiresAt: at + 30 * DAY_MS,
    remote: '10.0.0.7',
    agent: 'Firefox',
    issuer: null,
    sid: null,
    loginHint: null,
    claimsAt: at,
    refreshToken: null,
    ...more,
  };
}

export function keyOf(owner: Person, more: Partial<ApiKey> = {}): ApiKey {
  const at = tick();
  return {
    id: newId(at),
    name: 'Backup script',
    lastFour: 'wxyz',
    owner,
    permissions: ['users:read', 'events:read'],
    createdAt: at,
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
    lastUsedFrom: null,
    ...more,
  };
}

export async function issueLink(ledger: Ledger, hash = 'link'): Promise<void> {
  const at = tick();
  await ledger.localAdmins.issueLink({ hash, createdAt: at, expiresAt: at + 60 * MINUTE_MS }, by());
}

export async function makeAdmin(ledger: Ledger, name = 'Root'): Promise<LocalAdmin> {
  await issueLink(ledger);
  const wanted = { id: newId(tick()), name, password: `argon of ${name}` };
  return (await ledger.localAdmins.setUp('link', wanted, by()))!;
}

/** Seals as capital letters do: what says `closed` does not open. */
export function sealAnew({ sealed }: { sealed: string }): string {
  if (sealed === 'closed') throw new Error('it does not open');
  return sealed.toUpperCase();
}

export function signInDesk(open: Open) {
  const desk = eachWithLedger(open);

  async function begin(person: Person, more: Partial<NewSession> = {}): Promise<NewSession> {
    const session = sessionOf(person, more);
    await desk.ledger.sessions.begin(session, by());
    return session;
  }

  return {
    desk,
    begin,
    async user(name: string, more: Record<string, unknown> = {}): Promise<Person & { provider: string }> {
      return { provider: PROVIDER, id: (await desk.person(name, more)).id };
    },
    async admin(name?: string): Promise<Person> {
      return { provider: null, id: (await makeAdmin(desk.ledger, name)).id };
    },
    isIn: async ({ hash }: { hash: string }) => (await desk.ledger.sessions.find(hash, tick())) !== null,
    /** What was told since, without positions and hashes. */
    async told(position: number) {
      const events = await desk.ledger.events({ after: position, limit: 100 });
      return events.map(({ type, provider, subject, object, data }) => ({
        type,
        provider,
        subject,
        ...(object && { object }),
        ...(data && { data }),
      }));
    },
  };
}
