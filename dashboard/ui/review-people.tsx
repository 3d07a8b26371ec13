// The people of a plan, as many as there are: their role before and after, what each loses and gains.

import { Group, Pill, SegmentedControl, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconArrowRight, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { PlannedJson, ReferenceJson } from '../../src/edge/admin/contract.ts';
import { Mark } from './badges.tsx';
import { type Column, ListTable } from './list-table.tsx';
import { Empty } from './states.tsx';

const TYPING_MS = 200;
const TARGETS_SHOWN = 3;

interface PlannedPeopleProps {
  plan: string;
  /** Whoever gains or loses that one. */
  target?: ReferenceJson | null;
  onAnyTarget?(): void;
  /** No choice of whom: those. */
  only?: 'signIn';
}

export function PlannedPeople({ plan, target = null, onAnyTarget, only }: PlannedPeopleProps) {
  const [written, write] = useState('');
  const [chosen, choose] = useState('all');
  const [search] = useDebouncedValue(written, TYPING_MS);
  const filter = only ?? (chosen === 'all' ? undefined : chosen);
  return (
    <>
      <Group gap="sm" mb="xs">
        <TextInput
          type="search"
          aria-label="Search the users of this plan"
          placeholder="Search by name"
          value={written}
          onChange={(event) => write(event.currentTarget.value)}
          leftSection={<IconSearch size={16} />}
          w={{ base: '100%', xs: 260 }}
        />
        {only === undefined && (
          <SegmentedControl
            aria-label="Which users"
            value={chosen}
            onChange={choose}
            data={[
              { value: 'all', label: 'All' },
              { value: 'losers', label: 'Who loses' },
              { value: 'gainers', label: 'Who only gains' },
            ]}
          />
        )}
        {target && (
          <Pill
            size="md"
            withRemoveButton
            onRemove={() => onAnyTarget?.()}
            removeButtonProps={{
              'aria-label': `All, not only ${target.name}`,
              'aria-hidden': false,
              tabIndex: 0,
            }}
          >
            {target.name}
          </Pill>
        )}
      </Group>
      <ListTable<PlannedJson>
        label="Users of this plan"
        path={`/plans/${plan}/people`}
        query={{ filter, search, target: target?.id }}
        columns={columns}
        keyOf={({ user }) => user.id}
        maxHeight="max(220px, calc(94dvh - 440px))"
        empty={
          <Empty title={only === 'signIn' && search === '' ? 'Nobody loses signing in' : 'Nobody fits'}>
            {search !== '' && `No user of this plan has "${search}" in their name.`}
          </Empty>
        }
      />
    </>
  );
}

const columns: readonly Column<PlannedJson>[] = [
  { title: 'User', width: 'minmax(200px, 1.4fr)', show: (planned) => <Who of={planned} /> },
  { title: 'Role', width: 'minmax(150px, 1fr)', show: ({ role }) => <RoleChange of={role} /> },
  {
    title: 'Loses',
    width: 'minmax(160px, 1.2fr)',
    show: ({ loses }) => <Targets of={loses} tone="loss" sign="−" />,
  },
  {
    title: 'Gains',
    width: 'minmax(160px, 1.2fr)',
    show: ({ gains }) => <Targets of={gains} tone="gain" sign="+" />,
  },
];

function Who({ of: { user, losesSignIn, losesAdmin } }: { of: PlannedJson }) {
  return (
    <Group gap={8} wrap="nowrap" justify="space-between">
      <div className="clipped">
        <Text size="sm" fw={600} truncate title={user.displayName}>
          {user.displayName}
        </Text>
        {user.userName !== user.displayName && (
          <Text size="xs" c="dimmed" truncate title={user.userName}>
            {user.userName}
          </Text>
        )}
      </div>
      <Group gap={4} wrap="nowrap" className="unshrunk">
        {losesSignIn && <Mark tone="bad">No sign-in</Mark>}
        {losesAdmin && <Mark tone="bad">Admin</Mark>}
        {user.status === 'suspended' && <Mark tone="warn">Suspended</Mark>}
      </Group>
    </Group>
  );
}

function RoleChange({ of: { before, after } }: { of: PlannedJson['role'] }) {
  if (before?.id === after?.id) {
    return (
      <Text size="sm" c="dimmed" truncate>
        {before?.name ?? 'none'}
      </Text>
    );
  }
  return (
    <Group gap={4} wrap="nowrap">
      <Text size="sm" truncate>
        {before?.name ?? 'none'}
      </Text>
      <IconArrowRight size={14} aria-label="becomes" className="unshrunk" />
      <Text size="sm" fw={600} truncate className={after === null ? 'loss' : undefined}>
        {after?.name ?? 'none'}
      </Text>
    </Group>
  );
}

interface TargetsProps {
  of: PlannedJson['loses'];
  tone: 'gain' | 'loss';
  sign: string;
}

/** The role stands in a column of its own. */
function Targets({ of, tone, sign }: TargetsProps) {
  const names = of.filter(({ kind }) => kind !== 'role').map(({ name }) => name);
  if (names.length === 0) return null;
  const further = names.length - TARGETS_SHOWN;
  const shown = names.slice(0, TARGETS_SHOWN).join(', ');
  return (
    <Text size="sm" lineClamp={2} className={tone} title={names.join(', ')}>
      {sign} {shown}
      {further > 0 && ` and ${further} more`}
    </Text>
  );
}
