// One group: its name, and who is in it.

import { Anchor, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { IconBolt, IconEdit, IconTrash, IconUserPlus } from '@tabler/icons-react';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { Mark } from '../../../dashboard/ui/badges.tsx';
import { Confirm } from '../../../dashboard/ui/confirm.tsx';
import type { GroupJson } from '../../portal-api/contract.ts';
import { ask, useChange, useGet } from '../api.ts';
import { places } from '../places.ts';
import { type Pick, Picker } from '../ui/picker.tsx';
import { Command, PortalPage } from '../ui/portal-page.tsx';
import { RowTable } from '../ui/row-table.tsx';
import { Nothing, Shown } from '../ui/shown.tsx';

type Open = 'add' | 'rename' | 'delete' | null;

export default function GroupPage() {
  const { group } = useParams({ strict: false });
  const found = useGet<GroupJson>(`/groups/${group}`);
  return <Shown of={found}>{(one) => <OneGroup key={one.objectId} group={one} />}</Shown>;
}

function OneGroup({ group }: { group: GroupJson }) {
  const { objectId, displayName, members, people, nested, isAssigned } = group;
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  return (
    <PortalPage
      title={displayName}
      beside={isAssigned && <Mark tone="plain">Assigned to {places.application.label}</Mark>}
      above={[places.directory, places.groups]}
      commands={
        <>
          <Command icon={IconUserPlus} onClick={() => setOpen('add')}>
            Add members
          </Command>
          <Command icon={IconEdit} onClick={() => setOpen('rename')}>
            Rename
          </Command>
          <Command icon={IconBolt} to={places.onDemand.to} search={{ kind: 'group', selected: objectId }}>
            Provision on demand
          </Command>
          <Command icon={IconTrash} onClick={() => setOpen('delete')}>
            Delete
          </Command>
        </>
      }
    >
      {nested.length > 0 && (
        <Text size="sm" c="dimmed">
          Holds the {nested.length === 1 ? 'group' : 'groups'}{' '}
          {nested.map((one) => one.displayName).join(', ')}: members of nested groups are not provisioned.
        </Text>
      )}
      {people.length === 0 ? <Nothing title="Nobody is in this group" /> : <Members group={group} />}
      {members > people.length + nested.length && (
        <Text size="sm" c="dimmed">
          The first {people.length} of {members.toLocaleString('en')} members.
        </Text>
      )}
      {open === 'add' && <AddMembers group={group} onClose={close} />}
      {open === 'rename' && <Rename group={group} onClose={close} />}
      <Delete group={group} isOpen={open === 'delete'} onClose={close} />
    </PortalPage>
  );
}

function Members({ group }: { group: GroupJson }) {
  const leave = useChange<string>({
    run: (userId) => ask('DELETE', `/groups/${group.objectId}/members/${userId}`),
  });
  return (
    <RowTable
      label="Members"
      items={group.people}
      keyOf={({ objectId }) => objectId}
      columns={[
        {
          title: 'Name',
          show: ({ objectId, displayName }) => (
            <Anchor component={Link} to={`/users/${objectId}`} size="sm">
              {displayName}
            </Anchor>
          ),
        },
        { title: 'User principal name', show: ({ userPrincipalName }) => userPrincipalName },
        { title: 'Department', show: ({ department }) => department },
        {
          title: 'Commands',
          show: ({ objectId, displayName }) => (
            <Button
              size="compact-sm"
              variant="default"
              aria-label={`Remove ${displayName}`}
              onClick={() => leave.mutate(objectId)}
            >
              Remove
            </Button>
          ),
        },
      ]}
    />
  );
}

interface DialogProps {
  group: GroupJson;
  onClose: () => void;
}

function AddMembers({ group, onClose }: DialogProps) {
  const [chosen, setChosen] = useState<Pick[]>([]);
  const add = useChange({
    run: () =>
      ask('POST', `/groups/${group.objectId}/members`, { objectIds: chosen.map(({ objectId }) => objectId) }),
    onDone: onClose,
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title="Add members"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack>
        <Picker label="Search users" kinds={['user']} chosen={chosen} onChange={setChosen} />
        <Group justify="flex-end">
          <Button disabled={chosen.length === 0} loading={add.isPending} onClick={() => add.mutate()}>
            Select
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Rename({ group, onClose }: DialogProps) {
  const [displayName, setDisplayName] = useState(group.displayName);
  const rename = useChange({
    run: () => ask('PATCH', `/groups/${group.objectId}`, { displayName }),
    onDone: onClose,
  });
  return (
    <Modal opened onClose={onClose} title="Rename the group" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          rename.mutate();
        }}
      >
        <Stack>
          <TextInput
            label="Group name"
            value={displayName}
            onChange={(event) => setDisplayName(event.currentTarget.value)}
            data-autofocus
          />
          <Group justify="flex-end">
            <Button type="submit" disabled={!displayName.trim()} loading={rename.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Delete({ group, isOpen, onClose }: DialogProps & { isOpen: boolean }) {
  const navigate = useNavigate();
  const remove = useChange({
    run: () => ask('DELETE', `/groups/${group.objectId}`),
    done: `${group.displayName} was deleted`,
    onDone: () => navigate({ to: places.groups.to as never }),
  });
  return (
    <Confirm
      opened={isOpen}
      title="Delete the group"
      action={`Delete ${group.displayName}`}
      isDangerous
      isBusy={remove.isPending}
      onClose={onClose}
      onConfirm={() => remove.mutate()}
    >
      It is gone at once: groups have no recycle bin here.
    </Confirm>
  );
}
