// The drawing itself, and the only file that knows the library. Nothing moves in it; arrow keys go from bar to bar, and Enter or a
// click opens the page about one.

import { useNavigate } from '@tanstack/react-router';
import { type RefObject, useEffect, useMemo, useRef } from 'react';
import {
  Bar,
  BarChart,
  CartesianGrid,
  Tooltip,
  useActiveTooltipLabel,
  useIsTooltipActive,
  XAxis,
  YAxis,
} from 'recharts';
import type { ChartBar, ChartProps, Look } from './chart.tsx';
import { drawn, named } from './scale.ts';

/** So low a part is still seen. */
const LEAST_PX = 3;
/** Of a bar of nothing: it was looked at. */
const NOTHING_PX = 2;
/** So that it is drawn at all. */
const HARDLY = 1e-6;
const TICK = { fontSize: 11, fill: 'var(--mantine-color-dimmed)' };
/** Half a label of the last bar. */
const MARGIN = { top: 6, right: 16, bottom: 0, left: 0 };

function Hatched({ id }: { id: string }) {
  return (
    <pattern id={id} width={4} height={4} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect width={4} height={4} fill="var(--chart-second)" />
      <rect width={1.25} height={4} fill="var(--paper)" />
    </pattern>
  );
}

const NONE: readonly never[] = [];
const AXIS = { stroke: 'var(--field-edge)' };
const CURSOR = { fill: 'var(--quiet-paper)', stroke: 'none' };

const fills = {
  plain: 'var(--chart-first)',
  hatched: { color: 'var(--chart-second)', definition: Hatched },
} as const satisfies Record<Look, unknown>;

const floors = { nothing: 'var(--mantine-color-default-border)', missed: 'var(--warn-text)' } as const;

interface Row {
  id: string;
  parts: readonly number[];
  nothing: number;
  missed: number;
}

type ById = ReadonlyMap<string, ChartBar>;

export default function Bars({ series, bars, heightPx }: ChartProps) {
  const navigate = useNavigate();
  const active = useRef<string | null>(null);
  const byId: ById = useMemo(() => new Map(bars.map((bar) => [bar.id, bar])), [bars]);
  const rows = useMemo(() => bars.map(rowOf), [bars]);
  const content = useMemo(() => words(byId), [byId]);
  const mayOpen = bars.some(({ to }) => to !== undefined);
  const open = (id: unknown) => {
    const to = byId.get(String(id))?.to;
    if (to !== undefined) void navigate({ to: to as never });
    return to !== undefined;
  };
  return (
    <div
      onKeyDownCapture={(event) => {
        // The library would take its words away.
        if (event.key === 'Enter' && open(active.current)) event.stopPropagation();
      }}
    >
      <BarChart
        data={rows}
        aria-label={`Bars: arrow keys go from one to the next${mayOpen ? ', Enter opens it' : ''}`}
        responsive
        width="100%"
        height={heightPx}
        margin={MARGIN}
        barCategoryGap={bars.length > 20 ? 1 : '15%'}
        maxBarSize={40}
        // A click knows where the pointer is by now.
        throttledEvents={NONE}
        onClick={({ activeLabel }) => void open(activeLabel)}
      >
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <Missed />
        <Times bars={bars} byId={byId} />
        <Counts bars={bars} />
        <Tooltip content={content} cursor={CURSOR} isAnimationActive={false} />
        {series.map(({ name, look }, at) => (
          <Bar
            key={name}
            name={name}
            dataKey={({ parts }: Row) => parts[at] ?? 0}
            stackId="whole"
            fill={fills[look]}
            minPointSize={(_, row) => ((rows[row]?.parts[at] ?? 0) > 0 ? LEAST_PX : 0)}
            isAnimationActive={false}
          />
        ))}
        {(['nothing', 'missed'] as const).map((kind) => (
          <Bar
            key={kind}
            dataKey={kind}
            stackId="whole"
            fill={floors[kind]}
            minPointSize={(_, row) => (rows[row]?.[kind] ? NOTHING_PX : 0)}
            isAnimationActive={false}
          />
        ))}
        <Active into={active} />
      </BarChart>
    </div>
  );
}

/** Where something was expected and nothing came, from top to bottom: on axes of its own. */
function Missed() {
  return (
    <>
      <XAxis xAxisId="missed" dataKey="id" hide />
      <YAxis yAxisId="missed" domain={[0, 1]} hide />
      <Bar
        xAxisId="missed"
        yAxisId="missed"
        dataKey={({ missed }: Row) => (missed > 0 ? 1 : 0)}
        fill="var(--chart-missed)"
        barSize="100%"
        isAnimationActive={false}
      />
    </>
  );
}

function Times({ bars, byId }: Pick<ChartProps, 'bars'> & { byId: ById }) {
  return (
    <XAxis
      dataKey="id"
      ticks={bars.filter(({ tick }) => tick !== undefined).map(({ id }) => id)}
      tickFormatter={(id: string) => byId.get(id)?.tick ?? ''}
      interval={0}
      tick={TICK}
      tickLine={false}
      axisLine={AXIS}
      height={20}
    />
  );
}

function Counts({ bars }: Pick<ChartProps, 'bars'>) {
  const wholes = bars.map(({ values }) => values?.reduce((sum, value) => sum + value, 0) ?? 0);
  const largest = Math.max(1, ...wholes);
  return (
    <YAxis
      domain={[0, Math.sqrt(largest)]}
      ticks={named(largest).map(Math.sqrt)}
      tickFormatter={(root: number) => Math.round(root ** 2).toLocaleString('en')}
      interval={0}
      tick={TICK}
      tickLine={false}
      axisLine={false}
      width="auto"
    />
  );
}

function rowOf(bar: ChartBar): Row {
  const parts = drawn(bar.values ?? []);
  const isNothing = bar.values !== null && parts.every((part) => part === 0);
  const isMissed = bar.isMissed === true;
  return {
    id: bar.id,
    parts,
    nothing: isNothing && !isMissed ? HARDLY : 0,
    missed: isMissed ? HARDLY : 0,
  };
}

/** What is said of the bar under the pointer, or of the one that arrow keys went to. */
function words(byId: ById) {
  return function Words({ active, label }: { active?: boolean; label?: unknown }) {
    const bar = active ? byId.get(String(label)) : undefined;
    if (!bar) return null;
    return (
      <div className="chart-words" role="status">
        <strong>{bar.time}:</strong> {bar.words}
      </div>
    );
  };
}

/** Which bar is spoken of, for Enter. */
function Active({ into }: { into: RefObject<string | null> }) {
  const isActive = useIsTooltipActive();
  const label = useActiveTooltipLabel();
  useEffect(() => {
    into.current = isActive && label !== undefined ? String(label) : null;
  }, [into, isActive, label]);
  return null;
}
