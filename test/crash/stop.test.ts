// SIGTERM while everything goes on at once: writes, a stream, a long poll, an export, a job. It ends within its bound; whatever was
// answered is there after the start, and whoever followed or worked goes on where they were.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EventJson, JobJson, StatusJson, VerificationJson } from '../../src/edge/admin/contract.ts';
import { limits } from '../../src/limits.ts';
import { type EventSourceReader, followStream } from '../harness/event-source.ts';
import { type ScimClient, scimClient, USER } from '../harness/scim-client.ts';
import { type Storage, storage } from '../harness/storage.ts';
import { startVictim, type Victim } from './victim.ts';

const builder = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url));
const LIMIT_MS = 60_000;
const PEOPLE = 600;
const WRITERS = 8;

let place: Storage;
let victim: Victim;

beforeAll(async () => {
  execFileSync(process.execPath, [builder], { stdio: 'pipe' });
  place = await storage();
  victim = await start();
}, LIMIT_MS);
afterAll(async () => {
  await victim.kill();
  await place.remove();
});

/** Nobody has declared the rules: a test may change them. */
const start = () =>
  startVictim(place.folder, { env: place.env, provider: { attributeRoleMappings: undefined } });

const by = () => ({ authorization: `Bearer ${victim.apiKey}` });
async function ask<Body>(path: string, method = 'GET', body?: object): Promise<Body> {
  const headers = { ...by(), 'content-type': 'application/json' };
  const answer = await fetch(`${victim.url}/api${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Body;
}
const jobs = async (query = '') => (await ask<{ items: JobJson[] }>(`/jobs?limit=500${query}`)).items;

/** Until it is not served any more; the ids of those who were acknowledged. */
async function push(scim: ScimClient, name: string, most: number): Promise<string[]> {
  const made: string[] = [];
  for (let n = 0; n < most; n++) {
    const body = { schemas: [USER], userName: `${name}-${n}@contoso.com`, title: 'Head' };
    const answer = await scim.post('/Users', body).catch(() => null);
    if (answer?.status !== 201) break;
    made.push(answer.resource.id);
  }
  return made;
}

async function pushAll(name: string, most: number): Promise<string[]> {
  const clients = Array.from({ length: WRITERS }, () => scimClient(victim.scim, victim.token));
  const made = await Promise.all(clients.map((each, at) => push(each, `${name}${at}`, most)));
  for (const each of clients) each.close();
  return made.flat();
}

const follow = (lastEventId: string): Promise<EventSourceReader<EventJson>> =>
  followStream<EventJson>(`${victim.url}/api/events`, { ...by(), 'last-event-id': lastEventId });
const heardBy = ({ heard }: EventSourceReader<EventJson>) =>
  heard.filter(({ event }) => event === 'message').map(({ data }) => data.position);

it('ends in time, loses nothing, and everybody goes on where they were', { timeout: LIMIT_MS }, async () => {
  const before = await pushAll('first', PEOPLE / WRITERS);
  const from = (await ask<StatusJson>('/status')).lastPosition;
  const stream = await follow(`${from}`);
  const poll = fetch(`${victim.url}/api/events?after=100000000&wait=30`, { headers: by() }).catch(() => null);
  const rules = { attributeRoleMappings: [{ attribute: 'title', value: 'Head', role: 'Viewer' }] };
  const writing = pushAll('late', 100_000);
  await ask('/providers/entra/mappings', 'PUT', rules);
  const exported = await fetch(`${victim.url}/api/export`, { headers: by() });
  expect((await jobs('&underWay=true')).map(({ kind }) => kind)).toContain('resolve-all');

  const begunMs = performance.now();
  const [code, acknowledged, file] = await Promise.all([victim.stop(), writing, exported.text()]);
  expect(code).toBe(0);
  expect(performance.now() - begunMs).toBeLessThan(limits.shutdownGraceMs);
  expect(acknowledged.length).toBeGreaterThan(WRITERS);
  // What had begun was finished: the footer is there.
  expect(JSON.parse(file.trimEnd().split('\n').at(-1)!)).toMatchObject({ end: 'export' });
  expect([200, undefined]).toContain((await poll)?.status);
  await stream.over();

  const heard = heardBy(stream);
  victim = await start();
  const again = await follow(`${heard.at(-1) ?? from}`);
  const last = (await ask<StatusJson>('/status')).lastPosition;
  await expect.poll(() => heardBy(again).at(-1) ?? 0, { timeout: 20_000 }).toBeGreaterThanOrEqual(last);
  const all = [...heard, ...heardBy(again)];
  again.close();
  expect(all).toEqual(Array.from({ length: all.length }, (_, n) => from + 1 + n));

  const scim = scimClient(victim.scim, victim.token);
  const found = await Promise.all(acknowledged.map(async (id) => (await scim.get(`/Users/${id}`)).status));
  scim.close();
  expect(found.filter((status) => status !== 200)).toEqual([]);

  await expect.poll(() => jobs('&underWay=true'), { timeout: 20_000 }).toEqual([]);
  const [resolved] = (await jobs()).filter(({ kind }) => kind === 'resolve-all');
  expect(resolved).toMatchObject({ state: 'done', failures: 0 });
  const { items } = await ask<{ items: { role: { name: string } | null }[] }>('/users?limit=500');
  expect(items.filter(({ role }) => role?.name !== 'Viewer')).toEqual([]);
  const { problems, users } = await ask<VerificationJson>('/verify', 'POST');
  expect([problems, users]).toEqual([[], expect.any(Number)]);
  expect(users).toBeGreaterThanOrEqual(before.length + acknowledged.length);
});
