// `npm run bench -- --plan`: changes of rules planned over a large provider, and what other requests notice meanwhile. The people
// are those of `npm run scale`, in the same folder, and are kept between runs.

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

const changes: Readonly<Record<string, object>> = {
  'everybody loses their role': { attributeRoleMappings: [] },
  'everybody gains a team': {
    attributeTeamMappings: [
      { attribute: 'groups', value: '*', team: '*' },
      { attribute: 'department', value: '*', team: 'All of ${*}' },
    ],
  },
  'one team goes': {
    attributeTeamMappings: [
      { attribute: 'groups', value: '*', team: '*' },
      { attribute: 'title', value: 'nobody has this', team: 'x' },
    ],
  },
};

interface PlanJson {
  people: number;
  lose: number;
  gain: number;
}

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
      for (const [what, body] of Object.entries(changes))
        await measure(home, server, what, body, values.rounds);
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

async function measure(
  home: Home,
  server: Server,
  what: string,
  body: object,
  rounds: string,
): Promise<void> {
  for (let round = 0; round < Number(rounds); round++) {
    const looking = lookUps(server);
    const startedAt = performance.now();
    const plan = await askApi<PlanJson>(home, server, 'POST', '/providers/entra/plan', body);
    const seconds = (performance.now() - startedAt) / 1000;
    const { p50, p99, most } = await looking.stop();
    const memory = server.memory();
    process.stdout.write(
      `${what.padEnd(28)}${seconds.toFixed(2)} s; ${plan.people} people, ${plan.lose} lose, ${plan.gain} gain; other requests p50 ${p50} ms, p99 ${p99} ms, most ${most} ms; resident ${memory?.now} MiB, at most ${memory?.peak}\n`,
    );
  }
}
