// API keys as a table, with the way to end one.

import { Button, Table, Text } from '@mantine/core';
import { useState } from 'react';
import type { ApiKeyJson } from '../../src/edge/admin/contract.ts';
import { send } from '../api.ts';
import { useChange } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Mark, type Tone } from './badges.tsx';
import { Confirm } from './confirm.tsx';
import { counted } from './counted.ts';
import { When } from './when.tsx';

interface ApiKeyTableProps {
  items: readonly ApiKeyJson[];
  /** All belong to the one whose page it is. */
  isOfOne?: boolean;
}

export function ApiKeyTable({ items, isOfOne = false }: ApiKeyTableProps) {
  const [ending, setEnding] = useState<ApiKeyJson | null>(null);
  const revoke = useChange<string>({
    run: (id) => send(`/api-keys/${id}`, { method: 'DELETE' }),
    touches: ['api-keys'],
    done: 'The API key is revoked: its next request is refused.',
    onDone: () => setEnding(null),
  });
  const titles = ['Name', 'State', ...(isOfOne ? [] : ['Of']), 'May', 'Last used', 'Ends'];
  return (
    <>
      <Table.ScrollContainer minWidth={isOfOne ? 720 : 860}>
        <Table verticalSpacing={6} aria-label="API keys">
          <Table.Thead>
            <Table.Tr>
              {titles.map((title) => (
                <Table.Th key={title}>{title}</Table.Th>
              ))}
              <Table.Td />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map((key) => (
              <KeyRow key={key.id} of={key} isOfOne={isOfOne} onEnd={() => setEnding(key)} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
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
    </>
  );
}

const states = {
  live: { tone: 'good', words: 'Live' },
  expired: { tone: 'quiet', words: 'Expired' },
  revoked: { tone: 'quiet', words: 'Revoked' },
  dormant: { tone: 'warn', words: 'Dormant' },
} as const satisfies Record<ApiKeyJson['state'], { tone: Tone; words: string }>;

/** One permission says more than its number. */
function what({ role, permissions }: ApiKeyJson): string {
  const [only] = permissions;
  if (permissions.length === 1 && only) return only;
  return role ?? counted(permissions.length, 'permission', 'permissions');
}

function KeyRow({ of: key, isOfOne, onEnd }: { of: ApiKeyJson; isOfOne: boolean; onEnd: () => void }) {
  const { me, may } = useSession();
  const { tone, words } = states[key.state];
  const isOwn = key.owner !== null && key.owner.id === me.person?.id;
  const mayEnd =
    !key.declared && key.state !== 'revoked' && ((isOwn && may('apiKeys:create')) || may('apiKeys:revoke'));
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
      {!isOfOne && (
        <Table.Td>
          {key.declared ? 'Configuration file' : key.owner?.name || 'Somebody who is not here any more'}
        </Table.Td>
      )}
      <Table.Td title={key.permissions.join(', ')}>{what(key)}</Table.Td>
      <Table.Td>
        <When at={key.lastUsedAt} />
      </Table.Td>
      <Table.Td>
        <When at={key.revokedAt ?? key.expiresAt} />
      </Table.Td>
      <Table.Td ta="right">
        {mayEnd && (
          <Button size="compact-xs" variant="default" onClick={onEnd} aria-label={`Revoke ${key.name}`}>
            Revoke
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
