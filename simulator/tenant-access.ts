// What follows from a tenant's memberships and assignments: which groups somebody is in, who may enter the enterprise
// application, with which app roles. Pure; `tenant.ts` owns the data, tokens and Graph show it.

import type { Tenant, TenantGroup, TenantUser } from './tenant.ts';

/** Entra's id for "assigned, with no role in particular". */
const DEFAULT_ACCESS_ROLE_ID = '00000000-0000-0000-0000-000000000000';

/** For each member, people and groups, the groups that hold it directly. */
const parentsOfGroups = new WeakMap<Tenant['groups'], ReadonlyMap<string, readonly TenantGroup[]>>();

function parents(tenant: Tenant): ReadonlyMap<string, readonly TenantGroup[]> {
  const known = parentsOfGroups.get(tenant.groups);
  if (known) return known;
  const made = new Map<string, TenantGroup[]>();
  for (const group of tenant.groups.values()) {
    for (const memberId of group.memberIds) {
      const held = made.get(memberId);
      if (held) held.push(group);
      else made.set(memberId, [group]);
    }
  }
  parentsOfGroups.set(tenant.groups, made);
  return made;
}

export function directGroups(tenant: Tenant, memberId: string): readonly TenantGroup[] {
  return parents(tenant).get(memberId) ?? [];
}

/** With the groups that hold those groups, to any depth; circles end. */
export function transitiveGroups(tenant: Tenant, memberId: string): TenantGroup[] {
  const found = new Map<string, TenantGroup>();
  const waiting = [...directGroups(tenant, memberId)];
  for (let group = waiting.pop(); group; group = waiting.pop()) {
    if (found.has(group.objectId)) continue;
    found.set(group.objectId, group);
    waiting.push(...directGroups(tenant, group.objectId));
  }
  return [...found.values()];
}

/** Assigned groups that hold the person directly: an assignment does not reach into nested groups. */
export function assignedGroups(tenant: Tenant, userId: string): TenantGroup[] {
  return directGroups(tenant, userId).filter((group) => group.assigned);
}

export function isAssigned(tenant: Tenant, user: TenantUser): boolean {
  return user.assigned || assignedGroups(tenant, user.objectId).length > 0;
}

/** One row of an assignment to the enterprise application: somebody with several roles has several rows. */
export interface Assignment {
  readonly appRoleId: string;
  readonly principal:
    | { readonly type: 'User'; readonly of: TenantUser }
    | { readonly type: 'Group'; readonly of: TenantGroup };
}

const assignments = new WeakMap<Tenant, readonly Assignment[]>();

/** Made once for each state of a tenant: its pages are asked one after the other. */
export function assignmentsOf(tenant: Tenant): readonly Assignment[] {
  const known = assignments.get(tenant);
  if (known) return known;
  const made = readAssignments(tenant);
  assignments.set(tenant, made);
  return made;
}

function readAssignments(tenant: Tenant): Assignment[] {
  const groups = [...tenant.groups.values()].filter((group) => group.assigned);
  return [
    ...[...tenant.users.values()].flatMap((user) => assignmentsInPerson(tenant, user)),
    ...groups.flatMap((group) => rowsOf(tenant, group.appRoles ?? [], { type: 'Group', of: group })),
  ];
}

/** Without those of the groups that the person is in. */
export function assignmentsInPerson(tenant: Tenant, user: TenantUser): Assignment[] {
  if (!user.assigned || user.softDeleted) return [];
  return rowsOf(tenant, user.appRoles, { type: 'User', of: user });
}

function rowsOf(tenant: Tenant, values: readonly string[], principal: Assignment['principal']): Assignment[] {
  const ids = values.map((value) => tenant.appRoles.find((role) => role.value === value)?.id);
  const known = ids.filter((id) => id !== undefined);
  return (known.length === 0 ? [DEFAULT_ACCESS_ROLE_ID] : known).map((appRoleId) => ({
    appRoleId,
    principal,
  }));
}

/** Values for the `roles` claim, in person and by groups; disabled roles stay with those who have them. */
export function appRolesOf(tenant: Tenant, user: TenantUser): string[] {
  const values = new Set(user.assigned ? user.appRoles : []);
  for (const group of assignedGroups(tenant, user.objectId)) {
    for (const value of group.appRoles ?? []) values.add(value);
  }
  return [...values];
}

/** By object id, user name or mail address, whichever fits first; people in the recycle bin are found too. */
export function findUser(tenant: Tenant, name: string): TenantUser | null {
  const wanted = name.toLowerCase();
  const byId = tenant.users.get(wanted);
  if (byId) return byId;
  let byMail: TenantUser | null = null;
  for (const user of tenant.users.values()) {
    if (user.userPrincipalName.toLowerCase() === wanted) return user;
    if (user.mail?.toLowerCase() === wanted) byMail ??= user;
  }
  return byMail;
}
