// Conditions and sort orders on PostgreSQL, asked of copied tables: the same property as in filter-suite (memory and SQL
// agree), and what only this engine can get wrong: casts, the order of bytes in a database with another order, `?`
// within names, and its own folding of letter case.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fold } from '../../src/fold.ts';
import { postgresDialect } from '../../src/ledger/postgres/dialect.ts';
import { foldFunction } from '../../src/ledger/postgres/fold-function.ts';
import { conditionSql, sortSql } from '../../src/ledger/sql/condition-sql.ts';
import type { Table } from '../../src/ledger/sql/operator-sql.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/ledger.ts';
import { holds, readCondition } from '../../src/scim/condition.ts';
import { groupKind, type ResourceKind, userKind } from '../../src/scim/schema.ts';
import { compareBy, readSort } from '../../src/scim/sort.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';
import { groupFilter, groupSortNames, userFilter, userSortNames } from './generated-filter.ts';
import { fill, RUNS, SEED, type Wire, wire } from './generated-ledger.ts';
import { ACME, TEXTS } from './generated-resource.ts';
import { seed } from './scribe.ts';

const columns = {
  users:
    'provider, id, revision, document, user_name_folded, external_id, work_email_folded, several_work_emails, created_at, modified_at',
  directory_groups:
    'provider, id, revision, membership_version, document, display_name, display_name_folded, external_id, created_at, modified_at',
  memberships: 'provider, group_id, member, member_kind',
};
const NUMBERS = /^(revision|membership_version|several_work_emails|created_at|modified_at)$/;

const resources: { users: Wire[]; groups: Wire[] } = { users: [], groups: [] };
let database: FreshDatabase;
let client: pg.Client;

