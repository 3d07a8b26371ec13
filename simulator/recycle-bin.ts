// The recycle bin of a tenant as time goes by: since when somebody is in it, and who leaves it for good after 30 days. Pure;
// whoever keeps a tenant asks here whenever it changed or time has passed.

import { hardDeleteUsers, type Tenant, type TenantUser } from './tenant.ts';

const KEPT_MS = 30 * 86_400_000;

interface Bin {
  /** Came in, or was restored, without its time being noted. */
  readonly unnoted: readonly TenantUser[];
  readonly people: readonly TenantUser[];
  /** When the first of them is gone for good. */
  readonly purgeAt: number;
}

const bins = new WeakMap<Tenant['users'], Bin>();

/** In the order of the directory. */
export function peopleInBin(tenant: Tenant): readonly TenantUser[] {
  return binOf(tenant.users).people;
}

/** The same tenant where there is nothing to do, which is found without a look at everybody. */
export function keepRecycleBin(tenant: Tenant, now: number): Tenant {
  const noted = withTimes(tenant, now);
  const { people, purgeAt } = binOf(noted.users);
  if (purgeAt > now) return noted;
  const due = people.filter((user) => purgeTime(user) <= now).map(({ objectId }) => objectId);
  return hardDeleteUsers(noted, new Set(due));
}

function withTimes(tenant: Tenant, now: number): Tenant {
  const { unnoted } = binOf(tenant.users);
  if (unnoted.length === 0) return tenant;
  const users = new Map(tenant.users);
  for (const user of unnoted) {
    const { deletedAt: _, ...rest } = user;
    users.set(user.objectId, user.softDeleted ? { ...rest, deletedAt: now } : rest);
  }
  return { ...tenant, users };
}

function binOf(users: Tenant['users']): Bin {
  const known = bins.get(users);
  if (known) return known;
  const unnoted: TenantUser[] = [];
  const people: TenantUser[] = [];
  let purgeAt = Number.POSITIVE_INFINITY;
  for (const user of users.values()) {
    if (user.softDeleted !== (user.deletedAt !== undefined)) unnoted.push(user);
    if (!user.softDeleted) continue;
    people.push(user);
    purgeAt = Math.min(purgeAt, purgeTime(user));
  }
  const bin = { unnoted, people, purgeAt };
  bins.set(users, bin);
  return bin;
}

function purgeTime({ deletedAt }: TenantUser): number {
  return deletedAt === undefined ? Number.POSITIVE_INFINITY : deletedAt + KEPT_MS;
}
