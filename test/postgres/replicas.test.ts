// Three replicas behind a round robin on one database, one of them killed every few seconds: an initial cycle goes
// through all of them, then a crowd changes the same people and groups while rules change and large groups are renamed
// and removed. 520 people and 800 writes; 5,000 and 20,000 with BIFROST_HEAVY=1.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { push } from '../../simulator/push.ts';
import { readPushOptions } from '../../simulator/push-options.ts';
import type { Summary } from '../../simulator/push-report.ts';
import { type Verified, verified } from '../concurrency/admin.ts';
import { type Expected, type Ground, nothingYet, work } from '../concurrency/crowd.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';
import { GROUP, type ScimClient, USER } from '../harness/scim-client.ts';
import { doubleGrants, jobsThatEnded, readEvents } from './evidence.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { newPatience, type Patience, persistentClient } from './persistent-client.ts';
import { applyRules, MANY, type Upheaval, upheaval } from './upheaval.ts';

const isHeavy = process.env.BIFROST_HEAVY === '1';
const SIZE = isHeavy
  ? { users: 5_000, groups: 12, members: 15_000 }
  : { users: 480, groups: 3, members: 500 };
const WRITES = isHeavy ? 20_000 : 800;
const KILL_EVERY_MS = isHeavy ? 4_000 : 1_200;
const LIMIT_MS = isHeavy ? 1_800_000 : 120_000;
const CLIENTS = 32;
const PEOPLE = 50;
const GROUPS = 10;
const SEED = Number(process.env.BIFROST_SEED ?? 3);

const noRules = {
  attributeRoleMappings: undefined,
  attributeTeamMappings: undefined,
  attributeBusinessUnitMappings: undefined,
};

