// API keys: which there are and when each was last used, making one of your own, shown once, and ending one.

import { Button, Group, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { ApiKeyJson } from '../../src/edge/admin/contract.ts';
import { send } from '../api.ts';
import { type ListPage, useChange, useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Mark, type Tone } from '../ui/badges.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Panel } from '../ui/panel.tsx';
import { Empty, Shown } from '../ui/states.tsx';
import { When } from '../ui/when.tsx';
import { NewApiKey } from './settings-new-api-key.tsx';

const MOST = 200;

export function ApiKeys() {
  const { me, may } = useSession();
  const keys = useGet<ListPage<ApiKeyJson>>('/api-keys', { query: { limit: MOST } });
  const [isMaking, { open, close }] = useDisclosure(false);
  const mayMake = may('apiKeys:create') && me.person !== null;
  return (
    <Panel
      title="API keys"
      actions={
        mayMake && (
          <Button size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={open}>
            New API key
          </Button>
        )
      }
    >
      <Text size="sm" c="dimmed" maw={760}>
        For scripts and applications. A key belongs to a person, may no more than they, and ends with them.
      </Text>
      <Shown of={keys}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No API key so far">
              Make one for each script, so that each can be ended by itself.
            </Empty>
          ) : (
            <KeyTable items={items} />
          )
        }
      </Shown>
      <NewApiKey opened={isMaking} onClose={close} />
    </Panel>
  );
}

function KeyTable({ items }: { items: readonly ApiKeyJson[] }) {
  const [ending, setEnding] = useState<ApiKeyJson | null>(null);
  const revoke = useChange<string>({
    run: (id) => send(`/api-keys/${id}`, { method: 'DELETE' }),
    touches: ['api-keys'],
    done: 'The API key is revoked: its next request is refused.',
    onDone: () => setEnding(null),
  });
  return (
    <>
      <Table.ScrollContainer minWidth={860}>
        <Table verticalSpacing={6} aria-label="API keys">
          <Table.Thead>
            <Table.Tr>
              {['Name', 'State', 'Of', 'May', 'Last used', 'Ends'].map((title) => (
                <Table.Th key={title}>{title}</Table.Th>
              ))}
              <Table.Td />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map((key) => (
              <KeyRow key={key.id} of={key} onEnd={() => setEnding(key)} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Confirm
        opened={ending !== null}
        title={`Revoke ${ending?.name ?? ''}`}
        action="Revoke"
        isDangerous
        isBusy={revoke.isPending}
        onConfirm={() => ending && revoke.mutate(ending.id)}
        onClose={() => setEnding(null)}
      >
        Whatever uses this key is refused from its next request on. It cannot be taken back.
      </Confirm>
    </>
  );
}

const states = {
  live: { tone: 'good', words: 'Live' },
  expired: { tone: 'quiet', words: 'Expired' },
  revoked: { tone: 'quiet', words: 'Revoked' },
  dormant: { tone: 'warn', words: 'Dormant' },
} as const satisfies Record<ApiKeyJson['state'], { tone: Tone; words: string }>;

function KeyRow({ of: key, onEnd }: { of: ApiKeyJson; onEnd: () => void }) {
  const { me, may } = useSession();
  const { tone, words } = states[key.state];
  const isOwn = key.owner !== null && key.owner.id === me.person?.id;
  const mayEnd =
    !key.declared && key.state !== 'revoked' && ((isOwn && may('apiKeys:create')) || may('apiKeys:revoke'));
  const scope = key.role ?? `${key.permissions.length} permissions`;
  return (
    <Table.Tr>
      <Table.Td>
        {key.name}
        {key.lastFour && (
          <Text size="xs" c="dimmed" span ff="monospace">
            {' '}
            ...{key.lastFour}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Mark tone={tone}>{words}</Mark>
      </Table.Td>
      <Table.Td>
        {key.declared ? 'Configuration file' : key.owner?.name || 'Somebody who is not here any more'}
      </Table.Td>
      <Table.Td title={key.permissions.join(', ')}>{scope}</Table.Td>
      <Table.Td>
        <When at={key.lastUsedAt} />
      </Table.Td>
      <Table.Td>
        <When at={key.revokedAt ?? key.expiresAt} />
      </Table.Td>
      <Table.Td>
        <Group justify="flex-end">
          {mayEnd && (
            <Button size="compact-xs" variant="default" onClick={onEnd} aria-label={`Revoke ${key.name}`}>
              Revoke
            </Button>
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
