// What `--lists` found, as sections of docs/scale.md: a line for each question, a column for each order.

import type { Engine } from '../options.ts';
import { head, planLines, row, short, whole, writeNamed } from './document.ts';
import { listSorts } from './list-questions.ts';
import type { ListFigure } from './lists.ts';
import type { Plan } from './plans.ts';
import type { Size } from './population.ts';

export interface ListReport {
  engine: Engine;
  startedAt: string;
  machine: string;
  size: Size;
  lists: ListFigure[];
  plans: Plan[];
}

const TARGET_MS = 100;

export function writeListSections(file: string, report: ListReport): void {
  writeNamed(file, report.engine, { lists: listLines(report), 'list plans': planLines(report) });
}

function listLines({ startedAt, machine, size, lists }: ListReport): string[] {
  const lines = [
    `${startedAt.slice(0, 10)}; ${machine}`,
    '',
    `${whole(size.users)} users; CPU of the server + of the database for one page, in ms (p50; p99 as seen from outside). In bold where the CPU alone is over ${TARGET_MS} ms.`,
    '',
    ...head('users who are', 'found', ...listSorts),
  ];
  for (const { what, total, totalIsCapped, by } of lists) {
    const cells = listSorts.map((sort) => {
      const figure = by[sort];
      if (!figure) return '';
      const { p50Ms, p99Ms, cpuMs, databaseCpuMs } = figure;
      const all = cpuMs + (databaseCpuMs ?? 0);
      const parts = databaseCpuMs === null ? short(cpuMs) : `${short(cpuMs)} + ${short(databaseCpuMs)}`;
      return `${all > TARGET_MS ? `**${parts}**` : parts} (${short(p50Ms)}; ${short(p99Ms)})`;
    });
    lines.push(row(what, `${whole(total)}${totalIsCapped ? '+' : ''}`, ...cells));
  }
  return lines;
}
