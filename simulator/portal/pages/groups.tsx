// All groups of the directory.

import { Anchor, Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useAddress } from '../../../dashboard/address.ts';
import { Mark } from '../../../dashboard/ui/badges.tsx';
import { SearchBox } from '../../../dashboard/ui/search-box.tsx';
import type { GroupJson, GroupRowJson } from '../../portal-api/contract.ts';
import { ask, useChange } from '../api.ts';
import { places } from '../places.ts';
import { Command, PortalPage } from '../ui/portal-page.tsx';
import { type Column, ListOf } from '../ui/row-table.tsx';
import { Nothing } from '../ui/shown.tsx';

const columns: readonly Column<GroupRowJson>[] = [
  {
    title: 'Name',
    show: ({ objectId, displayName }) => (
      <Anchor component={Link} to={`/groups/${objectId}`} size="sm">
        {displayName}
      </Anchor>
    ),
  },
  { title: 'Members', show: ({ members }) => members.toLocaleString('en') },
  {
    title: places.application.label,
    show: ({ isAssigned }) => isAssigned && <Mark tone="plain">Assigned</Mark>,
  },
  { title: 'Object ID', show: ({ objectId }) => <span className="code">{objectId}</span> },
];

export default function Groups() {
  const [{ search }] = useAddress();
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <PortalPage
      title="Groups"
      above={[places.directory]}
      commands={
        <Command icon={IconPlus} onClick={open}>
          New group
        </Command>
      }
    >
      <SearchBox label="Search groups" />
      <ListOf<GroupRowJson>
        label="Groups"
        path="/groups"
        query={{ search }}
        columns={columns}
        keyOf={({ objectId }) => objectId}
        empty={<Nothing title="No groups found" />}
      />
      <NewGroup isOpen={isOpen} onClose={close} />
    </PortalPage>
  );
}

function NewGroup({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const [displayName, setDisplayName] = useState('');
  const navigate = useNavigate();
  const create = useChange<void, GroupJson>({
    run: () => ask('POST', '/groups', { displayName }),
    done: `${displayName} was created`,
    onDone: ({ objectId }) => navigate({ to: `/groups/${objectId}` as never }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <Modal opened={isOpen} onClose={onClose} title="New group" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label="Group name"
            value={displayName}
            onChange={(event) => setDisplayName(event.currentTarget.value)}
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!displayName.trim()} loading={create.isPending}>
              Create
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
