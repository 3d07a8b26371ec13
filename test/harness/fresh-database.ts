// An empty database for one test, on the server of the run: the one that was started for it, or TEST_DATABASE_URL.

import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

export interface FreshDatabase {
  readonly url: string;
  /** Cuts whoever is connected. */
  drop(): Promise<void>;
}

export interface FreshDatabaseOptions {
  /** A database of the server to create it on; otherwise the server of the run. */
  on?: string;
  /** Which order text has where a statement does not say: bytes, or by ICU as people expect (PostgreSQL 15 and later). */
  locale?: 'C' | 'en-US';
  /** With the tables of this version in it, as a start leaves them; only on the server of the run, in bytes. */
  tables?: boolean;
}

const CONNECT_MS = 10_000;

/** The database whose tables are copied, made once for a run. */
const templateOf = (run: string) => `${databasePrefix(run)}template`;

/** What databases of this run are called: by it they are found when the run ends. */
const databasePrefix = (run: string) => `bifrost_test_${run}_`;

export async function freshDatabase(options: FreshDatabaseOptions = {}): Promise<FreshDatabase> {
  const ofRun = inject('postgres');
  const server = options.on ?? ofRun?.url;
  if (!server) throw new Error('no PostgreSQL here: list this test file in vitest.config.ts');
  const name = `${databasePrefix(ofRun?.run ?? 'own')}${randomBytes(8).toString('hex')}`;
  await connected(server, async (client) => {
    if (options.tables && ofRun) {
      await client.query(
        `CREATE DATABASE ${name} TEMPLATE ${templateOf(ofRun.run)}${await strategy(client)}`,
      );
      return;
    }
    const collation = options.locale === 'en-US' ? " LOCALE_PROVIDER icu ICU_LOCALE 'en-US'" : '';
    const from = `TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'${collation}${await strategy(client)}`;
    await client.query(`CREATE DATABASE ${name} ${from}`);
  });
  const url = new URL(server);
  url.pathname = name;
  return {
    url: url.href,
    drop: () => connected(server, (client) => drop(client, name)),
  };
}

/** Copying files waits for a checkpoint: twice as quick as writing all to the log, but only where no disk is waited for. */
async function strategy(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ copies: boolean }>(
    `SELECT current_setting('server_version_num')::int >= 150000 AND current_setting('fsync') = 'off' AS copies`,
  );
  return rows[0]?.copies ? ' STRATEGY file_copy' : '';
}

/** An empty database of that name, for the tables that others are made with. */
export async function createTemplate(run: string, server: string): Promise<string> {
  await connected(server, async (client) => {
    await client.query(`CREATE DATABASE ${templateOf(run)} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'`);
  });
  const url = new URL(server);
  url.pathname = templateOf(run);
  return url.href;
}

/** For a server that outlives the run: what interrupted tests left on it. */
export async function dropDatabasesOf(run: string, server: string): Promise<void> {
  await connected(server, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
      [databasePrefix(run)],
    );
    for (const { datname } of rows) await drop(client, datname);
  });
}

const DROP_TRIES = 50;
const DROP_AGAIN_MS = 100;

/** While the server itself is cleaning up in a database, nobody but a superuser may cut it off. */
async function drop(client: pg.Client, name: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await client.query(dropping(name));
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== '42501' || tries === DROP_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, DROP_AGAIN_MS));
    }
  }
}

const dropping = (name: string) => `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`;

async function connected<T>(server: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: server, connectionTimeoutMillis: CONNECT_MS });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
