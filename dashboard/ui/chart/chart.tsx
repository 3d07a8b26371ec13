// Bars over time: in a sentence and a table for whoever does not see them, and drawn by a library that is loaded when one is shown.
// Its place is kept until then, so that nothing below moves.

import { Box, Group, Text, VisuallyHidden } from '@mantine/core';
import { lazy, Suspense } from 'react';

/** Never by colour alone: the second is hatched. */
export type Look = 'plain' | 'hatched';

export interface Series {
  name: string;
  look: Look;
}

export interface ChartBar {
  /** Different for each. */
  id: string;
  /** `13:20 to 14:00`. */
  time: string;
  /** `214 accepted, 3 refused`. */
  words: string;
  /** One for each series; null where nothing is known. */
  values: readonly number[] | null;
  /** Under it; the others have none. */
  tick?: string;
  /** Nothing, where something was expected. */
  isMissed?: boolean;
  /** What the figures do not say. */
  note?: string;
  /** The page about it. */
  to?: string;
}

export interface ChartProps {
  /** All of it in a sentence. */
  summary: string;
  series: readonly Series[];
  /** What a bar stands for, over the first column of the table. */
  each: string;
  bars: readonly ChartBar[];
  heightPx: number;
}

const missed = { name: 'Missed', look: 'missed' } as const;

const Bars = lazy(() => import('./bars.tsx'));

export function Chart(props: ChartProps) {
  const { summary, series, bars, heightPx } = props;
  const shown = bars.some(({ isMissed }) => isMissed) ? [...series, missed] : series;
  return (
    <Box component="figure" m={0} aria-label={summary} className="chart">
      <Group gap="0 md" mb={4} justify="space-between" aria-hidden>
        <Group gap="md">
          {shown.map(({ name, look }) => (
            <Group key={name} gap={6} wrap="nowrap">
              <span className="chart-swatch" data-look={look} />
              <Text size="xs" c="dimmed">
                {name}
              </Text>
            </Group>
          ))}
        </Group>
        <Text size="xs" c="dimmed">
          Square-root scale
        </Text>
      </Group>
      <Box h={heightPx}>
        <Suspense fallback={<Box h={heightPx} aria-busy />}>
          <Bars {...props} />
        </Suspense>
      </Box>
      <Figures {...props} />
    </Box>
  );
}

function Figures({ series, each, bars }: ChartProps) {
  const hasNotes = bars.some(({ note }) => note !== undefined);
  return (
    <VisuallyHidden>
      <table>
        <caption>The same in figures</caption>
        <thead>
          <tr>
            <th scope="col">{each}</th>
            {series.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
            {hasNotes && <th scope="col">Note</th>}
          </tr>
        </thead>
        <tbody>
          {bars.map(({ id, time, values, note }) => (
            <tr key={id}>
              <th scope="row">{time}</th>
              {series.map(({ name }, at) => (
                <td key={name}>{values ? values[at]!.toLocaleString('en') : 'not known'}</td>
              ))}
              {hasNotes && <td>{note}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </VisuallyHidden>
  );
}
