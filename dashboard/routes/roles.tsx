// Roles & Permissions: every role, how much it permits, who holds it and how many rules give it; making another.

import { Anchor, Button, Group, Modal, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { PermissionJson, RoleJson, WholeRoleJson } from '../../src/edge/admin/contract.ts';
import { useAddress } from '../address.ts';
import { type ListPage, sending, useChange, useGet } from '../queries.ts';
import { May, useSession } from '../session.tsx';
import { Mark } from '../ui/badges.tsx';
import { counted } from '../ui/counted.ts';
import { type Column, ListTable } from '../ui/list-table.tsx';
import { Page } from '../ui/page.tsx';
import { SearchBox } from '../ui/search-box.tsx';
import { Empty } from '../ui/states.tsx';

const READ = 'roles:read';

export default function RolesPage() {
  const [{ search }] = useAddress();
  const { may } = useSession();
  const [isMaking, setMaking] = useState(false);
  const permissions = useGet<ListPage<PermissionJson>>('/permissions', {
    query: { limit: 1 },
    enabled: may(READ),
  });
  return (
    <Page
      title="Roles & Permissions"
      about="Rules give each person at most one role, or people give it by hand. What a role permits counts from the next request on."
      permission={READ}
      actions={
        <>
          <Button component={Link} to={'/governance/roles/apps' as never} variant="default">
            Permissions of apps
          </Button>
          <May do="roles:create">
            <Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>
              New role
            </Button>
          </May>
        </>
      }
    >
      <SearchBox label="Search roles" />
      <ListTable<RoleJson>
        label="Roles"
        path="/roles"
        query={{ search }}
        columns={columnsOf(permissions.data?.total)}
        keyOf={({ id }) => id}
        to={({ id }) => `/governance/roles/${id}`}
        defaultSort="name"
        rowPx={64}
        empty={
          <Empty title="No role is called so">Parts of a name are enough, and case does not count.</Empty>
        }
      />
      <NewRole opened={isMaking} onClose={() => setMaking(false)} />
    </Page>
  );
}

function columnsOf(permissions: number | undefined): readonly Column<RoleJson>[] {
  return [
    {
      title: 'Role',
      width: 'minmax(260px, 2.4fr)',
      sort: 'name',
      show: ({ id, name, description }) => (
        <div className="clipped">
          <Anchor component={Link} to={`/governance/roles/${id}` as never} size="sm" fw={600}>
            {name}
          </Anchor>
          <Text size="sm" c="dimmed" truncate title={description}>
            {description}
          </Text>
        </div>
      ),
    },
    {
      title: 'Permissions',
      width: '130px',
      show: ({ permissionCount }) => (
        <span className="number">
          {permissionCount}
          {permissions !== undefined && ` of ${permissions}`}
        </span>
      ),
    },
    {
      title: 'Held by',
      width: '130px',
      show: ({ members, membersIsCapped }) => (
        <span className="number">
          {members.toLocaleString('en')}
          {membersIsCapped && '+'} {members === 1 ? 'person' : 'people'}
        </span>
      ),
    },
    {
      title: 'Given by',
      width: '130px',
      show: ({ rules }) => (
        <span className="number">{rules === 0 ? 'no rule' : counted(rules, 'rule', 'rules')}</span>
      ),
    },
    {
      title: 'Kind',
      width: '176px',
      show: ({ system }) =>
        system ? <Mark tone="quiet">Comes with Bifrost</Mark> : <Mark tone="plain">Yours</Mark>,
    },
  ];
}

const empty = { name: '', description: '', copyOf: '' };

function NewRole({ opened, onClose }: { opened: boolean; onClose(): void }) {
  const navigate = useNavigate();
  const [draft, setDraft] = useState(empty);
  const roles = useGet<ListPage<RoleJson>>('/roles', { query: { limit: 100 }, enabled: opened });
  const make = useChange<object, WholeRoleJson>({
    run: sending<WholeRoleJson>('POST', '/roles'),
    touches: ['roles'],
    isQuiet: true,
    done: ({ name }) => `The role ${name} is there. Say what it permits.`,
    onDone: ({ id }) => {
      onClose();
      setDraft(empty);
      void navigate({ to: `/governance/roles/${id}` as never });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { name, description, copyOf } = draft;
    make.mutate({ name: name.trim(), ...(description && { description }), ...(copyOf && { copyOf }) });
  };
  return (
    <Modal opened={opened} onClose={onClose} title="New role" centered>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label="Name"
            required
            maxLength={100}
            data-autofocus
            value={draft.name}
            error={make.error?.message}
            onChange={({ currentTarget: { value } }) => setDraft({ ...draft, name: value })}
          />
          <Textarea
            label="What it is for"
            maxLength={1000}
            autosize
            minRows={2}
            value={draft.description}
            onChange={({ currentTarget: { value } }) => setDraft({ ...draft, description: value })}
          />
          <Select
            label="Begin with the permissions of"
            placeholder="None"
            clearable
            data={(roles.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            value={draft.copyOf || null}
            onChange={(copyOf) => setDraft({ ...draft, copyOf: copyOf ?? '' })}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={make.isPending}>
              Make it
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
