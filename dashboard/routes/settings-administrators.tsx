// Break-glass administrators: who comes in with a password when the provider, or a mapping, shuts everybody else out.

import { Button, Group, Modal, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import type { LocalAdminJson, SetUpLinkJson } from '../../src/edge/admin/contract.ts';
import { send } from '../api.ts';
import { type ListPage, sending, useChange, useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Mark } from '../ui/badges.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { CopyField } from '../ui/copy-field.tsx';
import { counted } from '../ui/counted.ts';
import { Panel } from '../ui/panel.tsx';
import { Shown } from '../ui/states.tsx';
import { exactTime, When } from '../ui/when.tsx';

export function Administrators() {
  const { may } = useSession();
  const admins = useGet<ListPage<LocalAdminJson>>('/admins', { query: { limit: 100 } });
  const [link, setLink] = useState<SetUpLinkJson | null>(null);
  const issue = useChange<void, SetUpLinkJson>({
    run: () => sending<SetUpLinkJson>('POST', '/admins/set-up-link')(),
    touches: ['admins'],
    onDone: setLink,
  });
  return (
    <Panel
      title="Break-glass administrators"
      actions={
        may('admins:create') && (
          <Button size="xs" variant="default" loading={issue.isPending} onClick={() => issue.mutate()}>
            Issue a set-up link
          </Button>
        )
      }
    >
      <Text size="sm" c="dimmed" maw={760}>
        They sign in with a password of their own, may everything, and no provider can touch them. Keep two,
        and use them only when nobody else gets in.
      </Text>
      <Shown of={admins}>{({ items }) => <AdminTable items={items} />}</Shown>
      <Modal opened={link !== null} onClose={() => setLink(null)} title="Set-up link" size="lg">
        {link && (
          <Stack>
            <Text size="sm">
              Whoever opens it, once and before {exactTime(link.expiresAt)}, makes a break-glass
              administrator, or gives the one of that name a new password. It is not shown again.
            </Text>
            <CopyField label="Set-up link" value={link.url} />
          </Stack>
        )}
      </Modal>
    </Panel>
  );
}

function AdminTable({ items }: { items: readonly LocalAdminJson[] }) {
  const { may } = useSession();
  const [removing, setRemoving] = useState<LocalAdminJson | null>(null);
  const remove = useChange<string>({
    run: (id) => send(`/admins/${id}`, { method: 'DELETE' }),
    touches: ['admins'],
    done: 'Removed, with their sessions and API keys.',
    onDone: () => setRemoving(null),
  });
  return (
    <>
      <Table.ScrollContainer minWidth={640}>
        <Table verticalSpacing={6} aria-label="Break-glass administrators">
          <Table.Thead>
            <Table.Tr>
              {['Name', 'State', 'Last signed in', 'Password set', 'Made'].map((title) => (
                <Table.Th key={title}>{title}</Table.Th>
              ))}
              <Table.Td />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map((admin) => (
              <Table.Tr key={admin.id}>
                <Table.Td>{admin.name}</Table.Td>
                <Table.Td>
                  <AdminState of={admin} />
                </Table.Td>
                <Table.Td>
                  <When at={admin.lastSignInAt} />
                </Table.Td>
                <Table.Td>
                  <When at={admin.passwordAt} />
                </Table.Td>
                <Table.Td>
                  <When at={admin.createdAt} />
                </Table.Td>
                <Table.Td>
                  <Group justify="flex-end">
                    {/* The last one stays: without them nobody gets in when the provider is away. */}
                    {may('admins:delete') && items.length > 1 && (
                      <Button
                        size="compact-xs"
                        variant="default"
                        aria-label={`Remove ${admin.name}`}
                        onClick={() => setRemoving(admin)}
                      >
                        Remove
                      </Button>
                    )}
                  </Group>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Confirm
        opened={removing !== null}
        title={`Remove ${removing?.name ?? ''}`}
        action="Remove"
        isDangerous
        isBusy={remove.isPending}
        onConfirm={() => removing && remove.mutate(removing.id)}
        onClose={() => setRemoving(null)}
      >
        They are signed out at once, and their API keys end.
      </Confirm>
    </>
  );
}

function AdminState({ of: { lockedUntil, failures } }: { of: LocalAdminJson }) {
  if (lockedUntil !== null) return <Mark tone="bad">Locked until {exactTime(lockedUntil)}</Mark>;
  if (failures > 0) return <Mark tone="warn">{counted(failures, 'wrong password', 'wrong passwords')}</Mark>;
  return <Mark tone="good">Ready</Mark>;
}
