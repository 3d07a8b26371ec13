// Narrowing a list to one provider, where there are several.

import type { ProviderJson } from '../../src/edge/admin/contract.ts';
import { type ListPage, useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Filter } from './filter.tsx';

const MOST = 100;
const NONE: readonly ProviderJson[] = [];

/** None for whoever may not see them. */
export function useProviders(): readonly ProviderJson[] {
  const enabled = useSession().may('providers:read');
  return (
    useGet<ListPage<ProviderJson>>('/providers', { query: { limit: MOST }, enabled }).data?.items ?? NONE
  );
}

interface ProviderFilterProps {
  of: readonly { id: string; name: string }[];
  /** Fewer make no choice. One does where some of the list belongs to no provider. */
  least?: number;
  all?: string;
  w?: number;
}

export function ProviderFilter({ of, least = 2, all = 'All providers', w }: ProviderFilterProps) {
  if (of.length < least) return null;
  return (
    <Filter
      name="provider"
      label="Provider"
      all={all}
      options={of.map(({ id, name }) => ({ value: id, label: name }))}
      {...(w !== undefined && { w })}
    />
  );
}
