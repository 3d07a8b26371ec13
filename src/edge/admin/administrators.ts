// Who is an administrator among the users, and whether any is left.

import type { Ledger } from '../../ledger/ledger.ts';
import { adminCore } from './permissions.ts';

export type IsAdmin = (role: { id: string } | null) => boolean;

/** Roles that are as good as Admin: with these permissions the others can be had. */
export async function administrators(ledger: Ledger): Promise<IsAdmin> {
  const roles = (await ledger.roles()).filter(({ permissions }) =>
    adminCore.every((permission) => permissions.includes(permission)),
  );
  const ids = new Set(roles.map(({ id }) => id));
  return (role) => role !== null && ids.has(role.id);
}

/** Somebody active who is one and whose provider is enabled; `besides` leaves a provider out. */
export async function hasAdminUser(
  ledger: Ledger,
  isAdmin: IsAdmin,
  besides: string | null = null,
): Promise<boolean> {
  const sort = { by: 'userName', descending: false } as const;
  for (const state of await ledger.providers()) {
    if (state.provider.id === besides || !state.provider.enabled) continue;
    for (const role of state.roles.filter(isAdmin)) {
      const query = { provider: state.provider.id, role: role.id, status: 'active', sort } as const;
      if ((await ledger.listUsers({ ...query, after: null, limit: 1 })).items.length > 0) return true;
    }
  }
  return false;
}
