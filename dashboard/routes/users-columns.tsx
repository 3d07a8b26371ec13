// The columns of the list of users.

import { Anchor, Avatar, Group, Text, Tooltip } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReferenceJson, UserJson } from '../../src/edge/admin/contract.ts';
import { Mark, StatusMark } from '../ui/badges.tsx';
import type { Column } from '../ui/list-table.tsx';
import { When } from '../ui/when.tsx';
import { sources } from './user-words.ts';

export const userColumns: readonly Column<UserJson>[] = [
  { title: 'User', width: 'minmax(206px, 2.4fr)', sort: 'userName', show: (user) => <Who user={user} /> },
  { title: 'Status', width: '112px', show: ({ status }) => <StatusMark status={status} /> },
  {
    title: 'Role',
    width: 'minmax(100px, 1fr)',
    show: ({ role, status }) =>
      role ? <OneLine text={role.name} /> : status !== 'removed' && <Mark tone="warn">No role</Mark>,
  },
  { title: 'Teams', width: 'minmax(102px, 1.2fr)', show: ({ teams }) => <Names of={teams} /> },
  {
    title: 'Business units',
    width: 'minmax(124px, 1.2fr)',
    show: ({ businessUnits }) => <Names of={businessUnits} />,
  },
  {
    title: 'Source',
    width: '84px',
    show: ({ source }) => <Mark tone={sources[source].tone}>{sources[source].words}</Mark>,
  },
  {
    title: 'Last sign-in',
    width: '132px',
    sort: 'lastSignInAt',
    show: ({ lastSignInAt }) => <Time at={lastSignInAt} />,
  },
  {
    title: 'Provisioned',
    width: '124px',
    sort: 'lastProvisionedAt',
    show: ({ lastProvisionedAt }) => <Time at={lastProvisionedAt} />,
  },
];

const LETTERS = 2;

function initialsOf(name: string): string {
  const words = name.split(/[\s._@-]+/).filter((word) => /^\p{L}/u.test(word));
  const [first = '', ...others] = words.length === 0 ? [name] : words;
  return [first, ...others.slice(-1)]
    .map((word) => [...word][0] ?? '')
    .slice(0, LETTERS)
    .join('')
    .toUpperCase();
}

function Who({ user: { id, displayName, userName, email } }: { user: UserJson }) {
  const other = email !== null && email !== userName ? `${userName}, ${email}` : userName;
  return (
    <Group gap="sm" wrap="nowrap">
      <Avatar size={32} radius="xl" aria-hidden variant="default">
        {initialsOf(displayName)}
      </Avatar>
      <div className="clipped">
        <Anchor component={Link} to={`/governance/users/${id}`} size="sm" fw={600} truncate display="block">
          {displayName}
        </Anchor>
        <Text size="xs" c="dimmed" truncate title={other}>
          {userName}
        </Text>
      </div>
    </Group>
  );
}

function Names({ of }: { of: readonly ReferenceJson[] }) {
  const [first, ...others] = of;
  if (!first) return <OneLine text="none" isQuiet />;
  if (others.length === 0) return <OneLine text={first.name} />;
  return (
    <Tooltip label={of.map(({ name }) => name).join(', ')} multiline maw={320}>
      <Group gap={6} wrap="nowrap">
        <OneLine text={first.name} />
        <Text size="sm" c="dimmed" className="unshrunk number">
          +{others.length}
        </Text>
      </Group>
    </Tooltip>
  );
}

function OneLine({ text, isQuiet = false }: { text: string; isQuiet?: boolean }) {
  return (
    <Text size="sm" truncate title={text} {...(isQuiet && { c: 'dimmed' })}>
      {text}
    </Text>
  );
}

function Time({ at }: { at: string | null }) {
  return (
    <Text component="div" size="sm" truncate>
      <When at={at} />
    </Text>
  );
}
