// What a run of the benchmarks is asked to do, read once from the command line.

import { parseArgs } from 'node:util';

export type Engine = 'sqlite' | 'postgres';

export interface Options {
  /** What is asked for; null: both where a PostgreSQL can be had, otherwise SQLite alone. */
  engines: readonly Engine[] | null;
  /** A database of the PostgreSQL to be used, otherwise that of the tests. */
  postgres: string | null;
  /** Names of rows to run; empty for all. A name ending in `-` or being the first words of a name takes the family. */
  only: string[];
  json: boolean;
  save: boolean;
  profile: boolean;
  /** Whether the peers are measured too. */
  versus: boolean;
  effort: Effort;
}

/** How much is measured. */
export interface Effort {
  name: 'quick' | 'default' | 'scale';
  rounds: number;
  /** Of one measurement of the server, and of the floor beside it. */
  serverMs: number;
  floorMs: number;
  warmUpMs: number;
  /** Once for a new server and the floor, before anything: until the compiler has done with the hot paths. */
  firstWarmUpMs: number;
  /** Users that are there before look-ups and changes are measured. */
  people: number;
  /** Populations between which the cost of an operation is compared, rising. */
  sizes: number[];
  /** Operations per round of that comparison. */
  growthUnits: number;
  growthRounds: number;
  /** Members of the large group, where there are that many users and some to spare. */
  members: number;
  /** Starts that are timed, of each kind. */
  starts: number;
}

const quick: Effort = {
  name: 'quick',
  rounds: 1,
  serverMs: 500,
  floorMs: 300,
  warmUpMs: 200,
  firstWarmUpMs: 1_000,
  people: 2_000,
  sizes: [1_000, 10_000],
  growthUnits: 200,
  growthRounds: 3,
  members: 5_000,
  starts: 1,
};

const full: Effort = {
  name: 'default',
  rounds: 3,
  serverMs: 1_200,
  floorMs: 500,
  warmUpMs: 500,
  firstWarmUpMs: 4_000,
  people: 10_000,
  sizes: [1_000, 100_000],
  growthUnits: 600,
  growthRounds: 5,
  members: 10_000,
  starts: 3,
};

const scaled = { ...full, name: 'scale' as const, members: 100_000 };
const SCALE_SIZES = [1_000, 100_000, 1_000_000];

export const usage = `npm run bench -- [options]
  --engine which      sqlite, postgres or both; default both, where a PostgreSQL can be had
  --postgres URL      a PostgreSQL server instead of the one that npm brings; its role must be allowed to create databases
  --only name,...     only these rows (a family by its first words: --only look-up)
  --quick             a short look instead of the whole
  --scale [sizes]     populations for the cost per operation, default ${SCALE_SIZES.join(',')}; a group of 100,000
  --seconds S         length of each measurement
  --vs                also the peers that install from npm, after the rows; \`--vs --only vs\` without the rows
  --json              JSON instead of the table
  --save              also write docs/bench/latest.json
  --profile           CPU profile of the server, file named at the end; of PostgreSQL, where its time went
`;

/** Throws an Error that names the option. */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args: withDefaultSizes(args),
    options: {
      only: { type: 'string', multiple: true },
      json: { type: 'boolean', default: false },
      save: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      vs: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      scale: { type: 'string' },
      engine: { type: 'string' },
      postgres: { type: 'string' },
      seconds: { type: 'string' },
    },
  });
  if (values.quick && values.scale !== undefined) throw new Error('--quick and --scale exclude each other');
  const only = (values.only ?? []).flatMap((names) => names.split(',')).filter(Boolean);
  const { json, save, profile, vs: versus } = values;
  const postgres = values.postgres === undefined ? null : readUrl(values.postgres);
  const engines = postgres !== null && values.engine === undefined ? both : readEngines(values.engine);
  return { engines, postgres, only, json, save, profile, versus, effort: readEffort(values) };
}

const both = ['sqlite', 'postgres'] as const;

function readEngines(text: string | undefined): Options['engines'] {
  if (text === undefined) return null;
  if (text === 'both') return both;
  const found = both.find((engine) => engine === text);
  if (!found) throw new Error(`--engine wants sqlite, postgres or both, not "${text}"`);
  return [found];
}

function readUrl(text: string): string {
  if (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new Error('--postgres wants postgres://user:password@host:port/database');
}

/** `--scale` may stand alone, which parseArgs has no word for. */
function withDefaultSizes(args: string[]): string[] {
  return args.map((arg, i) => {
    const alone = arg === '--scale' && !/^\d/.test(args[i + 1] ?? '');
    return alone ? `--scale=${SCALE_SIZES.join(',')}` : arg;
  });
}

function readEffort(values: { quick: boolean; scale?: string; seconds?: string }): Effort {
  const base = values.quick ? quick : values.scale === undefined ? full : scaled;
  const sizes = values.scale === undefined ? base.sizes : readSizes(values.scale);
  const effort = { ...base, sizes };
  if (values.seconds === undefined) return effort;
  const ms = Number(values.seconds) * 1000;
  if (!(ms > 0)) throw new Error(`--seconds wants a positive number, not "${values.seconds}"`);
  return { ...effort, serverMs: ms, floorMs: ms, warmUpMs: ms / 2, firstWarmUpMs: ms };
}

function readSizes(text: string): number[] {
  const sizes = text.split(',').map((each) => Number(each.replaceAll('_', '')));
  if (sizes.length === 0 || !sizes.every((size) => Number.isInteger(size) && size >= 200)) {
    throw new Error(`--scale wants numbers of users from 200 up, not "${text}"`);
  }
  return sizes.sort((a, b) => a - b);
}
