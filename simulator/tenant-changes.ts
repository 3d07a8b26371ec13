// What goes wrong in a directory over the years, each as one pure change of a tenant: roles renamed, names swapped, people
// gone and back, too many groups. The single changes that these are made of are in `tenant.ts`.

import {
  assignGroup,
  editUser,
  joinGroup,
  type Tenant,
  type TenantGroup,
  type TenantUser,
  unassignUser,
  withGroup,
  withUser,
} from './tenant.ts';
import { assignedGroups } from './tenant-access.ts';

function userAt(tenant: Tenant, objectId: string): TenantUser {
  const user = tenant.users.get(objectId);
  if (!user) throw new Error(`The tenant has no user ${objectId}`);
  return user;
}

/** Another value under the same id: whoever has the role has it by its new value. */
export function renameAppRole(tenant: Tenant, value: string, newValue: string): Tenant {
  const renamed = (values: readonly string[]): string[] =>
    values.map((one) => (one === value ? newValue : one));
  const users = new Map(tenant.users);
  for (const user of tenant.users.values()) {
    if (user.appRoles.includes(value))
      users.set(user.objectId, { ...user, appRoles: renamed(user.appRoles) });
  }
  const groups = new Map(tenant.groups);
  for (const group of tenant.groups.values()) {
    if (!group.appRoles?.includes(value)) continue;
    groups.set(group.objectId, { ...group, appRoles: renamed(group.appRoles) });
  }
  const appRoles = tenant.appRoles.map((role) =>
    role.value === value ? { ...role, value: newValue } : role,
  );
  return { ...tenant, appRoles, users, groups };
}

/** Who has a disabled role keeps it. */
export function enableAppRole(tenant: Tenant, value: string, isEnabled: boolean): Tenant {
  const appRoles = tenant.appRoles.map((role) => (role.value === value ? { ...role, isEnabled } : role));
  return { ...tenant, appRoles };
}

/** Each is called as the other was; mail addresses and everything else stay. */
export function swapUserNames(tenant: Tenant, oneId: string, otherId: string): Tenant {
  const [one, other] = [userAt(tenant, oneId), userAt(tenant, otherId)];
  const half = editUser(tenant, oneId, { userPrincipalName: other.userPrincipalName });
  return editUser(half, otherId, { userPrincipalName: one.userPrincipalName });
}

/** The address of one is another's now, and the one has none. */
export function giveMail(tenant: Tenant, fromId: string, toId: string): Tenant {
  const { mail, ...without } = userAt(tenant, fromId);
  if (mail === undefined) throw new Error(`The user ${fromId} has no mail address`);
  return editUser(withUser(tenant, without), toId, { mail });
}

/** What is needed to bring people back as they were. */
export interface Vanished {
  readonly users: readonly TenantUser[];
  readonly memberships: readonly { readonly groupId: string; readonly userId: string }[];
}

/**
 * A share of the people is no longer there, spread evenly over the directory, and neither are their memberships. Who reports
 * to one of them still does: they are expected back.
 */
export function vanish(
  tenant: Tenant,
  percent: number,
): { readonly tenant: Tenant; readonly vanished: Vanished } {
  const isTaken = (position: number): boolean =>
    Math.floor(((position + 1) * percent) / 100) > Math.floor((position * percent) / 100);
  const gone = [...tenant.users.values()].filter((_, position) => isTaken(position));
  const goneIds = new Set(gone.map(({ objectId }) => objectId));
  const users = new Map([...tenant.users].filter(([objectId]) => !goneIds.has(objectId)));
  const memberships: { groupId: string; userId: string }[] = [];
  const groups = new Map(tenant.groups);
  for (const group of tenant.groups.values()) {
    const leaving = [...group.memberIds].filter((memberId) => goneIds.has(memberId));
    if (leaving.length === 0) continue;
    for (const userId of leaving) memberships.push({ groupId: group.objectId, userId });
    const memberIds = new Set([...group.memberIds].filter((memberId) => !goneIds.has(memberId)));
    groups.set(group.objectId, { ...group, memberIds });
  }
  return { tenant: { ...tenant, users, groups }, vanished: { users: gone, memberships } };
}

/** With the same ids. A group that was deleted meanwhile stays so. */
export function bringBack(tenant: Tenant, { users: gone, memberships }: Vanished): Tenant {
  const users = new Map(tenant.users);
  for (const user of gone) users.set(user.objectId, user);
  const joining = new Map<string, Set<string>>();
  for (const { groupId, userId } of memberships) {
    const group = tenant.groups.get(groupId);
    if (!group) continue;
    const memberIds = joining.get(groupId) ?? new Set(group.memberIds);
    joining.set(groupId, memberIds.add(userId));
  }
  const groups = new Map(tenant.groups);
  for (const [groupId, memberIds] of joining) groups.set(groupId, { ...groups.get(groupId)!, memberIds });
  return { ...tenant, users, groups };
}

/** In so many groups more, which are made for it: beyond 200 a token no longer lists them. */
export function putInGroups(tenant: Tenant, userId: string, count: number, assigned: boolean): Tenant {
  userAt(tenant, userId);
  const groups = new Map(tenant.groups);
  for (let number = 1; number <= count; number++) {
    const objectId = crowdId(number);
    const present: TenantGroup | undefined = groups.get(objectId);
    const memberIds = new Set(present?.memberIds).add(userId);
    groups.set(objectId, { objectId, displayName: `Crowd ${number}`, memberIds, assigned });
  }
  return { ...tenant, groups };
}

function crowdId(number: number): string {
  return `c40d0000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

const INNER_ID = '1ae50000-0000-4000-8000-000000000001';
const OUTER_ID = '1ae50000-0000-4000-8000-000000000002';

/**
 * Assigned through nothing but a group in an assigned group, which Entra does not count: neither for sign-in nor for
 * provisioning.
 */
export function assignNestedOnly(tenant: Tenant, userId: string): Tenant {
  let changed = unassignUser(tenant, userId);
  for (const group of assignedGroups(tenant, userId)) {
    const memberIds = new Set(group.memberIds);
    memberIds.delete(userId);
    changed = withGroup(changed, { ...group, memberIds });
  }
  const inner = changed.groups.get(INNER_ID) ?? newGroup(INNER_ID, 'Nested inside');
  const outer = changed.groups.get(OUTER_ID) ?? newGroup(OUTER_ID, 'Holds a group');
  changed = joinGroup(withGroup(changed, inner), INNER_ID, userId);
  return assignGroup(joinGroup(withGroup(changed, outer), OUTER_ID, INNER_ID), OUTER_ID);
}

function newGroup(objectId: string, displayName: string): TenantGroup {
  return { objectId, displayName, memberIds: new Set(), assigned: false };
}
