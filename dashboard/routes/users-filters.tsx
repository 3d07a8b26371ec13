// What the list of users is narrowed by: one click for what is asked most, with its number, and one field for each other question.

import { Button, Group } from '@mantine/core';
import type { ProviderJson, UserJson } from '../../src/edge/admin/contract.ts';
import { type Address, useAddress } from '../address.ts';
import { type ListPage, useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Filter } from '../ui/filter.tsx';
import { totalOf } from '../ui/list-table.tsx';
import { ProviderFilter } from '../ui/provider-filter.tsx';
import { SearchBox } from '../ui/search-box.tsx';
import { type TargetKind, TargetSelect, targetKinds } from '../ui/target-select.tsx';
import { sources } from './user-words.ts';

const NARROWED_BY: Address = { status: undefined, role: undefined, canSignIn: undefined };
const quick: readonly { label: string; of: Address }[] = [
  { label: 'Active', of: { status: 'active' } },
  { label: 'Suspended', of: { status: 'suspended' } },
  { label: 'No role', of: { role: 'none' } },
  { label: 'Cannot sign in', of: { canSignIn: 'false' } },
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
  const isOn = Object.keys(NARROWED_BY).every((name) => address[name] === of[name]);
  return (
    <Button
      size="xs"
      variant={isOn ? 'light' : 'default'}
      aria-pressed={isOn}
      onClick={() => change(isOn ? NARROWED_BY : { ...NARROWED_BY, ...of })}
      rightSection={<span className="number">{totalOf(counted.data)}</span>}
    >
      {label}
    </Button>
  );
}

export function UserFilters({ providers }: { providers: readonly ProviderJson[] }) {
  return (
    <Group gap="xs">
      <SearchBox label="Search by name or address" />
      <Filter
        name="status"
        label="Status"
        all="Status"
        w={124}
        options={[
          { value: 'active', label: 'Active' },
          { value: 'suspended', label: 'Suspended' },
          { value: 'removed', label: 'Removed' },
        ]}
      />
      <TargetFilter kind="role" first={{ value: 'none', label: 'No role' }} />
      <TargetFilter kind="team" />
      <TargetFilter kind="businessUnit" />
      <ProviderFilter of={providers} all="Provider" w={140} />
      <Filter
        name="source"
        label="Source"
        all="Source"
        w={124}
        options={Object.entries(sources).map(([value, { words }]) => ({ value, label: words }))}
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
      w={kind === 'businessUnit' ? 146 : 130}
      {...(first && { first })}
    />
  );
}
