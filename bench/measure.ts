// One measurement: the server under test and the floor by turns, several rounds, medians of all. A round compares the
// two within seconds of each other, so that a neighbour on the machine weighs on both.

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
  /** Units in all, the warm-up included. */
  units: number;
  failures: Record<string, number>;
}

interface Timed {
  result: LoadResult;
  cpuMs: number;
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
      () => site.server.cpuSeconds(),
    );
  const floor = (ms: number) =>
    timed(() => stand.sendToFloor(traffic, { connections, until: { ms } }), stand.floorCpuSeconds);

  const warmUp = await server(until ?? { ms: warmUpMs });
  await stand.floorAnswers(warmUp.result.recorded);
  const floors = [await floor(warmUpMs / 2)];
  const servers: Timed[] = [];
  for (let round = 0; round < rounds; round++) {
    if (round > 0) floors.push(await floor(floorMs));
    else floors[0] = await floor(floorMs);
    servers.push(await server(until ?? { ms: serverMs }));
  }
  const all = [warmUp, ...servers, ...floors].map(({ result }) => result);
  const rate = ({ result }: Timed) => result.units / result.seconds;
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

export async function timed(
  run: () => Promise<LoadResult>,
  cpuSeconds: () => Promise<number>,
): Promise<Timed> {
  const before = await cpuSeconds();
  const result = await run();
  const cpuMs = (((await cpuSeconds()) - before) * 1000) / Math.max(1, result.units);
  return { result, cpuMs };
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
