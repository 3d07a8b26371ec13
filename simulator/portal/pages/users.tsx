// Everybody in the directory.

import { Anchor, Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconTrash, IconUserPlus } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useAddress } from '../../../dashboard/address.ts';
import { Mark } from '../../../dashboard/ui/badges.tsx';
import { SearchBox } from '../../../dashboard/ui/search-box.tsx';
import type { OverviewJson, UserJson, UserRowJson } from '../../portal-api/contract.ts';
import { ask, useChange, useGet } from '../api.ts';
import { places } from '../places.ts';
import { Command, PortalPage } from '../ui/portal-page.tsx';
import { type Column, ListOf } from '../ui/row-table.tsx';
import { Failed, Nothing } from '../ui/shown.tsx';

const columns: readonly Column<UserRowJson>[] = [
  {
    title: 'Display name',
    show: ({ objectId, displayName }) => (
      <Anchor component={Link} to={`/users/${objectId}`} size="sm">
        {displayName}
      </Anchor>
    ),
  },
  { title: 'User principal name', show: ({ userPrincipalName }) => userPrincipalName },
  { title: 'Department', show: ({ department }) => department },
  { title: 'Job title', show: ({ jobTitle }) => jobTitle },
  {
    title: 'Account',
    show: ({ accountEnabled, isGuest }) => (
      <Group gap={6}>
        <Mark tone={accountEnabled ? 'good' : 'warn'}>{accountEnabled ? 'Enabled' : 'Disabled'}</Mark>
        {isGuest && <Mark tone="quiet">Guest</Mark>}
      </Group>
    ),
  },
];

export default function Users() {
  const [{ search }] = useAddress();
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <PortalPage
      title="Users"
      above={[places.directory]}
      commands={
        <>
          <Command icon={IconUserPlus} onClick={open}>
            New user
          </Command>
          <Command icon={IconTrash} to={places.deletedUsers.to}>
            Deleted users
          </Command>
        </>
      }
    >
      <SearchBox label="Search users" />
      <ListOf<UserRowJson>
        label="Users"
        path="/users"
        query={{ search }}
        columns={columns}
        keyOf={({ objectId }) => objectId}
        empty={
          <Nothing title="No users found">Nobody has that in their name, address or department.</Nothing>
        }
      />
      <NewUser isOpen={isOpen} onClose={close} />
    </PortalPage>
  );
}

function NewUser({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const domain = useGet<OverviewJson>('/overview').data?.domain ?? '';
  const [displayName, setDisplayName] = useState('');
  const [userName, setUserName] = useState('');
  const navigate = useNavigate();
  const create = useChange<void, UserJson>({
    run: () =>
      ask('POST', '/users', {
        displayName,
        userPrincipalName: userName.includes('@') ? userName : `${userName}@${domain}`,
      }),
    done: `${displayName} was created`,
    isQuiet: true,
    onDone: ({ objectId }) => navigate({ to: `/users/${objectId}` as never }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <Modal opened={isOpen} onClose={onClose} title="New user" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label="Display name"
            value={displayName}
            onChange={(event) => setDisplayName(event.currentTarget.value)}
            data-autofocus
          />
          <TextInput
            label="User principal name"
            description={`Without @ it is one of ${domain}`}
            value={userName}
            onChange={(event) => setUserName(event.currentTarget.value)}
          />
          {create.error && <Failed problem={create.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button
              type="submit"
              loading={create.isPending}
              disabled={!displayName.trim() || !userName.trim()}
            >
              Create
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
