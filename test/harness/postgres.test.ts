// The tests' own PostgreSQL: that it starts under any account, keeps its data over stops and kills, and leaves nothing.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { freshDatabase } from './fresh-database.ts';
import { type PostgresServer, startPostgres } from './postgres.ts';
import { postgresMajor } from './postgres-binaries.ts';

async function ask<Row>(url: string, statement: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  // A connection that the server cuts is what some of these tests are about.
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(statement)).rows as Row[];
  } finally {
    await client.end();
  }
}

async function dataFolderOf(server: PostgresServer): Promise<string> {
  const [row] = await ask<{ data_directory: string }>(server.superuserUrl, 'SHOW data_directory');
  return row!.data_directory;
}

const isRunning = (pid: number) => existsSync(`/proc/${pid}`);

async function until(what: () => boolean, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!what() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(what()).toBe(true);
}

describe('the server of the run', () => {
  it('has UTF-8, orders text by bytes, and lets us do no more than create databases', async () => {
    const { url, drop } = await freshDatabase();
    const [row] = await ask(
      url,
      `SELECT current_setting('server_encoding') AS encoding, 'a' < 'B' AS as_people_do, rolsuper, rolcreatedb
       FROM pg_roles WHERE rolname = current_user`,
    );
    await drop();
    const own = process.env.TEST_DATABASE_URL ? {} : { rolsuper: false, rolcreatedb: true };
    expect(row).toMatchObject({ encoding: 'UTF8', as_people_do: false, ...own });
  });

  it('is of the version that was asked for', async (context) => {
    if (process.env.TEST_DATABASE_URL) return context.skip();
    const [row] = await ask<{ server_version: string }>(inject('postgres')!.url, 'SHOW server_version');
    expect(Number.parseInt(row!.server_version, 10)).toBe(await postgresMajor());
  });

  it('gives databases that know nothing of each other, and drops them under whoever is connected', async () => {
    const [one, other] = await Promise.all([freshDatabase(), freshDatabase()]);
    await ask(one.url, 'CREATE TABLE people (name text)');
    expect(await ask(other.url, "SELECT to_regclass('people') AS people")).toEqual([{ people: null }]);
    const guest = new pg.Client({ connectionString: one.url });
    const cut: Error[] = [];
    guest.on('error', (error) => cut.push(error));
    await guest.connect();
    await one.drop();
    await until(() => cut.length > 0, 5_000);
    await expect(ask(one.url, 'SELECT 1')).rejects.toThrow(/does not exist/);
    await other.drop();
  });

  it('orders text as people do where a test asks for it', async (context) => {
    if ((await postgresMajor()) < 15) return context.skip();
    const { url, drop } = await freshDatabase({ locale: 'en-US' });
    expect(await ask(url, "SELECT 'a' < 'B' AS as_people_do")).toEqual([{ as_people_do: true }]);
    await drop();
  });
});

describe.each([
  ['in memory', false],
  ['on disk, as operators have it', true],
])('a server of its own, %s', (_, fsync) => {
  let server: PostgresServer;
  let url: string;
  beforeAll(async () => {
    server = await startPostgres({ fsync, settings: { work_mem: '5MB' } });
    ({ url } = await freshDatabase({ on: server.url }));
    await ask(url, 'CREATE TABLE kept (n int)');
  }, 90_000);
  afterAll(() => server.destroy());

  it('runs under an account that is not root, with the settings asked for', async () => {
    const data = await dataFolderOf(server);
    expect(statSync(data).uid).not.toBe(0);
    const names = ['fsync', 'full_page_writes', 'work_mem'];
    const shown = await ask<{ setting: string }>(
      url,
      `SELECT current_setting(name) AS setting FROM unnest('{${names}}'::text[]) AS name`,
    );
    const onOff = fsync ? 'on' : 'off';
    expect(shown.map(({ setting }) => setting)).toEqual([onOff, onOff, '5MB']);
  });

  it.each(['fast', 'immediate', 'kill -9'] as const)('%s and start keep what was committed', async (how) => {
    const open = new pg.Client({ connectionString: url });
    open.on('error', () => {});
    await open.connect();
    const before = (await ask<{ n: number }>(url, 'SELECT n FROM kept')).length;
    await open.query('INSERT INTO kept VALUES (1)');
    await (how === 'kill -9' ? server.kill9() : server.stop(how));
    await expect(ask(url, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/);
    await server.start();
    expect(await ask(url, 'SELECT n FROM kept')).toHaveLength(before + 1);
  });

  it('refuses a second start while it runs', async () => {
    await expect(server.start()).rejects.toThrow(/runs already/);
    expect(await ask(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('what is left', () => {
  it('is nothing after destroy, and destroying again does no harm', async () => {
    const server = await startPostgres();
    const data = await dataFolderOf(server);
    const [row] = await ask<{ pid: number }>(server.url, 'SELECT pg_backend_pid() AS pid');
    await server.destroy();
    expect(existsSync(data.replace(/\/data$/, ''))).toBe(false);
    expect(isRunning(row!.pid)).toBe(false);
    await server.destroy();
  });

  it('is nothing when a server does not start, and the end of its log says why', async () => {
    const starting = startPostgres({ settings: { shared_buffers: 'plenty' } });
    await expect(starting).rejects.toThrow(
      /did not start[\s\S]*invalid value for parameter "shared_buffers"/,
    );
  });

  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('is nothing after %s of its owner', async (signal) => {
    const owner = await ownerOfServer();
    const [line] = (await once(owner.stdout!, 'data')) as [Buffer];
    const { url, superuserUrl } = JSON.parse(line.toString()) as PostgresServer;
    const data = await dataFolderOf({ url, superuserUrl } as PostgresServer);
    owner.kill(signal);
    await until(() => !existsSync(data.replace(/\/data$/, '')), 10_000);
    await expect(ask(url, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/);
  });
});

/** A process that starts a server, tells of it, and does nothing about its own end. */
async function ownerOfServer(): Promise<ChildProcess> {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const program = `
    import { startPostgres } from './postgres.ts';
    process.stdout.write(JSON.stringify(await startPostgres()));
    setInterval(() => {}, 1000);`;
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: here, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    write: false,
  });
  // By standard input, so that packages are found from this folder and no file is left.
  const owner = spawn(process.execPath, ['--input-type=module', '-'], {
    cwd: here,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  owner.stdin!.end(outputFiles[0]!.text);
  return owner;
}
