// What the guard holds or held back, newest first; its alarms, and how much of a day's allowance is taken.

import { Alert, Anchor, Group, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { IconBellRinging } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { BatchJson, GuardJson } from '../../src/edge/admin/contract.ts';
import { useAddress } from '../address.ts';
import { type ListPage, useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { ActorText } from '../ui/actor.tsx';
import { Mark } from '../ui/badges.tsx';
import { alarmWords, peopleOf, sources, states } from '../ui/batch-words.ts';
import { Filter } from '../ui/filter.tsx';
import { type Column, ListTable } from '../ui/list-table.tsx';
import { Page } from '../ui/page.tsx';
import { ProviderFilter } from '../ui/provider-filter.tsx';
import { Empty } from '../ui/states.tsx';
import { ago, When } from '../ui/when.tsx';

const ROW_PX = 56;

export default function HeldPage() {
  const { may } = useSession();
  const guard = useGet<ListPage<GuardJson>>('/guard', { query: { limit: 100 }, enabled: may('guard:read') });
  const all = guard.data?.items ?? [];
  return (
    <Page
      title="Held batches"
      about="What would take something from many people at once waits here until somebody has looked at it. What SCIM says of one person is never held."
      permission="guard:read"
    >
      <Alarms of={all} />
      <Group gap="sm">
        <Filter
          name="state"
          label="State"
          all="All states"
          w={220}
          options={Object.entries(states).map(([value, { words }]) => ({ value, label: words }))}
        />
        <ProviderFilter of={all.map(({ provider }) => provider)} />
      </Group>
      <Batches />
      <Allowances of={all} />
    </Page>
  );
}

function Alarms({ of }: { of: readonly GuardJson[] }) {
  return of.flatMap(({ alarms, provider }) =>
    alarms.map((alarm) => (
      <Alert
        key={alarm.event}
        color="yellow"
        icon={<IconBellRinging size={20} />}
        title={alarmWords(alarm, provider.name)}
      >
        Raised {ago(alarm.at)}. Nothing was held: whoever is suspended is out at once. If that was a mistake
        at the provider, put it right there, and SCIM will tell it.{' '}
        <Anchor component={Link} to={`/governance/users?status=suspended&provider=${provider.id}`} inherit>
          Who is suspended
        </Anchor>
      </Alert>
    )),
  );
}

const columns: readonly Column<BatchJson>[] = [
  {
    title: 'What',
    width: 'minmax(220px, 1.3fr)',
    show: (batch) => (
      <div className="clipped">
        <Anchor component={Link} to={`/governance/held/${batch.id}`} size="sm" fw={600}>
          {sources[batch.source]}
        </Anchor>
        <Text size="xs" c="dimmed" truncate>
          {batch.provider.name}
        </Text>
      </div>
    ),
  },
  {
    title: 'From whom',
    width: 'minmax(170px, 1fr)',
    show: (batch) => (
      <Text size="sm" className="number">
        {peopleOf(batch)}
      </Text>
    ),
  },
  {
    title: 'State',
    width: 'minmax(190px, 1fr)',
    show: ({ state }) => <Mark tone={states[state].tone}>{states[state].words}</Mark>,
  },
  {
    title: 'Held',
    width: '150px',
    show: ({ createdAt }) => (
      <Text component="div" size="sm">
        <When at={createdAt} />
      </Text>
    ),
  },
  {
    title: 'Decided by',
    width: 'minmax(140px, 1fr)',
    show: ({ decidedBy }) => (
      <Text component="div" size="sm" truncate c={decidedBy === null ? 'dimmed' : 'inherit'}>
        {decidedBy === null ? 'nobody yet' : <ActorText of={decidedBy} />}
      </Text>
    ),
  },
];

function Batches() {
  const [{ state, provider }] = useAddress();
  return (
    <ListTable<BatchJson>
      label="Held batches"
      path="/batches"
      query={{ state, provider }}
      columns={columns}
      keyOf={({ id }) => id}
      to={({ id }) => `/governance/held/${id}`}
      rowPx={ROW_PX}
      maxHeight="60vh"
      empty={
        state || provider ? (
          <Empty title="None fits">No batch is in that state.</Empty>
        ) : (
          <Empty title="Nothing was ever held">
            A change of rules, a comparison with the directory, or erasing people is held when it would take
            something from more people than the guard lets pass.
          </Empty>
        )
      }
    />
  );
}

function Allowances({ of }: { of: readonly GuardJson[] }) {
  if (of.length === 0) return null;
  return (
    <Paper withBorder p="md">
      <Stack gap="xs">
        <div>
          <Title order={2} size="h4">
            What may be taken in a day
          </Title>
          <Text size="sm" c="dimmed">
            Each source is counted by itself over the last 24 hours, without what somebody approved or
            confirmed.
          </Text>
        </div>
        <Table.ScrollContainer minWidth={640}>
          <Table className="number">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Provider</Table.Th>
                <Table.Th>Limit</Table.Th>
                <Table.Th>May be taken</Table.Th>
                <Table.Th>By comparing</Table.Th>
                <Table.Th>By rules</Table.Th>
                <Table.Th>Erased</Table.Th>
                <Table.Th>By SCIM (never held)</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {of.map(({ provider, limits, active, allowance, taken }) => (
                <Table.Tr key={provider.id}>
                  <Table.Td>{provider.name}</Table.Td>
                  <Table.Td>
                    {limits.percent} % or {limits.count.toLocaleString('en')}
                  </Table.Td>
                  <Table.Td>
                    {allowance.toLocaleString('en')} of {active.toLocaleString('en')}
                  </Table.Td>
                  <Table.Td>{taken.reconciliation.toLocaleString('en')}</Table.Td>
                  <Table.Td>{taken.rules.toLocaleString('en')}</Table.Td>
                  <Table.Td>{taken.purge.toLocaleString('en')}</Table.Td>
                  <Table.Td>{taken.scim.toLocaleString('en')}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Stack>
    </Paper>
  );
}
