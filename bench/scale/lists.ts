// Lists of users over the API, one connection: for each question and each order its first three pages by turns, so that the
// start of a list and what follows a cursor are both in the figures.

import { timed } from '../measure.ts';
import { refuseFailures, type Site, type Stand } from '../stand.ts';
import type { Traffic } from '../traffic.ts';
import { askApi } from './figures.ts';
import { type ListQuestion, listSorts } from './list-questions.ts';

export interface ListFigure {
  what: string;
  total: number;
  totalIsCapped: boolean;
  /** By order. */
  by: Record<string, { p50Ms: number; p99Ms: number; cpuMs: number; databaseCpuMs: number | null }>;
}

interface Page {
  total: number;
  totalIsCapped?: true;
  nextCursor: string | null;
}

const PAGES = 3;
const PAGE = 50;

export async function measureLists(
  stand: Stand,
  site: Site,
  questions: readonly ListQuestion[],
  ms: number,
  tell: (line: string) => void,
): Promise<ListFigure[]> {
  const figures: ListFigure[] = [];
  for (const { what, filters } of questions) {
    const figure: ListFigure = { what, total: 0, totalIsCapped: false, by: {} };
    for (const sort of listSorts) {
      const asked = { ...filters, sort, limit: PAGE };
      const given = Object.entries(asked).map(([name, value]): [string, string] => [name, `${value}`]);
      const { paths, page } = await firstPages(site, `/api/users?${new URLSearchParams(given)}`);
      Object.assign(figure, { total: page.total, totalIsCapped: page.totalIsCapped === true });
      const traffic: Traffic = { kind: 'readApi', paths, holds: '"items":[' };
      await stand.send(site, traffic, { connections: 1, until: { units: PAGES } });
      const { result, cpuMs, databaseCpuMs } = await timed(
        () => stand.send(site, traffic, { connections: 1, until: { ms } }),
        () => stand.cpuSeconds(site),
      );
      refuseFailures(result);
      figure.by[sort] = { p50Ms: result.p50Ms, p99Ms: result.p99Ms, cpuMs, databaseCpuMs };
    }
    figures.push(figure);
    const slowest = Math.max(...Object.values(figure.by).map(({ p50Ms }) => p50Ms));
    tell(`${what} (${figure.total}): slowest order p50 ${slowest.toFixed(1)} ms`);
  }
  return figures;
}

async function firstPages(site: Site, path: string): Promise<{ paths: string[]; page: Page }> {
  const paths = [path];
  const page = (await askApi(site, path)) as Page;
  let next = page.nextCursor;
  while (next !== null && paths.length < PAGES) {
    const further = `${path}&cursor=${encodeURIComponent(next)}`;
    paths.push(further);
    next = ((await askApi(site, further)) as Page).nextCursor;
  }
  return { paths, page };
}
