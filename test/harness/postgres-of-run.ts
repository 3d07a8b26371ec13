// One PostgreSQL for a whole run of the tests: started before the first file of the project `postgres`, or
// TEST_DATABASE_URL. Runs without a file of that project do not come here.

import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { openPostgresLedger } from '../../src/ledger/postgres/ledger.ts';
import { createTemplate, dropDatabasesOf } from './fresh-database.ts';
import { startPostgres } from './postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Given to the projects of one engine. */
    engine?: 'sqlite' | 'postgres';
    /** A database of the server of the run, and the run's own part of the names of databases on it. */
    postgres?: { readonly url: string; readonly run: string };
  }
}

const CONNECT_MS = 10_000;

export default async function postgresOfRun(project: TestProject): Promise<() => Promise<void>> {
  const run = randomBytes(4).toString('hex');
  const given = process.env.TEST_DATABASE_URL?.trim();
  if (given) {
    await refuseUnusable(given);
    await makeTables(await createTemplate(run, given));
    project.provide('postgres', { url: given, run });
    return () => dropDatabasesOf(run, given);
  }
  const server = await startPostgres();
  await makeTables(await createTemplate(run, server.url));
  project.provide('postgres', { url: server.url, run });
  return server.destroy;
}

/** By the product's own start. */
async function makeTables(url: string): Promise<void> {
  await (await openPostgresLedger({ url })).close();
}

async function refuseUnusable(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS });
  try {
    await client.connect();
    const { rows } = await client.query<{ may: boolean }>(
      'SELECT rolcreatedb OR rolsuper AS may FROM pg_roles WHERE rolname = current_user',
    );
    if (!rows[0]?.may) throw new Error('its role may not create databases');
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`TEST_DATABASE_URL cannot be used: ${said}. Correct it, or unset it.`, { cause });
  } finally {
    await client.end().catch(() => {});
  }
}
