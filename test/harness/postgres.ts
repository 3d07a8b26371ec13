// A PostgreSQL server of the tests' own, on a free port of 127.0.0.1, with data that goes when it is destroyed. Owns
// starting, stopping and killing it; a database for one test is fresh-database.ts.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { postgresBinaries } from './postgres-binaries.ts';
import { makeServerFolder, type ServerFolder } from './postgres-folder.ts';

export interface PostgresServer {
  /** As a role that may create databases and log in, and nothing else: the engine must not need more. */
  readonly url: string;
  readonly superuserUrl: string;
  /** Also again after a stop: same data, same port. Returns once it takes connections, crash recovery included. */
  start(): Promise<void>;
  /** `fast` ends sessions and writes everything; `immediate` is a crash of the server that its children notice. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  /** SIGKILL for the server and all its processes. */
  kill9(): Promise<void>;
  /** What the server wrote to its log. */
  log(): Promise<string>;
  /** Stops it and removes everything. */
  destroy(): Promise<void>;
}

export interface PostgresOptions {
  /** True: as operators have it, on disk. Otherwise data survives `kill9` as well, but no loss of power. */
  fsync?: boolean;
  /** Of postgresql.conf, such as `max_connections`. */
  settings?: Readonly<Record<string, string | number>>;
}

const START_MS = 60_000;
const STOP_MS = 30_000;
const INIT_MS = 60_000;
const LOOK_AGAIN_MS = 10;
const SHOWN_LOG_CHARACTERS = 2_000;
const ROLE = 'bifrost';
const SUPERUSER = 'postgres';

