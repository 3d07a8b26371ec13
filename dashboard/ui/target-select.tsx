// One role, team or business unit out of any number of them: the server searches while one types.

import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import type { ReferenceJson } from '../../src/edge/admin/contract.ts';
import { type ListPage, useGet } from '../queries.ts';

export const targetKinds = {
  role: { label: 'Role', words: 'role', path: '/roles', read: 'roles:read' },
  team: { label: 'Team', words: 'team', path: '/teams', read: 'teams:read' },
  businessUnit: {
    label: 'Business unit',
    words: 'business unit',
    path: '/business-units',
    read: 'businessUnits:read',
  },
} as const;
export type TargetKind = keyof typeof targetKinds;

const MOST = 50;
const WAIT_MS = 200;

interface TargetSelectProps {
  kind: TargetKind;
  /** Id of the one that is chosen. */
  value: string | null;
  onChange(id: string | null): void;
  label: string;
  /** The label stands above it, and is not for screen readers alone. */
  isLabelled?: boolean;
  placeholder: string;
  /** Only those of that provider. */
  provider?: string | undefined;
  /** Stands before all that are found. */
  first?: { value: string; label: string };
  w?: number;
}

export function TargetSelect(props: TargetSelectProps) {
  const { kind, value, onChange, label, isLabelled = false, placeholder, provider, first, w } = props;
  const { path, words } = targetKinds[kind];
  const [written, setWritten] = useState('');
  const [search] = useDebouncedValue(written, WAIT_MS);
  const isNamed = value !== null && value !== first?.value;
  const chosen = useGet<ReferenceJson>(`${path}/${value}`, { enabled: isNamed });
  const chosenName = isNamed && chosen.data?.id === value ? chosen.data.name : undefined;
  // What stands in the field is the name of the chosen one, which is no search.
  const asked = search === chosenName || search === first?.label ? '' : search;
  const found = useGet<ListPage<ReferenceJson>>(path, {
    query: { limit: MOST, search: asked, ...(kind !== 'role' && provider !== undefined && { provider }) },
  });
  const options = (found.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const isListed = options.some((each) => each.value === value);
  const data = [
    ...(first ? [first] : []),
    ...options,
    ...(isNamed && !isListed ? [{ value, label: chosenName ?? value }] : []),
  ];
  return (
    <Select
      {...(isLabelled ? { label } : { 'aria-label': label })}
      placeholder={placeholder}
      data={data}
      value={value}
      onChange={onChange}
      onSearchChange={setWritten}
      nothingFoundMessage={found.isFetching ? 'Searching ...' : `No ${words} is called so`}
      searchable
      clearable
      {...(w !== undefined && { w })}
    />
  );
}
