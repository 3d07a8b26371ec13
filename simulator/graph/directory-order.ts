// Lists of a tenant in the order in which Graph pages through them. The tenant never changes in place, so that each list is made
// once for each state of it, however many pages are asked.

import type { Tenant, TenantGroup, TenantUser } from '../tenant.ts';

const users = new WeakMap<Tenant['users'], readonly TenantUser[]>();
const groups = new WeakMap<Tenant['groups'], readonly TenantGroup[]>();
const names = new WeakMap<Tenant['users'], ReadonlyMap<string, TenantUser>>();
const members = new WeakMap<ReadonlySet<string>, readonly string[]>();

/** Without those in the recycle bin. */
export function usersInOrder(tenant: Tenant): readonly TenantUser[] {
  return remembered(users, tenant.users, () =>
    [...tenant.users.values()].filter(({ softDeleted }) => !softDeleted),
  );
}

export function groupsInOrder(tenant: Tenant): readonly TenantGroup[] {
  return remembered(groups, tenant.groups, () => [...tenant.groups.values()]);
}

/** By user name in lower case. */
export function userByName(tenant: Tenant, name: string): TenantUser | undefined {
  const known = remembered(
    names,
    tenant.users,
    () => new Map(usersInOrder(tenant).map((user) => [user.userPrincipalName.toLowerCase(), user])),
  );
  return known.get(name.toLowerCase());
}

/** Ids of direct members, people and groups, whoever of them is still there or not. */
export function membersInOrder(group: TenantGroup): readonly string[] {
  return remembered(members, group.memberIds, () => [...group.memberIds]);
}

function remembered<Key extends object, Value>(
  known: WeakMap<Key, Value>,
  key: Key,
  make: () => Value,
): Value {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  return made;
}