export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const binaries = await postgresBinaries();
  const folder = await makeServerFolder(options.fsync ?? false);
  try {
    const password = randomBytes(16).toString('hex');
    await initialise(binaries, folder, password);
    const port = await freePort();
    const server = serverOn(join(binaries, 'bin/postgres'), folder, port, options);
    await server.start();
    const urlOf = (role: string) => `postgres://${role}:${password}@127.0.0.1:${port}/postgres`;
    await createRole(urlOf(SUPERUSER), password);
    return { ...server, url: urlOf(ROLE), superuserUrl: urlOf(SUPERUSER) };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

async function initialise(binaries: string, folder: ServerFolder, password: string): Promise<void> {
  const passwordFile = join(folder.path, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  const { uid, gid } = folder.account;
  if (uid !== undefined && gid !== undefined) await chown(passwordFile, uid, gid);
  const data = join(folder.path, 'data');
  const options = ['--no-sync', '--no-instructions', '--encoding=UTF8', '--locale=C'];
  const credentials = ['--auth=scram-sha-256', `--username=${SUPERUSER}`, `--pwfile=${passwordFile}`];
  const child = await run(folder, join(binaries, 'bin/initdb'), [...options, ...credentials, data]);
  await ended(child, INIT_MS, 'initdb');
  folder.guard(null);
  if (child.exitCode !== 0) throw new Error(`initdb failed.\n${await logOf(folder)}`);
  await rm(passwordFile);
}

async function createRole(superuserUrl: string, password: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  await client.query(`CREATE ROLE ${ROLE} LOGIN CREATEDB PASSWORD '${password}'`).finally(() => client.end());
}

type Running = Omit<PostgresServer, 'url' | 'superuserUrl'>;

function serverOn(program: string, folder: ServerFolder, port: number, options: PostgresOptions): Running {
  const data = join(folder.path, 'data');
  let child: ChildProcess | null = null;

  async function stopBy(signal: NodeJS.Signals): Promise<void> {
    if (!child) return;
    const ending = child;
    ending.kill(signal);
    await ended(ending, STOP_MS, 'PostgreSQL');
    child = null;
    folder.guard(null);
  }

  return {
    async start() {
      if (child && !isGone(child)) throw new Error('this PostgreSQL runs already: stop it first');
      const deadline = Date.now() + START_MS;
      do {
        child = await run(folder, program, ['-D', data, '-p', String(port), ...settingsOf(options)]);
        if (await isReady(child, data, deadline)) return;
      } while (Date.now() < deadline && (await isHeldByThePast(folder)));
      await stopBy('SIGQUIT');
      throw new Error(
        `PostgreSQL did not start on port ${port}. The end of its log:\n${await logOf(folder)}`,
      );
    },
    stop: (mode = 'fast') => stopBy(mode === 'fast' ? 'SIGINT' : 'SIGQUIT'),
    async kill9() {
      const children = child?.pid ? await childrenOf(child.pid) : [];
      await stopBy('SIGKILL');
      for (const pid of children) killIfThere(pid);
    },
    log: () => readFile(join(folder.path, 'log'), 'utf8'),
    async destroy() {
      await stopBy('SIGQUIT');
      await folder.remove();
    },
  };
}

function settingsOf({ fsync = false, settings = {} }: PostgresOptions): string[] {
  const all = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    // Shared memory as files beside the data, so that after a kill it goes with them.
    dynamic_shared_memory_type: 'mmap',
    // Two workers, in each several servers with pools of their own.
    max_connections: 200,
    timezone: 'UTC',
    fsync: fsync ? 'on' : 'off',
    full_page_writes: fsync ? 'on' : 'off',
    max_wal_size: '256MB',
    ...settings,
  };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

// --- processes --------------------------------------------------------------------------------------------------

async function run(folder: ServerFolder, program: string, args: readonly string[]): Promise<ChildProcess> {
  const log = await open(join(folder.path, 'log'), 'a', 0o600);
  try {
    const child = spawn(program, args, {
      cwd: folder.path,
      // Nothing of PGHOST and its like; messages in English, whatever the machine speaks.
      env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' },
      ...folder.account,
      // Ctrl-C in the terminal is for the tests, which then end their server.
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    await once(child, 'spawn').catch((cause: unknown) => {
      const advice = 'Set TEST_DATABASE_URL to a server of your own if this machine does not allow it';
      throw new Error(`${program} cannot be run. ${advice}.`, { cause });
    });
    child.unref();
    folder.guard(child.pid!);
    return child;
  } finally {
    await log.close();
  }
}

const isGone = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

async function ended(child: ChildProcess, withinMs: number, name: string): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!isGone(child)) {
    if (Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`${name} (process ${child.pid}) did not end within ${withinMs} ms and was killed.`);
    }
    await sleep(LOOK_AGAIN_MS);
  }
}

/** The server says so itself, in the eighth line of its pid file; connections before are refused. */
async function isReady(child: ChildProcess, data: string, deadline: number): Promise<boolean> {
  while (!isGone(child) && Date.now() < deadline) {
    const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return true;
    await sleep(LOOK_AGAIN_MS);
  }
  return false;
}

/** After a kill: what is left of the processes before lets go in a moment. */
async function isHeldByThePast(folder: ServerFolder): Promise<boolean> {
  await sleep(100);
  return /shared memory block .* is still in use|Address already in use/.test(
    (await logOf(folder)).split('\n').slice(-6).join('\n'),
  );
}

async function logOf(folder: ServerFolder): Promise<string> {
  return (await readFile(join(folder.path, 'log'), 'utf8')).slice(-SHOWN_LOG_CHARACTERS);
}

/** Where the system does not tell: they notice by themselves that the server is gone. */
async function childrenOf(pid: number): Promise<number[]> {
  const pids = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return pids.split(' ').filter(Boolean).map(Number);
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Below the ports that systems give to outgoing connections (from 32768 on Linux): while the server is stopped, a client
 * that keeps trying would in the end be given its port, and connect to itself.
 */
async function freePort(): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const port = 15_000 + Math.floor(Math.random() * 17_000);
    const listener = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      listener.once('error', () => resolve(false));
      listener.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => listener.close(resolve));
    return port;
  }
  throw new Error('no free port between 15000 and 32000 on 127.0.0.1 in 50 tries: see what listens there');
}
