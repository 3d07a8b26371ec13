// The plan of every look-up over this population: the statements are those that the ledger itself sends, taken from its
// scripts on their way.

import pg from 'pg';
import type { ResourceQuery } from '../../src/ledger/ledger.ts';
import { postgresDialect } from '../../src/ledger/postgres/dialect.ts';
import { connectionOptions } from '../../src/ledger/postgres/pool.ts';
import type { Dialect } from '../../src/ledger/sql/dialect.ts';
import { readEvents } from '../../src/ledger/sql/events.ts';
import { findPeople } from '../../src/ledger/sql/people.ts';
import { findRequests } from '../../src/ledger/sql/requests.ts';
import { queryGroups, queryUsers, readGroup, readUser } from '../../src/ledger/sql/resources.ts';
import { type Script, type Statement, scripted } from '../../src/ledger/sql/statement.ts';
import { readSettings, type StoredSettings } from '../../src/ledger/sql/stored-settings.ts';
import { listTargets, targetMembers } from '../../src/ledger/sql/target-lists.ts';
import { listUsers } from '../../src/ledger/sql/user-lists.ts';
import { loadUsers } from '../../src/ledger/sql/users.ts';
import { sqliteDialect } from '../../src/ledger/sqlite/dialect.ts';
import { openFile } from '../../src/ledger/sqlite/open.ts';
import { readCondition } from '../../src/scim/condition.ts';
import { groupKind, userKind } from '../../src/scim/schema.ts';
import { groupNameOf, objectIdOf, userNameOf } from '../person.ts';
import type { Home } from '../server.ts';
import { groupIdOf, userIdOf } from './population.ts';
import { numbered, preparedPlans } from './prepared-plan.ts';

export interface Plan {
  what: string;
  /** One for each statement, with what the planner says of it. */
  statements: { text: string; plan: string }[];
}

interface Explainer {
  dialect: Dialect;
  explain(statement: Statement): Promise<string>;
  run(statement: Statement): Promise<object[]>;
  close(): Promise<void>;
}

export function plansOf(home: Home): Promise<Plan[]> {
  return explained(home, lookUps);
}

/** No server may have the data open on SQLite. */
export async function explained(
  home: Home,
  scripts: (dialect: Dialect, settings: StoredSettings) => Record<string, () => Script<unknown>>,
): Promise<Plan[]> {
  const explainer =
    home.env.DATABASE_URL === undefined
      ? onSqlite(home.env.BIFROST_DATA_DIR)
      : await onPostgres(home.env.DATABASE_URL);
  try {
    const { value: settings } = await follow(explainer, readSettings());
    const plans: Plan[] = [];
    for (const [what, script] of Object.entries(scripts(explainer.dialect, settings))) {
      plans.push({ what, statements: (await follow(explainer, script())).statements });
    }
    return plans;
  } finally {
    await explainer.close();
  }
}

async function follow<Value>(
  explainer: Explainer,
  script: Script<Value>,
): Promise<{ value: Value; statements: Plan['statements'] }> {
  const statements: Plan['statements'] = [];
  let step = script.next({ rows: [], changes: 0 });
  while (!step.done) {
    const text = step.value.text.replaceAll(/\s+/g, ' ');
    statements.push({ text, plan: await explainer.explain(step.value) });
    step = script.next({ rows: await explainer.run(step.value), changes: 0 });
  }
  return { value: step.value, statements };
}

const N = 777;

