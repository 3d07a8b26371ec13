// What the list of users is narrowed by: one click for what is asked most, with its number, and one field for each other question.

import { Button, Group } from '@mantine/core';
import type { ProviderJson, UserJson } from '../../src/edge/admin/contract.ts';
import { type Address, useAddress } from '../address.ts';
import { type ListPage, useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Filter } from '../ui/filter.tsx';
import { totalOf } from '../ui/list-table.tsx';
import { SearchBox } from '../ui/search-box.tsx';
import { type TargetKind, TargetSelect, targetKinds } from '../ui/target-select.tsx';
import { sources } from './user-words.ts';

const quick: readonly { label: string; of: Address }[] = [
  { label: 'Active', of: { status: 'active', role: undefined } },
  { label: 'Suspended', of: { status: 'suspended', role: undefined } },
  { label: 'No role', of: { status: undefined, role: 'none' } },
];

export function QuickFilters() {
  return (
    <Group gap="xs" role="group" aria-label="Quick filters">
      {quick.map((each) => (
        <QuickFilter key={each.label} {...each} />
      ))}
    </Group>
  );
}

function QuickFilter({ label, of }: (typeof quick)[number]) {
  const [address, change] = useAddress();
  const counted = useGet<ListPage<UserJson>>('/users', { query: { ...of, limit: 1 } });
  const isOn = address.status === of.status && address.role === of.role;
  return (
    <Button
      size="xs"
      variant={isOn ? 'light' : 'default'}
      aria-pressed={isOn}
      onClick={() => change(isOn ? { status: undefined, role: undefined } : of)}
      rightSection={<span className="number">{totalOf(counted.data)}</span>}
    >
      {label}
    </Button>
  );
}

export function UserFilters({ providers }: { providers: readonly ProviderJson[] }) {
  const { may } = useSession();
  return (
    <Group gap="xs">
      <SearchBox label="Search by name or address" />
      <Filter
        name="status"
        label="Status"
        all="Status"
        w={130}
        options={[
          { value: 'active', label: 'Active' },
          { value: 'suspended', label: 'Suspended' },
          { value: 'removed', label: 'Removed' },
        ]}
      />
      <TargetFilter kind="role" first={{ value: 'none', label: 'No role' }} />
      <TargetFilter kind="team" />
      <TargetFilter kind="businessUnit" />
      {may('providers:read') && providers.length > 1 && (
        <Filter
          name="provider"
          label="Provider"
          all="Provider"
          w={150}
          options={providers.map(({ id, name }) => ({ value: id, label: name }))}
        />
      )}
      <Filter
        name="source"
        label="Source"
        all="Source"
        w={130}
        options={Object.entries(sources).map(([value, { words }]) => ({ value, label: words }))}
      />
      <Filter
        name="canSignIn"
        label="Signing in"
        all="Signing in"
        w={160}
        options={[{ value: 'false', label: 'Cannot sign in' }]}
      />
    </Group>
  );
}

function TargetFilter({ kind, first }: { kind: TargetKind; first?: { value: string; label: string } }) {
  const { may } = useSession();
  const [address, change] = useAddress();
  const { label, read } = targetKinds[kind];
  if (!may(read)) return null;
  return (
    <TargetSelect
      kind={kind}
      label={label}
      placeholder={label}
      value={address[kind] ?? null}
      onChange={(id) => change({ [kind]: id ?? undefined })}
      provider={address.provider}
      w={150}
      {...(first && { first })}
    />
  );
}
