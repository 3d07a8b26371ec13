// `npm run bench`: runs the rows and says how they came out. The same bundle serves as the generator, the floors
// and the filler when it is started with that role. Ends with 1 when an answer was wrong; a missed target is no error.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serveDriver } from './driver.ts';
import { serveFill } from './fill.ts';
import { serveFloor } from './floor.ts';
import { serveLoad } from './load.ts';
import { type Engine, type Options, readOptions, usage } from './options.ts';
import { benchPlan } from './plan/main.ts';
import { openPostgres, type PostgresOfRun } from './postgres.ts';
import { benchReconcile } from './reconcile/main.ts';
import { describeMachine, type Finding, judge, type Report, type Row, table } from './report.ts';
import { accessPlans } from './rows/access.ts';
import { driverPlans } from './rows/driver.ts';
import { generatorPlans } from './rows/generator.ts';
import { groupPlans } from './rows/groups.ts';
import { growthPlans } from './rows/growth.ts';
import type { RowPlan } from './rows/plan.ts';
import { readPlans } from './rows/reads.ts';
import { startPlans } from './rows/starts.ts';
import { writePlans } from './rows/writes.ts';
import { scale } from './scale/main.ts';
import { profileFolder } from './server.ts';
import { openCrew, openStand, type Stand } from './stand.ts';
import { compare } from './vs/compare.ts';
import { type Comparison, writeSection } from './vs/table.ts';
import { benchWebhooks } from './webhooks/main.ts';
import type { Role } from './worker.ts';

/** In this order: the first rows find few people, and what swells memory comes after memory was read. */
const plans: RowPlan[] = [
  ...generatorPlans,
  ...driverPlans,
  ...startPlans,
  ...writePlans,
  ...readPlans,
  ...accessPlans,
  ...growthPlans,
  ...groupPlans,
];

const roles = {
  load: serveLoad,
  floor: serveFloor,
  fill: serveFill,
  driver: serveDriver,
} satisfies Record<Role, () => void>;

const engines: readonly Engine[] = ['sqlite', 'postgres'];

const signals = ['SIGINT', 'SIGTERM'] as const;

const project = dirname(dirname(fileURLToPath(import.meta.url)));

await start(process.argv.slice(2));

async function start(args: string[]): Promise<void> {
  const [role] = args;
  if (role !== undefined && Object.hasOwn(roles, role)) {
    roles[role as Role]();
    return;
  }
  if (role === '--scale-load') {
    await scale(args.slice(1));
    return;
  }
  if (role === '--plan') {
    await benchPlan(args.slice(1));
    return;
  }
  if (role === '--reconcile') {
    await benchReconcile(args.slice(1));
    return;
  }
  if (role === '--webhooks') {
    await benchWebhooks(args.slice(1));
    return;
  }
  let options: Options;
  try {
    options = readOptions(args);
    chosenPlans(options);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exitCode = 2;
    return;
  }
  const report = await bench(options);
  const json = `${JSON.stringify(report, null, 2)}\n`;
  process.stdout.write(options.json ? json : table(report));
  if (options.save) save(report, json);
  const failed = report.rows.some(({ verdict }) => verdict === 'failed');
  process.exitCode = failed || isOursWrong(report.comparison) ? 1 : 0;
}

/** A comparison alone is no run of the rows, and stands in a file of its own. */
function save(report: Report, json: string): void {
  const folder = join(project, 'docs', 'bench');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, report.rows.length > 0 ? 'latest.json' : 'versus.json'), json);
  if (report.comparison) writeSection(join(project, 'README.md'), report);
}

/** A peer's wrong answers are its own: they are shown, and are no failure of the run. */
function isOursWrong(comparison: Comparison | null): boolean {
  const figures = comparison?.workloads.flatMap((workload) => workload.figures) ?? [];
  return figures.some(({ isOurs, failures }) => isOurs && Object.keys(failures).length > 0);
}

