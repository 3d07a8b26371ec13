// Private networks that Bifrost may call: identity providers and webhooks inside of the organisation.

import { ActionIcon, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { FormEvent } from 'react';
import type { TrustedNetworksJson } from '../../src/edge/admin/contract.ts';
import { send } from '../api.ts';
import { useChange, useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Meanwhile, useEdited } from '../ui/edited.tsx';
import { Locked } from '../ui/locked.tsx';
import { Panel } from '../ui/panel.tsx';
import { Shown } from '../ui/states.tsx';

const PATH = '/settings/trusted-networks';

interface Network {
  id: number;
  cidr: string;
  description: string;
}

export function TrustedNetworks() {
  const networks = useGet<TrustedNetworksJson>(PATH);
  return (
    <Shown of={networks}>
      {(found) => (
        <Panel title="Trusted networks">
          <Text size="sm" c="dimmed" maw={760}>
            Bifrost calls no private address by itself, whatever a name resolves to. Networks that stand here
            may be called. This machine and the metadata of clouds never are.
          </Text>
          {found.locked && <Locked what="the trusted networks" />}
          <NetworksForm found={found} />
        </Panel>
      )}
    </Shown>
  );
}

const withId = ({ cidr, description }: Omit<Network, 'id'>, id: number): Network => ({
  id,
  cidr,
  description,
});
const named = (networks: readonly Network[]) => ({
  Networks: networks.map(({ cidr }) => cidr).join(', '),
});

function NetworksForm({ found }: { found: TrustedNetworksJson }) {
  const { may } = useSession();
  const isReadOnly = found.locked || !may('settings:edit');
  const edited = useEdited<readonly Network[]>(found.networks.map(withId), found.revision);
  const { value: rows, write, before, revision } = edited;
  // Numbered anew, so that what was saved is what is stored.
  const setRows = (next: readonly Omit<Network, 'id'>[]) => write(next.map(withId));
  const save = useChange<void>({
    run: () =>
      send(PATH, {
        method: 'PUT',
        body: { networks: rows.map(({ cidr, description }) => ({ cidr: cidr.trim(), description })) },
        ifMatch: `"${revision}"`,
      }),
    touches: ['settings'],
    done: 'Saved. It counts on every server within a second.',
    isQuiet: true,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const edit = (id: number, change: Partial<Network>) =>
    setRows(rows.map((row) => (row.id === id ? { ...row, ...change } : row)));
  const add = () => setRows([...rows, { cidr: '', description: '' }]);
  const isTold = before !== null || !save.error || save.error.problems.length > 0;
  const other = isTold ? null : save.error?.message;
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Meanwhile
          of={edited}
          words={named}
          told={{ type: 'settings.updated', subject: 'trustedNetworks' }}
        />
        {rows.length === 0 && <Text size="sm">None: only public addresses are called.</Text>}
        {rows.map((row, at) => (
          <Group key={row.id} gap="xs" align="flex-start">
            <TextInput
              aria-label={`Network ${at + 1}`}
              placeholder="10.20.0.0/16"
              value={row.cidr}
              onChange={(event) => edit(row.id, { cidr: event.currentTarget.value })}
              error={save.error?.at(`/networks/${at}`)}
              readOnly={isReadOnly}
              w={220}
            />
            <TextInput
              aria-label={`What network ${at + 1} is`}
              placeholder="What it is"
              value={row.description}
              onChange={(event) => edit(row.id, { description: event.currentTarget.value })}
              readOnly={isReadOnly}
              flex={1}
              maw={420}
            />
            {!isReadOnly && (
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                aria-label={`Take out network ${at + 1}`}
                onClick={() => setRows(rows.filter(({ id }) => id !== row.id))}
              >
                <IconTrash size={18} />
              </ActionIcon>
            )}
          </Group>
        ))}
        {other && (
          <Text size="sm" className="loss" role="alert">
            {other}
          </Text>
        )}
        {!isReadOnly && (
          <Group>
            <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={add}>
              Add a network
            </Button>
            <Button type="submit" loading={save.isPending} disabled={before !== null}>
              Save
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}
