// Provisioning tokens: which there are, who made them, when each was last used and from where; making another, with what becomes of
// those before it; ending one.

import { Button, Group, Modal, Radio, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import type { ProviderJson, TokenJson } from '../../src/edge/admin/contract.ts';
import { send } from '../api.ts';
import { type ListPage, useChange, useGet } from '../queries.ts';
import { May } from '../session.tsx';
import { Mark } from '../ui/badges.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Panel } from '../ui/panel.tsx';
import { Failed, Shown } from '../ui/states.tsx';
import { ago, When } from '../ui/when.tsx';
import type { Handed } from './setup-complete.tsx';

const MOST = 100;
const ENDED_SHOWN = 3;

interface TokensProps {
  provider: ProviderJson;
  onMade(handed: Handed): void;
}

export function ProviderTokens({ provider, onMade }: TokensProps) {
  const tokens = useGet<ListPage<TokenJson>>(`/providers/${provider.id}/tokens`, { query: { limit: MOST } });
  const [isRotating, { open, close }] = useDisclosure(false);
  return (
    <Panel
      title="Provisioning tokens"
      actions={
        <May do="tokens:create">
          <Button size="xs" variant="default" onClick={open}>
            Rotate token
          </Button>
        </May>
      }
    >
      <Shown of={tokens}>{({ items }) => <TokenTable provider={provider} items={items} />}</Shown>
      <RotateDialog provider={provider} opened={isRotating} onClose={close} onMade={onMade} />
    </Panel>
  );
}

function TokenTable({ provider, items }: { provider: ProviderJson; items: readonly TokenJson[] }) {
  const [isAll, { toggle }] = useDisclosure(false);
  const [ending, setEnding] = useState<TokenJson | null>(null);
  const live = items.filter((each) => each.live);
  const ended = items.filter((each) => !each.live);
  const rows = [...live, ...(isAll ? ended : ended.slice(0, ENDED_SHOWN))];
  if (items.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        None so far. Enabling SCIM makes one.
      </Text>
    );
  }
  return (
    <>
      <Table.ScrollContainer minWidth={760}>
        <Table verticalSpacing={6} aria-label="Provisioning tokens">
          <Table.Thead>
            <Table.Tr>
              {['Token', 'State', 'Made', 'Last used', 'Ends'].map((title) => (
                <Table.Th key={title}>{title}</Table.Th>
              ))}
              <Table.Td />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((token) => (
              <TokenRow key={token.id} token={token} onEnd={() => setEnding(token)} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {ended.length > ENDED_SHOWN && (
        <Button variant="subtle" size="xs" onClick={toggle} style={{ alignSelf: 'flex-start' }}>
          {isAll ? 'Fewer that have ended' : `All ${ended.length} that have ended`}
        </Button>
      )}
      <RevokeDialog provider={provider} token={ending} onClose={() => setEnding(null)} />
    </>
  );
}

function TokenRow({ token, onEnd }: { token: TokenJson; onEnd(): void }) {
  const { name, lastFour, live, createdAt, createdByName, lastUsedAt, lastUsedFrom, declared } = token;
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm" fw={500}>
          {name}
        </Text>
        <Text size="xs" c="dimmed" ff="monospace">
          ...{lastFour}
        </Text>
      </Table.Td>
      <Table.Td>
        <Mark tone={live ? 'good' : 'quiet'}>{live ? 'Live' : 'Ended'}</Mark>
      </Table.Td>
      <Table.Td>
        <Text size="sm">
          <When at={createdAt} />
        </Text>
        <Text size="xs" c="dimmed">
          {declared ? 'by the configuration file' : createdByName !== null && `by ${createdByName}`}
        </Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm">
          <When at={lastUsedAt} />
        </Text>
        {lastUsedFrom !== null && (
          <Text size="xs" c="dimmed">
            from {lastUsedFrom}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Text size="sm">
          <Ends token={token} />
        </Text>
      </Table.Td>
      <Table.Td ta="right">
        {live && (
          <May do="tokens:revoke">
            <Button
              size="compact-xs"
              variant="subtle"
              color="red"
              onClick={onEnd}
              aria-label={`Revoke ${name}`}
            >
              Revoke
            </Button>
          </May>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function Ends({ token: { live, expiresAt, revokedAt, untilUseOf } }: { token: TokenJson }) {
  if (revokedAt !== null) return <When at={revokedAt} />;
  if (live && untilUseOf !== null) return 'when the newer one is first used';
  if (untilUseOf !== null) return 'the newer one was used';
  return <When at={expiresAt} />;
}

// --- making another ---------------------------------------------------------------------------------------------

const keepings = [
  {
    value: 'none',
    label: 'At once',
    description: 'Until the new one is entered in the provider, its requests are refused.',
  },
  { value: 'hours', label: 'After a while', description: 'Both are accepted until then.' },
  {
    value: 'until-used',
    label: 'When the new one is first used',
    description: 'Nothing is refused in between.',
  },
] as const;

const spans = [
  { value: '1', label: '1 hour' },
  { value: '8', label: '8 hours' },
  { value: '24', label: '1 day' },
  { value: '72', label: '3 days' },
  { value: '168', label: '7 days' },
];

const lives = [
  { value: '', label: 'Never' },
  { value: '90', label: 'After 90 days' },
  { value: '180', label: 'After 180 days' },
  { value: '365', label: 'After a year' },
];

interface RotateProps extends TokensProps {
  opened: boolean;
  onClose(): void;
}

function RotateDialog({ provider, opened, onClose, onMade }: RotateProps) {
  const [keep, setKeep] = useState<string>('none');
  const [hours, setHours] = useState('24');
  const [days, setDays] = useState('');
  const [name, setName] = useState('');
  const rotate = useChange<void, { token: string; endpoint: string }>({
    run: async () => {
      const body = {
        keepPrevious: keep === 'hours' ? { hours: Number(hours) } : keep,
        ...(name.trim() !== '' && { name: name.trim() }),
        ...(days !== '' && { expiresInDays: Number(days) }),
      };
      const path = `/providers/${provider.id}/tokens`;
      return (await send<{ token: string; endpoint: string }>(path, { method: 'POST', body })).body;
    },
    touches: ['providers'],
    isQuiet: true,
    onDone: ({ token, endpoint }) => {
      onClose();
      onMade({ token, endpoint, unreachable: provider.scim.unreachable, title: 'New provisioning token' });
    },
  });
  return (
    <Modal opened={opened} onClose={onClose} title="Rotate token" centered>
      <Stack>
        <Radio.Group label="The tokens before it end" value={keep} onChange={setKeep}>
          <Stack gap="xs" mt="xs">
            {keepings.map((each) => (
              <Radio key={each.value} {...each} />
            ))}
          </Stack>
        </Radio.Group>
        {keep === 'hours' && (
          <Select
            label="How long"
            data={spans}
            value={hours}
            onChange={(value) => setHours(value ?? '24')}
            allowDeselect={false}
          />
        )}
        <TextInput
          label="Name"
          description="By which people tell tokens apart."
          placeholder="Entra, spring"
          value={name}
          maxLength={100}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          label="The new one ends"
          data={lives}
          value={days}
          onChange={(value) => setDays(value ?? '')}
          allowDeselect={false}
        />
        {rotate.error && <Failed problem={rotate.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button onClick={() => rotate.mutate()} loading={rotate.isPending}>
            Make the new token
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function RevokeDialog({
  provider,
  token,
  onClose,
}: {
  provider: ProviderJson;
  token: TokenJson | null;
  onClose(): void;
}) {
  const revoke = useChange<string>({
    run: (id) => send(`/providers/${provider.id}/tokens/${id}`, { method: 'DELETE' }),
    touches: ['providers'],
    done: 'The token is revoked: the next request with it is refused.',
    onDone: onClose,
  });
  const used = token?.lastUsedAt ? `It was last used ${ago(token.lastUsedAt)}.` : 'It was never used.';
  return (
    <Confirm
      opened={token !== null}
      title="Revoke this token?"
      action="Revoke"
      isDangerous
      isBusy={revoke.isPending}
      onConfirm={() => token && revoke.mutate(token.id)}
      onClose={onClose}
    >
      The next request with {token?.name} (...{token?.lastFour}) is refused. {used}
    </Confirm>
  );
}
