// How a provider is connected, as names and values: what was entered, and that secrets are stored.

import type { ReactNode } from 'react';
import type { ProviderHealthJson, ProviderJson } from '../../src/edge/admin/contract.ts';
import { Mark } from '../ui/badges.tsx';
import { When } from '../ui/when.tsx';
import { kinds } from './provider-kinds.ts';

const SECRET_END = 'clientSecretExpiresAt';

/** `health`: with when the client secret ends, whoever says so; without it what was typed. */
export function connectionFacts(
  provider: ProviderJson,
  health?: ProviderHealthJson,
): (readonly [name: string, value: ReactNode])[] {
  const { kind, connection, hasClientSecret, hasDirectoryToken } = provider;
  const written = kinds[kind].fields.flatMap(({ key, label, isSecret, options }) => {
    const value = connection[key];
    if (isSecret || value === undefined || value === '') return [];
    if (health && key === SECRET_END) return [];
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
    ...(health?.clientSecretEndsAt ? [['Secret ends', secretEnd(health)] as const] : []),
    ...(kind === 'okta' ? [['API token', hasDirectoryToken ? 'Stored' : 'None'] as const] : []),
  ];
}

function secretEnd(health: ProviderHealthJson): ReactNode {
  const { clientSecretEndsAt, clientSecretEndSaidBy, clientSecretEndTypedAs } = health;
  return (
    <span key="secret-end">
      <When at={clientSecretEndsAt} />
      {clientSecretEndSaidBy === 'graph' ? ', as Microsoft Graph says' : ', as it was typed'}
      {clientSecretEndTypedAs !== null && `; typed was ${clientSecretEndTypedAs.slice(0, 10)}`}
    </span>
  );
}
