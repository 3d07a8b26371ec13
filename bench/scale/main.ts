// `npm run scale`: a large organisation on each engine, loaded through the ledger, measured at three sizes, and written
// up in docs/scale.md. A script for a quiet afternoon, not for CI. SQLite's files are kept between runs, databases where
// `--postgres` names the server: a load that was interrupted goes on, and one that is there is only measured.

import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openLedger } from '../fill.ts';
import type { Effort, Engine } from '../options.ts';
import { connected, type Database, openPostgres, type PostgresOfRun } from '../postgres.ts';
import { describeMachine } from '../report.ts';
import { configure, type Home, homeIn, startServer } from '../server.ts';
import { openCrew, openStand, type Site, type Stand } from '../stand.ts';
import { type PopulationReport, type ScaleReport, writeSections } from './document.ts';
import { measureOperations } from './figures.ts';
import { measureJobs } from './jobs.ts';
import { plansOf } from './plans.ts';
import { loadPopulation, type Size, sizeOf, userIdOf } from './population.ts';

const usage = `npm run scale -- [options]
  --users N           default 1,000,000; also measured at a tenth and at a thousandth
  --groups N          default 10,000
  --memberships N     default 3,000,000
  --engine which      sqlite, postgres or both (default)
  --postgres URL      a PostgreSQL server instead of the one that npm brings; its databases bifrost_scale_* stay
  --folder PATH       where SQLite's files are and stay, default dist/scale
  --seconds S         length of each measurement, default 3
  --largest-only      neither the tenth nor the thousandth
  --no-jobs           neither the rename nor the rule change
  --fresh             from the beginning
  --save              write docs/scale.md; otherwise dist/scale/scale.md
`;

interface ScaleOptions {
  sizes: Size[];
  engines: Engine[];
  postgres: string | null;
  folder: string;
  ms: number;
  jobs: boolean;
  fresh: boolean;
  save: boolean;
}

/** Ids that requests are spread over. */
const IDS_KEPT = 100_000;
const SEALED_WITHIN_MS = 60 * 60_000;

const dist = dirname(fileURLToPath(import.meta.url));

