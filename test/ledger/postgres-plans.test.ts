// The plans that a connection keeps: made while hardly anybody is there, and used when many are. What they read is told
// by the database's own statistics.

import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openPostgresLedger } from '../../src/ledger/postgres/ledger.ts';
import type { StagedPerson } from '../../src/ledger/reconciliation.ts';
import { readCondition } from '../../src/scim/condition.ts';
import { userKind } from '../../src/scim/schema.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';
import { directoryPerson, driftRow, HOLDER, newRun, objectId, pagesOf, part } from './reconciliation-desk.ts';
import { by, PROVIDER, scribe, seed, tick } from './scribe.ts';
import { ISSUER, keyOf, sessionOf } from './sign-in-desk.ts';

/** Statements are planned for all values from the sixth time on at the latest. */
const BEFORE = 6;
const MANY = 600;
/** So many are created beside each other. */
const AT_ONCE = 20;
const OPERATIONS = 20;
/** Rows that one operation may look at: its user, their groups and what they hold, several times each. */
const ROWS_EACH = 30;

let database: FreshDatabase;
let ledger: Ledger;
const people: string[] = [];
const sessions: string[] = [];
let staged: StagedPerson[] = [];
let group = '';
const RUN = 'run';

const personOf = (n: number) => ({ provider: PROVIDER, id: people[n]! });

const named = (n: number, title = 'Navigator') => ({
  userName: `person.${n}@kitehaus.example`,
  externalId: `object-${n}`,
  title,
  emails: [{ type: 'work', value: `person.${n}@kitehaus.example` }],
});

const operations: Readonly<Record<string, (n: number) => Promise<unknown>>> = {
  'look-up by userName': (n) => lookUp(`userName eq "person.${n}@kitehaus.example"`),
  'look-up by externalId': (n) => lookUp(`externalId eq "object-${n}"`),
  'look-up by work mail': (n) => lookUp(`emails[type eq "work"].value eq "person.${n}@kitehaus.example"`),
  'a person as apps ask': async (n) => {
    for (const by of ['id', 'userName', 'oid'] as const) {
      const value = { id: people[n]!, userName: named(n).userName, oid: `object-${n}` }[by];
      expect(await ledger.peopleCalled({ by, value })).toHaveLength(1);
    }
  },
  'change of a user': (n) => scribe(ledger).replaceUser(people[n]!, named(n, `Pilot ${Math.random()}`)),
  'a member joins': (n) => scribe(ledger).changeGroup(group, { joins: [people[n]!] }),
  'a member leaves': (n) => scribe(ledger).changeGroup(group, { leaves: [people[n]!] }),
  'session by its hash': async (n) => expect(await ledger.sessions.find(sessions[n]!, tick())).not.toBeNull(),
  'sessions of a person': async (n) =>
    expect(
      (await ledger.sessions.list({ person: personOf(n), after: null, limit: 5 })).total,
    ).toBeGreaterThan(0),
  'claims to be read anew': (n) => ledger.sessions.takeRefresh(sessions[n]!, 0, tick(), tick()),
  'session at the provider': (n) =>
    ledger.sessions.endAtProvider({ provider: PROVIDER, issuer: ISSUER, sid: `no sid ${n}` }, by()),
  'API key by its hash': async (n) => expect(await ledger.apiKeys.find(`key ${n}`, tick())).not.toBeNull(),
  'candidates of a sign-in': async (n) => {
    const key = { issuer: ISSUER, subject: `object-${n}` };
    const found = await ledger.identities.candidates(PROVIDER, { key, userName: named(n).userName });
    expect(found).toMatchObject({ linked: people[n]!, byExternalId: [people[n]!] });
  },
  'a page of staged people': async (n) => {
    const after = n === 0 ? '' : staged[n - 1]!.person.id;
    expect(await ledger.reconciliations.people(RUN, after, 1)).toEqual([staged[n]]);
  },
  'a staged group': async (n) =>
    expect((await ledger.reconciliations.groups(RUN, objectId(n), 1))[0]?.members).toBe(1),
  'who a staged person is': (n) =>
    ledger.reconciliations.noteMatches(RUN, HOLDER, [{ id: objectId(n), user: people[n]! }], {}),
  'differences of a person': async (n) => {
    const query = { user: people[n]!, after: null, limit: 5 };
    expect((await ledger.reconciliations.drift(query)).total).toBe(1);
  },
  'links of a person': async (n) =>
    expect(await ledger.identities.linksOf(PROVIDER, people[n]!)).toHaveLength(1),
};

