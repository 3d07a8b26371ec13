// PostgreSQL goes away under load and comes back: politely, by a crash, by SIGKILL. Requests wait or are told when to
// come again; nothing that was acknowledged is lost. Away for 2 seconds, 10 with BIFROST_HEAVY=1.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Verified, verified } from '../concurrency/admin.ts';
import { type Expected, type Ground, nothingYet, work } from '../concurrency/crowd.ts';
import { freshDatabase } from '../harness/fresh-database.ts';
import { type PostgresServer, startPostgres } from '../harness/postgres.ts';
import { GROUP, type ScimClient, scimClient, USER } from '../harness/scim-client.ts';
import { doubleGrants } from './evidence.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { newPatience, type Patience, persistentClient } from './persistent-client.ts';

const isHeavy = process.env.BIFROST_HEAVY === '1';
const AWAY_MS = isHeavy ? 10_000 : 2_000;
const WRITES = isHeavy ? 6_000 : 600;
const LIMIT_MS = isHeavy ? 300_000 : 90_000;
const CLIENTS = 16;
const PEOPLE = 20;
const GROUPS = 5;
/** What a provider waits for an answer, with room. */
const LONGEST_ANSWER_MS = 20_000;

const ways = {
  'is stopped': (server: PostgresServer) => server.stop('fast'),
  crashes: (server: PostgresServer) => server.stop('immediate'),
  'is killed': (server: PostgresServer) => server.kill9(),
};
type Way = keyof typeof ways;

/** One server for all cases, as operators have it: what it acknowledges is on disk. */
let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres({ fsync: true });
}, LIMIT_MS);
afterAll(() => server?.destroy());

const cases: [Way, number][] = isHeavy
  ? [
      ['is stopped', 1],
      ['is stopped', 2],
      ['crashes', 1],
      ['crashes', 2],
      ['is killed', 1],
      ['is killed', 2],
    ]
  : [
      ['is stopped', 2],
      ['is killed', 1],
    ];

