// What a run found: rows with their targets and verdicts, the machine they hold for, and the table made of them.

import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Measurement, median } from './measure.ts';
import type { Engine } from './options.ts';
import { type Comparison, comparisonTable } from './vs/table.ts';

export type Target = { atLeast: number } | { atMost: number };

/** `failed`: answers were not as they must be, so the figure means nothing. `shown`: there is no target. */
type Verdict = 'pass' | 'miss' | 'shown' | 'failed';

export interface Row {
  /** Of PostgreSQL it begins with `postgres-`. */
  name: string;
  /** null: it is not about an engine. */
  engine: Engine | null;
  title: string;
  target: Target | null;
  value: number;
  unit: string;
  verdict: Verdict;
  /** Where the row is a rate or a latency. */
  p50Ms?: number;
  p95Ms?: number;
  p99Ms?: number;
  floorPerSecond?: number;
  /** To the floor in the same run. */
  ratio?: number;
  /** CPU of the server per unit, and times that of the floor; CPU of the database's processes. */
  cpuMs?: number;
  cpuRatio?: number;
  databaseCpuMs?: number;
  /** What the driver alone does on the same PostgreSQL with the round trips of a unit, and the share of it. */
  driverPerSecond?: number;
  driverRatio?: number;
  failures: Record<string, number>;
  note?: string;
}

export interface Report {
  startedAt: string;
  seconds: number;
  effort: string;
  machine: Machine;
  /** Version and settings of the PostgreSQL; null where there was none. */
  postgres: string | null;
  rows: Row[];
  /** With the peers, where it was asked for. */
  comparison: Comparison | null;
  profiles: string[];
}

interface Machine {
  node: string;
  platform: string;
  cpu: string;
  cores: number;
  memoryGiB: number;
  /** Others' work at the start: figures of a busy machine are no figures. */
  loadAverage: number;
  /** Median time in which this disk has 4 KiB safe. */
  flushMs: number;
}

/** A row before it is known on which engine it was measured; its target may be that of one engine only. */
export type Finding = Omit<Row, 'engine' | 'verdict' | 'target'> & {
  target: Target | null | Readonly<Partial<Record<Engine, Target>>>;
};

export function judge(finding: Finding, engine: Engine | null): Row {
  const target = targetOn(engine, finding.target);
  const name = engine === 'postgres' ? `postgres-${finding.name}` : finding.name;
  return { ...finding, name, engine, target, verdict: verdictOf({ ...finding, target }) };
}

function targetOn(engine: Engine | null, target: Finding['target']): Target | null {
  if (target === null || 'atLeast' in target || 'atMost' in target) return target;
  return (engine && target[engine]) ?? null;
}

function verdictOf({ target, value, failures }: Pick<Row, 'target' | 'value' | 'failures'>): Verdict {
  if (Object.keys(failures).length > 0 || !Number.isFinite(value)) return 'failed';
  if (!target) return 'shown';
  const met = 'atLeast' in target ? value >= target.atLeast : value <= target.atMost;
  return met ? 'pass' : 'miss';
}

/** What a measurement says beside the row's own figure. */
export function beside({ perSecond: _itself, units: _all, ...others }: Measurement) {
  return others;
}

export function describeMachine(): Machine {
  const [cpu] = cpus();
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: rounded(totalmem() / 2 ** 30),
    loadAverage: rounded(loadavg()[0] ?? 0),
    flushMs: rounded(flushMs()),
  };
}

/** Median of 30 flushes of 4 KiB, on the disk that holds the benchmarks' data. */
function flushMs(): number {
  const folder = mkdtempSync(join(dirname(fileURLToPath(import.meta.url)), 'bench-data-'));
  const file = openSync(join(folder, 'flush'), 'w');
  const block = Buffer.alloc(4096, 1);
  const times = Array.from({ length: 30 }, () => {
    const startedAt = performance.now();
    writeSync(file, block);
    fdatasyncSync(file);
    return performance.now() - startedAt;
  });
  closeSync(file);
  rmSync(folder, { recursive: true });
  return median(times);
}

export function table({ machine, postgres, effort, rows, comparison, seconds, profiles }: Report): string {
  const header = ['', '', 'target', 'measured', '', 'p50 / p95 / p99 ms', 'floor', 'of floor'];
  header.push('CPU ms', 'x floor', 'db CPU ms', 'driver', 'of driver');
  const lines = [header, ...rows.map(cells)];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const show = (line: string[]) =>
    line
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  const said = rows.flatMap((row) => remarks(row).map((remark) => `  ${row.name}: ${remark}`));
  const { node, cpu, cores, memoryGiB, loadAverage, flushMs: flush } = machine;
  return [
    `${effort} run, ${seconds.toFixed(0)} s; Node ${node}, ${cores} x ${cpu}, ${memoryGiB} GiB; a flush to disk takes ${flush} ms; load ${loadAverage} at the start`,
    ...(postgres === null ? [] : [postgres]),
    '',
    ...(rows.length > 0 ? lines.map(show) : []),
    ...(said.length > 0 ? ['', ...said] : []),
    ...(comparison ? [comparisonTable(comparison)] : []),
    ...profiles.map((file) => `\nCPU profile: ${file}`),
    '',
  ].join('\n');
}

const engineNames = { sqlite: 'SQLite', postgres: 'PostgreSQL' } satisfies Record<Engine, string>;

function cells(row: Row): string[] {
  const latency = [row.p50Ms, row.p95Ms, row.p99Ms].map((ms) => (ms === undefined ? '' : shown(ms)));
  const number = (value: number | undefined) => (value === undefined ? '' : shown(value));
  const rate = (value: number | undefined) => (value === undefined ? '' : `${shown(value)}/s`);
  return [
    row.title,
    row.engine === null ? '' : engineNames[row.engine],
    targetInWords(row),
    `${shown(row.value)} ${row.unit}`.trim(),
    row.verdict === 'shown' ? '' : row.verdict,
    latency.every(Boolean) ? latency.join(' / ') : '',
    rate(row.floorPerSecond),
    number(row.ratio),
    number(row.cpuMs),
    number(row.cpuRatio),
    number(row.databaseCpuMs),
    rate(row.driverPerSecond),
    number(row.driverRatio),
  ];
}

function targetInWords({ target, unit }: Row): string {
  if (!target) return '';
  return 'atLeast' in target ? `>= ${shown(target.atLeast)} ${unit}` : `<= ${shown(target.atMost)} ${unit}`;
}

function remarks(row: Row): string[] {
  const failures = Object.entries(row.failures).map(([what, count]) => `${count} x ${what}`);
  return row.note === undefined ? failures : [row.note, ...failures];
}

function shown(value: number): string {
  if (!Number.isFinite(value)) return '-';
  return value >= 100 ? Math.round(value).toLocaleString('en') : String(rounded(value));
}

/** To three digits that count. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
