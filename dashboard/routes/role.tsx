// One role: what it permits, edited as a draft of the whole list; its name; its end.

import { Anchor, Button, Group, Paper, Text } from '@mantine/core';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { WholeRoleJson } from '../../src/edge/admin/contract.ts';
import { sending, useChange, useGet } from '../queries.ts';
import { May, useSession } from '../session.tsx';
import { Mark } from '../ui/badges.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Page } from '../ui/page.tsx';
import { Shown } from '../ui/states.tsx';
import { PermissionEditor } from './role-permissions.tsx';
import { RoleWords } from './role-words.tsx';

const above = [{ label: 'Roles & Permissions', to: '/governance/roles' }];

export default function RolePage() {
  const { role: id = '' } = useParams({ strict: false }) as { role?: string };
  const { may } = useSession();
  const found = useGet<WholeRoleJson>(`/roles/${id}`, { enabled: may('roles:read') });
  if (found.data) return <OneRole role={found.data} />;
  return (
    <Page title="Role" above={above} permission="roles:read">
      <Shown of={found}>{() => null}</Shown>
    </Page>
  );
}

function OneRole({ role }: { role: WholeRoleJson }) {
  const { id, name, description, system } = role;
  const { may } = useSession();
  const [open, setOpen] = useState<'words' | 'end' | null>(null);
  const close = () => setOpen(null);
  return (
    <Page
      title={name}
      above={above}
      about={description}
      beside={system && <Mark tone="quiet">Comes with Bifrost</Mark>}
      permission="roles:read"
      actions={
        <>
          <May do="roles:edit">
            <Button variant="default" leftSection={<IconPencil size={16} />} onClick={() => setOpen('words')}>
              {system ? 'Describe' : 'Rename'}
            </Button>
          </May>
          {!system && (
            <May do="roles:delete">
              <Button
                variant="default"
                c="red"
                leftSection={<IconTrash size={16} />}
                onClick={() => setOpen('end')}
              >
                Delete
              </Button>
            </May>
          )}
        </>
      }
    >
      <Paper withBorder px="md" py="sm">
        <Group gap="lg">
          <Anchor component={Link} to={`/governance/users?role=${id}` as never} size="sm">
            Who holds it
          </Anchor>
          {system && (
            <Text size="sm" c="dimmed">
              It keeps its name and stays. What it permits is yours to change
              {may('roles:edit') ? '.' : ', with the permission roles:edit.'}
            </Text>
          )}
        </Group>
      </Paper>
      {/* A draft belongs to the list that it began with. */}
      <PermissionEditor key={id} role={role} />
      <RoleWords key={`words ${id}`} role={role} opened={open === 'words'} onClose={close} />
      <EndOfRole role={role} opened={open === 'end'} onClose={close} />
    </Page>
  );
}

function EndOfRole({ role, opened, onClose }: { role: WholeRoleJson; opened: boolean; onClose(): void }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  // This page asks for the role as long as it is open: it is left before what is gone is asked for again.
  const leave = async () => {
    await navigate({ to: '/governance/roles' });
    await client.invalidateQueries({ queryKey: ['roles'] });
  };
  const end = useChange({
    run: () => sending('DELETE', `/roles/${role.id}`)(),
    touches: [],
    done: `The role ${role.name} is deleted.`,
    onDone: () => void leave(),
  });
  return (
    <Confirm
      opened={opened}
      title={`Delete the role ${role.name}?`}
      action="Delete it"
      isDangerous
      isBusy={end.isPending}
      onConfirm={() => end.mutate()}
      onClose={onClose}
    >
      Only a role that nobody holds and no rule gives can go. Its permissions go with it.
    </Confirm>
  );
}