describe.each(cases)('a database that %s under %i replicas', (way, replicas) => {
  let fleet: Fleet;
  let database: string;
  let client: ScimClient;
  let ground: Ground;
  let expected: Expected;
  let readyWhileAway: number[];
  let readyAfter: number[];
  const patience: Patience = newPatience();

  beforeAll(async () => {
    database = (await freshDatabase({ on: server.url })).url;
    fleet = await startFleet({ replicas, databaseUrl: database });
    const connect = () => persistentClient(fleet.scim, fleet.token, patience, { waits: true });
    client = connect();
    const users: string[] = [];
    for (let i = 0; i < PEOPLE; i++) {
      const body = { schemas: [USER], userName: `user${i}@kitehaus.example` };
      users.push((await client.post('/Users', body)).resource.id);
    }
    const groups: string[] = [];
    for (let i = 0; i < GROUPS; i++) {
      groups.push(
        (await client.post('/Groups', { schemas: [GROUP], displayName: `Group ${i}` })).resource.id,
      );
    }
    ground = { scim: fleet.scim, token: fleet.token, users, groups, connect };
    expected = nothingYet(ground);
    const crowd = Promise.all(
      Array.from({ length: CLIENTS }, (_, number) =>
        work(ground, expected, {
          number,
          of: CLIENTS,
          requests: Math.ceil(WRITES / CLIENTS),
          seed: replicas,
        }),
      ),
    );
    await until(() => expected.answers > WRITES / 4);
    await ways[way](server);
    const before = expected.answers;
    readyWhileAway = await readiness();
    await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
    // All clients wait: what was answered meanwhile was under way.
    expect(expected.answers - before).toBeLessThanOrEqual(CLIENTS);
    await server.start();
    readyAfter = await readyAgain();
    await crowd;
  }, LIMIT_MS);
  afterAll(async () => {
    client?.close();
    await fleet?.end();
  });

  const readiness = () =>
    Promise.all(fleet.replicas.map(async (each) => (await fetch(`${each!.url}/readyz`)).status));

  async function until(is: () => boolean): Promise<void> {
    const deadline = performance.now() + LIMIT_MS;
    while (!is()) {
      if (performance.now() > deadline) throw new Error('it did not come to be');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async function readyAgain(): Promise<number[]> {
    const deadline = performance.now() + LONGEST_ANSWER_MS;
    for (;;) {
      const statuses = await readiness();
      if (statuses.every((each) => each === 200) || performance.now() > deadline) return statuses;
    }
  }

  it('is told of by /readyz, while it is away and when it is back', () => {
    expect(readyWhileAway).toEqual(fleet.replicas.map(() => 503));
    expect(readyAfter).toEqual(fleet.replicas.map(() => 200));
  });

  it('has every request answered: in time, or with when to come again', () => {
    expect(expected.surprises.slice(0, 3)).toEqual([]);
    expect(expected.answers).toBeGreaterThanOrEqual(WRITES);
    expect(patience.cuts).toBe(0);
    expect(patience.laterWithoutWhen).toBe(0);
    expect(patience.longestMs).toBeLessThan(LONGEST_ANSWER_MS);
  });

  it('loses nothing that was acknowledged', async () => {
    for (const id of ground.users) {
      const { roles = [], emails = [], title, active } = (await client.get(`/Users/${id}`)).resource;
      expect(new Set(roles.map((each) => each.value))).toEqual(expected.roles.get(id));
      expect(new Set(emails.map((each) => each.value))).toEqual(expected.emails.get(id));
      expect(active).toBe(expected.active.get(id) ?? true);
      if (title !== undefined) expect(expected.titles.get(id)).toContain(title);
    }
    for (const [id, wanted] of expected.members) {
      const { members = [], displayName } = (await client.get(`/Groups/${id}`)).resource;
      expect(new Set(members.map((each) => each.value))).toEqual(wanted);
      if (expected.names.has(id)) expect(displayName).toBe(expected.names.get(id));
    }
    for (const id of expected.made) expect((await client.get(`/Users/${id}`)).status).toBe(200);
  });

  it('did every change once', async () => {
    for (const [id, changes] of expected.changes) {
      const { version } = (await client.get(`/Users/${id}`)).resource.meta;
      expect(Number(/\d+/.exec(version)![0]) - 1).toBe(changes);
    }
    expect(await doubleGrants(database)).toEqual([]);
  });

  it('passes verify', async () => {
    const report: Verified = await verified(fleet);
    expect(report.problems.slice(0, 5)).toEqual([]);
    expect(report.users).toBe(PEOPLE + expected.made.length);
  });
});

describe('a database that stays away', () => {
  it.runIf(isHeavy)(
    'is told of in time to everybody who writes the same person',
    { timeout: LIMIT_MS },
    async () => {
      const fleet = await startFleet({
        replicas: 1,
        databaseUrl: (await freshDatabase({ on: server.url })).url,
      });
      const client = scimClient(fleet.scim, fleet.token);
      try {
        const { id } = (await client.post('/Users', { schemas: [USER], userName: 'amara' })).resource;
        await server.stop();
        const askedMs = performance.now();
        const write = (turn: number) =>
          client.patch(`/Users/${id}`, [{ op: 'replace', path: 'title', value: `Title ${turn}` }]);
        const answers = await Promise.all(Array.from({ length: 8 }, (_, turn) => write(turn)));
        expect(performance.now() - askedMs).toBeLessThan(LONGEST_ANSWER_MS);
        for (const { status, headers } of answers)
          expect([status, headers['retry-after']]).toEqual([503, '2']);
      } finally {
        await server.start();
        client.close();
        await fleet.end();
      }
    },
  );
});

describe('a start while the database is away', () => {
  it('fails with words that name the place and the reason, and not the password', {
    timeout: LIMIT_MS,
  }, async () => {
    const { url } = await freshDatabase({ on: server.url });
    await server.stop();
    try {
      const { host, password } = new URL(url);
      const said = await startFleet({ replicas: 1, databaseUrl: url }).then(
        () => 'it started',
        (error: Error) => error.message,
      );
      expect(said).toContain(host);
      expect(said).toMatch(/refused/i);
      expect(said).not.toContain(password);
      expect(said).not.toMatch(/\n\s+at /);
    } finally {
      await server.start();
    }
  });

  it('or while nobody may come in with that password fails likewise', { timeout: LIMIT_MS }, async () => {
    const wrong = new URL((await freshDatabase({ on: server.url })).url);
    wrong.password = 'not-the-password-1234';
    const said = await startFleet({ replicas: 1, databaseUrl: wrong.href }).then(
      () => 'it started',
      (error: Error) => error.message,
    );
    expect(said).toContain(wrong.host);
    expect(said).toMatch(/wrong password/i);
    expect(said).not.toContain('not-the-password-1234');
    expect(said).not.toMatch(/\n\s+at /);
  });
});
