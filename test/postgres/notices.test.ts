// Two replicas look for ends to come at the same moment, and each notice is said once; and what a replica of another version is told
// of.

import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { EventJson, NoticesJson } from '../../src/edge/admin/contract.ts';
import { version } from '../../src/version.ts';
import { startTwoServers, type TwoServers } from './two-servers.ts';

const DAY_MS = 86_400_000;
/** Of the look for ends to come. */
const LOOK_MS = 900_000;

let two: TwoServers;

/** What each replica does every 15 minutes: here both do it at the same moment, whenever a test says so. */
const looks: (() => void)[] = [];

beforeAll(async () => {
  const { setInterval } = globalThis;
  vi.spyOn(globalThis, 'setInterval').mockImplementation(((act: () => void, ms: number) => {
    if (ms === LOOK_MS) looks.push(act);
    return setInterval(ms === LOOK_MS ? () => {} : act, ms);
  }) as typeof setInterval);
  two = await startTwoServers({ key: randomBytes(32).toString('base64'), people: 20 });
  expect(looks).toHaveLength(2);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await two.stop();
});

const of = (place: number) => two.servers[place]!.url;
async function ask<Body>(place: number, path: string, body?: object): Promise<Body> {
  const answer = await fetch(of(place) + path, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${two.apiKey}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  expect(answer.status).toBeLessThan(300);
  return (await answer.json()) as Body;
}

const types = 'token.expiring,provider.secret_expiring';
const said = async () =>
  (await ask<{ items: EventJson[] }>(0, `/api/events?after=0&limit=500&type=${types}`)).items.map(
    ({ type, data }) => `${type} ${data!.name ?? ''} ${data!.days}`,
  );

it('says each step of each end once, whichever of both is faster', async () => {
  for (const name of ['one', 'two', 'three']) {
    await ask(0, '/api/providers/entra/tokens', { name, expiresInDays: 40, keepPrevious: 'all' });
  }
  const expected: string[] = [];
  for (const [days, step] of [
    [11, 30],
    [16, 14],
    [7, 7],
    [5, 1],
  ] as const) {
    two.pass(days * DAY_MS);
    expected.push(...['one', 'two', 'three'].map((name) => `token.expiring ${name} ${step}`));
    // Whoever was slower says the rest with the next look, as after so many minutes.
    await expect
      .poll(
        async () => {
          for (const look of looks) look();
          return (await said()).length;
        },
        { timeout: 10_000, interval: 50 },
      )
      .toBeGreaterThanOrEqual(expected.length);
  }
  expect((await said()).sort()).toEqual(expected.sort());
});

it('tells of a replica of another version for as long as it is there', async () => {
  const differing = async (place: number) =>
    (await ask<NoticesJson>(place, '/api/notices')).items.filter(({ code }) => code === 'versions-differ');
  expect(await differing(0)).toEqual([]);
  const connectionString = two.servers[0]!.settings.databaseUrl!;
  const older = new pg.Client({ connectionString, application_name: 'bifrost listener 0.0.1' });
  await older.connect();
  for (const place of [0, 1]) {
    expect(await differing(place)).toMatchObject([
      { severity: 'hint', words: expect.stringContaining(`${version} and 0.0.1.`) },
    ]);
  }
  await older.end();
  await expect.poll(() => differing(0), { timeout: 5_000 }).toEqual([]);
});
