// The list of what an export has, held against the tables that the migrations make.

import { DatabaseSync } from '@photostructure/sqlite';
import { expect, test } from 'vitest';
import { exportTables } from '../../src/ledger/export-tables.ts';
import { pageSql } from '../../src/ledger/sql/export-sql.ts';
import { stagedTables } from '../../src/ledger/sql/reconciliation/forgetting.ts';
import { migrations } from '../../src/ledger/sqlite/migrations.ts';

function madeByMigrations() {
  const database = new DatabaseSync(':memory:');
  for (const step of migrations) database.exec(step);
  return database;
}

/** Leases: who holds a job, and until when. */
const lease = ['holder', 'lease_until'];
const leftOut: Readonly<Record<string, readonly string[]>> = {
  jobs: lease,
  reconciliations: lease,
  held_batches: lease,
  webhooks: lease,
};

/** What lives for as long as somebody is signed in, or an hour; what a run reads until it is done; what is made of names. */
const notExported = ['sessions', 'setup_links', ...stagedTables, 'user_words'];

test('every table and column of the store is in the export', () => {
  const database = madeByMigrations();
  const tables = database
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'user_parts%' ORDER BY name",
    )
    .all() as { name: string }[];
  const stored = tables
    .filter(({ name }) => !notExported.includes(name))
    .map(({ name }) => {
      const columns = database.prepare(`PRAGMA table_info(${name})`).all() as { name: string }[];
      return [name, columns.map((column) => column.name).filter((each) => !leftOut[name]?.includes(each))];
    });
  database.close();
  const exported = exportTables.map(({ name, columns }) => [name, columns]);
  expect(Object.fromEntries(exported)).toEqual(Object.fromEntries(stored));
});

test('each column takes what the table takes', () => {
  const database = madeByMigrations();
  const kindOf: Readonly<Record<string, readonly string[]>> = {
    TEXT: ['text', 'json'],
    INTEGER: ['int'],
    REAL: ['number'],
  };
  for (const { name, columns, cells } of exportTables) {
    const made = database.prepare(`PRAGMA table_info(${name})`).all() as {
      name: string;
      type: string;
      notnull: number;
      pk: number;
    }[];
    for (const [at, column] of columns.entries()) {
      const { type, notnull, pk } = made.find((each) => each.name === column)!;
      expect(kindOf[type], `${name}.${column}`).toContain(cells[at]!.kind);
      expect(cells[at]!.mayBeNull, `${name}.${column}`).toBe(notnull === 0 && pk === 0);
    }
  }
  database.close();
});

test('a page begins where its key stands in an index: nothing is sorted, nothing is walked again', () => {
  const database = madeByMigrations();
  for (const table of exportTables) {
    const { first, next } = pageSql(table);
    const plan = (sql: string, ...values: (string | number)[]) =>
      (database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as { detail: string }[])
        .map(({ detail }) => detail)
        .join('; ');
    expect(plan(first, 500), table.name).not.toContain('TEMP B-TREE');
    const behind = plan(next, ...table.key.map(() => 'x'), 500);
    expect(behind, table.name).toMatch(/^SEARCH/);
    expect(behind, table.name).not.toContain('TEMP B-TREE');
  }
  database.close();
});