/** The comparison is named `vs` among the rows. */
function chosenPlans({ only: names, versus }: Options): RowPlan[] {
  const only = names.filter((name) => !(versus && name === 'vs'));
  const isOf = (name: string) => (plan: RowPlan) => plan.name === name || plan.name.startsWith(`${name}-`);
  const unknown = only.find((name) => !plans.some(isOf(name)));
  if (unknown) {
    throw new Error(`no row is named "${unknown}"; there are ${plans.map(({ name }) => name).join(', ')}`);
  }
  return names.length === 0 ? plans : plans.filter((plan) => only.some((name) => isOf(name)(plan)));
}

async function bench(options: Options): Promise<Report> {
  const { effort } = options;
  const startedAt = new Date();
  const machine = describeMachine();
  const profiles = options.profile ? profileFolder() : null;
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const each of closers.splice(0).reverse()) await each();
  };
  const interrupt = () => {
    close().finally(() => process.exit(130));
  };
  for (const signal of signals) process.once(signal, interrupt);
  const rows: Row[] = [];
  let comparison: Comparison | null = null;
  let postgres: PostgresOfRun | null = null;
  try {
    postgres = await postgresFor(options);
    if (postgres) closers.push(postgres.close);
    const crew = await openCrew();
    closers.push(async () => crew.stop());
    const stands: Stand[] = [];
    for (const engine of options.engines ?? engines) {
      if (engine === 'postgres' && !postgres) continue;
      const database = engine === 'postgres' ? postgres : null;
      const stand = await openStand(crew, { effort, postgres: database, profileDir: profiles?.folder });
      closers.push(stand.close);
      stands.push(stand);
    }
    for (const plan of chosenPlans(options)) rows.push(...(await runPlan(plan, stands, profiles?.folder)));
    if (options.versus) comparison = await compare(crew, effort, postgres);
  } finally {
    for (const signal of signals) process.removeListener(signal, interrupt);
    await close();
  }
  const seconds = (Date.now() - startedAt.getTime()) / 1000;
  const files = profiles?.files() ?? [];
  return {
    startedAt: startedAt.toISOString(),
    seconds,
    effort: effort.name,
    machine,
    postgres: postgres?.described ?? null,
    rows,
    comparison,
    profiles: files,
  };
}

/** Without one, only who asked for one is told no. */
async function postgresFor({ engines: wanted, postgres, profile }: Options): Promise<PostgresOfRun | null> {
  if (wanted && !wanted.includes('postgres')) return null;
  try {
    return await openPostgres(postgres, profile);
  } catch (error) {
    if (wanted) throw error;
    process.stderr.write(`SQLite alone: ${error instanceof Error ? error.message : String(error)}\n`);
    return null;
  }
}

/** The engines one after the other, so that what passes on the machine weighs on both; in the table side by side. */
async function runPlan(
  plan: RowPlan,
  stands: readonly Stand[],
  profileDir: string | undefined,
): Promise<Row[]> {
  const rows: { at: number; row: Row }[] = [];
  const wanted = stands.filter(({ engine }, at) =>
    plan.only === 'neither' ? at === 0 : (plan.only ?? engine) === engine,
  );
  for (const stand of wanted) {
    const engine = plan.only === 'neither' ? null : stand.engine;
    process.stderr.write(`${plan.name}${engine ? `, ${engine}` : ''} ...\n`);
    // The first row of a run makes its site: its figures are of preparing as well.
    const watch = profileDir === undefined ? null : await stand.watchDatabase();
    const findings = await findingsOf(plan, stand);
    if (profileDir !== undefined) await watch?.write(profileDir, plan.name);
    rows.push(...findings.map((finding, at) => ({ at, row: judge(finding, engine) })));
  }
  return rows.sort((a, b) => a.at - b.at).map(({ row }) => row);
}

/** A row that cannot be measured is a failed row, and the others go on. */
async function findingsOf({ name, run }: RowPlan, stand: Stand): Promise<Finding[]> {
  try {
    return await run(stand);
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return [{ name, title: name, target: null, value: Number.NaN, unit: '', failures: { [what]: 1 } }];
  }
}
