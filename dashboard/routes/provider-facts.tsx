// How a provider is connected, as names and values: what was entered, and that secrets are stored.

import type { ReactNode } from 'react';
import type { ProviderJson } from '../../src/edge/admin/contract.ts';
import { Mark } from '../ui/badges.tsx';
import { kinds } from './provider-kinds.ts';

export function connectionFacts(provider: ProviderJson): (readonly [name: string, value: ReactNode])[] {
  const { kind, connection, hasClientSecret, hasDirectoryToken } = provider;
  const written = kinds[kind].fields.flatMap(({ key, label, isSecret, options }) => {
    const value = connection[key];
    if (isSecret || value === undefined || value === '') return [];
    // A list that says no more than the default.
    if (Array.isArray(value) && value.join() === connection.tenantId) return [];
    const words = options?.find((each) => each.value === value)?.label;
    return [[label, words ?? (Array.isArray(value) ? value.join(', ') : String(value))] as const];
  });
  const secret = hasClientSecret ? (
    'Stored'
  ) : (
    <Mark key="no" tone="warn">
      None
    </Mark>
  );
  return [
    ...written,
    ['Client secret', secret],
    ...(kind === 'okta' ? [['API token', hasDirectoryToken ? 'Stored' : 'None'] as const] : []),
  ];
}
