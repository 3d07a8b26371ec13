// Where a user is signed in, and the API keys of theirs; each can be ended.

import { Button, Table, Text } from '@mantine/core';
import { useState } from 'react';
import type { ApiKeyJson, SessionJson, UserJson } from '../../src/edge/admin/contract.ts';
import { send } from '../api.ts';
import { type ListPage, useChange, useGet } from '../queries.ts';
import { May, useSession } from '../session.tsx';
import { Mark, type Tone } from '../ui/badges.tsx';
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
        <Heads of={['Browser', 'From', 'Began', 'Last seen', 'Ends']} />
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

const states = {
  live: { tone: 'good', words: 'Live' },
  expired: { tone: 'quiet', words: 'Expired' },
  revoked: { tone: 'quiet', words: 'Revoked' },
  dormant: { tone: 'warn', words: 'Dormant' },
} as const satisfies Record<ApiKeyJson['state'], { tone: Tone; words: string }>;

function Keys({ user: { id } }: { user: UserJson }) {
  const found = useGet<ListPage<ApiKeyJson>>('/api-keys', { query: { owner: id, limit: MOST } });
  const [ending, setEnding] = useState<ApiKeyJson | null>(null);
  const revoke = useChange<string>({
    run: (key) => send(`/api-keys/${key}`, { method: 'DELETE' }),
    done: 'The API key is revoked: its next request is refused.',
    onDone: () => setEnding(null),
  });
  return (
    <Panel title="API keys">
      <Shown of={found}>
        {({ items }) =>
          items.length > 0 ? <KeyTable items={items} onEnd={setEnding} /> : <None>They have made none.</None>
        }
      </Shown>
      <Confirm
        opened={ending !== null}
        title={`Revoke ${ending?.name ?? ''}?`}
        action="Revoke"
        isDangerous
        isBusy={revoke.isPending}
        onConfirm={() => ending && revoke.mutate(ending.id)}
        onClose={() => setEnding(null)}
      >
        Whatever uses this key is refused from its next request on. It cannot be taken back.
      </Confirm>
    </Panel>
  );
}

function KeyTable({ items, onEnd }: { items: readonly ApiKeyJson[]; onEnd(key: ApiKeyJson): void }) {
  return (
    <Table.ScrollContainer minWidth={720}>
      <Table verticalSpacing={6} aria-label="API keys">
        <Heads of={['Key', 'State', 'May', 'Last used', 'Ends']} />
        <Table.Tbody>
          {items.map((key) => (
            <Table.Tr key={key.id}>
              <Table.Td>
                {key.name}{' '}
                <Text span size="xs" c="dimmed" ff="monospace">
                  ...{key.lastFour}
                </Text>
              </Table.Td>
              <Table.Td>
                <Mark tone={states[key.state].tone}>{states[key.state].words}</Mark>
              </Table.Td>
              <Table.Td title={key.permissions.join(', ')}>{key.permissions.length} permissions</Table.Td>
              <Table.Td>
                <When at={key.lastUsedAt} />
              </Table.Td>
              <Table.Td>
                <When at={key.revokedAt ?? key.expiresAt} />
              </Table.Td>
              <Table.Td ta="right">
                {key.state !== 'revoked' && (
                  <May do="apiKeys:revoke">
                    <Button
                      size="compact-xs"
                      variant="default"
                      aria-label={`Revoke ${key.name}`}
                      onClick={() => onEnd(key)}
                    >
                      Revoke
                    </Button>
                  </May>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Heads({ of }: { of: readonly string[] }) {
  return (
    <Table.Thead>
      <Table.Tr>
        {of.map((title) => (
          <Table.Th key={title}>{title}</Table.Th>
        ))}
        <Table.Td />
      </Table.Tr>
    </Table.Thead>
  );
}

function None({ children }: { children: string }) {
  return (
    <Text size="sm" c="dimmed">
      {children}
    </Text>
  );
}
