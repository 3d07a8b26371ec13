// GET /api/live: that something changed, for whom, how soon, and until when.

import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/secret.ts';
import { followLive, type LiveReader } from '../harness/live-reader.ts';
import { type Fixture, keys, startFixture } from './fixture.ts';
import { by, keyOf, personNamed, sessionOf } from './signed-in.ts';

let api: Fixture;
const readers: LiveReader[] = [];
beforeAll(async () => {
  api = await startFixture();
  await api.send('POST', '/api/roles', { body: { name: 'Guest' } });
});
afterEach(() => {
  for (const reader of readers.splice(0)) reader.close();
});
afterAll(() => api.stop());

async function follow(headers: Record<string, string>): Promise<LiveReader> {
  const reader = await followLive(api.server.url, headers);
  readers.push(reader);
  return reader;
}
const withKey = (key: string) => ({ authorization: `Bearer ${key}` });

async function sessionFor(
  name: string,
  role: string,
): Promise<{ cookie: string; id: string; person: string }> {
  const person = await personNamed(api, name, role);
  const secret = randomBytes(32).toString('base64url');
  const session = sessionOf(person);
  await api.server.ledger.sessions.begin({ ...session, hash: sha256Hex(secret) }, by());
  return { cookie: `__Host-bifrost=${secret}`, id: session.id, person: person.id };
}

describe('GET /api/live 200', () => {
  it('is a stream of events that says where it stands, and that nobody keeps', async () => {
    const reader = await follow(withKey(keys.admin));
    expect(reader.status).toBe(200);
    expect(reader.headers.get('content-type')).toBe('text/event-stream');
    expect(reader.headers.get('cache-control')).toContain('no-store');
    const first = await reader.next(() => true);
    expect(first.data).toEqual({ position: await api.server.ledger.lastPosition(), topics: [] });
    expect(first.id).toBe(String(first.data.position));
  });

  it('tells that something changed within a second, not what', async () => {
    const reader = await follow(withKey(keys.admin));
    const began = performance.now();
    const [id] = await api.pushUsers('amara@contoso.com/Sales');
    const news = await reader.next(({ data }) => data.topics!.includes('users'));
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(news.data.topics).toEqual(expect.arrayContaining(['audit', 'requests', 'teams', 'users']));
    expect(Object.keys(news.data).sort()).toEqual(['position', 'topics']);
    expect(JSON.stringify(reader.heard)).not.toContain(id);
  });

  it('tells of many changes in few words', async () => {
    const reader = await follow(withKey(keys.admin));
    await reader.next(() => true);
    const before = await api.server.ledger.lastPosition();
    await api.pushUsers(...Array.from({ length: 60 }, (_, i) => `many${i}@contoso.com/Sales`));
    const last = await api.server.ledger.lastPosition();
    await reader.next(({ data }) => data.position! >= last);
    expect(last - before).toBeGreaterThan(100);
    const told = reader.heard.filter(({ data }) => data.position! > before);
    const seconds = (told.at(-1)!.atMs - reader.heard[0]!.atMs) / 1000;
    expect(told.length).toBeLessThanOrEqual(Math.ceil(seconds * 2) + 1);
  });

  it('tells nobody of what they may not read', async () => {
    const admin = await follow(withKey(keys.admin));
    const guest = await follow(withKey(await keyOf(api, await personNamed(api, 'quiet', 'Guest'))));
    await api.send('PUT', '/api/settings/trusted-networks', {
      body: { networks: [{ cidr: '10.1.0.0/16' }] },
    });
    const news = await admin.next(({ data }) => data.topics!.includes('settings'));
    const same = await guest.next(({ data }) => data.position! >= news.data.position!);
    expect(same.data.topics!.filter((topic) => topic !== 'me')).toEqual([]);
    expect(guest.heard.flatMap(({ data }) => data.topics!)).not.toContain('audit');
  });

  it('goes on from Last-Event-ID', async () => {
    const before = await api.server.ledger.lastPosition();
    await api.pushUsers('later@contoso.com');
    const reader = await follow({ ...withKey(keys.admin), 'last-event-id': String(before) });
    const first = await reader.next(() => true);
    expect(first.data.topics).toEqual(expect.arrayContaining(['users', 'audit']));
    const odd = await follow({ ...withKey(keys.admin), 'last-event-id': 'x' });
    expect((await odd.next(() => true)).data.topics).toEqual([]);
  });

  it('ends at once when the person is suspended, and says so', async () => {
    const { cookie, person } = await sessionFor('goes', 'Viewer');
    const reader = await follow({ cookie });
    await reader.next(() => true);
    const began = performance.now();
    await api.scim.patch(`/Users/${person}`, [{ op: 'replace', path: 'active', value: false }]);
    await reader.next(({ event }) => event === 'ended');
    await reader.over();
    expect(performance.now() - began).toBeLessThan(2_000);
    expect((await followLive(api.server.url, { cookie })).status).toBe(401);
  });

  it('ends when the session is ended by somebody else, and others stay', async () => {
    const [gone, stays] = [await sessionFor('ended', 'Viewer'), await sessionFor('stays', 'Viewer')];
    const [out, still] = [await follow({ cookie: gone.cookie }), await follow({ cookie: stays.cookie })];
    await out.next(() => true);
    expect((await api.send('DELETE', `/api/sessions/${gone.id}`)).status).toBe(204);
    await out.over();
    expect(still.isOver()).toBe(false);
  });

  it('follows what the caller may read now', async () => {
    const person = await personNamed(api, 'grows', 'Guest');
    const reader = await follow(withKey(await keyOf(api, person)));
    await reader.next(() => true);
    await api.send('DELETE', `/api/users/${person.id}/grants/role/Guest`);
    await api.send('POST', `/api/users/${person.id}/grants`, { body: { kind: 'role', target: 'Admin' } });
    await reader.next(({ data }) => data.topics!.includes('audit'));
  });
});

describe('GET /api/live refuses', () => {
  it('401 without a credential', async () => {
    expect((await follow({})).status).toBe(401);
  });

  it('503 for one connection too many of one caller', async () => {
    for (let i = 0; i < 20; i++) expect((await follow(withKey(keys.viewer))).status).toBe(200);
    expect((await follow(withKey(keys.viewer))).status).toBe(503);
    expect((await follow(withKey(keys.admin))).status).toBe(200);
    readers.pop()!.close();
    readers.shift()!.close();
    for (let i = 0; ; i++) {
      const again = await follow(withKey(keys.viewer));
      if (again.status === 200) break;
      expect(i).toBeLessThan(100);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
});