export async function scale(args: string[]): Promise<void> {
  let options: ScaleOptions;
  try {
    options = readOptions(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exitCode = 2;
    return;
  }
  mkdirSync(options.folder, { recursive: true });
  const document = options.save ? join(dirname(dist), 'docs', 'scale.md') : join(options.folder, 'scale.md');
  for (const engine of options.engines) {
    const report = await scaleOn(engine, options);
    writeFileSync(join(options.folder, `${engine}.json`), `${JSON.stringify(report, null, 2)}\n`);
    writeSections(document, report);
    process.stdout.write(`${engine}: ${document}\n`);
  }
}

function readOptions(args: string[]): ScaleOptions {
  const { values } = parseArgs({
    args,
    options: {
      users: { type: 'string', default: '1000000' },
      groups: { type: 'string', default: '10000' },
      memberships: { type: 'string', default: '3000000' },
      engine: { type: 'string', default: 'both' },
      postgres: { type: 'string' },
      folder: { type: 'string', default: join(dist, 'scale') },
      seconds: { type: 'string', default: '3' },
      'largest-only': { type: 'boolean', default: false },
      'no-jobs': { type: 'boolean', default: false },
      fresh: { type: 'boolean', default: false },
      save: { type: 'boolean', default: false },
    },
  });
  const number = (name: 'users' | 'groups' | 'memberships' | 'seconds', least: number) => {
    const value = Number(values[name].replaceAll(/[,_]/g, ''));
    if (!(value >= least)) throw new Error(`--${name} wants a number from ${least} up`);
    return value;
  };
  const [users, groups, memberships] = [
    number('users', 5_000),
    number('groups', 2),
    number('memberships', 0),
  ];
  const shares = values['largest-only'] ? [1] : [1_000, 10, 1];
  const engines = (['sqlite', 'postgres'] as const).filter((each) => ['both', each].includes(values.engine));
  if (engines.length === 0) throw new Error('--engine wants sqlite, postgres or both');
  const sizes = shares.map((share) => {
    const people = Math.max(1_000, Math.floor(users / share));
    const part = people / users;
    return sizeOf(people, Math.max(5, Math.floor(groups * part)), Math.floor(memberships * part));
  });
  return {
    sizes,
    engines,
    postgres: values.postgres ?? null,
    folder: values.folder,
    ms: number('seconds', 0.1) * 1000,
    jobs: !values['no-jobs'],
    fresh: values.fresh,
    save: values.save,
  };
}

const say = (engine: Engine) => (line: string) => {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${engine}: ${line}\n`);
};

async function scaleOn(engine: Engine, options: ScaleOptions): Promise<ScaleReport> {
  const { node, cpu, cores, memoryGiB, flushMs, loadAverage } = describeMachine();
  const tell = say(engine);
  const postgres = engine === 'postgres' ? await openPostgres(options.postgres, false) : null;
  const crew = await openCrew();
  const machine = `Node ${node}, ${cores} x ${cpu}, ${memoryGiB} GiB; a flush takes ${flushMs} ms; load ${loadAverage} at the start${postgres ? `; ${postgres.described}` : ''}`;
  const report: ScaleReport = {
    engine,
    startedAt: new Date().toISOString(),
    machine,
    populations: [],
    jobs: [],
    plans: [],
  };
  try {
    const stand = await openStand(crew, { effort, postgres, profileDir: undefined });
    try {
      for (const size of options.sizes) {
        const home = await homeOf(engine, size, options, postgres);
        report.populations.push(await population(stand, home, size, options, tell));
        if (size !== options.sizes.at(-1)) continue;
        report.plans = await plansOf(home);
        if (options.jobs) report.jobs = await jobsOf(stand, home, size, tell);
      }
    } finally {
      await stand.close();
    }
  } finally {
    crew.stop();
    await postgres?.close();
  }
  return report;
}

/** The stand is asked for nothing but to send. */
const effort: Effort = {
  name: 'scale',
  rounds: 1,
  serverMs: 1_000,
  floorMs: 1_000,
  warmUpMs: 1_000,
  firstWarmUpMs: 1_000,
  people: 0,
  sizes: [],
  growthUnits: 0,
  growthRounds: 0,
  members: 0,
  starts: 0,
};

async function homeOf(
  engine: Engine,
  { users, groups, memberships }: Size,
  { folder, fresh }: ScaleOptions,
  postgres: PostgresOfRun | null,
): Promise<Home> {
  const name = `${users}_${groups}_${memberships}`;
  const place = join(folder, `${engine}-${name}`);
  if (fresh) rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  let database: Database | null = null;
  if (postgres) {
    database = await postgres.databaseNamed(`bifrost_scale_${name}`, fresh);
  }
  return homeIn(place, database, async () => {});
}

async function population(
  stand: Stand,
  home: Home,
  size: Size,
  { ms }: ScaleOptions,
  tell: (line: string) => void,
): Promise<PopulationReport> {
  configure(home);
  tell(`${size.users} users, ${size.groups} groups, ${size.memberships} memberships`);
  // The first start makes the provider and its rules from the configuration.
  await (await startServer(home)).stop();
  const ledger = await openLedger(home.env);
  let load: PopulationReport['load'];
  let sealedAfterSeconds: number;
  let people: number;
  try {
    load = await loadPopulation(ledger, size, tell);
    const loadedAt = performance.now();
    await sealed(home, ledger, tell);
    sealedAfterSeconds = (performance.now() - loadedAt) / 1000;
    people = (await ledger.counts()).users;
  } finally {
    await ledger.close();
  }
  tell(`loaded: ${JSON.stringify(load)}, sealed ${sealedAfterSeconds.toFixed(1)} s later`);
  const bytes = await bytesOf(home);
  const site = await openSite(home, size, people);
  try {
    const figures = await measureOperations(stand, site, size, ms, tell);
    const memory = site.server.memory();
    const database = stand.databaseMemory();
    return { size, load, sealedAfterSeconds, bytes, figures, memory: memory && { ...memory, database } };
  } finally {
    await site.server.stop();
  }
}

async function openSite(home: Home, size: Size, people: number): Promise<Site> {
  const stride = Math.ceil(size.users / IDS_KEPT);
  const ids = Array.from({ length: Math.floor((size.users - 1) / stride) + 1 }, (_, k) =>
    userIdOf(k * stride),
  );
  return { server: await startServer(home), home, people, ids, stride, groups: [], serial: Date.now() % 1e9 };
}

async function jobsOf(
  stand: Stand,
  home: Home,
  size: Size,
  tell: (line: string) => void,
): Promise<ScaleReport['jobs']> {
  const site = await openSite(home, size, size.users);
  try {
    return await measureJobs(stand, site, size, tell);
  } finally {
    await site.server.stop();
  }
}

/** On PostgreSQL events get their places a moment after their commit, or later than that under such a load. */
async function sealed(
  { env }: Home,
  ledger: { lastPosition(): Promise<number> },
  tell: (line: string) => void,
): Promise<void> {
  if (env.DATABASE_URL === undefined) return;
  const url = env.DATABASE_URL;
  const deadline = performance.now() + SEALED_WITHIN_MS;
  for (;;) {
    const position = await ledger.lastPosition();
    const left = await connected(url, async (client) => {
      const { rows } = await client.query<{ left: number }>('SELECT count(*)::int AS left FROM unsealed');
      return rows[0]!.left;
    });
    if (left === 0) return;
    if (performance.now() > deadline) throw new Error(`${left} commits are still to be sealed`);
    tell(`${left} commits are still to be sealed, ${position} events are`);
  }
}

async function bytesOf({ env }: Home): Promise<Record<string, number>> {
  if (env.DATABASE_URL === undefined) {
    const files = readdirSync(env.BIFROST_DATA_DIR, { withFileTypes: true }).filter((file) => file.isFile());
    return Object.fromEntries(
      files.map(({ name }) => [name, statSync(join(env.BIFROST_DATA_DIR, name)).size]),
    );
  }
  return connected(env.DATABASE_URL, async (client) => {
    const { rows } = await client.query<{ name: string; bytes: string }>(
      `SELECT c.relname || CASE c.relkind WHEN 'r' THEN ' (rows)' WHEN 'i' THEN ' (index)' ELSE '' END AS name,
         CASE c.relkind WHEN 'r' THEN pg_table_size(c.oid) ELSE pg_relation_size(c.oid) END AS bytes
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind IN ('r', 'i')`,
    );
    return Object.fromEntries(rows.map(({ name, bytes }) => [name, Number(bytes)]));
  });
}
