// A directory as large as Bifrost has to bear, from a seed: everybody in scope through the groups that are assigned, and many
// groups beside them. Also what changes in it from one day to the next.

import { type Random, seededRandom, shuffled } from './random.ts';
import { DEPARTMENTS, JOB_TITLES } from './sample-names.ts';
import { sampleRoles, sampleUser } from './sample-organisation.ts';
import type { Tenant, TenantGroup, TenantUser } from './tenant.ts';

export interface ScaleSize {
  readonly users: number;
  readonly groups: number;
  /** Memberships in all groups together, nested groups among them. */
  readonly members: number;
  /** Of the groups; together they hold everybody once. */
  readonly assignedGroups: number;
}

export const FULL_SCALE: ScaleSize = {
  users: 100_000,
  groups: 10_000,
  members: 1_500_000,
  assignedGroups: 50,
};

const DOMAIN = 'nordhafen.example';
const REPORTS_PER_MANAGER = 8;
/** One group in so many that are not assigned holds another group. */
const NESTED_EVERY = 50;
/** Of the assigned groups one in so many gives the first role, and the one after it the second. */
const FIRST_ROLE_EVERY = 25;

/** Why a directory cannot be made this way; null where it can. */
export function scaleProblem({ users, groups, members, assignedGroups }: ScaleSize): string | null {
  if (assignedGroups < 1 || assignedGroups > groups) return `${assignedGroups} of ${groups} groups assigned`;
  const others = groups - assignedGroups;
  if (members < users) return `${members} memberships are too few: each of ${users} people is in a group`;
  if (members - users > others * users) {
    return `${others} groups that are not assigned have no room for ${members - users} memberships`;
  }
  return null;
}

/** Nobody is assigned in person. */
export function scaleOrganisation(size: ScaleSize, seed: number): Tenant {
  const problem = scaleProblem(size);
  if (problem !== null) throw new RangeError(problem);
  const random = seededRandom(seed);
  const appRoles = sampleRoles(random);
  const tenantId = random.guid();
  const users = manyUsers(size.users, random);
  const order = shuffled([...users.keys()], random);
  const assigned = assignedGroups(size, order, random);
  const others = otherGroups(size, order, random);
  const groups = new Map([...assigned, ...others].map((group) => [group.objectId, group]));
  return { tenantId, domain: DOMAIN, scope: 'assigned', appRoles, users, groups };
}

function manyUsers(count: number, random: Random): Map<string, TenantUser> {
  const taken = new Map<string, number>();
  const ids: string[] = [];
  const users = new Map<string, TenantUser>();
  for (let position = 0; position < count; position++) {
    const managerId = position === 0 ? undefined : ids[Math.floor((position - 1) / REPORTS_PER_MANAGER)];
    const user = byGroupsOnly(sampleUser(position, managerId, taken, random));
    ids.push(user.objectId);
    users.set(user.objectId, user);
  }
  return users;
}

function byGroupsOnly(user: TenantUser): TenantUser {
  return { ...user, assigned: false, appRoles: NO_ROLES };
}

const NO_ROLES: readonly string[] = [];

function assignedGroups(size: ScaleSize, order: readonly string[], random: Random): TenantGroup[] {
  return Array.from({ length: size.assignedGroups }, (_, position) => {
    const from = Math.floor((position * order.length) / size.assignedGroups);
    const to = Math.floor(((position + 1) * order.length) / size.assignedGroups);
    const role = ['admin', 'developer'][position % FIRST_ROLE_EVERY] ?? 'viewer';
    return {
      objectId: random.guid(),
      displayName: `Bifrost ${position + 1}`,
      memberIds: new Set(order.slice(from, to)),
      assigned: true,
      appRoles: [role],
    };
  });
}

function otherGroups(size: ScaleSize, order: readonly string[], random: Random): TenantGroup[] {
  const count = size.groups - size.assignedGroups;
  const sizes = fallingSizes(count, size.members - size.users, size.users);
  const made: TenantGroup[] = [];
  for (const [position, members] of sizes.entries()) {
    const memberIds = new Set<string>();
    const inner = position % NESTED_EVERY === NESTED_EVERY - 1 ? made[position - 1] : undefined;
    if (inner && members > 0) memberIds.add(inner.objectId);
    const offset = random.below(order.length);
    for (let step = 0; memberIds.size < members; step++) {
      memberIds.add(order[(offset + step) % order.length]!);
    }
    made.push({
      objectId: random.guid(),
      displayName: `Gruppe ${position + 1}`,
      memberIds,
      assigned: false,
      // Distribution lists, which no token shows.
      ...(random.chance(0.1) ? { securityEnabled: false } : {}),
    });
  }
  return made;
}

