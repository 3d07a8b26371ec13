// Sessions for administrators: GET and DELETE /api/sessions, of a user, and one's own (GET /api/me, /api/me/sessions) as a
// signed-in person has them.

import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { registerAdmin } from '../../src/edge/admin/admin.ts';
import type { Credential } from '../../src/edge/admin/caller.ts';
import { personCaller } from '../../src/edge/admin/credentials.ts';
import { everything, systemRoles } from '../../src/edge/admin/permissions.ts';
import type { MeJson, SessionJson } from '../../src/edge/admin/sign-in-contract.ts';
import type { Parts } from '../../src/edge/parts.ts';
import type { Person } from '../../src/identity/sign-in.ts';
import type { Session } from '../../src/ledger/sign-in.ts';
import { createLogger } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics.ts';
import { Refusal } from '../../src/refusal.ts';
import { sha256Hex } from '../../src/secret.ts';
import { type Fixture, keys, type Page, startFixture } from './fixture.ts';
import { adminNamed, by, keyOf, personNamed, sessionOf } from './signed-in.ts';

let api: Fixture;
let amara: Person;
let boss: Person;
let next = 0;
/** The same API on the same storage, with a session as one more credential: the cookie stands in a header here. */
let app: FastifyInstance;

beforeAll(async () => {
  api = await startFixture();
  const { ledger } = api.server;
  const session: Credential = async ({ request, at }) => {
    const secret = request.headers['x-session'];
    if (typeof secret !== 'string') return null;
    const found = await ledger.sessions.find(sha256Hex(secret), at);
    const caller = found && (await personCaller(ledger, found.person));
    if (!caller) return new Refusal('unauthenticated', 'This session has ended.', { credential: 'ended' });
    return { ...caller, session: found };
  };
  app = Fastify();
  const parts = {
    ledger,
    clock: { now: Date.now },
    settings: { declared: null },
    log: createLogger({ level: 'silent' }),
    metrics: createMetrics({ version: 'test', engine: 'sqlite' }),
    isLocal: () => false,
    apiKeys: [],
  };
  await registerAdmin(app, parts as unknown as Parts, parts.ledger as never, [session]);
});
afterAll(async () => {
  await app.close();
  await api.stop();
});

beforeEach(async () => {
  amara = await personNamed(api, `amara${++next}`, 'Developer');
  boss = await adminNamed(api, `boss${next}`);
});

/** A session that began, by the secret of its cookie. */
async function begin(person: Person, secret: string, more: Partial<Session> = {}): Promise<Session> {
  const session = sessionOf(person, { hash: sha256Hex(secret), ...more });
  await api.server.ledger.sessions.begin(session, by());
  return session;
}

async function ask<Body>(method: 'GET' | 'DELETE', url: string, secret: string) {
  const answer = await app.inject({ method, url, headers: { 'x-session': secret } });
  return { status: answer.statusCode, body: (answer.payload ? JSON.parse(answer.payload) : {}) as Body };
}

const list = async (path: string) => (await api.get<Page<SessionJson>>(path)).body;

describe('GET /api/sessions and /api/users/{id}/sessions', () => {
  it('200: whose they are, from where, the newest first, page by page', async () => {
    const first = await begin(amara, `a${next}`);
    const second = await begin(boss, `b${next}`, { remote: null, agent: null });
    const { items } = await list('/api/sessions?limit=2');
    expect(items).toMatchObject([
      { id: second.id, person: { kind: 'admin', provider: null, name: `boss${next}` }, current: false },
      {
        id: first.id,
        person: { kind: 'user', provider: 'entra', id: amara.id },
        remote: '192.0.2.7',
        agent: 'a browser',
      },
    ]);
    const page = await list('/api/sessions?limit=1');
    expect((await list(`/api/sessions?limit=1&cursor=${page.nextCursor}`)).items[0]!.id).toBe(first.id);
    const own = await list(`/api/users/${amara.id}/sessions`);
    expect([own.items.map(({ id }) => id), own.total]).toEqual([[first.id], 1]);
    expect((await api.get('/api/sessions')).text).not.toContain(first.hash);
  });

  it('404 for no user; 403 for who may not', async () => {
    expect((await api.get('/api/users/nobody/sessions')).status).toBe(404);
    expect((await api.get('/api/sessions', { key: keys.viewer })).status).toBe(403);
  });
});

