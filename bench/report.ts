// What a run found: rows with their targets and verdicts, the machine they hold for, and the table made of them.

import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Measurement, median } from './measure.ts';

export type Target = { atLeast: number } | { atMost: number };

/** `failed`: answers were not as they must be, so the figure means nothing. `shown`: there is no target. */
type Verdict = 'pass' | 'miss' | 'shown' | 'failed';

export interface Row {
  name: string;
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
  /** CPU per unit, times that of the floor. */
  cpuRatio?: number;
  failures: Record<string, number>;
  note?: string;
}

export interface Report {
  startedAt: string;
  seconds: number;
  effort: string;
  machine: Machine;
  rows: Row[];
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

export function judge(row: Omit<Row, 'verdict'>): Row {
  return { ...row, verdict: verdictOf(row) };
}

function verdictOf({ target, value, failures }: Omit<Row, 'verdict'>): Verdict {
  if (Object.keys(failures).length > 0 || !Number.isFinite(value)) return 'failed';
  if (!target) return 'shown';
  const met = 'atLeast' in target ? value >= target.atLeast : value <= target.atMost;
  return met ? 'pass' : 'miss';
}

/** What a measurement says beside the row's own figure. */
export function beside({ p50Ms, p95Ms, p99Ms, floorPerSecond, ratio, cpuRatio, failures }: Measurement) {
  return { p50Ms, p95Ms, p99Ms, floorPerSecond, ratio, cpuRatio, failures };
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

export function table({ machine, effort, rows, seconds, profiles }: Report): string {
  const header = ['', 'target', 'measured', '', 'p50 / p95 / p99 ms', 'floor', 'of floor', 'CPU x floor'];
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
    '',
    ...lines.map(show),
    ...(said.length > 0 ? ['', ...said] : []),
    ...profiles.map((file) => `\nCPU profile: ${file}`),
    '',
  ].join('\n');
}

function cells(row: Row): string[] {
  const latency = [row.p50Ms, row.p95Ms, row.p99Ms].map((ms) => (ms === undefined ? '' : shown(ms)));
  return [
    row.title,
    targetInWords(row),
    `${shown(row.value)} ${row.unit}`.trim(),
    row.verdict === 'shown' ? '' : row.verdict,
    latency.every(Boolean) ? latency.join(' / ') : '',
    row.floorPerSecond === undefined ? '' : `${shown(row.floorPerSecond)}/s`,
    row.ratio === undefined ? '' : shown(row.ratio),
    row.cpuRatio === undefined ? '' : shown(row.cpuRatio),
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
