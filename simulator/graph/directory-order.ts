// Lists of a tenant in the order in which Graph pages through them. The tenant never changes in place, so that each list is made
// once for each state of it, however many pages are asked.

import type { Tenant, TenantGroup, TenantUser } from '../tenant.ts';

const users = new WeakMap<Tenant['users'], readonly TenantUser[]>();
const groups = new WeakMap<Tenant['groups'], readonly TenantGroup[]>();
const names = new WeakMap<Tenant['users'], ReadonlyMap<string, TenantUser>>();
const lists = new WeakMap<Tenant, Map<string, readonly unknown[]>>();

/** Readers page through a few lists at a time; the oldest of more is made again. */
const LISTS_MOST = 64;

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

/** Any other list of this state of the tenant. `name` says all that it depends on. */
export function listOf<T>(tenant: Tenant, name: string, make: () => readonly T[]): readonly T[] {
  const known = remembered(lists, tenant, () => new Map());
  const found = known.get(name) as readonly T[] | undefined;
  if (found) return found;
  const made = make();
  known.set(name, made);
  if (known.size > LISTS_MOST) known.delete(known.keys().next().value!);
  return made;
}

/** Not in the recycle bin, and not gone for good. */
export function isThere({ users: people, groups: nested }: Tenant, id: string): boolean {
  return people.get(id)?.softDeleted === false || nested.has(id);
}

/** Members of the group and of the groups in it, to any depth, each once and without the group itself. */
export function transitiveMembers(tenant: Tenant, group: TenantGroup): string[] {
  const found = new Set<string>();
  const waiting = [group];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    for (const id of next.memberIds) {
      if (found.has(id) || id === group.objectId) continue;
      found.add(id);
      const nested = tenant.groups.get(id);
      if (nested) waiting.push(nested);
    }
  }
  return [...found];
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
