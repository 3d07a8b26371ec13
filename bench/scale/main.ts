// `npm run scale`: a large organisation on each engine, loaded through the ledger, measured at three sizes, and written
// up in docs/scale.md. A script for a quiet afternoon, not for CI. SQLite's files are kept between runs, databases where
// `--postgres` names the server: a load that was interrupted goes on, and one that is there is only measured.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Effort, Engine } from '../options.ts';
import { openPostgres, type PostgresOfRun } from '../postgres.ts';
import { describeMachine } from '../report.ts';
import type { Home } from '../server.ts';
import { openCrew, openStand, type Stand } from '../stand.ts';
import { type PopulationReport, type ScaleReport, writeSections } from './document.ts';
import { measureOperations } from './figures.ts';
import { measureJobs } from './jobs.ts';
import { type ListReport, writeListSections } from './list-document.ts';
import { listPlansOf } from './list-plans.ts';
import { type ListQuestion, listQuestions } from './list-questions.ts';
import { type ListFigure, measureLists } from './lists.ts';
import { bytesOf, homeOf, loaded, openSite } from './loaded.ts';
import { addOddPeople } from './odd-people.ts';
import { plansOf } from './plans.ts';
import { type Size, sizeOf } from './population.ts';

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
  --lists             only lists of users, of the largest population: every filter in every order
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
  lists: boolean;
  fresh: boolean;
  save: boolean;
}

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
    const report = await measuredOn(engine, options);
    const name = options.lists ? `${engine}-lists.json` : `${engine}.json`;
    writeFileSync(join(options.folder, name), `${JSON.stringify(report, null, 2)}\n`);
    if ('lists' in report) writeListSections(document, report);
    else writeSections(document, report);
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
      lists: { type: 'boolean', default: false },
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
    lists: values.lists,
    fresh: values.fresh,
    save: values.save,
  };
}

type Tell = (line: string) => void;

const say =
  (engine: Engine): Tell =>
  (line: string) => {
    process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${engine}: ${line}\n`);
  };

/** On a stand of its own, which is gone afterwards. */
async function measuredOn(engine: Engine, options: ScaleOptions): Promise<ScaleReport | ListReport> {
  const { node, cpu, cores, memoryGiB, flushMs, loadAverage } = describeMachine();
  const postgres = engine === 'postgres' ? await openPostgres(options.postgres, false) : null;
  const crew = await openCrew();
  const machine = `Node ${node}, ${cores} x ${cpu}, ${memoryGiB} GiB; a flush takes ${flushMs} ms; load ${loadAverage} at the start${postgres ? `; ${postgres.described}` : ''}`;
  const about = { engine, startedAt: new Date().toISOString(), machine };
  try {
    const stand = await openStand(crew, { effort, postgres, profileDir: undefined });
    try {
      return options.lists
        ? { ...about, ...(await lists(stand, postgres, options)) }
        : { ...about, ...(await populations(stand, postgres, options)) };
    } finally {
      await stand.close();
    }
  } finally {
    crew.stop();
    await postgres?.close();
  }
}

async function populations(
  stand: Stand,
  postgres: PostgresOfRun | null,
  options: ScaleOptions,
): Promise<Pick<ScaleReport, 'populations' | 'jobs' | 'plans'>> {
  const tell = say(stand.engine);
  const populations: PopulationReport[] = [];
  let largest: Home | null = null;
  for (const size of options.sizes) {
    largest = await homeOf(size, options, postgres);
    populations.push(await population(stand, largest, size, options, tell));
  }
  if (!largest) return { populations, plans: [], jobs: [] };
  const plans = await plansOf(largest);
  const jobs = options.jobs ? await jobsOf(stand, largest, options.sizes.at(-1)!, tell) : [];
  return { populations, plans, jobs };
}

/** Of the largest population alone. */
async function lists(
  stand: Stand,
  postgres: PostgresOfRun | null,
  options: ScaleOptions,
): Promise<Pick<ListReport, 'size' | 'lists' | 'plans'>> {
  const tell = say(stand.engine);
  const size = options.sizes.at(-1)!;
  const home = await homeOf(size, options, postgres);
  const { people } = await loaded(home, size, tell, (ledger) => addOddPeople(ledger, size.users, tell));
  const site = await openSite(home, size, people);
  let questions: ListQuestion[];
  let figures: ListFigure[];
  try {
    questions = await listQuestions(site);
    figures = await measureLists(stand, site, questions, options.ms, tell);
  } finally {
    await site.server.stop();
  }
  return { size, lists: figures, plans: await listPlansOf(home, questions) };
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

async function population(
  stand: Stand,
  home: Home,
  size: Size,
  { ms }: ScaleOptions,
  tell: Tell,
): Promise<PopulationReport> {
  const { load, sealedAfterSeconds, people } = await loaded(home, size, tell);
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

async function jobsOf(stand: Stand, home: Home, size: Size, tell: Tell): Promise<ScaleReport['jobs']> {
  const site = await openSite(home, size, size.users);
  try {
    return await measureJobs(stand, site, size, tell);
  } finally {
    await site.server.stop();
  }
}
