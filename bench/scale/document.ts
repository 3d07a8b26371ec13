// What the scale run found, as sections of docs/scale.md: each between two markers, made anew by every run of its
// engine; the prose around them is written by hand.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Engine } from '../options.ts';
import type { Figure } from './figures.ts';
import type { JobFigure } from './jobs.ts';
import type { Plan } from './plans.ts';
import type { LoadFigures, Size } from './population.ts';

export interface PopulationReport {
  size: Size;
  load: LoadFigures;
  sealedAfterSeconds: number;
  /** Of what is on the disk, by name. */
  bytes: Record<string, number>;
  figures: Figure[];
  memory: { now: number; peak: number; database: number | null } | null;
}

export interface ScaleReport {
  engine: Engine;
  startedAt: string;
  machine: string;
  populations: PopulationReport[];
  jobs: JobFigure[];
  plans: Plan[];
}

export function writeSections(file: string, report: ScaleReport): void {
  writeNamed(file, report.engine, { figures: figureLines(report), plans: planLines(report) });
}

export function writeNamed(file: string, engine: Engine, sections: Record<string, string[]>): void {
  let text = existsSync(file) ? readFileSync(file, 'utf8') : '# Scale\n';
  for (const [name, lines] of Object.entries(sections)) {
    text = withSection(text, `${engine} ${name}`, lines.join('\n'));
  }
  writeFileSync(file, text);
}

function withSection(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name}: made by npm run scale -->`, `<!-- end of ${name} -->`];
  const section = `${begin}\n\n${content}\n\n${end}`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) return `${text.trimEnd()}\n\n${section}\n`;
  return `${text.slice(0, from)}${section}${text.slice(to + end.length)}`;
}

export const whole = (value: number) => Math.round(value).toLocaleString('en');
export const short = (value: number) => (value >= 100 ? whole(value) : String(Number(value.toPrecision(3))));

export function row(...cells: string[]): string {
  return `| ${cells.join(' | ')} |`;
}

export function head(...cells: string[]): string[] {
  return [row(...cells), row(...cells.map((_, at) => (at === 0 ? '---' : '---:')))];
}

function figureLines({ startedAt, machine, populations, jobs }: ScaleReport): string[] {
  return [
    `${startedAt.slice(0, 10)}; ${machine}`,
    '',
    ...loadLines(populations),
    '',
    ...operationLines(populations),
    '',
    ...jobLines(jobs),
  ];
}

function loadLines(populations: readonly PopulationReport[]): string[] {
  const lines = head(
    'users',
    'groups',
    'memberships',
    'users/s',
    'memberships/s',
    'load',
    'then sealed',
    'on disk',
    'resident',
    'database',
  );
  for (const { size, load, sealedAfterSeconds, bytes, memory } of populations) {
    const total = Object.values(bytes).reduce((sum, each) => sum + each, 0);
    lines.push(
      row(
        whole(size.users),
        whole(size.groups),
        whole(size.memberships),
        load.madeUsers > 0 ? whole(load.madeUsers / load.usersSeconds) : 'was there',
        load.madeMemberships > 0 ? whole(load.madeMemberships / load.groupsSeconds) : 'was there',
        `${whole(load.usersSeconds + load.groupsSeconds)} s`,
        `${whole(sealedAfterSeconds)} s`,
        `${short(total / 2 ** 20)} MiB`,
        memory ? `${whole(memory.now)} MiB, at most ${whole(memory.peak)}` : '',
        memory?.database == null ? '' : `${whole(memory.database)} MiB`,
      ),
    );
  }
  const largest = populations.at(-1);
  if (!largest) return lines;
  lines.push(
    '',
    `On disk at ${whole(largest.size.users)} users:`,
    '',
    ...head('what', 'MiB', 'bytes per user'),
  );
  for (const [name, size] of Object.entries(largest.bytes)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 20)) {
    lines.push(row(`\`${name}\``, short(size / 2 ** 20), whole(size / largest.size.users)));
  }
  return lines;
}

/** A line for each operation, with a column for each population. */
function operationLines(populations: readonly PopulationReport[]): string[] {
  const sizes = populations.map(({ size }) => whole(size.users));
  const lines = head(
    'one operation, p50 ms (p99; CPU of the server + of the database)',
    ...sizes,
    'largest / smallest',
  );
  const names = populations[0]?.figures.map(({ what }) => what) ?? [];
  for (const [at, name] of names.entries()) {
    const figures = populations.map(({ figures }) => figures[at]);
    const cells = figures.map((figure) => {
      if (!figure) return '';
      const failed = Object.keys(figure.failures);
      if (failed.length > 0) return failed[0]!.replaceAll('|', '/').slice(0, 80);
      const database = figure.databaseCpuMs === null ? '' : ` + ${short(figure.databaseCpuMs)}`;
      return `${short(figure.p50Ms)} (${short(figure.p99Ms)}; ${short(figure.cpuMs)}${database})`;
    });
    const [first, last] = [figures[0], figures.at(-1)];
    lines.push(
      row(
        name.replace(/[\d,]+$/, 'a tenth of all'),
        ...cells,
        first && last ? short(last.p50Ms / first.p50Ms) : '',
      ),
    );
  }
  return lines;
}

function jobLines(jobs: readonly JobFigure[]): string[] {
  if (jobs.length === 0) return [];
  return [
    ...head(
      'job',
      'people',
      'time',
      'people/s',
      'p50 / p99 ms of other requests before',
      'meanwhile, worst 4 s',
    ),
    ...jobs.map(({ what, people, seconds, before, meanwhile }) =>
      row(
        what,
        whole(people),
        `${short(seconds)} s`,
        whole(people / seconds),
        `${short(before.p50Ms)} / ${short(before.p99Ms)}`,
        `${short(meanwhile.p50Ms)} / ${short(meanwhile.p99Ms)}`,
      ),
    ),
  ];
}

export function planLines({ plans }: Pick<ScaleReport, 'plans'>): string[] {
  return plans.flatMap(({ what, statements }) => [
    `#### ${what}`,
    '',
    ...statements.flatMap(({ text, plan }) => ['```', text, '', plan, '```', '']),
  ]);
}
