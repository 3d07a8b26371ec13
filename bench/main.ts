// `npm run bench`: runs the rows and says how they came out. The same bundle serves as the generator, the floor and
// the filler when it is started with that role. Ends with 1 when an answer was wrong; a missed target is no error.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serveFill } from './fill.ts';
import { serveFloor } from './floor.ts';
import { serveLoad } from './load.ts';
import { type Options, readOptions, usage } from './options.ts';
import { describeMachine, judge, type Report, type Row, table } from './report.ts';
import { generatorPlans } from './rows/generator.ts';
import { groupPlans } from './rows/groups.ts';
import { growthPlans } from './rows/growth.ts';
import type { RowPlan } from './rows/plan.ts';
import { readPlans } from './rows/reads.ts';
import { startPlans } from './rows/starts.ts';
import { writePlans } from './rows/writes.ts';
import { profileFolder } from './server.ts';
import { openStand, type Stand } from './stand.ts';
import type { Role } from './worker.ts';

/** In this order: the first rows find few people, and what swells memory comes after memory was read. */
const plans: RowPlan[] = [
  ...generatorPlans,
  ...startPlans,
  ...writePlans,
  ...readPlans,
  ...growthPlans,
  ...groupPlans,
];

const roles = { load: serveLoad, floor: serveFloor, fill: serveFill } satisfies Record<Role, () => void>;

const signals = ['SIGINT', 'SIGTERM'] as const;

const project = dirname(dirname(fileURLToPath(import.meta.url)));

await start(process.argv.slice(2));

async function start(args: string[]): Promise<void> {
  const [role] = args;
  if (role !== undefined && Object.hasOwn(roles, role)) {
    roles[role as Role]();
    return;
  }
  let options: Options;
  try {
    options = readOptions(args);
    chosenPlans(options.only);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exitCode = 2;
    return;
  }
  const report = await bench(options);
  const json = `${JSON.stringify(report, null, 2)}\n`;
  process.stdout.write(options.json ? json : table(report));
  if (options.save) {
    mkdirSync(join(project, 'docs', 'bench'), { recursive: true });
    writeFileSync(join(project, 'docs', 'bench', 'latest.json'), json);
  }
  process.exitCode = report.rows.some(({ verdict }) => verdict === 'failed') ? 1 : 0;
}

function chosenPlans(only: string[]): RowPlan[] {
  const isOf = (name: string) => (plan: RowPlan) => plan.name === name || plan.name.startsWith(`${name}-`);
  const unknown = only.find((name) => !plans.some(isOf(name)));
  if (unknown) {
    throw new Error(`no row is named "${unknown}"; there are ${plans.map(({ name }) => name).join(', ')}`);
  }
  return only.length === 0 ? plans : plans.filter((plan) => only.some((name) => isOf(name)(plan)));
}

async function bench({ effort, only, profile }: Options): Promise<Report> {
  const startedAt = new Date();
  const machine = describeMachine();
  const profiles = profile ? profileFolder() : null;
  const stand = await openStand(effort, profiles?.folder);
  const interrupt = () => {
    stand.close().finally(() => process.exit(130));
  };
  for (const signal of signals) process.once(signal, interrupt);
  const rows: Row[] = [];
  try {
    for (const plan of chosenPlans(only)) rows.push(...(await runPlan(plan, stand)));
  } finally {
    for (const signal of signals) process.removeListener(signal, interrupt);
    await stand.close();
  }
  const seconds = (Date.now() - startedAt.getTime()) / 1000;
  const files = profiles?.files() ?? [];
  return { startedAt: startedAt.toISOString(), seconds, effort: effort.name, machine, rows, profiles: files };
}

/** A row that cannot be measured is a failed row, and the others go on. */
async function runPlan({ name, run }: RowPlan, stand: Stand): Promise<Row[]> {
  process.stderr.write(`${name} ...\n`);
  try {
    return await run(stand);
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return [judge({ name, title: name, target: null, value: Number.NaN, unit: '', failures: { [what]: 1 } })];
  }
}
