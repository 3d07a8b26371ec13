// What `pg` alone does on the same PostgreSQL: the floor of every row of that engine, in full.

import { type DriverJob, ROW_BYTES } from '../driver.ts';
import { median, type Timed, timed } from '../measure.ts';
import type { Finding } from '../report.ts';
import type { Driver, Stand } from '../stand.ts';
import { CONNECTIONS, type RowPlan } from './plan.ts';

export const driverPlans: RowPlan[] = [{ name: 'driver', only: 'postgres', run: driverAlone }];

const cases = [
  { name: 'load', title: 'a SELECT', loads: 1, commits: 0 },
  { name: 'commit', title: `a durable INSERT of ${ROW_BYTES} bytes`, loads: 0, commits: 1 },
  { name: 'load-and-commit', title: 'one after the other', loads: 1, commits: 1 },
];

async function driverAlone({ driver, effort }: Stand): Promise<Finding[]> {
  if (!driver) return [];
  const rows: Finding[] = [];
  for (const callers of [1, CONNECTIONS]) {
    for (const { name, title, ...trips } of cases) {
      const rounds = await repeated(driver, { ...trips, callers, ms: effort.serverMs }, effort);
      const middle = (read: (round: Timed) => number) => median(rounds.map(read));
      rows.push({
        name: `driver-${name}-${callers}`,
        title: `driver alone: ${title}, ${callers} caller${callers === 1 ? '' : 's'}`,
        target: null,
        value: middle(({ result }) => result.units / result.seconds),
        unit: '/s',
        p50Ms: middle(({ result }) => result.p50Ms),
        p95Ms: middle(({ result }) => result.p95Ms),
        p99Ms: middle(({ result }) => result.p99Ms),
        cpuMs: middle(({ cpuMs }) => cpuMs),
        databaseCpuMs: middle(({ databaseCpuMs }) => databaseCpuMs ?? Number.NaN),
        failures: {},
      });
    }
  }
  return rows;
}

async function repeated(driver: Driver, job: DriverJob, effort: Stand['effort']): Promise<Timed[]> {
  await driver.run({ ...job, ms: effort.warmUpMs });
  const rounds: Timed[] = [];
  for (let i = 0; i < effort.rounds; i++) rounds.push(await timed(() => driver.run(job), driver.cpuSeconds));
  return rounds;
}