function lookUps(dialect: Dialect, settings: StoredSettings): Record<string, () => Script<unknown>> {
  const [provider = ''] = settings.states.keys();
  const query = { provider, sort: null, start: { offset: 0 }, limit: 100 } satisfies Partial<ResourceQuery>;
  const counted = () => scripted(() => 0);
  const users = (filter: string) => () =>
    queryUsers(dialect, { ...query, condition: readCondition(userKind, filter) }, counted);
  const groups = (filter: string) => () => {
    const condition = readCondition(groupKind, filter);
    return queryGroups(dialect, { ...query, condition, withMembers: false }, counted);
  };
  const people =
    (given: object, by: 'userName' | 'createdAt' | 'lastProvisionedAt', descending = false) =>
    () =>
      listUsers(dialect, settings, { provider, ...given, sort: { by, descending }, after: null, limit: 50 });
  const role = settings.roles.find(({ name }) => name === 'Viewer')?.id ?? '';
  const key = { sorted: userNameOf(N), id: userIdOf(N) };
  return {
    'SCIM: userName eq': users(`userName eq "${userNameOf(N)}"`),
    'SCIM: externalId eq': users(`externalId eq "${objectIdOf(N)}"`),
    'SCIM: emails[type eq "work"].value eq': users(`emails[type eq "work"].value eq "${userNameOf(N)}"`),
    'SCIM: displayName eq, of a group': groups(`displayName eq "${groupNameOf(1)}"`),
    'SCIM: externalId eq, of a group': groups(`externalId eq "${objectIdOf(1_000_000_001)}"`),
    'SCIM: a user by id': () => readUser(dialect, provider, userIdOf(N)),
    'SCIM: a group by id, without members': () => readGroup(dialect, provider, groupIdOf(1), false),
    'SCIM: a group by id, with members': () => readGroup(dialect, provider, groupIdOf(1), true),
    'SCIM: the first page': () => queryUsers(dialect, { ...query, condition: null }, counted),
    'SCIM: a page in the middle': () =>
      queryUsers(dialect, { ...query, condition: null, start: { offset: 1_000 } }, counted),
    'SCIM: a page by cursor': () => {
      const start = { after: { sorted: null, id: userIdOf(N) } };
      return queryUsers(dialect, { ...query, condition: null, start }, counted);
    },
    'a decision: users with what decides their access': () =>
      loadUsers(dialect, settings.states.get(provider)!, [userIdOf(N), userIdOf(N + 1)]),
    'API: users by userName': people({}, 'userName'),
    'API: users by userName, the next page': () => {
      const sort = { by: 'userName' as const, descending: false };
      return listUsers(dialect, settings, { provider, sort, after: key, limit: 50 });
    },
    'API: users by -userName': people({}, 'userName', true),
    'API: users by createdAt': people({}, 'createdAt'),
    'API: users by lastProvisionedAt': people({}, 'lastProvisionedAt'),
    'API: users by -lastProvisionedAt': people({}, 'lastProvisionedAt', true),
    'API: users of a role': people({ role }, 'userName'),
    'API: users without a role': people({ role: 'none' }, 'userName'),
    'API: suspended users': people({ status: 'suspended' }, 'userName'),
    'API: search': people({ search: 'nobodyhasthis' }, 'userName'),
    'API: people by name': () => findPeople(settings, { userName: userNameOf(N) }),
    'API: teams': () => listTargets(dialect, { kind: 'team', after: null, limit: 50 }),
    'API: members of a team': function* (): Script<unknown> {
      const { items } = yield* listTargets(dialect, { kind: 'team', after: null, limit: 1 });
      const [team] = items;
      return team ? yield* targetMembers(dialect, settings, team.id, null, 50) : null;
    },
    'API: events of a user': () => readEvents(dialect, { after: 0, limit: 50, subject: userIdOf(N) }),
    'API: events of a type': () => readEvents(dialect, { after: 0, limit: 50, types: ['user.suspended'] }),
    'API: requests': () => findRequests(dialect, { before: null, limit: 50 }),
  };
}

function onSqlite(dataDir: string): Explainer {
  const { database, close } = openFile(dataDir);
  return {
    dialect: sqliteDialect,
    async explain({ text, values }) {
      const rows = database.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...values) as {
        id: number;
        parent: number;
        detail: string;
      }[];
      const depths = new Map<number, number>([[0, -1]]);
      return rows
        .map(({ id, parent, detail }) => {
          const depth = (depths.get(parent) ?? -1) + 1;
          depths.set(id, depth);
          return `${'  '.repeat(depth)}${detail}`;
        })
        .join('\n');
    },
    run: async ({ text, values }) => database.prepare(text).all(...values) as object[],
    close: async () => close(),
  };
}

/** With the settings of the ledger's own connections. */
async function onPostgres(url: string): Promise<Explainer> {
  const client = new pg.Client(connectionOptions(url));
  await client.connect();
  const planOf = preparedPlans(client);
  return {
    dialect: postgresDialect,
    explain: async (statement) => (await planOf(statement)).join('\n'),
    run: async ({ text, values }) => (await client.query(numbered(text), [...values])).rows as object[],
    close: () => client.end(),
  };
}
