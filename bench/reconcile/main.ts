// `npm run bench -- --reconcile`: a large directory read by a Bifrost in a process of its own, from the local Entra in another: an
// import of everybody, a run that finds nothing, one after a day's churn, and the same for the whole directory.

import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { askApi, lookUps } from '../beside.ts';
import { type Database, openPostgres } from '../postgres.ts';
import { describeMachine } from '../report.ts';
import { configure, type Home, makeHome, type Server, startServer } from '../server.ts';

const usage = `npm run bench -- --reconcile [options]
  --users N          default 100,000
  --groups N         default 10,000
  --memberships N    default 1,500,000
  --assigned N       groups that are assigned and together hold everybody, default 50
  --engine which     sqlite (default) or postgres
  --assigned-only    not the whole directory
`;

const simulator = join(dirname(fileURLToPath(import.meta.url)), 'simulator.js');
const LONGEST_RUN_MS = 30 * 60_000;
const LOOK_EVERY_MS = 50;

interface Entra {
  url: string;
  graphUrl: string;
  controlUrl: string;
  tenantId: string;
  clientId: string;
  clientSecret: string;
}

interface RunJson {
  id: string;
  phase: string;
  outcome: string | null;
  problems: string[];
  compared: number;
  told: number;
  read: {
    people: number;
    memberships: number;
    requests: number;
    resourceUnits: number | null;
    throttled: number;
  };
  durationsMs: Record<string, number>;
}

export async function benchReconcile(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      users: { type: 'string', default: '100000' },
      groups: { type: 'string', default: '10000' },
      memberships: { type: 'string', default: '1500000' },
      assigned: { type: 'string', default: '50' },
      engine: { type: 'string', default: 'sqlite' },
      'assigned-only': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const closers: (() => Promise<unknown>)[] = [];
  try {
    const { child, entra } = await startEntra([
      ...['--tenant-users', values.users, '--tenant-groups', values.groups],
      ...['--tenant-members', values.memberships, '--assigned-groups', values.assigned],
    ]);
    closers.push(async () => child.kill('SIGTERM'));
    let database: Database | null = null;
    if (values.engine === 'postgres') {
      const postgres = await openPostgres(null, false);
      closers.push(postgres.close);
      database = await postgres.newDatabase();
    }
    const { cores, cpu, node } = describeMachine();
    const home = makeHome(database);
    closers.push(home.remove);
    process.stdout.write(
      `${cores} x ${cpu}, ${node}; ${values.engine}; ${values.users} people, ${values.groups} groups\n`,
    );
    await measure(home, entra, values['assigned-only']);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function measure(home: Home, entra: Entra, isAssignedOnly: boolean): Promise<void> {
  const bench = async (scope: 'assigned' | 'all', steps: readonly Step[]) => {
    configureFor(home, entra, scope);
    const server = await startServer(home);
    try {
      for (const step of steps) process.stdout.write(await line(home, server, entra, scope, step));
    } finally {
      await server.stop();
    }
  };
  await bench('assigned', ['import', 'nothing new', 'churn']);
  if (!isAssignedOnly) await bench('all', ['first', 'nothing new', 'churn']);
}

type Step = 'import' | 'first' | 'nothing new' | 'churn';

async function line(home: Home, server: Server, entra: Entra, scope: string, step: Step): Promise<string> {
  if (step === 'churn') await control(entra, 'POST', '/people/churn', { day: scope === 'all' ? 2 : 1 });
  const before = server.memory()?.now ?? null;
  const looking = lookUps(server);
  const startedAt = performance.now();
  const path = step === 'import' ? 'import' : 'reconcile';
  const body = step === 'import' ? { preview: false } : {};
  const run = await finished(
    home,
    server,
    await askApi<RunJson>(home, server, 'POST', `/providers/entra/${path}`, body),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const p99 = await looking.stop();
  const memory = server.memory();
  const phases = Object.entries(run.durationsMs).map(([phase, ms]) => `${phase} ${(ms / 1000).toFixed(1)} s`);
  return [
    `${scope.padEnd(9)}${step.padEnd(12)}${seconds.toFixed(1)} s (${phases.join(', ')})`,
    `  ${run.outcome}, ${run.read.people} people, ${run.read.memberships} memberships, ${run.told} told, ${run.read.requests} requests, ${run.read.resourceUnits} units, ${run.read.throttled} throttled`,
    `  resident ${before} -> ${memory?.now} MiB, at most ${memory?.peak}; other requests meanwhile p50 ${p99.p50} ms, p99 ${p99.p99} ms, most ${p99.most} ms`,
    ...run.problems.map((problem) => `  ${problem}`),
    '',
  ].join('\n');
}

async function finished(home: Home, server: Server, { id }: { id: string }): Promise<RunJson> {
  const deadline = performance.now() + LONGEST_RUN_MS;
  for (;;) {
    const run = await askApi<RunJson>(home, server, 'GET', `/reconciliations/${id}`);
    if (run.phase === 'done') return run;
    if (performance.now() > deadline) throw new Error(`the run is still ${run.phase}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

async function control(entra: Entra, method: string, path: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(entra.controlUrl + path, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
}

function configureFor(home: Home, entra: Entra, scope: 'assigned' | 'all'): void {
  home.env.BIFROST_DEVELOPMENT = '1';
  configure(home, {
    tenantId: entra.tenantId,
    clientId: entra.clientId,
    clientSecret: entra.clientSecret,
    authorityUrl: entra.url,
    graphUrl: entra.graphUrl,
    scope,
    guard: { percent: 100, count: 1_000_000 },
    attributeRoleMappings: [
      { attribute: 'roles', value: 'admin', role: 'Admin' },
      { attribute: 'userType', value: '*', role: 'Viewer' },
    ],
    attributeTeamMappings: [],
  });
}

/** The first line of what it prints is what a client needs. */
function startEntra(args: readonly string[]): Promise<{ child: ChildProcess; entra: Entra }> {
  const child = spawn(process.execPath, [simulator, 'serve', '--scale', '--port', '0', '--json', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    let said = '';
    child.once('exit', (code) => reject(new Error(`the local Entra ended with ${code}`)));
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const [first, ...rest] = said.split('\n');
      if (rest.length > 0) resolve({ child, entra: JSON.parse(first!) as Entra });
    });
  });
}
