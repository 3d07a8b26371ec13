// GET /api/events as server-sent events, read as a client reads it: all in order, from a place on, after a break, for no longer
// than the caller may, and by nobody who does not read.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { EventJson } from '../../src/edge/admin/contract.ts';
import { eventStreams, type FollowingFrom } from '../../src/edge/admin/event-streams.ts';
import { createLogger } from '../../src/log.ts';
import { type EventSourceReader, followStream } from '../harness/event-source.ts';
import { until } from '../outbox/receiver.ts';
import { type Fixture, keys, type Page, startFixture } from './fixture.ts';
import { keyOf, personNamed } from './signed-in.ts';

type Told = EventJson & { reason: string; detail: string };
type Reader = EventSourceReader<Told>;

let api: Fixture;
let amara = '';
const readers: Reader[] = [];

beforeAll(async () => {
  api = await startFixture();
  [amara] = (await api.pushUsers('amara', 'bela')) as [string, string];
});
afterEach(() => {
  for (const reader of readers.splice(0)) reader.close();
});
afterAll(() => api.stop());

interface Opening {
  key?: string;
  lastEventId?: string;
  at?: Fixture;
}

async function open(query = '', { key = keys.admin, lastEventId, at = api }: Opening = {}): Promise<Reader> {
  const headers = {
    authorization: `Bearer ${key}`,
    ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
  };
  const reader = await followStream<Told>(`${at.server.url}/api/events${query}`, headers);
  readers.push(reader);
  return reader;
}

const retitle = (title = String(Math.random())) =>
  api.scim.patch(`/Users/${amara}`, [{ op: 'replace', path: 'title', value: title }]);
const feed = async (query: string) => (await api.get<Page<EventJson>>(`/api/events${query}`)).body.items;
const last = () => api.server.ledger.lastPosition();
const positions = (reader: Reader) =>
  reader.heard.filter(({ event }) => event === 'message').map(({ data }) => data.position);

describe('GET /api/events as a stream 200', () => {
  it('has what was and then what comes, each as a page has it', async () => {
    const reader = await open('?type=user.created,user.updated');
    expect(reader.status).toBe(200);
    expect(reader.headers.get('content-type')).toBe('text/event-stream');
    expect(reader.headers.get('cache-control')).toContain('no-store');
    await retitle('Pilot');
    await reader.next(({ data }) => data.type === 'user.updated');
    const items = await feed('?type=user.created,user.updated');
    expect(reader.heard.map(({ data }) => data)).toEqual(items);
    expect(reader.heard.map(({ id }) => id)).toEqual(items.map(({ position }) => String(position)));
  });

  it('has every position once, in order, of more than it reads at once', async () => {
    const reader = await open();
    await api.pushUsers(...Array.from({ length: 60 }, (_, n) => `many${n}@contoso.com/Sales`));
    const end = await last();
    expect(end).toBeGreaterThan(150);
    await reader.next(({ data }) => data.position === end);
    expect(positions(reader)).toEqual(Array.from({ length: end }, (_, n) => n + 1));
  });

  it('goes on behind Last-Event-ID, which counts more than the address', async () => {
    const before = await last();
    await retitle();
    await retitle();
    const reader = await open('?after=0', { lastEventId: String(before + 1) });
    await reader.next(({ data }) => data.position === before + 2);
    expect(positions(reader)).toEqual([before + 2]);
  });

  it('moves its place past what the filters do not want', async () => {
    const reader = await open('?type=role.removed');
    await retitle();
    await until(async () => reader.lastId() === String(await last()));
    expect(reader.heard).toEqual([]);
  });

  it('tells of a change within a second', async () => {
    const reader = await open(`?after=${await last()}`);
    const startedMs = performance.now();
    await retitle();
    await reader.next(({ data }) => data.type === 'user.updated');
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });
});

