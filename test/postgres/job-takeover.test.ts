// The replica that does a job is killed in the middle of it: the next goes on from the last chunk that was committed,
// once the lease has run out, and nobody is resolved twice. With BIFROST_HEAVY=1 the lease is waited for; otherwise it is
// made to run out.

import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPostgresLedger } from '../../src/ledger/postgres/ledger.ts';
import { verified } from '../concurrency/admin.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';
import { scribe } from '../ledger/scribe.ts';
import { doubleGrants, type JobRow, jobsThatEnded, readEvents, readRows } from './evidence.ts';
import { type Fleet, startFleet } from './fleet.ts';

const isHeavy = process.env.BIFROST_HEAVY === '1';
const LIMIT_MS = 90_000;
const CHUNK = 200;
/** More than a request resolves by itself. */
const PEOPLE = 2 * CHUNK + 150;
const CHUNKS = 3;

interface Held extends JobRow {
  holder: string | null;
  leaseMs: number;
  finished: boolean;
}

let database: FreshDatabase;
let fleet: Fleet;
let hand: pg.Client;
let provider: string;
let people: string[];
let group: string;

beforeEach(async () => {
  database = await freshDatabase();
  const noRules = { attributeRoleMappings: undefined, attributeBusinessUnitMappings: undefined };
  fleet = await startFleet({ replicas: 2, databaseUrl: database.url, provider: noRules });
  await fleet.kill(1);
  hand = new pg.Client({ connectionString: database.url });
  await hand.connect();
  await populate();
}, LIMIT_MS);
afterEach(async () => {
  await hand.end();
  await fleet.end();
  await database.drop();
});

/** Without HTTP, for it is only the ground. */
async function populate(): Promise<void> {
  const ledger = await openPostgresLedger({ url: database.url });
  try {
    provider = (await ledger.providers())[0]!.provider.id;
    const write = scribe(ledger, provider);
    const made = await Promise.all(
      Array.from({ length: PEOPLE }, (_, i) =>
        write.createUser({ userName: `person${i}`, userType: 'crew' }),
      ),
    );
    people = made.map((each) => each.id).sort();
    group = (await write.createGroup('Orion', people)).id;
  } finally {
    await ledger.close();
  }
}

const changeRules = () =>
  api('PUT', `/providers/${provider}/mappings`, {
    attributeRoleMappings: [{ attribute: 'userType', value: 'crew', role: 'Developer' }],
  });

const removeGroup = async () => {
  const answer = await fetch(`${fleet.scim}/Groups/${group}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${fleet.token}` },
  });
  expect(answer.status).toBe(204);
};

async function api(method: string, path: string, body?: unknown): Promise<void> {
  const answer = await fetch(`${fleet.url}/api${path}`, {
    method,
    headers: {
      authorization: `Bearer ${fleet.apiKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
}

async function jobOf(kind: string): Promise<Held> {
  const [job] = await readRows<Held>(
    database.url,
    `SELECT kind, outcome, done::int, total::int, chunks::int, failures::int, holder, finished_at IS NOT NULL AS finished,
       (lease_until - extract(epoch FROM clock_timestamp()) * 1000)::float AS "leaseMs"
     FROM jobs WHERE kind = $1`,
    [kind],
  );
  return job!;
}

async function until(kind: string, is: (job: Held) => boolean): Promise<Held> {
  const deadline = performance.now() + LIMIT_MS / 2;
  for (;;) {
    const job = await jobOf(kind);
    if (is(job)) return job;
    if (performance.now() > deadline) throw new Error(`it did not come to be: ${JSON.stringify(job)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Somebody of the second chunk is held: the job stands still in the middle of writing it. */
async function standStill(): Promise<void> {
  await hand.query('BEGIN');
  await hand.query('SELECT 1 FROM users WHERE id = $1 FOR UPDATE', [people[CHUNK + 20]]);
}

async function isWriting(): Promise<void> {
  const deadline = performance.now() + 10_000;
  const blocked =
    'SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()';
  while ((await readRows(database.url, blocked)).length === 0) {
    if (performance.now() > deadline) throw new Error('nobody waits for who is held');
  }
}

describe.each([
  ['resolve-all', changeRules, 'grant.added'],
  ['leave-group', removeGroup, 'membership.removed'],
] as const)('%s', (kind, begin, type) => {
  it('goes on where it was committed last, by another replica', { timeout: LIMIT_MS }, async () => {
    await standStill();
    await begin();
    const held = await until(kind, (job) => job.chunks === 1);
    await isWriting();
    expect(held).toMatchObject({ done: CHUNK, total: PEOPLE, finished: false });
    expect(held.leaseMs).toBeGreaterThan(5_000);

    await fleet.kill(0);
    await hand.query('COMMIT');
    await fleet.start(1);
    // As long as the lease runs nobody else touches it.
    const waiting = await jobOf(kind);
    expect(waiting).toMatchObject({ holder: held.holder, chunks: 1, done: CHUNK });
    if (!isHeavy) await hand.query('UPDATE jobs SET lease_until = 0 WHERE kind = $1', [kind]);
    const done = await until(kind, (job) => job.finished);
    // One chunk more than there are people for: it found that there was nobody left.
    expect(done).toMatchObject({ outcome: 'done', done: PEOPLE, chunks: CHUNKS + 1, failures: 0 });

    const counted = await readEvents<{ n: number; subjects: number }>(
      database.url,
      'SELECT count(*)::int AS n, count(DISTINCT subject)::int AS subjects FROM events WHERE type = $1 AND cause = $2',
      [type, (await jobsThatEnded(database.url)).find((each) => each.kind === kind)!.cause],
    );
    expect(counted).toEqual([{ n: PEOPLE, subjects: PEOPLE }]);
    expect(await doubleGrants(database.url)).toEqual([]);
    const report = await verified(fleet);
    expect(report.problems.slice(0, 5)).toEqual([]);
  });
});