beforeAll(async () => {
  // An order in which `a` comes before `B`: nothing may depend on it. PostgreSQL 14 has no such databases.
  database = await freshDatabase({ locale: 'en-US' }).catch(() => freshDatabase());
  // Compiling a statement to machine code (jit) takes a second, and pays for none of these.
  client = new pg.Client({ connectionString: database.url, options: '-c jit=off' });
  await client.connect();
  await client.query(foldFunction);
  await copyGenerated();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

async function copyGenerated(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bifrost-conditions-'));
  const ledger = openSqliteLedger(folder);
  await seed(ledger);
  await fill(ledger);
  resources.users = await wire(ledger, userKind);
  resources.groups = await wire(ledger, groupKind);
  await ledger.close();
  const file = new DatabaseSync(join(folder, 'bifrost.db'));
  for (const [table, names] of Object.entries(columns)) {
    const typed = names
      .split(', ')
      .map((each) => `${each} ${NUMBERS.test(each) ? 'BIGINT' : 'TEXT COLLATE "C"'}`);
    await client.query(`CREATE TABLE ${table} (${typed.join()})`);
    for (const row of file.prepare(`SELECT ${names} FROM ${table}`).all()) await insert(table, row);
  }
  file.close();
  await rm(folder, { recursive: true });
}

async function insert(table: string, row: object): Promise<void> {
  const places = Object.keys(row).map((_, i) => `$${i + 1}`);
  await client.query(
    `INSERT INTO ${table} (${Object.keys(row).join()}) VALUES (${places.join()})`,
    Object.values(row),
  );
}

const tableOf = (kind: ResourceKind): Table => (kind === userKind ? 'users' : 'groups');
const fromOf = (table: Table) => (table === 'users' ? 'users r' : 'directory_groups r');

/** Every `?` is a parameter. */
async function ids(text: string, values: readonly unknown[]): Promise<string[]> {
  let count = 0;
  const { rows } = await client.query<{ id: string }>(
    text.replaceAll('?', () => `$${++count}`),
    [...values],
  );
  expect(count).toBe(values.length);
  return rows.map((row) => row.id);
}

function found(kind: ResourceKind, filter: string, provider = 'contoso'): Promise<string[]> {
  const table = tableOf(kind);
  const { text, values } = conditionSql(readCondition(kind, filter), table, postgresDialect);
  const statement = `SELECT r.id FROM ${fromOf(table)} WHERE r.provider = ? AND ${text} ORDER BY r.id`;
  return ids(statement, [provider, ...values]);
}

async function agree(kind: ResourceKind, filter: string): Promise<void> {
  const condition = readCondition(kind, filter);
  const expected = resources[tableOf(kind)].filter((each) => holds(condition, each)).map((each) => each.id);
  expect({ filter, ids: await found(kind, filter) }).toEqual({ filter, ids: expected });
}

describe('memory and PostgreSQL agree', () => {
  it('finds what holds in memory: users [RFC7644 3.4.2.2]', { timeout: 600_000 }, () =>
    fc.assert(
      fc.asyncProperty(userFilter, (filter) => agree(userKind, filter)),
      { numRuns: RUNS, seed: SEED },
    ),
  );

  it('finds what holds in memory: groups [RFC7644 3.4.2.2]', { timeout: 600_000 }, () =>
    fc.assert(
      fc.asyncProperty(groupFilter, (filter) => agree(groupKind, filter)),
      { numRuns: Math.floor(RUNS / 3), seed: SEED },
    ),
  );

  for (const operator of ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']) {
    it(`agrees on ${operator} for every text`, async () => {
      for (const value of ['', ...TEXTS]) {
        for (const path of ['userName', 'title', 'externalId', 'emails', `${ACME}:tag`, `${ACME}:Tags`]) {
          await agree(userKind, `${path} ${operator} ${JSON.stringify(value)}`);
        }
      }
    });
  }

  it('agrees on points in time, versions and ids', async () => {
    const [user, other] = resources.users as [Wire, Wire];
    const { created, version } = user.meta as Record<string, unknown>;
    for (const operator of ['eq', 'ne', 'gt', 'ge', 'lt', 'le']) {
      for (const at of [created, '2026-03-01T09:00:00+01:00', '2020-01-01T00:00:00.5Z']) {
        await agree(userKind, `meta.created ${operator} "${at}"`);
        await agree(groupKind, `meta.lastModified ${operator} "${at}"`);
      }
      await agree(userKind, `meta.version ${operator} ${JSON.stringify(version)}`);
      await agree(userKind, `id ${operator} "${other.id}"`);
    }
    for (const { id } of resources.groups) {
      await agree(userKind, `groups eq "${id}"`);
      await agree(groupKind, `members eq "${user.id}" or id eq "${id}"`);
      await agree(groupKind, `members[value eq "${other.id}" and type eq "User"]`);
    }
  });

  const cases = [
    ...userSortNames.map((sortBy) => ({ kind: userKind, sortBy })),
    ...groupSortNames.map((sortBy) => ({ kind: groupKind, sortBy })),
  ].flatMap((each) => ['ascending', 'descending'].map((sortOrder) => ({ ...each, sortOrder })));
  for (const { kind, sortBy, sortOrder } of cases) {
    it(`has the same order of ${kind.name}s by ${sortBy}, ${sortOrder} [RFC7644 3.4.2.3]`, async () => {
      const sort = readSort(kind, sortBy, sortOrder)!;
      const sign = sort.descending ? -1 : 1;
      const compare = compareBy(sort);
      const expected = [...resources[tableOf(kind)]].sort(
        (a, b) => compare(a, b) || sign * (a.id < b.id ? -1 : 1),
      );
      expect(await sorted(kind, sortBy, sort.descending)).toEqual(expected.map((each) => each.id));
    });
  }
});

function sorted(kind: ResourceKind, sortBy: string, descending = false, provider = 'contoso') {
  const table = tableOf(kind);
  const key = sortSql(readSort(kind, sortBy, undefined)!, table, postgresDialect);
  const order = descending ? `${key} DESC NULLS FIRST, r.id DESC` : `${key} ASC NULLS LAST, r.id ASC`;
  return ids(`SELECT r.id FROM ${fromOf(table)} WHERE r.provider = ? ORDER BY ${order}`, [provider]);
}

describe('whatever is stored', () => {
  const urn = 'urn:odd:2.0:User';
  const documents: Record<string, unknown> = {
    list: { [urn]: { n: [-2.5, 'x'], thing: [[1], { value: [1, 2] }, null] }, emails: null, title: null },
    number: { [urn.toUpperCase()]: { N: 1e21, thing: 3 }, emails: 'a@example', title: 5 },
    small: { [urn]: { n: -1e-7, thing: { kind: {} } }, emails: { value: 'a@example' }, active: 'yes' },
    text: { [urn]: { n: '5', thing: 'x' }, name: 'x', schemas: 'x' },
    five: { [urn]: { n: 5, thing: { primary: 'true' } }, name: [], roles: [1, 'x', null, []] },
    none: { [urn]: 'x', name: { familyName: { x: 1 } } },
  };

  beforeAll(() => store('odd', documents));

  it('compares a value of another type than the literal with nothing', async () => {
    expect(await found(userKind, `${urn}:n eq 5`, 'odd')).toEqual(['five']);
    expect(await found(userKind, `${urn}:n eq "5"`, 'odd')).toEqual(['text']);
    expect(await found(userKind, `${urn}:n lt 0`, 'odd')).toEqual(['list', 'small']);
    expect(await found(userKind, `${urn}:n ge 1e21`, 'odd')).toEqual(['number']);
    expect(await found(userKind, `${urn}:n ne true`, 'odd')).toEqual(Object.keys(documents).sort());
    expect(await found(userKind, `${urn}:n co "X"`, 'odd')).toEqual(['list']);
  });

  it('orders numbers as numbers', async () => {
    const numbers = ['list', 'small', 'five', 'number'];
    const all = await sorted(userKind, `${urn}:n`, false, 'odd');
    expect(all.filter((id) => numbers.includes(id))).toEqual(numbers);
    expect(all.at(-1)).toBe('none');
  });

  it('never fails, whatever is asked of it', { timeout: 600_000 }, () =>
    fc.assert(
      fc.asyncProperty(userFilter, async (filter) => {
        await found(userKind, filter.replaceAll(ACME, urn), 'odd');
      }),
      { numRuns: Math.floor(RUNS / 3), seed: SEED },
    ),
  );

  it('takes a name of an extension for a name, whatever is in it', async () => {
    const names = [
      "urn:it's:2.0:User",
      'urn:a?b??c:2.0:User',
      'urn:back\\slash\\:2.0:User',
      'urn:$1::2.0:User',
    ];
    for (const [i, name] of names.entries()) {
      await store(`named${i}`, {
        b: { [name]: { n: 'b' } },
        a: { [name]: { n: 'a' } },
        c: { 'urn:x': { n: '0' } },
      });
      expect(await sorted(userKind, `${name}:n`, false, `named${i}`)).toEqual(['a', 'b', 'c']);
    }
  });
});

async function store(provider: string, documents: Readonly<Record<string, unknown>>): Promise<void> {
  for (const [id, document] of Object.entries(documents)) {
    const row = { provider, id, document: JSON.stringify(document), several_work_emails: 1, revision: 1 };
    await insert('users', row);
  }
}

describe('the folding of the server', () => {
  /** Blocks and gaps that hold pairs of cases only since then; the oldest tables in use are ICU 60's (decision 0007). */
  const casedSinceUnicode11 =
    /[\u1C89-\u1CBF\u2C2F\uA7B8-\uA7F6\u{10570}-\u{105BF}\u{10D40}-\u{10D8F}\u{16E40}-\u{16E9F}\u{16EA0}-\u{16EDF}]/u;

  it('is that of src/fold.ts for every character of Unicode 10 [decision 0007]', async () => {
    const characters = Array.from({ length: 0x1ffff }, (_, i) => i + 1)
      .filter((point) => point < 0xd800 || point > 0xdfff)
      .map((point) => String.fromCodePoint(point))
      .filter((each) => !casedSinceUnicode11.test(each));
    const folded = await folds(characters);
    expect(characters.filter((each, i) => folded[i] !== fold(each))).toEqual([]);
  });

  it('is that of src/fold.ts for words', async () => {
    const words = [
      'ΌΔΟΣ',
      'Όδος ςα',
      'ΣΣ',
      'ǅabc',
      'STRASSE ß',
      'ﬁn',
      'i̇ı',
      'e\u0301\u0327',
      '가나',
      '\u1100\u1161',
    ];
    expect(await folds([...TEXTS, ...words])).toEqual([...TEXTS, ...words].map(fold));
  });

  async function folds(texts: readonly string[]): Promise<string[]> {
    const { rows } = await client.query<{ folded: string[] }>(
      'SELECT array_agg(bifrost_fold(x) ORDER BY i) AS folded FROM unnest($1::text[]) WITH ORDINALITY AS t(x, i)',
      [texts],
    );
    return rows[0]!.folded;
  }
});
