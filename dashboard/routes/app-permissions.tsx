// Permissions of apps: what applications declare that there is to permit. Declaring it, changing it, taking it back.

import { Anchor, Badge, Button, Group, Table, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { AppResourceJson } from '../../src/edge/admin/contract.ts';
import { send } from '../api.ts';
import { useChange, useGet } from '../queries.ts';
import { May, useSession } from '../session.tsx';
import { Mark } from '../ui/badges.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Page } from '../ui/page.tsx';
import { Empty, Shown } from '../ui/states.tsx';
import { AppResourceForm } from './app-permissions-form.tsx';

const above = [{ label: 'Roles & Permissions', to: '/governance/roles' }];

export default function AppPermissionsPage() {
  const { may } = useSession();
  const [editing, setEditing] = useState<AppResourceJson | 'new' | null>(null);
  const [removing, setRemoving] = useState<AppResourceJson | null>(null);
  const found = useGet<{ items: AppResourceJson[] }>('/app-permissions', { enabled: may('roles:read') });
  const declare = (
    <May do="roles:edit">
      <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEditing('new')}>
        Declare a resource
      </Button>
    </May>
  );
  return (
    <Page
      title="Permissions of apps"
      above={above}
      about="What the applications that you protect have to permit. Roles can hold it beside Bifrost's own, and applications are told it with each answer."
      permission="roles:read"
      actions={declare}
    >
      <Shown of={found}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No application declares anything so far">
              A resource such as <b>orders</b>, with the operations <b>read</b> and <b>approve</b>, gives the
              permissions orders:read and orders:approve.
            </Empty>
          ) : (
            <Resources items={items} onEdit={setEditing} onRemove={setRemoving} />
          )
        }
      </Shown>
      {editing !== null && (
        <AppResourceForm of={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />
      )}
      <Removal of={removing} onClose={() => setRemoving(null)} />
    </Page>
  );
}

interface ResourcesProps {
  items: readonly AppResourceJson[];
  onEdit(resource: AppResourceJson): void;
  onRemove(resource: AppResourceJson): void;
}

function Resources({ items, onEdit, onRemove }: ResourcesProps) {
  const canEdit = useSession().may('roles:edit');
  return (
    <Table.ScrollContainer minWidth={760}>
      <Table verticalSpacing="xs" aria-label="Permissions of apps">
        <Table.Thead>
          <Table.Tr>
            {['Resource', 'Operations', 'Held by', 'Declared'].map((title) => (
              <Table.Th key={title}>{title}</Table.Th>
            ))}
            <Table.Td />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((each) => (
            <Table.Tr key={each.resource}>
              <Table.Td maw={280}>
                <Text size="sm" fw={600} truncate title={each.resource}>
                  {each.resource}
                </Text>
                <Text size="sm" c="dimmed" truncate title={each.description}>
                  {each.description}
                </Text>
              </Table.Td>
              <Table.Td>
                <Group gap={6}>
                  {each.operations.map((operation) => (
                    <Badge key={operation} size="sm" variant="default" tt="none">
                      {operation}
                    </Badge>
                  ))}
                </Group>
              </Table.Td>
              <Table.Td>
                <Holders of={each} />
              </Table.Td>
              <Table.Td>
                {each.locked ? <Mark tone="quiet">In the file</Mark> : <Mark tone="plain">Here</Mark>}
              </Table.Td>
              <Table.Td ta="right">
                {canEdit && !each.locked && (
                  <Group gap="xs" justify="flex-end" wrap="nowrap">
                    <Button
                      size="compact-xs"
                      variant="default"
                      aria-label={`Change ${each.resource}`}
                      onClick={() => onEdit(each)}
                    >
                      Change
                    </Button>
                    <Button
                      size="compact-xs"
                      variant="default"
                      aria-label={`Remove ${each.resource}`}
                      onClick={() => onRemove(each)}
                    >
                      Remove
                    </Button>
                  </Group>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Holders({ of: { roles } }: { of: AppResourceJson }) {
  if (roles.length === 0) return <Text size="sm">no role</Text>;
  return (
    <Group gap={6}>
      {roles.map(({ id, name }) => (
        <Anchor key={id} component={Link} to={`/governance/roles/${id}` as never} size="sm">
          {name}
        </Anchor>
      ))}
    </Group>
  );
}

function Removal({ of: resource, onClose }: { of: AppResourceJson | null; onClose(): void }) {
  const holders = resource?.roles ?? [];
  const remove = useChange<AppResourceJson>({
    run: (each) =>
      send(`/app-permissions/${encodeURIComponent(each.resource)}`, {
        method: 'DELETE',
        query: { confirm: each.roles.length || undefined },
      }),
    touches: ['app-permissions', 'permissions', 'roles'],
    done: (_, each) => `${each.resource} is removed.`,
    onDone: onClose,
  });
  return (
    <Confirm
      opened={resource !== null}
      title={`Remove ${resource?.resource ?? ''}?`}
      action="Remove it"
      isDangerous
      isBusy={remove.isPending}
      onConfirm={() => resource && remove.mutate(resource)}
      onClose={onClose}
    >
      {holders.length === 0
        ? 'No role holds anything of it.'
        : `${holders.map(({ name }) => name).join(', ')} ${holders.length === 1 ? 'keeps' : 'keep'} what is held of it, and applications are told it as before, until you take it out of there: it is shown as declared nowhere.`}
    </Confirm>
  );
}
