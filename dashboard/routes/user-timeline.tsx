// What happened to a user, newest first, in plain words, with who did it.

import { Text } from '@mantine/core';
import type { EventJson, UserJson } from '../../src/edge/admin/contract.ts';
import { Actor } from '../ui/actor.tsx';
import { type Column, ListTable } from '../ui/list-table.tsx';
import { Empty } from '../ui/states.tsx';
import { When } from '../ui/when.tsx';
import { eventWords } from './user-event-words.ts';

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
    show: (event) => (
      <Text size="sm" lineClamp={2} title={eventWords(event)}>
        {eventWords(event)}
      </Text>
    ),
  },
  {
    title: 'By',
    width: 'minmax(150px, 1fr)',
    show: ({ actor }) => (
      <Text component="div" size="sm" truncate>
        {actor.kind === 'token' ? 'The provider, by SCIM' : <Actor {...actor} />}
      </Text>
    ),
  },
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