describe('a stream ends, and says why,', () => {
  it('with the key: what happens then is not told', async () => {
    const person = await personNamed(api, 'dana', 'Admin');
    const key = await keyOf(api, person);
    const reader = await open(`?after=${await last()}&subject=${amara}`, { key });
    await retitle();
    await reader.next(({ data }) => data.type === 'user.updated');
    const { items } = (await api.get<Page<{ id: string }>>(`/api/api-keys?owner=${person.id}`)).body;
    await api.send('DELETE', `/api/api-keys/${items[0]!.id}`);
    await retitle();
    const { data } = await reader.next(({ event }) => event === 'ended');
    expect(data).toEqual({ reason: 'unauthenticated', detail: expect.stringContaining('was revoked') });
    await reader.over();
    expect(reader.heard).toHaveLength(2);
  });

  it('with the permission', async () => {
    const person = await personNamed(api, 'eno', 'Admin');
    const reader = await open(`?after=${await last()}&subject=${amara}`, {
      key: await keyOf(api, person),
    });
    await api.send('DELETE', `/api/users/${person.id}/grants/role/Admin`);
    const { data } = await reader.next(({ event }) => event === 'ended');
    expect(data).toMatchObject({ reason: 'forbidden', detail: expect.stringContaining('events:read') });
    await reader.over();
  });

  it('and gives its place back, whoever ended it', async () => {
    const person = await personNamed(api, 'femi', 'Admin');
    const key = await keyOf(api, person);
    const end = `?after=${await last()}&subject=${amara}`;
    const all = await Promise.all(Array.from({ length: 20 }, () => open(end, { key })));
    expect(all.map(({ status }) => status)).toEqual(Array(20).fill(200));
    await api.send('DELETE', `/api/users/${person.id}/grants/role/Admin`);
    for (const reader of all) await reader.next(({ event }) => event === 'ended');
    for (const reader of all) await reader.over();
    const again = { body: { kind: 'role', target: 'Admin' } };
    await api.send('POST', `/api/users/${person.id}/grants`, again);
    expect((await open(end, { key })).status).toBe(200);
  });

  it('when the server stops, even with readers that do not read', async () => {
    const own = await startFixture();
    const [person] = await own.pushUsers('chidi');
    // More than the two ends of a connection keep for each other.
    for (let n = 0; n < 36; n++) {
      const value = `${n}`.padEnd(65_000, 'x');
      const { status } = await own.scim.patch(`/Users/${person}`, [{ op: 'replace', path: 'title', value }]);
      expect(status).toBe(200);
    }
    const end = await own.server.ledger.lastPosition();
    const lazy = await Promise.all(Array.from({ length: 2 }, () => neverReads(own)));
    const busy = await Promise.all(Array.from({ length: 10 }, () => open(`?after=${end - 2}`, { at: own })));
    for (const reader of busy) await reader.next(({ data }) => data.position === end);
    const startedMs = performance.now();
    await own.stop();
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    for (const reader of busy) {
      await reader.over();
      expect(reader.heard.at(-1)).toMatchObject({ event: 'ended', data: { reason: 'stopping' } });
    }
    for (const socket of lazy) socket.destroy();
  });
});

describe('GET /api/events as a stream refuses', () => {
  it.each([
    ['401 without a good key', '', { key: 'bifrost_key_of_nobody' }, 401],
    ['403 without the permission', '', { key: keys.viewer }, 403],
    ['400 a place that is none', '', { lastEventId: 'x' }, 400],
    ['400 a type that is none', '?type=user.exploded', {}, 400],
  ])('%s', async (_, query, opening, status) => {
    expect((await open(query, opening)).status).toBe(status);
  });

  it('503 one too many of one caller, until one is closed', async () => {
    const end = `?after=${await last()}`;
    for (let n = 0; n < 20; n++) expect((await open(end)).status).toBe(200);
    expect((await open(end)).status).toBe(503);
    expect((await open(end, { key: keys.developer })).status).toBe(200);
    readers.shift()!.close();
    await until(async () => (await open(end)).status === 200);
  });
});

describe('a reader that does not read', () => {
  it('is cut, and has cost no more than what lay between', async () => {
    const { ledger } = api.server;
    const leaving = new AbortController();
    let isCut = false;
    const from: FollowingFrom = {
      caller: { actor: { kind: 'system', id: 'test' } } as FollowingFrom['caller'],
      again: async () => from.caller,
      needs: 'open',
      filters: {},
      after: 0,
      gone: leaving.signal,
      cut() {
        isCut = true;
        leaving.abort();
      },
    };
    const parts = { ledger, clock: systemClock, log: createLogger({ level: 'error' }), apiKeys: [] };
    const streams = eventStreams(parts, { stallMs: 200 });
    const stream = streams.open(from);
    stream.once('readable', () => {});
    await until(() => isCut);
    expect(stream.readableLength).toBeLessThan(64 * 1024);
    expect(stream.destroyed).toBe(true);
    streams.stop();
  });
});

/** Asks for the feed and takes nothing of it. */
async function neverReads({ server }: Fixture): Promise<Socket> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  // Cut, as it should be.
  socket.on('error', () => {});
  socket.pause();
  socket.write(
    `GET /api/events HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\nauthorization: Bearer ${keys.developer}\r\n\r\n`,
  );
  return socket;
}
