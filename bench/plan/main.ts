// `npm run bench -- --plan`: changes of rules planned over a large provider, what the doctor and the list of attributes take there,
// and what other requests notice meanwhile. The people are those of `npm run scale`, in the same folder, and are kept between runs.

import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { askApi, lookUps } from '../beside.ts';
import { openLedger } from '../fill.ts';
import { type Database, openPostgres } from '../postgres.ts';
import { describeMachine } from '../report.ts';
import { loadPopulation, sizeOf } from '../scale/population.ts';
import { configure, type Home, homeIn, profileFolder, type Server, startServer } from '../server.ts';

const usage = `npm run bench -- --plan [options]
  --users N          default 100,000
  --engine which     sqlite (default) or postgres
  --rounds N         each plan so often, default 3; the first warms up
  --profile          says where the server's time goes
`;

const dist = dirname(fileURLToPath(import.meta.url));
const GROUPS = 0.01;
const MEMBERSHIPS = 3;

interface Asked {
  what: string;
  method: 'GET' | 'POST';
  path: string;
  body?: object;
}

const plan = (what: string, body: object): Asked => ({ what, method: 'POST', path: 'plan', body });

const asked: readonly Asked[] = [
  plan('everybody loses their role', { attributeRoleMappings: [] }),
  plan('everybody gains a team', {
    attributeTeamMappings: [
      { attribute: 'groups', value: '*', team: '*' },
      { attribute: 'department', value: '*', team: 'All of ${*}' },
    ],
  }),
  plan('one team goes', {
    attributeTeamMappings: [
      { attribute: 'groups', value: '*', team: '*' },
      { attribute: 'title', value: 'nobody has this', team: 'x' },
    ],
  }),
  // The first round walks over people; what it saw is kept for the others.
  { what: 'attributes seen', method: 'GET', path: 'attributes' },
  { what: 'doctor, rules as stored', method: 'GET', path: 'doctor' },
  { what: 'doctor, a draft', method: 'POST', path: 'doctor', body: { attributeTeamMappings: [] } },
];

export async function benchPlan(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      users: { type: 'string', default: '100000' },
      engine: { type: 'string', default: 'sqlite' },
      rounds: { type: 'string', default: '3' },
      profile: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const postgres = values.engine === 'postgres' ? await openPostgres(null, false) : null;
  try {
    const users = Number(values.users);
    const { cores, cpu, node, loadAverage } = describeMachine();
    process.stdout.write(
      `${cores} x ${cpu}, ${node}; load ${loadAverage}; ${values.engine}; ${users} people\n`,
    );
    const home = await populated(users, postgres && (await postgres.newDatabase()));
    const profiles = values.profile ? profileFolder() : null;
    const server = await startServer(home, profiles?.folder);
    try {
      for (const each of asked) await measure(home, server, each, values.rounds);
    } finally {
      await server.stop();
    }
    for (const file of profiles?.files() ?? []) process.stdout.write(`${file}\n`);
  } finally {
    await postgres?.close();
  }
}

async function populated(users: number, database: Database | null): Promise<Home> {
  const size = sizeOf(users, Math.ceil(users * GROUPS), users * MEMBERSHIPS);
  const name = `${size.users}_${size.groups}_${size.memberships}`;
  const folder = join(dist, 'scale', `${database ? 'postgres' : 'sqlite'}-${name}`);
  mkdirSync(folder, { recursive: true });
  const home = homeIn(folder, database, async () => {});
  configure(home);
  await (await startServer(home)).stop();
  const ledger = await openLedger(home.env);
  try {
    await loadPopulation(ledger, size, (line) => process.stderr.write(`${line}\n`));
  } finally {
    await ledger.close();
  }
  return home;
}

async function measure(home: Home, server: Server, { what, method, path, body }: Asked, rounds: string) {
  for (let round = 0; round < Number(rounds); round++) {
    const looking = lookUps(server);
    const cpuBefore = await server.cpuSeconds();
    const startedAt = performance.now();
    const answer = await askApi<Answer>(home, server, method, `/providers/entra/${path}`, body);
    const seconds = (performance.now() - startedAt) / 1000;
    const cpu = (await server.cpuSeconds()) - cpuBefore;
    const { p50, p99, most } = await looking.stop();
    const memory = server.memory();
    process.stdout.write(
      `${what.padEnd(28)}${seconds.toFixed(2)} s, ${cpu.toFixed(2)} s of CPU with the look-ups; ${tell(answer)}; other requests p50 ${p50} ms, p99 ${p99} ms, most ${most} ms; resident ${memory?.now.toFixed(0)} MiB, at most ${memory?.peak.toFixed(0)}
`,
    );
  }
}

interface Answer {
  people: number;
  /** Of a plan. */
  lose?: number;
  gain?: number;
  /** Of the others. */
  lookedAt?: number;
}

function tell({ people, lose, gain, lookedAt }: Answer): string {
  return lookedAt === undefined
    ? `${people} people, ${lose} lose, ${gain} gain`
    : `${lookedAt} of ${people} people`;
}
