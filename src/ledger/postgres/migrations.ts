// Brings the tables up to this version, once, whoever starts first. Steps only go forward, and each leaves a database
// that replicas of the version before it can go on using: first what is new is added, a version later what is old goes.

import { type Say, sayStep } from '../preparing.ts';
import { commitFunction } from './commit-function.ts';
import { foldFunction } from './fold-function.ts';
import { LOCK_SPACE, locks } from './locks.ts';
import { peopleListTables } from './people-list-tables.ts';
import { plannerStatistics } from './planner-statistics.ts';
import type { Connection, Pool } from './pool.ts';
import { reconciliationTables } from './reconciliation-tables.ts';
import { signInTables } from './sign-in-tables.ts';
import { tables } from './tables.ts';
import { webhookTables } from './webhook-tables.ts';

/** A step once released is never edited, but for the function, which each step that changes it replaces. */
const steps: readonly string[] = [
  tables + foldFunction + commitFunction + plannerStatistics,
  signInTables,
  reconciliationTables,
  webhookTables,
  peopleListTables,
  'CREATE INDEX requests_by_provider ON requests (provider, at, status) WHERE provider IS NOT NULL',
];

/** The oldest version whose replicas may still serve on the tables of this one. */
const COMPATIBLE_FROM = 1;

export async function migrate(pool: Pool, say: Say): Promise<void> {
  // An index of a large table takes its minutes, and so does whoever is before us.
  await pool.transaction((connection) => migrateOn(connection, say), { long: true });
}

async function migrateOn(connection: Connection, say: Say): Promise<void> {
  await connection.query('SET LOCAL lock_timeout = 0');
  await connection.query(`SELECT pg_advisory_xact_lock(${LOCK_SPACE}, ${locks.migrations})`);
  const found = await readVersion(connection);
  if (found.compatibleFrom > steps.length) {
    throw new Error(
      `The database was brought to version ${found.version} by a newer Bifrost, and this one knows ${steps.length}. Start the newer one.`,
    );
  }
  for (let step = found.version; step < steps.length; step++) {
    if (found.version > 0) sayStep(say, step + 1, steps.length);
    await connection.query(steps[step]!);
  }
  if (found.version < steps.length) {
    await connection.query('DELETE FROM bifrost_schema');
    await connection.query('INSERT INTO bifrost_schema (version, compatible_from) VALUES ($1, $2)', [
      steps.length,
      COMPATIBLE_FROM,
    ]);
  }
}

async function readVersion(connection: Connection): Promise<{ version: number; compatibleFrom: number }> {
  await connection.query(
    'CREATE TABLE IF NOT EXISTS bifrost_schema (version INTEGER NOT NULL, compatible_from INTEGER NOT NULL)',
  );
  const { rows } = await connection.query('SELECT version, compatible_from FROM bifrost_schema');
  const row = rows[0] as { version: number; compatible_from: number } | undefined;
  return { version: row?.version ?? 0, compatibleFrom: row?.compatible_from ?? 0 };
}