describe('three replicas', () => {
  let database: FreshDatabase;
  let fleet: Fleet;
  let client: ScimClient;
  let ground: Ground;
  let expected: Expected;
  let pushed: Summary;
  let done: Upheaval;
  let large: string;
  let kills = 0;
  const cutInCycle: number[] = [];
  const patience: Patience = newPatience();

  beforeAll(async () => {
    database = await freshDatabase();
    fleet = await startFleet({ replicas: 3, databaseUrl: database.url, provider: noRules });
    expect(await applyRules(fleet, 0)).toBe(200);
    pushed = await initialCycle();
    cutInCycle.push(fleet.balancer.cut());
    client = connect();
    ground = { ...(await makeGround()), connect };
    expected = nothingYet(ground);
    await load();
  }, LIMIT_MS);
  afterAll(async () => {
    client?.close();
    await fleet?.end();
    await database?.drop();
  });

  const connect = () => persistentClient(fleet.scim, fleet.token, patience);

  async function initialCycle(): Promise<Summary> {
    const size = Object.entries(SIZE).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const args = ['--base', fleet.scim, '--token', fleet.token, ...size, '--concurrency', '16', '--json'];
    const more = isHeavy ? [] : ['--no-managers', '--no-read-back'];
    let text = '';
    await push(readPushOptions([...args, ...more], {}), (line) => {
      text += line;
    });
    return JSON.parse(text) as Summary;
  }

  async function makeGround(): Promise<Ground> {
    const others: string[] = [];
    while (others.length < MANY - PEOPLE && others.length < SIZE.users) {
      const page = await client.get(`/Users?count=500&startIndex=${others.length + 1}&attributes=id`);
      others.push(...page.list.Resources.map((each) => each.id));
    }
    const users = await inTurn(PEOPLE, async (i) => {
      const body = { schemas: [USER], userName: `user${i}@kitehaus.example`, displayName: `User ${i}` };
      return (await client.post('/Users', body)).resource.id;
    });
    const groups = await inTurn(GROUPS, async (i) => {
      const body = { schemas: [GROUP], displayName: `Group ${i}` };
      return (await client.post('/Groups', body)).resource.id;
    });
    const members = [...users, ...others].slice(0, MANY).map((value) => ({ value }));
    large = (await client.post('/Groups', { schemas: [GROUP], displayName: 'crew 0', members })).resource.id;
    return { scim: fleet.scim, token: fleet.token, users, groups };
  }

  async function load(): Promise<void> {
    let working = true;
    const people = (await client.get(`/Groups/${large}`)).resource.members!.map((each) => String(each.value));
    const crowd = Array.from({ length: CLIENTS }, (_, number) =>
      work(ground, expected, { number, of: CLIENTS, requests: Math.ceil(WRITES / CLIENTS), seed: SEED }),
    );
    const beside = upheaval(fleet, client, { large, people }, () => !working);
    const killing = killInTurn(() => !working);
    await Promise.all(crowd);
    working = false;
    [done] = await Promise.all([beside, killing]);
  }

  async function killInTurn(isOver: () => boolean): Promise<void> {
    for (let turn = 0; !isOver() || turn < 3; turn++) {
      await new Promise((resolve) => setTimeout(resolve, KILL_EVERY_MS));
      await fleet.kill(turn % 3);
      kills++;
      await fleet.start(turn % 3);
    }
  }

  it('take an initial cycle in turns, and Entra would report nothing', () => {
    expect(pushed.failures).toEqual([]);
    expect(pushed).toMatchObject({
      failureCount: 0,
      connectionErrors: 0,
      counts: { created: SIZE.users + SIZE.groups, membersAdded: SIZE.members },
      health: { state: 'healthy' },
    });
    expect(cutInCycle).toEqual([0]);
    for (const answers of fleet.balancer.answered)
      expect(answers).toBeGreaterThan(pushed.counts.requests / 4);
  });

  it('answer every write of the crowd as expected, but for connections that were cut', () => {
    expect(expected.surprises.slice(0, 3)).toEqual([]);
    expect(done.surprises).toEqual([]);
    expect(expected.answers).toBeGreaterThanOrEqual(WRITES);
    expect(kills).toBeGreaterThanOrEqual(3);
    // Each kill cuts what was under way on one replica, and no more.
    expect(patience.cuts).toBeLessThanOrEqual(kills * 2 * CLIENTS);
    expect(patience.later).toBe(0);
  });

  it('lose nothing of anybody that was acknowledged', async () => {
    for (const id of ground.users) {
      const { roles = [], emails = [], title, active } = (await client.get(`/Users/${id}`)).resource;
      expect(new Set(roles.map((each) => each.value))).toEqual(expected.roles.get(id));
      expect(new Set(emails.map((each) => each.value))).toEqual(expected.emails.get(id));
      expect(active).toBe(expected.active.get(id) ?? true);
      if (title !== undefined) expect(expected.titles.get(id)).toContain(title);
    }
    for (const id of expected.made) expect((await client.get(`/Users/${id}`)).status).toBe(200);
  });

  it('lose no member, keep nobody who left, and know every group by its last name', async () => {
    for (const [id, wanted] of expected.members) {
      const { members = [], displayName } = (await client.get(`/Groups/${id}`)).resource;
      expect(new Set(members.map((each) => each.value))).toEqual(wanted);
      if (expected.names.has(id)) expect(displayName).toBe(expected.names.get(id));
    }
    expect((await client.get(`/Groups/${large}?excludedAttributes=members`)).resource.displayName).toBe(
      done.names.at(-1),
    );
    for (const id of done.removed) expect((await client.get(`/Groups/${id}`)).status).toBe(404);
  });

  it('wrote every change once, however often it was sent', async () => {
    const rows = await readEvents<{ subject: string; n: number }>(
      database.url,
      `SELECT subject, count(DISTINCT cause)::int AS n FROM events WHERE cause_kind = 'request' AND subject = ANY($1)
       AND (type IN ('user.updated', 'user.suspended', 'user.reactivated')
         OR (type LIKE 'membership.%' AND object = ANY($2))) GROUP BY subject`,
      [ground.users, ground.groups],
    );
    const written = new Map(rows.map(({ subject, n }) => [subject, n]));
    for (const [id, changes] of expected.changes) expect(written.get(id) ?? 0).toBe(changes);
  });

  it('did every job once', async () => {
    const jobs = await jobsThatEnded(database.url);
    const of = (kind: string) => jobs.filter((each) => each.kind === kind);
    expect(
      of('leave-group')
        .map((each) => [each.subject, each.outcome])
        .sort(),
    ).toEqual(done.removed.map((id) => [id, 'done']).sort());
    for (const job of of('leave-group')) expect(job.done).toBe(job.total);
    expect(of('resolve-members').length).toBe(done.names.length);
    expect(of('resolve-members').at(-1)).toMatchObject({ outcome: 'done' });
    expect(of('resolve-all').at(-1)).toMatchObject({ outcome: 'done' });
    expect(jobs.filter((each) => each.failures > 0)).toEqual([]);
    expect(await doubleGrants(database.url)).toEqual([]);
  });

  it('took everybody out of the removed groups once', async () => {
    const rows = await readEvents<{ object: string; n: number; people: number }>(
      database.url,
      `SELECT object, count(*)::int AS n, count(DISTINCT subject)::int AS people FROM events
       WHERE type = 'membership.removed' AND object = ANY($1) GROUP BY object`,
      [done.removed],
    );
    expect(rows.map(({ n, people }) => [n, people])).toEqual(done.removed.map(() => [MANY, MANY]));
  });

  it('pass verify', async () => {
    const report: Verified = await verified(fleet);
    expect(report.problems.slice(0, 5)).toEqual([]);
    expect(report).toMatchObject({ ok: true, users: SIZE.users + PEOPLE + expected.made.length });
    const [{ n }] = (await readEvents<{ n: number }>(
      database.url,
      'SELECT max(position)::int AS n FROM events',
      [],
    )) as [{ n: number }];
    expect(report.events).toBe(n);
  });
});

/** One after the other. */
async function inTurn(count: number, make: (i: number) => Promise<string>): Promise<string[]> {
  const made: string[] = [];
  for (let i = 0; i < count; i++) made.push(await make(i));
  return made;
}
