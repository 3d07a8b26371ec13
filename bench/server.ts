// The server under test: dist/bifrost.js in a process of its own, on a fresh data directory beside the bundle (a real
// disk, where a temporary folder may be memory) or a database, with one provider and the rules that the benchmarks assume.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Address } from './connection.ts';
import { APP_ROLE } from './person.ts';
import type { Database } from './postgres.ts';
import { cpuSecondsOf, memoryOf } from './process-use.ts';

const dist = dirname(fileURLToPath(import.meta.url));
const entry = join(dist, 'bifrost.js');
const READY_WITHIN_MS = 30_000;
const STOPPED_WITHIN_MS = 20_000;

/** Where one server keeps its data, and who may provision there. */
export interface Home {
  folder: string;
  /** What tells a Bifrost where its data is. */
  env: {
    BIFROST_DATA_DIR: string;
    DATABASE_URL?: string;
    BIFROST_SECRET_KEY?: string;
    BIFROST_DEVELOPMENT?: string;
  };
  /** Of the provider, for SCIM. */
  token: string;
  /** Of an administrator, for the API. */
  apiKey: string;
  remove(): Promise<void>;
}

export interface Server {
  address: Address;
  token: string;
  /** From the start of the process until /readyz said yes. */
  startMs: number;
  get(path: string): Promise<unknown>;
  send(method: string, path: string, body: unknown): Promise<{ status: number; body: unknown }>;
  /** Of all threads, user and system. */
  cpuSeconds(): Promise<number>;
  /** Resident memory now and at most so far, in MiB; null where there is no /proc. */
  memory(): { now: number; peak: number } | null;
  stop(): Promise<void>;
}

/** In a folder of its own, and on SQLite without a database. */
export function makeHome(database: Database | null): Home {
  const folder = mkdtempSync(join(dist, 'bench-data-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  // An interrupted run leaves nothing on the disk either.
  process.once('exit', removeFolder);
  return homeIn(folder, database, async () => {
    process.removeListener('exit', removeFolder);
    removeFolder();
    await database?.drop();
  });
}

export function homeIn(folder: string, database: Database | null, remove: Home['remove']): Home {
  const home: Home = {
    folder,
    env: {
      BIFROST_DATA_DIR: join(folder, 'data'),
      // The same for whoever opens that database next.
      ...(database && {
        DATABASE_URL: database.url,
        BIFROST_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
      }),
    },
    token: randomBytes(32).toString('base64url'),
    apiKey: randomBytes(32).toString('base64url'),
    remove,
  };
  configure(home);
  return home;
}

/** Rules that a home has instead of those of the benchmarks; for its next start. */
export function configure(home: Home, rules: Record<string, unknown> = {}): void {
  const provider = {
    name: 'entra',
    kind: 'entra',
    tenantId: '6f1d3c5a-0f9b-4a55-9a51-7f3f1f3a6b10',
    clientId: '1b0e6c0e-52f5-4c0c-8d2e-0c1f4a3c9d21',
    scim: { enabled: true, provisioningToken: home.token },
    attributeRoleMappings: [{ attribute: 'roles', value: APP_ROLE, role: 'Viewer' }],
    attributeTeamMappings: [{ attribute: 'groups', value: '*', team: '*' }],
    attributeBusinessUnitMappings: [{ attribute: 'department', value: '*', businessUnit: '*' }],
    ...rules,
  };
  const apiKeys = [{ name: 'bench', key: home.apiKey, role: 'Admin' }];
  const file = join(home.folder, 'bifrost.json');
  writeFileSync(file, JSON.stringify({ apiKeys, providers: [provider] }), { mode: 0o600 });
}

/** Resolves when the server is ready; throws with what it printed when it ends before that. */
export async function startServer(
  home: Home,
  profileDir?: string,
  readyWithinMs = READY_WITHIN_MS,
): Promise<Server> {
  const profiling = profileDir ? ['--cpu-prof', `--cpu-prof-dir=${profileDir}`] : [];
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...profiling, entry, 'start', '--json'], {
    env: {
      ...withoutDatabase(process.env),
      ...home.env,
      HOST: '127.0.0.1',
      PORT: '0',
      BIFROST_CONFIG: join(home.folder, 'bifrost.json'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.removeListener('exit', kill));
  const url = await readyUrl(child, readyWithinMs);
  await ready(url);
  return serverHandle(child, url, home.token, performance.now() - startedAt);
}

/** Whoever runs the benchmarks may have a Bifrost of their own. */
function withoutDatabase({ DATABASE_URL: _theirs, ...others }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return others;
}

/** The `url` of the first line that is JSON. */
function readyUrl(child: ChildProcess, withinMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    let complaint = '';
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the server did not say its address in ${withinMs} ms`));
    }, withinMs);
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-64_000);
      const line = said
        .split('\n')
        .slice(0, -1)
        .find((each) => each.startsWith('{"url"'));
      if (!line) return;
      clearTimeout(timer);
      resolve((JSON.parse(line) as { url: string }).url);
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      complaint = `${complaint}${text}`.slice(-4_000);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the server ended with code ${code}:\n${complaint || said.slice(-4_000)}`));
    });
  });
}

async function ready(url: string): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline) {
    if ((await fetch(`${url}/readyz`)).ok) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`the server was not ready in ${READY_WITHIN_MS} ms`);
}

function serverHandle(child: ChildProcess, url: string, token: string, startMs: number): Server {
  const { hostname, port } = new URL(url);
  const ask = async (method: string, path: string, body?: unknown) => {
    const headers: Record<string, string> = { authorization: `Bearer ${token}` };
    if (body !== undefined) headers['content-type'] = 'application/scim+json';
    const sent = body === undefined ? null : JSON.stringify(body);
    const response = await fetch(`${url}/scim/v2${path}`, { method, headers, body: sent });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : null };
  };
  return {
    address: { host: hostname, port: Number(port) },
    token,
    startMs,
    async get(path) {
      const { status, body } = await ask('GET', path);
      if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
      return body;
    },
    send: ask,
    // /metrics costs the server work that grows with its users and would be counted with what is measured.
    cpuSeconds: async () => cpuSecondsOf(child.pid!) ?? cpuSecondsFromMetrics(url),
    memory: () => memoryOf(child.pid!),
    stop: () => stop(child),
  };
}

async function cpuSecondsFromMetrics(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const found = /^process_cpu_seconds_total (\S+)/m.exec(metrics);
  if (!found) throw new Error('/metrics has no process_cpu_seconds_total');
  return Number(found[1]);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const timer = setTimeout(() => child.kill('SIGKILL'), STOPPED_WITHIN_MS);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(timer);
}

/** A folder for CPU profiles, and what is in it at the end. */
export function profileFolder(): { folder: string; files(): string[] } {
  const folder = join(dist, 'profiles');
  mkdirSync(folder, { recursive: true });
  const before = new Set(readdirSync(folder));
  return {
    folder,
    files: () =>
      readdirSync(folder)
        .filter((name) => !before.has(name))
        .map((name) => join(folder, name)),
  };
}
