// Where a user is signed in, and the API keys of theirs; each can be ended.

import { Button, Table, Text } from '@mantine/core';
import { useState } from 'react';
import type { ApiKeyJson, SessionJson, UserJson } from '../../src/edge/admin/contract.ts';
import { send } from '../api.ts';
import { type ListPage, useChange, useGet } from '../queries.ts';
import { May, useSession } from '../session.tsx';
import { ApiKeyTable } from '../ui/api-keys.tsx';
import { Mark } from '../ui/badges.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Panel } from '../ui/panel.tsx';
import { Shown } from '../ui/states.tsx';
import { When } from '../ui/when.tsx';

const MOST = 100;

export function UserSessions({ user }: { user: UserJson }) {
  const { may } = useSession();
  return (
    <>
      {may('sessions:read') && <Sessions user={user} />}
      {may('apiKeys:read') && <Keys user={user} />}
    </>
  );
}

function Sessions({ user: { id, displayName } }: { user: UserJson }) {
  const found = useGet<ListPage<SessionJson>>(`/users/${id}/sessions`, { query: { limit: MOST } });
  const [isEnding, setEnding] = useState(false);
  const endAll = useChange({
    run: () => send(`/users/${id}/sessions`, { method: 'DELETE' }),
    done: `${displayName} is signed out everywhere.`,
    onDone: () => setEnding(false),
  });
  const some = (found.data?.items.length ?? 0) > 0;
  return (
    <Panel
      title="Sessions"
      actions={
        some && (
          <May do="sessions:end">
            <Button size="xs" variant="default" onClick={() => setEnding(true)}>
              End all sessions
            </Button>
          </May>
        )
      }
    >
      <Shown of={found}>
        {({ items }) =>
          items.length > 0 ? <SessionTable items={items} /> : <None>Not signed in anywhere.</None>
        }
      </Shown>
      <Confirm
        opened={isEnding}
        title={`Sign ${displayName} out everywhere?`}
        action="End all sessions"
        isDangerous
        isBusy={endAll.isPending}
        onConfirm={() => endAll.mutate()}
        onClose={() => setEnding(false)}
      >
        The next request of each session is refused. They may sign in again at once; to keep them out, suspend
        them.
      </Confirm>
    </Panel>
  );
}

function SessionTable({ items }: { items: readonly SessionJson[] }) {
  const end = useChange<string>({
    run: (id) => send(`/sessions/${id}`, { method: 'DELETE' }),
    done: 'The session is ended.',
  });
  return (
    <Table.ScrollContainer minWidth={720}>
      <Table verticalSpacing={6} aria-label="Sessions">
        <Table.Thead>
          <Table.Tr>
            {['Browser', 'From', 'Began', 'Last seen', 'Ends'].map((title) => (
              <Table.Th key={title}>{title}</Table.Th>
            ))}
            <Table.Td />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map(({ id, agent, remote, createdAt, lastSeenAt, expiresAt, current }) => (
            <Table.Tr key={id}>
              <Table.Td maw={280}>
                <Text size="sm" truncate title={agent ?? ''}>
                  {agent ?? 'not told'}
                </Text>
                {current && <Mark tone="plain">This session</Mark>}
              </Table.Td>
              <Table.Td>{remote ?? 'not told'}</Table.Td>
              <Table.Td>
                <When at={createdAt} />
              </Table.Td>
              <Table.Td>
                <When at={lastSeenAt} />
              </Table.Td>
              <Table.Td>
                <When at={expiresAt} />
              </Table.Td>
              <Table.Td ta="right">
                <May do="sessions:end">
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={`End the session from ${remote ?? 'an unknown address'}`}
                    loading={end.isPending && end.variables === id}
                    onClick={() => end.mutate(id)}
                  >
                    End
                  </Button>
                </May>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Keys({ user: { id } }: { user: UserJson }) {
  const found = useGet<ListPage<ApiKeyJson>>('/api-keys', { query: { owner: id, limit: MOST } });
  return (
    <Panel title="API keys">
      <Shown of={found}>
        {({ items }) =>
          items.length > 0 ? <ApiKeyTable items={items} isOfOne /> : <None>They have made none.</None>
        }
      </Shown>
    </Panel>
  );
}

function None({ children }: { children: string }) {
  return (
    <Text size="sm" c="dimmed">
      {children}
    </Text>
  );
}