/** A few groups are large and most are small, with `total` members in all and at most `most` in one. */
function fallingSizes(count: number, total: number, most: number): number[] {
  const weights = Array.from({ length: count }, (_, position) => 1 / Math.sqrt(position + 1));
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const sizes = weights.map((weight) => Math.min(most, Math.floor((total * weight) / sum)));
  let left = total - sizes.reduce((all, one) => all + one, 0);
  for (let position = 0; left > 0; position = (position + 1) % count) {
    const room = Math.min(left, most - sizes[position]!, Math.ceil(left / count));
    sizes[position]! += room;
    left -= room;
  }
  return sizes;
}

/** Of the people, on each day. */
const CHURN = 0.01;

/** What happens to one of ten people who are touched: in the order of the draw. */
const HAPPENINGS = [
  'moves',
  'moves',
  'moves',
  'moves',
  'regroups',
  'regroups',
  'regroups',
  'isDisabled',
  'leaves',
  'arrives',
] as const;

interface Day {
  readonly number: number;
  readonly random: Random;
  readonly users: Map<string, TenantUser>;
  readonly groups: Map<string, TenantGroup>;
  readonly assigned: readonly string[];
}

/** The next day: one in a hundred moves, changes groups, is disabled, leaves for the recycle bin, or is new. */
export function churn(tenant: Tenant, day: number): Tenant {
  const assigned = [...tenant.groups.values()]
    .filter((group) => group.assigned)
    .map((group) => group.objectId);
  const random = seededRandom(Number.parseInt(tenant.tenantId.slice(0, 8), 16) + day);
  const today: Day = {
    number: day,
    random,
    users: new Map(tenant.users),
    groups: new Map(tenant.groups),
    assigned,
  };
  const ids = [...tenant.users.keys()];
  const copied = new Set<string>();
  for (let count = Math.round(ids.length * CHURN); count > 0; count--) {
    happen(today, copied, random.pick(HAPPENINGS), tenant.users.get(random.pick(ids))!, count);
  }
  return { ...tenant, users: today.users, groups: today.groups };
}

function happen(
  day: Day,
  copied: Set<string>,
  what: (typeof HAPPENINGS)[number],
  { objectId }: TenantUser,
  count: number,
): void {
  const { users, random } = day;
  const user = users.get(objectId)!;
  const edit = (changes: Partial<TenantUser>): void => void users.set(objectId, { ...user, ...changes });
  if (what === 'moves') edit({ department: random.pick(DEPARTMENTS), jobTitle: random.pick(JOB_TITLES) });
  else if (what === 'isDisabled') edit({ accountEnabled: false });
  else if (what === 'leaves') edit({ softDeleted: true });
  else if (what === 'regroups') regroup(day, copied, objectId);
  else arrive(day, copied, count);
}

/** From the assigned group that holds them to another. */
function regroup(day: Day, copied: Set<string>, userId: string): void {
  const before = day.assigned.find((id) => day.groups.get(id)!.memberIds.has(userId));
  if (before !== undefined) membersOf(day, copied, before).delete(userId);
  join(day, copied, userId);
}

/** One of the assigned groups, if there are any. */
function join(day: Day, copied: Set<string>, userId: string): void {
  if (day.assigned.length > 0) membersOf(day, copied, day.random.pick(day.assigned)).add(userId);
}

function arrive(day: Day, copied: Set<string>, count: number): void {
  const made = byGroupsOnly(sampleUser(day.users.size, undefined, new Map(), day.random));
  const mailNickname = `${made.mailNickname}.${day.number}.${count}`;
  const userPrincipalName = `${mailNickname}@${DOMAIN}`;
  const user = {
    ...made,
    mailNickname,
    userPrincipalName,
    mail: userPrincipalName,
    userType: 'Member',
  } as const;
  day.users.set(user.objectId, user);
  join(day, copied, user.objectId);
}

/** Its members as a set that may be written: copied once a day, however many join and leave. */
function membersOf(day: Day, copied: Set<string>, groupId: string): Set<string> {
  const group = day.groups.get(groupId)!;
  if (copied.has(groupId)) return group.memberIds as Set<string>;
  copied.add(groupId);
  const memberIds = new Set(group.memberIds);
  day.groups.set(groupId, { ...group, memberIds });
  return memberIds;
}
