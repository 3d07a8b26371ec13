// One measurement: the server under test and the floors by turns, several rounds, medians of all. A round compares them
// within seconds of each other, so that a neighbour on the machine weighs on all.

import type { DriverJob, Trips } from './driver.ts';
import type { LoadResult } from './load.ts';
import type { Sending, Site, Stand } from './stand.ts';
import type { Traffic } from './traffic.ts';

export interface Measurement {
  /** Units per second. */
  perSecond: number;
  floorPerSecond: number;
  /** Of the two rates. */
  ratio: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  /** Of the server, per unit; and how many times that of the floor. */
  cpuMs: number;
  cpuRatio: number;
  /** Of the processes of the database, per unit, where they are processes of their own. */
  databaseCpuMs?: number;
  /** What the driver alone does in a second with the round trips that a unit cannot do without; our share of that. */
  driverPerSecond?: number;
  driverRatio?: number;
  /** Units in all, the warm-up included. */
  units: number;
  failures: Record<string, number>;
}

/** CPU of the server under test, and of the database where it is not part of it. */
export interface CpuSeconds {
  server: number;
  database: number | null;
}

export interface Timed {
  result: LoadResult;
  cpuMs: number;
  databaseCpuMs: number | null;
}

/** `until` replaces the run's own length: for traffic of which only so much can be had. */
export async function measure(
  stand: Stand,
  site: Site,
  traffic: Traffic,
  { connections, until }: { connections: number; until?: Sending['until'] },
): Promise<Measurement> {
  const { rounds, serverMs, floorMs, warmUpMs } = stand.effort;
  const server = (length: Sending['until']) =>
    timed(
      () => stand.send(site, traffic, { connections, until: length, records: true }),
      () => stand.cpuSeconds(site),
    );
  const floor = (ms: number) =>
    timed(() => stand.sendToFloor(traffic, { connections, until: { ms } }), stand.floorCpuSeconds);
  const driverJob: DriverJob = { ...tripsOf[traffic.kind], callers: connections, ms: floorMs };
  const drivers: LoadResult[] = [];

  const warmUp = await server(until ?? { ms: warmUpMs });
  await stand.floorAnswers(warmUp.result.recorded);
  const floors = [await floor(warmUpMs / 2)];
  const servers: Timed[] = [];
  for (let round = 0; round < rounds; round++) {
    if (round > 0) floors.push(await floor(floorMs));
    else floors[0] = await floor(floorMs);
    if (stand.driver) drivers.push(await stand.driver.run(driverJob));
    servers.push(await server(until ?? { ms: serverMs }));
  }
  const all = [warmUp, ...servers, ...floors].map(({ result }) => result);
  const rate = ({ result }: Pick<Timed, 'result'>) => result.units / result.seconds;
  const driverRate = (result: LoadResult | undefined) => (result ? rate({ result }) : Number.NaN);
  const middle = (read: (run: Timed, round: number) => number) => median(servers.map(read));
  return {
    perSecond: middle(rate),
    floorPerSecond: median(floors.map(rate)),
    ratio: middle((run, round) => rate(run) / rate(floors[round]!)),
    p50Ms: middle(({ result }) => result.p50Ms),
    p95Ms: middle(({ result }) => result.p95Ms),
    p99Ms: middle(({ result }) => result.p99Ms),
    cpuMs: middle(({ cpuMs }) => cpuMs),
    cpuRatio: middle(({ cpuMs }, round) => cpuMs / floors[round]!.cpuMs),
    ...(servers[0]?.databaseCpuMs != null && {
      databaseCpuMs: middle(({ databaseCpuMs }) => databaseCpuMs ?? Number.NaN),
    }),
    ...(stand.driver && {
      driverPerSecond: median(drivers.map(driverRate)),
      driverRatio: middle((run, round) => rate(run) / driverRate(drivers[round])),
    }),
    units: warmUp.result.units + servers.reduce((sum, { result }) => sum + result.units, 0),
    failures: mergeFailures(all),
  };
}

/**
 * Several things by turns, a first time to warm up: `found[i]` are the rounds of `runs[i]`, the warm-up not among them.
 * For comparing them with each other, where what passes on the machine in between should weigh on all.
 */
export async function byTurns<Found extends Pick<LoadResult, 'failures'>>(
  rounds: number,
  runs: readonly (() => Promise<Found>)[],
): Promise<{ found: Found[][]; failures: Record<string, number> }> {
  const found: Found[][] = runs.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, run] of runs.entries()) found[i]!.push(await run());
  }
  return { found: found.map((each) => each.slice(1)), failures: mergeFailures(found.flat()) };
}

/** Median over the rounds of one thing's figure against another's of the same round. */
export function medianRatio<Found>(
  over: readonly Found[],
  under: readonly Found[],
  read: (found: Found) => number,
): number {
  return median(over.map((found, round) => read(found) / read(under[round]!)));
}

/** Round trips that an operation cannot do without: one load, and where it writes one commit. */
const reading: Trips = { loads: 1, commits: 0 };
const writing: Trips = { loads: 1, commits: 1 };
const tripsOf = {
  initialCycle: { loads: 2, commits: 1 },
  createUser: writing,
  createGroup: writing,
  patchUser: writing,
  addMembers: writing,
  oneMember: writing,
  lookUp: reading,
  read: reading,
  readApi: reading,
} satisfies Record<Traffic['kind'], Trips>;

export async function timed(
  run: () => Promise<LoadResult>,
  cpuSeconds: () => Promise<CpuSeconds>,
): Promise<Timed> {
  const before = await cpuSeconds();
  const result = await run();
  const after = await cpuSeconds();
  const perUnit = (from: number, to: number) => ((to - from) * 1000) / Math.max(1, result.units);
  const known = before.database !== null && after.database !== null;
  return {
    result,
    cpuMs: perUnit(before.server, after.server),
    databaseCpuMs: known ? perUnit(before.database!, after.database!) : null,
  };
}

export function percentiles(values: readonly number[]): { p50Ms: number; p95Ms: number; p99Ms: number } {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[half]!;
  return ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2;
}

export function mergeFailures(results: readonly Pick<LoadResult, 'failures'>[]): Record<string, number> {
  const merged: Record<string, number> = {};
  for (const { failures } of results) {
    for (const [what, count] of Object.entries(failures)) merged[what] = (merged[what] ?? 0) + count;
  }
  return merged;
}
