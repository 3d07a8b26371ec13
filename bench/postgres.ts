// The PostgreSQL of a run: the one that is given, or that of the tests' harness, on disk, safe and with the settings
// that a careful operator has. Every site gets a database of its own on it.

import { randomBytes } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { tmpdir, totalmem } from 'node:os';
import pg from 'pg';
import { startPostgres } from '../test/harness/postgres.ts';
import { type Watch, watch, watchedSettings } from './database-profile.ts';
import { cpuSecondsOfFamily, memoryOfFamily, parentNamed } from './process-use.ts';

export interface PostgresOfRun {
  /** `PostgreSQL 18.4: fsync on, ...` */
  readonly described: string;
  newDatabase(): Promise<Database>;
  /** The one of that name, made where it is not there or is to be fresh. */
  databaseNamed(name: string, fresh: boolean): Promise<Database>;
  /** Of all its processes, whoever they work for; null where they are not on this machine. */
  cpuSeconds(): number | null;
  /** MiB of all its processes, shared memory that was touched included. */
  memory(): number | null;
  /** Its statistics from now on, over the databases that there are. */
  watch(): Promise<Watch>;
  close(): Promise<void>;
}

export interface Database {
  readonly url: string;
  drop(): Promise<void>;
}

const MIB = 2 ** 20;
const TMPFS = 0x01021994;
const CONNECT_MS = 10_000;

/** A quarter and a half of the memory, as the manual advises; the first within what such a server needs. */
function carefulSettings(): Record<string, string> {
  const memory = Math.floor(totalmem() / MIB);
  return {
    shared_buffers: `${Math.min(2048, memory >> 2)}MB`,
    effective_cache_size: `${memory >> 1}MB`,
    max_wal_size: '4GB',
    checkpoint_timeout: '15min',
    random_page_cost: '1.1',
    max_connections: '100',
    dynamic_shared_memory_type: 'posix',
  };
}

const described = [
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'wal_sync_method',
  'shared_buffers',
  'effective_cache_size',
  'max_wal_size',
  'checkpoint_timeout',
  'random_page_cost',
];

/** `url` names a database of a server that there is; its role may create others. */
export async function openPostgres(url: string | null, profiles: boolean): Promise<PostgresOfRun> {
  if (url !== null) return ofServer(url, url, async () => {});
  await refuseMemory();
  const settings = { ...carefulSettings(), ...(profiles ? watchedSettings : {}) };
  const server = await startPostgres({ fsync: true, settings });
  try {
    return await ofServer(server.url, server.superuserUrl, server.destroy);
  } catch (error) {
    await server.destroy();
    throw error;
  }
}

/** What is never written to a disk is no measure of what is. */
async function refuseMemory(): Promise<void> {
  if ((await statfs(tmpdir())).type !== TMPFS) return;
  throw new Error(
    `${tmpdir()} is memory: set TMPDIR to a folder on a disk, or name a server with --postgres.`,
  );
}

async function ofServer(url: string, superuser: string, close: () => Promise<void>): Promise<PostgresOfRun> {
  const about = await connected(url, async (client) => {
    const { rows } = await client.query<{ version: string; pid: number }>(
      `SELECT current_setting('server_version') AS version, pg_backend_pid() AS pid`,
    );
    const settings = await client.query<{ name: string; value: string }>(
      'SELECT name, current_setting(name) AS value FROM pg_settings WHERE name = ANY($1) ORDER BY array_position($1, name)',
      [described],
    );
    const pid = isHere(url) ? parentNamed(rows[0]!.pid, 'postgres') : null;
    return { version: rows[0]!.version, pid, settings: settings.rows };
  });
  const { version, pid } = about;
  const settings = about.settings.map(({ name, value }) => `${name} ${value}`).join(', ');
  const databases = new Set<string>();
  return {
    described: `PostgreSQL ${version.split(' ')[0]}: ${settings}`,
    async newDatabase() {
      const database = await makeDatabase(url, `bifrost_bench_${randomBytes(6).toString('hex')}`);
      databases.add(database.url);
      const drop = async () => {
        databases.delete(database.url);
        await database.drop();
      };
      return { url: database.url, drop };
    },
    async databaseNamed(name, fresh) {
      const there = databaseOn(url, name);
      if (fresh) await there.drop();
      const isThere = await connected(url, async (client) => {
        const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
        return rowCount === 1;
      });
      return isThere ? there : makeDatabase(url, name);
    },
    watch: () => watch(superuser, [...databases]),
    cpuSeconds: () => (pid === null ? null : cpuSecondsOfFamily(pid)),
    memory: () => (pid === null ? null : memoryOfFamily(pid)),
    close,
  };
}

const isHere = (url: string) => ['127.0.0.1', 'localhost', '[::1]', ''].includes(new URL(url).hostname);

async function makeDatabase(server: string, name: string): Promise<Database> {
  await connected(server, (client) =>
    client.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'`),
  );
  return databaseOn(server, name);
}

function databaseOn(server: string, name: string): Database {
  const url = new URL(server);
  url.pathname = name;
  return {
    url: url.href,
    drop: async () => {
      await connected(server, async (client) => {
        const drop = `DROP DATABASE IF EXISTS ${name}`;
        // An autovacuum at work there is not ours to end by force; without it the server ends that by itself.
        await client.query(`${drop} WITH (FORCE)`).catch(() => client.query(drop));
      });
    },
  };
}

/** One connection, for as long as `use` takes. */
export async function connected<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