async function lookUp(filter: string): Promise<void> {
  const condition = readCondition(userKind, filter);
  const query = { provider: PROVIDER, condition, sort: null, start: { offset: 0 }, limit: 100 };
  expect((await ledger.queryUsers(query)).total).toBe(1);
}

async function everyOperation(n: number): Promise<void> {
  for (const operation of Object.values(operations)) await operation(n);
}

/** With a session, an API key and a link each. */
async function createPeople(upTo: number): Promise<void> {
  const from = people.length;
  for (let next = from; next < upTo; next += AT_ONCE) {
    const those = Array.from({ length: Math.min(AT_ONCE, upTo - next) }, (_, n) => next + n);
    await Promise.all(those.map(createPerson));
  }
  await stage(from, upTo);
  staged = await ledger.reconciliations.people(RUN, '', upTo);
}

async function createPerson(n: number): Promise<void> {
  people[n] = (await scribe(ledger).createUser(named(n))).id;
  const session = sessionOf(personOf(n), { issuer: ISSUER, sid: `sid ${n}` });
  await ledger.sessions.begin(session, by());
  sessions[n] = session.hash;
  await ledger.apiKeys.add(keyOf(personOf(n)), `key ${n}`, by());
  await link(n);
}

/** Each in a group of their own, with a difference each. */
async function stage(from: number, upTo: number): Promise<void> {
  const { reconciliations } = ledger;
  const each = Array.from({ length: upTo - from }, (_, n) => from + n);
  const groups = each.map((n) => ({ id: objectId(n + 1), displayName: `Crew ${n}` }));
  const pages = pagesOf({
    people: each.map((n) => ({ ...directoryPerson(n), userName: named(n).userName })),
    groups,
    memberships: each.map((n) => ({ group: objectId(n + 1), member: objectId(n) })),
    assignments: groups.map(({ id }) => ({ principal: id, kind: 'group', role: 'viewer' })),
    parts: groups.map(({ id }) => part(`members ${id}`)),
  });
  await reconciliations.stage(RUN, HOLDER, pages);
  const rows = each.map((n) => driftRow(RUN, objectId(n), { user: people[n]! }));
  await reconciliations.report(RUN, HOLDER, rows, {});
}

async function link(n: number): Promise<void> {
  const { identities } = ledger;
  const [id, key] = [`request ${n}`, { issuer: ISSUER, subject: `object-${n}` }];
  const { userName } = named(n);
  await identities.request({ id, provider: PROVIDER, key, person: people[n]!, userName, askedAt: 1 }, by());
  await identities.decide(id, true, by());
}

/** Of all tables but the logs, which the sealer reads meanwhile. */
async function rowsRead(): Promise<number> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    // PGSTAT_IDLE_INTERVAL: a connection has told of everything it did when it has been idle for ten seconds.
    await new Promise((resolve) => setTimeout(resolve, 11_000));
    const { rows } = await client.query<{ rows: string }>(
      `SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) AS rows FROM pg_stat_user_tables
       WHERE relname IN ('users', 'memberships', 'directory_groups', 'holdings', 'targets',
         'staged_people', 'staged_memberships', 'staged_lists', 'staged_groups', 'staged_assignments', 'staged_matches',
         'staged_parts', 'drift', 'reconciliations', 'sessions', 'api_keys', 'identities', 'purged_identities', 'link_requests', 'providers', 'local_admins')`,
    );
    return Number(rows[0]!.rows);
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  database = await freshDatabase();
  ledger = await openPostgresLedger({ url: database.url });
  await seed(ledger);
  await ledger.reconciliations.begin(newRun({ id: RUN }), by(), []);
  await ledger.reconciliations.take(HOLDER);
  await createPeople(BEFORE);
  group = (await scribe(ledger).createGroup('Crew')).id;
  await ledger.work(Date.now());
  for (let n = 0; n < BEFORE; n++) await everyOperation(n);
  await createPeople(MANY);
});

afterAll(async () => {
  await ledger.close();
  await database.drop();
});

/** All together, since a connection tells in its own time: one operation that walks everybody is more than all may read. */
it('plans of the first minute read no more rows when there are many users', {
  timeout: 120_000,
}, async () => {
  const before = await rowsRead();
  for (const [name, operation] of Object.entries(operations)) {
    if (name === 'a member leaves')
      for (let n = 0; n < OPERATIONS; n++) await operations['a member joins']!(n);
    for (let n = 0; n < OPERATIONS; n++) await operation(n);
  }
  const most = OPERATIONS * ROWS_EACH * (Object.keys(operations).length + 1);
  expect(most).toBeLessThan(OPERATIONS * MANY);
  expect((await rowsRead()) - before).toBeLessThan(most);
});
