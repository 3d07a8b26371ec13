// The runs of comparing, newest first: what each found and did.

import { Anchor, Group, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ListedRunJson, ReconciliationStateJson } from '../../src/edge/admin/contract.ts';
import { useAddress } from '../address.ts';
import { type Column, ListTable } from '../ui/list-table.tsx';
import { ProviderFilter } from '../ui/provider-filter.tsx';
import { RunMark } from '../ui/runs/run-mark.tsx';
import { beganBy, byCategory, categoryWords, number, rowsIn, tookText } from '../ui/runs/run-words.ts';
import { Empty } from '../ui/states.tsx';
import { When } from '../ui/when.tsx';
import { Found } from './reconciliation-found.tsx';

const ROW_PX = 60;

interface RunsProps {
  directories: readonly ReconciliationStateJson[];
}

export function Runs({ directories }: RunsProps) {
  const [{ provider }] = useAddress();
  const query = { channel: 'reconciliation', drift: 'true', provider };
  return (
    <Stack gap="xs">
      <Group>
        <ProviderFilter of={directories.map(({ provider: id, name }) => ({ id, name }))} />
      </Group>
      <Found query={query} />
      <ListTable<ListedRunJson>
        label="Runs"
        path="/reconciliations"
        query={query}
        columns={columns}
        keyOf={({ id }) => id}
        to={({ id }) => `/governance/reconciliation/${id}`}
        rowPx={ROW_PX}
        empty={
          <Empty title="Nothing was compared so far">
            A comparison reads the whole directory and changes nothing there. &ldquo;Reconcile now&rdquo;
            begins one; a provider whose mode is not off is compared by itself, every day.
          </Empty>
        }
      />
    </Stack>
  );
}

const columns: readonly Column<ListedRunJson>[] = [
  {
    title: 'Started',
    width: 'minmax(136px, 1.2fr)',
    show: ({ id, startedAt, providerName }) => (
      <>
        <Anchor component={Link} to={`/governance/reconciliation/${id}`} size="sm">
          <When at={startedAt} />
        </Anchor>
        <Text size="xs" c="dimmed" truncate>
          {providerName}
        </Text>
      </>
    ),
  },
  {
    title: 'By',
    width: 'minmax(104px, 1fr)',
    show: (run) => (
      <>
        <Text size="sm" truncate>
          {beganBy(run)}
        </Text>
        <Text size="xs" c="dimmed">
          {run.mode === 'heal' ? 'heals' : 'reports'}
        </Text>
      </>
    ),
  },
  { title: 'State', width: '106px', show: (run) => <RunMark run={run} /> },
  { title: 'Compared', width: '94px', show: ({ compared }) => <Count of={compared} /> },
  { title: 'Differences', width: 'minmax(180px, 2fr)', show: (run) => <Differences run={run} /> },
  { title: 'Healed', width: '72px', show: (run) => <Count of={rowsIn(run.drift ?? [], 'healed')} /> },
  { title: 'Held', width: '60px', show: (run) => <Count of={rowsIn(run.drift ?? [], 'held')} /> },
  { title: 'Skipped', width: '82px', show: (run) => <Count of={rowsIn(run.drift ?? [], 'skipped')} /> },
  { title: 'Requests', width: '88px', show: ({ read }) => <Count of={read.requests} /> },
  {
    title: 'Took',
    width: '84px',
    show: (run) => (
      <Text size="sm" className="number">
        {tookText(run)}
      </Text>
    ),
  },
];

function Count({ of }: { of: number }) {
  return (
    <Text size="sm" className="number" {...(of === 0 && { c: 'dimmed' })}>
      {number(of)}
    </Text>
  );
}

function Differences({ run: { drift = [], phase } }: { run: ListedRunJson }) {
  const categories = byCategory(drift);
  if (categories.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {phase === 'done' ? 'None' : '-'}
      </Text>
    );
  }
  const text = categories
    .map(([category, rows]) => `${number(rows)} ${categoryWords[category].toLowerCase()}`)
    .join(', ');
  return (
    <Text size="sm" lineClamp={2} title={text} className="number">
      {text}
    </Text>
  );
}
