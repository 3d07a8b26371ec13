// Who is assigned to the application: Step 3 of the guide.

import { Alert, Anchor, Button, Group, Modal, Select, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconInfoCircle, IconUserPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useAddress } from '../../../dashboard/address.ts';
import { Mark } from '../../../dashboard/ui/badges.tsx';
import { SearchBox } from '../../../dashboard/ui/search-box.tsx';
import type { AppRoleJson, AssignmentJson } from '../../portal-api/contract.ts';
import { ask, useChange, useGet, useProvisioning } from '../api.ts';
import { aboveApplication, places } from '../places.ts';
import { type Pick, Picker } from '../ui/picker.tsx';
import { Command, PortalPage } from '../ui/portal-page.tsx';
import { ListOf } from '../ui/row-table.tsx';
import { Nothing } from '../ui/shown.tsx';

export default function UsersAndGroups() {
  const [{ search }] = useAddress();
  const [isOpen, { open, close }] = useDisclosure(false);
  const { data: state } = useProvisioning();
  return (
    <PortalPage
      title={places.assignments.label}
      above={aboveApplication}
      about="Members of an assigned group are assigned with it; those of groups inside it are not."
      commands={
        <Command icon={IconUserPlus} onClick={open}>
          Add user/group
        </Command>
      }
    >
      {state?.scope === 'all' && (
        <Alert color="sky" variant="light" icon={<IconInfoCircle size={20} />}>
          The provisioning scope is Sync all users and groups: everybody is provisioned, assigned or not.
        </Alert>
      )}
      <SearchBox label="Search assignments" />
      <Assignments search={search} />
      {isOpen && <AddAssignment onClose={close} />}
    </PortalPage>
  );
}

function Assignments({ search }: { search: string | undefined }) {
  const remove = useChange<AssignmentJson>({
    run: ({ kind, objectId }) => ask('DELETE', `/assignments/${kind}/${objectId}`),
    done: 'The assignment was removed',
  });
  return (
    <ListOf<AssignmentJson>
      label={places.assignments.label}
      path="/assignments"
      query={{ search }}
      keyOf={({ objectId }) => objectId}
      columns={[
        {
          title: 'Display name',
          show: ({ kind, objectId, displayName }) => (
            <Anchor component={Link} to={`/${kind}s/${objectId}`} size="sm">
              {displayName}
            </Anchor>
          ),
        },
        {
          title: 'Object type',
          show: ({ kind }) => (
            <Mark tone={kind === 'group' ? 'plain' : 'quiet'}>{kind === 'group' ? 'Group' : 'User'}</Mark>
          ),
        },
        { title: 'About', show: ({ about }) => about },
        { title: 'Role assigned', show: ({ roles }) => roles.join(', ') },
        {
          title: 'Commands',
          show: (assignment) => (
            <Button
              size="compact-sm"
              variant="default"
              aria-label={`Remove ${assignment.displayName}`}
              onClick={() => remove.mutate(assignment)}
            >
              Remove
            </Button>
          ),
        },
      ]}
      empty={
        <Nothing title="No assignments found">
          {search
            ? 'Nobody who is assigned has that in their name.'
            : 'Add a user or a group: nobody else is provisioned.'}
        </Nothing>
      }
    />
  );
}

const DEFAULT_ACCESS = 'Default Access';

function AddAssignment({ onClose }: { onClose: () => void }) {
  const [chosen, setChosen] = useState<Pick[]>([]);
  const [role, setRole] = useState(DEFAULT_ACCESS);
  const { data: roles = [] } = useGet<AppRoleJson[]>('/app-roles');
  const idsOf = (kind: Pick['kind']) =>
    chosen.filter((one) => one.kind === kind).map(({ objectId }) => objectId);
  const assign = useChange({
    run: () =>
      ask('POST', '/assignments', {
        users: idsOf('user'),
        groups: idsOf('group'),
        role: role === DEFAULT_ACCESS ? null : role,
      }),
    done: `${chosen.length} assigned`,
    onDone: onClose,
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title="Add Assignment"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack>
        <Picker
          label="Search users and groups"
          kinds={['group', 'user']}
          chosen={chosen}
          onChange={setChosen}
        />
        <Select
          label="Select a role"
          data={[
            { value: DEFAULT_ACCESS, label: DEFAULT_ACCESS },
            ...roles.map(({ value, displayName }) => ({ value, label: displayName })),
          ]}
          value={role}
          onChange={(wanted) => setRole(wanted ?? DEFAULT_ACCESS)}
          allowDeselect={false}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button disabled={chosen.length === 0} loading={assign.isPending} onClick={() => assign.mutate()}>
            Assign
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
