// Users: everybody whom a provider has sent, found by what they are and have; whoever has no role stands out, with what to do.

import { Anchor, Button } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ProviderJson, UserJson } from '../../src/edge/admin/contract.ts';
import { type Address, useAddress } from '../address.ts';
import { useSession } from '../session.tsx';
import { ListTable } from '../ui/list-table.tsx';
import { Page } from '../ui/page.tsx';
import { useProviders } from '../ui/provider-filter.tsx';
import { Empty } from '../ui/states.tsx';
import { Warning } from '../ui/warning.tsx';
import { userColumns } from './users-columns.tsx';
import { QuickFilters, UserFilters } from './users-filters.tsx';

const provisioning = '/governance/user-provisioning';
const NOTHING: Address = {
  search: undefined,
  status: undefined,
  role: undefined,
  team: undefined,
  businessUnit: undefined,
  provider: undefined,
  source: undefined,
  canSignIn: undefined,
};

export default function UsersPage() {
  return (
    <Page
      title="Users"
      about="Everybody whom a provider has sent or who has signed in. Role, teams and business units follow from rules, and from what people give by hand."
      permission="users:read"
    >
      <Users />
    </Page>
  );
}

function Users() {
  const [address, change] = useAddress();
  const providers = useProviders();
  const { search, status, role, team, businessUnit, provider, source, canSignIn } = address;
  const query = { search, status, role, team, businessUnit, provider, source, canSignIn };
  const isNarrowed = Object.values(query).some((each) => each !== undefined);
  return (
    <>
      <QuickFilters />
      <UserFilters providers={providers} />
      {role === 'none' && <WithoutRole providers={providers} />}
      <ListTable<UserJson>
        label="Users"
        path="/users"
        query={query}
        columns={userColumns}
        keyOf={({ id }) => id}
        to={({ id }) => `/governance/users/${id}`}
        defaultSort="userName"
        rowPx={58}
        maxHeight="calc(100vh - 330px)"
        empty={isNarrowed ? <NobodyFound onAll={() => change(NOTHING)} /> : <NobodyYet />}
      />
    </>
  );
}

function NobodyFound({ onAll }: { onAll(): void }) {
  return (
    <Empty
      title="Nobody is like that"
      action={
        <Button variant="default" onClick={onAll}>
          Show all users
        </Button>
      }
    >
      Take a filter away, or search for part of a name or address. Removed users show with the status Removed.
    </Empty>
  );
}

function NobodyYet() {
  return (
    <Empty
      title="No users yet"
      icon={<IconUsers size={28} stroke={1.5} aria-hidden />}
      action={
        <Button component={Link} to={provisioning} variant="default">
          User Provisioning
        </Button>
      }
    >
      They come with the first cycle of a provider that has SCIM Provisioning enabled, with their first
      sign-in, or by an import from the directory.
    </Empty>
  );
}

function WithoutRole({ providers }: { providers: readonly ProviderJson[] }) {
  const { may } = useSession();
  // The rules of one that is disabled let nobody in.
  const enabled = providers.filter((each) => each.enabled);
  const shown = enabled.length > 0 ? enabled : providers;
  return (
    <Warning title="Whoever has no role cannot sign in">
      No role rule matches what is known of them. The doctor on Attribute Mapping says which attributes were
      looked at and what they held; a role can also be given by hand, on the page of each user.{' '}
      {may('mappings:read') &&
        shown.map(({ id, name, enabled }, at) => (
          <span key={id}>
            {at > 0 && ', '}
            <Anchor
              component={Link}
              to={`${provisioning}/${id}/attribute-mapping`}
              inherit
              underline="always"
            >
              Attribute Mapping of {name}
            </Anchor>
            {!enabled && ' (disabled)'}
          </span>
        ))}
      {!may('mappings:read') && 'Whoever manages rules here can change them.'}
    </Warning>
  );
}