describe('DELETE /api/sessions/{id} and /api/users/{id}/sessions', () => {
  it('204: out on the next request, with its event; then 404', async () => {
    const session = await begin(amara, `a${next}`);
    expect((await ask('GET', '/api/me', `a${next}`)).status).toBe(200);
    const events = await api.eventsOf(async () => {
      expect((await api.send('DELETE', `/api/sessions/${session.id}`)).status).toBe(204);
      expect((await ask('GET', '/api/me', `a${next}`)).status).toBe(401);
      expect((await api.send('DELETE', `/api/sessions/${session.id}`)).status).toBe(404);
    });
    expect(events).toMatchObject([
      { type: 'session.ended', subject: { id: amara.id }, data: { reason: 'ended-by-admin' } },
    ]);
  });

  it('200: all of a user, and nobody else', async () => {
    for (const secret of ['x', 'y']) await begin(amara, `${secret}${next}`);
    await begin(boss, `b${next}`);
    const { body } = await api.send('DELETE', `/api/users/${amara.id}/sessions`);
    expect(body).toEqual({ ended: 2 });
    expect((await ask('GET', '/api/me', `x${next}`)).status).toBe(401);
    expect((await ask('GET', '/api/me', `b${next}`)).status).toBe(200);
  });

  it('403 for who may only look', async () => {
    expect((await api.send('DELETE', '/api/sessions/x', { key: keys.developer })).status).toBe(403);
  });
});

describe('a signed-in person', () => {
  it('GET /api/me 200: who they are and what they may now', async () => {
    const session = await begin(amara, `a${next}`);
    const { body } = await ask<MeJson>('GET', '/api/me', `a${next}`);
    expect(body).toEqual({
      kind: 'user',
      name: `Amara${next}`,
      via: 'session',
      person: { kind: 'user', provider: 'entra', id: amara.id, name: `Amara${next}` },
      role: 'Developer',
      permissions: systemRoles[1]!.permissions,
      session: {
        id: session.id,
        createdAt: new Date(session.createdAt).toISOString(),
        expiresAt: new Date(session.expiresAt).toISOString(),
      },
      key: null,
    });
    await api.send('POST', `/api/users/${amara.id}/grants`, { body: { kind: 'role', target: 'Viewer' } });
    expect((await ask<MeJson>('GET', '/api/me', `a${next}`)).body).toMatchObject({ role: 'Viewer' });
    await api.send('DELETE', `/api/users/${amara.id}/grants/role/Viewer`);
    expect((await ask<MeJson>('GET', '/api/me', `a${next}`)).body).toMatchObject({
      role: null,
      permissions: [],
    });
    expect((await ask<{ detail: string }>('GET', '/api/users', `a${next}`)).body.detail).toContain(
      'You have no role here',
    );
  });

  it('who is suspended is out on the next request', async () => {
    await begin(amara, `a${next}`);
    expect((await ask('GET', '/api/events', `a${next}`)).status).toBe(200);
    await api.send('PATCH', `/api/users/${amara.id}`, { body: { suspended: true } });
    expect((await ask('GET', '/api/events', `a${next}`)).status).toBe(401);
    expect((await ask('GET', '/api/me', `a${next}`)).status).toBe(401);
  });

  it('who is a break-glass administrator may everything, whatever became of the role Admin', async () => {
    await begin(boss, `b${next}`);
    expect((await ask<MeJson>('GET', '/api/me', `b${next}`)).body).toMatchObject({
      kind: 'admin',
      role: 'Admin',
      permissions: everything,
    });
    expect((await ask('GET', '/api/admins', `b${next}`)).status).toBe(200);
  });

  it('sees and ends their own sessions, and no others', async () => {
    const here = await begin(amara, `a${next}`);
    const there = await begin(amara, `c${next}`);
    const other = await begin(boss, `b${next}`);
    const { body } = await ask<Page<SessionJson>>('GET', '/api/me/sessions', `a${next}`);
    expect(body.items.map(({ id, current }) => [id, current])).toEqual([
      [there.id, false],
      [here.id, true],
    ]);
    const end = async (id: string) => (await ask('DELETE', `/api/me/sessions/${id}`, `a${next}`)).status;
    expect(await end(other.id)).toBe(404);
    const events = await api.eventsOf(async () => {
      expect(await end(there.id)).toBe(204);
      expect(await end(there.id)).toBe(404);
    });
    expect(events).toMatchObject([
      { type: 'session.ended', actor: { kind: 'user', id: amara.id }, data: { reason: 'signed-out' } },
    ]);
  });
});

describe('GET /api/me and /api/me/sessions with a key', () => {
  it.each([
    ['of a person', async () => keyOf(api, amara, { permissions: [], name: 'mine' })],
    ['of the file', async () => keys.viewer],
  ])('%s: what it is and may; it has no sessions', async (which, keyNow) => {
    await begin(amara, `a${next}`);
    const key = await keyNow();
    const { body, headers } = await api.get<MeJson>('/api/me', { key });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject(
      which === 'of a person'
        ? { kind: 'user', via: 'key', permissions: [], key: { name: 'mine', declared: false } }
        : { kind: 'key', role: 'Viewer', person: null, key: { name: 'watcher', declared: true } },
    );
    expect((await api.get('/api/me/sessions', { key })).body).toEqual({
      items: [],
      nextCursor: null,
      total: 0,
    });
    expect((await api.send('DELETE', '/api/me/sessions/x', { key })).status).toBe(404);
  });

  it('401 for nobody', async () => {
    for (const path of ['/api/me', '/api/me/sessions']) {
      expect((await api.get(path, { key: null })).status).toBe(401);
    }
  });
});
