// What the last complete runs of a provider found, as bars: whether differences become fewer. From the list of runs below it.

import { Paper } from '@mantine/core';
import type { ListedRunJson } from '../../src/edge/admin/contract.ts';
import { useList } from '../queries.ts';
import { Chart, type ChartBar } from '../ui/chart/chart.tsx';
import { counted } from '../ui/counted.ts';
import { number } from '../ui/runs/run-words.ts';

const MOST = 30;
/** With fewer there is nothing to compare. */
const LEAST = 2;
/** Under the bars: the day, or the time of another run on it. */
const LABELS = 5;
const HEIGHT_PX = 88;
/** So many stand apart from each other in a wide panel. */
const FEW = 12;
const WIDTH_PX = { few: 480, many: 960 };

const series = [{ name: 'Differences found', look: 'plain' }] as const;
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

interface FoundProps {
  /** As the list of runs asks. */
  query: Readonly<Record<string, string | undefined>>;
}

export function Found({ query }: FoundProps) {
  const { data } = useList<ListedRunJson>('/reconciliations', query);
  const runs = (data?.pages.flatMap(({ items }) => items) ?? [])
    .filter(({ outcome }) => outcome === 'complete')
    .slice(0, MOST)
    .reverse();
  // Beside each other, those of two directories would say nothing.
  if (runs.length < LEAST || new Set(runs.map(({ provider }) => provider)).size > 1) return null;
  return (
    <Paper withBorder px="md" py="sm" maw={WIDTH_PX[runs.length > FEW ? 'many' : 'few']}>
      <Chart
        summary={summaryOf(runs)}
        series={series}
        each="Run of"
        bars={barsOf(runs)}
        heightPx={HEIGHT_PX}
      />
    </Paper>
  );
}

function barsOf(runs: readonly ListedRunJson[]): ChartBar[] {
  const every = Math.ceil(runs.length / LABELS);
  return runs.map((run, at) => ({
    id: run.id,
    time: moment.format(new Date(run.startedAt)),
    words: counted(foundBy(run), 'difference', 'differences'),
    values: [foundBy(run)],
    to: `/governance/reconciliation/${run.id}`,
    ...(at % every === 0 && { tick: tickOf(run, runs[at - every]) }),
  }));
}

function tickOf({ startedAt }: ListedRunJson, before: ListedRunJson | undefined): string {
  const [date, at] = [day.format(new Date(startedAt)), time.format(new Date(startedAt))];
  return before && day.format(new Date(before.startedAt)) === date ? at : date;
}

function foundBy({ drift = [] }: ListedRunJson): number {
  return drift.reduce((sum, { rows }) => sum + rows, 0);
}

function summaryOf(runs: readonly ListedRunJson[]): string {
  const found = runs.map(foundBy);
  return `Differences found by the last ${runs.length} complete runs: ${number(found.at(-1)!)} by the last one, ${number(Math.max(...found))} at most.`;
}
