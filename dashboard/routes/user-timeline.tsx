// What happened to a user, newest first, in plain words, with who did it, and the way to what they had before and after.

import { Text } from '@mantine/core';
import type { EventJson, UserJson } from '../../src/edge/admin/contract.ts';
import { Actor } from '../ui/actor.tsx';
import { BeforeAfter } from '../ui/before-after.tsx';
import { type Column, ListTable } from '../ui/list-table.tsx';
import { Empty } from '../ui/states.tsx';
import { When } from '../ui/when.tsx';

const columns: readonly Column<EventJson>[] = [
  {
    title: 'When',
    width: '160px',
    show: ({ at }) => (
      <Text component="div" size="sm">
        <When at={at} />
      </Text>
    ),
  },
  {
    title: 'What happened',
    width: 'minmax(320px, 3fr)',
    show: ({ words }) => (
      <Text size="sm" lineClamp={2} title={words}>
        {words}
      </Text>
    ),
  },
  {
    title: 'By',
    width: 'minmax(150px, 1fr)',
    show: ({ actor, names }) => (
      <Text component="div" size="sm" truncate title={names.actor}>
        <Actor {...actor} name={names.actor} />
      </Text>
    ),
  },
  { title: 'What they had', width: '140px', show: (event) => <BeforeAfter event={event} /> },
];

export function UserTimeline({ user }: { user: UserJson }) {
  return (
    <ListTable<EventJson>
      label="Timeline"
      path={`/users/${user.id}/timeline`}
      columns={columns}
      keyOf={({ id }) => id}
      maxHeight="60vh"
      empty={
        <Empty title="Nothing is told of them">Events of users whose data was erased are not kept.</Empty>
      }
    />
  );
}
