// What a comparison found, as a table for the terminal and as the section of the README that `--save` writes.

import { readFileSync, writeFileSync } from 'node:fs';
import type { Report } from '../report.ts';
import type { Habit } from './habits.ts';

export interface Figure {
  name: string;
  keeps: string;
  isOurs: boolean;
  perSecond: number;
  ofFloor: number;
  p50Ms: number;
  p99Ms: number;
  /** Of the server's process, per unit. */
  cpuMs: number;
  /** Units in all, the first turn included. */
  units: number;
  /** What was not as it must be, with how often. */
  failures: Record<string, number>;
}

export interface Workload {
  title: string;
  floorPerSecond: number;
  figures: Figure[];
}

export interface Comparison {
  connections: number;
  workloads: Workload[];
  /** Their answers are in the order of the figures. */
  habits: Habit[];
}

export function comparisonTable({ workloads, habits }: Comparison): string {
  const lines = workloads.flatMap(({ title, floorPerSecond, figures }) => [
    `\n${title} (floor ${shown(floorPerSecond)}/s)`,
    ...figures.map((figure) => {
      const who = `${figure.name} (${figure.keeps})`.padEnd(84);
      const rate = `${shown(figure.perSecond)}/s`.padEnd(10);
      const times = `${shown(figure.p50Ms)} / ${shown(figure.p99Ms)} ms`.padEnd(20);
      const cpu = `${shown(figure.cpuMs)} ms CPU`.padEnd(14);
      return `  ${who}${rate}${figure.ofFloor.toFixed(3)} of the floor  ${times}${cpu}${wrong(figure)}`.trimEnd();
    }),
    ...figures.flatMap((figure) =>
      Object.entries(figure.failures).map(
        ([what, count]) => `    ${figure.name}, ${figure.keeps}: ${count} x ${what}`,
      ),
    ),
  ]);
  const [first] = workloads;
  const asked = habits.flatMap(({ title, answers }) =>
    answers.map(
      (answer, i) => `  ${title}: ${first!.figures[i]!.name} ${answer === null ? 'yes' : `no: ${answer}`}`,
    ),
  );
  return `${[...lines, '\nasked once', ...asked].join('\n')}\n`;
}

/** How many answers were not what they must be. */
function wrong({ failures }: Figure): string {
  const count = Object.values(failures).reduce((sum, each) => sum + each, 0);
  return count === 0 ? '' : `${count} wrong`;
}

const BEGIN = '<!-- written by `npm run bench -- --vs --save` -->';
const END = '<!-- end of what is written -->';

/** Between the two marks; the rest of the file is left as it is. */
export function writeSection(path: string, report: Report): void {
  const text = readFileSync(path, 'utf8');
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${path} has no place for the comparison`);
  writeFileSync(path, `${text.slice(0, from + BEGIN.length)}\n${section(report)}${text.slice(to)}`);
}

export function section({ startedAt, machine, postgres, comparison }: Report): string {
  if (!comparison) throw new Error('nothing was compared');
  const [first] = comparison.workloads;
  const contenders = first!.figures;
  const head = ['', ...contenders.map(({ name, keeps }) => `${name}<br>${keeps}`), 'floor'];
  const notes: string[] = [];
  const rows = comparison.workloads.map(({ title, floorPerSecond, figures }) => [
    title,
    ...figures.map((figure) => cell(figure, title, notes)),
    `${shown(floorPerSecond)}/s`,
  ]);
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const about = [
    `${startedAt.slice(0, 10)}, \`npm run bench -- --vs\`: Node ${machine.node}, ${machine.cores} x ${machine.cpu},`,
    `load ${machine.loadAverage} at the start; ${comparison.connections} connections, by turns within each round. A cell is units per second, and`,
    'milliseconds of CPU that the server (not its database) spends on a unit, which a busy machine moves less',
    ...(postgres === null ? [] : [`(${postgres.split(':')[0]})`]),
  ].join(' ');
  return [
    `${about}.`,
    '',
    line(head),
    line(head.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...rows.map(line),
    ...comparison.habits.map(({ title, answers }) =>
      line([title, ...answers.map((answer) => (answer === null ? 'yes' : `no: ${answer}`)), '']),
    ),
    '',
    ...notes.map((note, i) => `${i + 1}. ${note}`),
    ...(notes.length > 0 ? [''] : []),
  ].join('\n');
}

/** A rate says nothing where the answers were wrong: it is struck, and the note says what they were. */
function cell(figure: Figure, title: string, notes: string[]): string {
  const text = `${shown(figure.perSecond)}/s, ${shown(figure.cpuMs)} ms`;
  const said = Object.entries(figure.failures);
  if (said.length === 0) return text;
  const what = said.map(([each, count]) => (count === 1 ? each : `${each} (${count} times)`)).join('; ');
  notes.push(`${figure.name}, ${figure.keeps}, ${title}: ${what}`.replaceAll('|', '\\|'));
  return `~~${text}~~ (${notes.length})`;
}

function shown(value: number): string {
  if (!Number.isFinite(value)) return '-';
  return value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}
