// An Entra tenant as data: people, groups, the enterprise application's assignments, and what can happen to them.
// Every change is a pure function from one tenant to the next; objects that did not change stay the same object, so
// that "what changed since the watermark" (Entra's delta query) is a comparison by identity. Knows nothing of SCIM.

export interface TenantUser {
  readonly objectId: string;
  readonly userType: 'Member' | 'Guest';
  readonly userPrincipalName: string;
  readonly displayName: string;
  readonly givenName: string;
  readonly surname: string;
  readonly mail?: string;
  readonly mailNickname: string;
  readonly jobTitle?: string;
  readonly department?: string;
  readonly employeeId?: string;
  readonly managerId?: string;
  readonly telephoneNumber?: string;
  readonly mobile?: string;
  readonly facsimileTelephoneNumber?: string;
  readonly physicalDeliveryOfficeName?: string;
  readonly streetAddress?: string;
  readonly city?: string;
  readonly state?: string;
  readonly postalCode?: string;
  readonly country?: string;
  readonly preferredLanguage?: string;
  readonly accountEnabled: boolean;
  /** Values of the application's app roles that are assigned to this person. */
  readonly appRoles: readonly string[];
  /** Assigned to the enterprise application in person, not by a group. */
  readonly assigned: boolean;
  /** In the recycle bin: for 30 days the person can be restored with everything. */
  readonly softDeleted: boolean;
  /** Since when, in milliseconds since 1970: `recycle-bin.ts` notes it. */
  readonly deletedAt?: number;
  /** Where a guest really signs in, as the `idp` claim says it; absent for members. */
  readonly identityProvider?: string;
}

export interface TenantGroup {
  readonly objectId: string;
  readonly displayName: string;
  /** People, and groups that are nested in this one. */
  readonly memberIds: ReadonlySet<string>;
  /** Assigned to the enterprise application; its direct members are then in scope too. */
  readonly assigned: boolean;
  /** Values of the app roles with which it is assigned; none is Entra's "Default Access". */
  readonly appRoles?: readonly string[];
  /** Only applications with Member.Read.Hidden see who is in it. Absent means false. */
  readonly hiddenMembership?: boolean;
  /** False for a distribution list, which only the setting `All` puts into tokens. Absent means true. */
  readonly securityEnabled?: boolean;
}

export interface AppRole {
  readonly id: string;
  readonly value: string;
  readonly displayName: string;
  /** A disabled role can no longer be assigned; who has it keeps it. Absent means true. */
  readonly isEnabled?: boolean;
}

/** Entra's two settings of provisioning scope: assigned users and groups only, or the whole directory. */
export type Scope = 'assigned' | 'all';

export interface Tenant {
  readonly tenantId: string;
  readonly domain: string;
  readonly scope: Scope;
  readonly appRoles: readonly AppRole[];
  readonly users: ReadonlyMap<string, TenantUser>;
  readonly groups: ReadonlyMap<string, TenantGroup>;
}

function userOf(tenant: Tenant, objectId: string): TenantUser {
  const user = tenant.users.get(objectId);
  if (!user) throw new Error(`The tenant has no user ${objectId}`);
  return user;
}

function groupOf(tenant: Tenant, objectId: string): TenantGroup {
  const group = tenant.groups.get(objectId);
  if (!group) throw new Error(`The tenant has no group ${objectId}`);
  return group;
}

export function withUser(tenant: Tenant, user: TenantUser): Tenant {
  return { ...tenant, users: new Map(tenant.users).set(user.objectId, user) };
}

export function withGroup(tenant: Tenant, group: TenantGroup): Tenant {
  return { ...tenant, groups: new Map(tenant.groups).set(group.objectId, group) };
}

/** Any edit of a person's attributes: a move of department, a new title, a telephone number. */
export function editUser(tenant: Tenant, objectId: string, edit: Partial<TenantUser>): Tenant {
  return withUser(tenant, { ...userOf(tenant, objectId), ...edit });
}

/** A new surname, with everything that Entra administrators change along with it. The nickname stays. */
export function renameUser(tenant: Tenant, objectId: string, surname: string, localPart: string): Tenant {
  const user = userOf(tenant, objectId);
  const address = `${localPart}@${user.userPrincipalName.split('@')[1]}`;
  const { mail, ...rest } = user;
  return withUser(tenant, {
    ...rest,
    ...(mail === undefined ? {} : { mail: address }),
    surname,
    displayName: `${user.givenName} ${surname}`,
    userPrincipalName: address,
  });
}

export function disableUser(tenant: Tenant, objectId: string): Tenant {
  return editUser(tenant, objectId, { accountEnabled: false });
}

export function enableUser(tenant: Tenant, objectId: string): Tenant {
  return editUser(tenant, objectId, { accountEnabled: true });
}

export function setManager(tenant: Tenant, objectId: string, managerId: string): Tenant {
  return editUser(tenant, objectId, { managerId });
}

export function clearManager(tenant: Tenant, objectId: string): Tenant {
  const { managerId: _, ...rest } = userOf(tenant, objectId);
  return withUser(tenant, rest);
}

/** Into the recycle bin. Memberships are kept for a restore. */
export function softDeleteUser(tenant: Tenant, objectId: string): Tenant {
  return editUser(tenant, objectId, { softDeleted: true });
}

export function restoreUser(tenant: Tenant, objectId: string): Tenant {
  return editUser(tenant, objectId, { softDeleted: false });
}

/** Gone for good: 30 days after the recycle bin, or by hand. Groups and reports lose the person. */
export function hardDeleteUser(tenant: Tenant, objectId: string): Tenant {
  return hardDeleteUsers(tenant, new Set([objectId]));
}

export function hardDeleteUsers(tenant: Tenant, gone: ReadonlySet<string>): Tenant {
  const users = new Map(tenant.users);
  for (const user of tenant.users.values()) {
    if (gone.has(user.objectId)) users.delete(user.objectId);
    else if (user.managerId !== undefined && gone.has(user.managerId)) {
      const { managerId: _, ...rest } = user;
      users.set(user.objectId, rest);
    }
  }
  const groups = new Map(tenant.groups);
  for (const group of tenant.groups.values()) {
    const leaving = [...gone].filter((objectId) => group.memberIds.has(objectId));
    if (leaving.length > 0) groups.set(group.objectId, withoutMembers(group, leaving));
  }
  return { ...tenant, users, groups };
}

/** Assigned in person to the enterprise application; without a role that is "Default Access". */
export function assignUser(tenant: Tenant, objectId: string, appRoles: readonly string[] = []): Tenant {
  return editUser(tenant, objectId, { assigned: true, appRoles });
}

export function unassignUser(tenant: Tenant, objectId: string): Tenant {
  return editUser(tenant, objectId, { assigned: false, appRoles: [] });
}

export function assignGroup(tenant: Tenant, objectId: string, appRoles: readonly string[] = []): Tenant {
  return withGroup(tenant, { ...groupOf(tenant, objectId), assigned: true, appRoles });
}

export function unassignGroup(tenant: Tenant, objectId: string): Tenant {
  return withGroup(tenant, { ...groupOf(tenant, objectId), assigned: false, appRoles: [] });
}

export function joinGroup(tenant: Tenant, groupId: string, userId: string): Tenant {
  const group = groupOf(tenant, groupId);
  return withGroup(tenant, { ...group, memberIds: new Set(group.memberIds).add(userId) });
}

export function leaveGroup(tenant: Tenant, groupId: string, userId: string): Tenant {
  return withGroup(tenant, withoutMembers(groupOf(tenant, groupId), [userId]));
}

export function renameGroup(tenant: Tenant, groupId: string, displayName: string): Tenant {
  return withGroup(tenant, { ...groupOf(tenant, groupId), displayName });
}

export function deleteGroup(tenant: Tenant, groupId: string): Tenant {
  const groups = new Map(tenant.groups);
  groups.delete(groupId);
  return { ...tenant, groups };
}

function withoutMembers(group: TenantGroup, leaving: readonly string[]): TenantGroup {
  const memberIds = new Set(group.memberIds);
  for (const memberId of leaving) memberIds.delete(memberId);
  return { ...group, memberIds };
}

/**
 * Who is in scope of provisioning. With `assigned`: people assigned in person and the direct members of assigned
 * groups; members of nested groups are not (Entra reads one level). The recycle bin does not change the scope.
 */
export function usersInScope(tenant: Tenant): ReadonlySet<string> {
  if (tenant.scope === 'all') return new Set(tenant.users.keys());
  const inScope = new Set<string>();
  for (const user of tenant.users.values()) {
    if (user.assigned) inScope.add(user.objectId);
  }
  for (const group of tenant.groups.values()) {
    if (!group.assigned) continue;
    for (const memberId of group.memberIds) {
      if (tenant.users.has(memberId)) inScope.add(memberId);
    }
  }
  return inScope;
}

export function isGroupInScope(tenant: Tenant, group: TenantGroup): boolean {
  return tenant.scope === 'all' || group.assigned;
}

export interface MembershipChange {
  readonly groupId: string;
  readonly userId: string;
  readonly joins: boolean;
}

/** What a delta query since `before` would answer. Without `before`: everything there is. */
export interface Delta {
  readonly userIds: readonly string[];
  readonly groupIds: readonly string[];
  readonly memberships: readonly MembershipChange[];
}

export function deltaSince(before: Tenant | null, after: Tenant): Delta {
  const memberships: MembershipChange[] = [];
  const groupIds = changedKeys(before?.groups, after.groups);
  for (const groupId of groupIds) {
    const was = before?.groups.get(groupId);
    // Of what was out of scope nothing was sent: whoever was in it then joins with it now.
    const had = before && was && isGroupInScope(before, was) ? was.memberIds : new Set<string>();
    const has = after.groups.get(groupId)?.memberIds;
    if (!has) continue; // The group is gone, and its memberships with it.
    for (const userId of has) {
      // The members of a nested group are not provisioned, and neither is the nesting.
      if (!had.has(userId) && after.users.has(userId)) memberships.push({ groupId, userId, joins: true });
    }
    for (const userId of had) {
      // A person who is gone for good takes the memberships along: Entra sends the DELETE of the person only.
      if (!has.has(userId) && after.users.has(userId)) memberships.push({ groupId, userId, joins: false });
    }
  }
  return { userIds: changedUsers(before, after), groupIds, memberships };
}

function changedUsers(before: Tenant | null, after: Tenant): string[] {
  const changed = new Set(changedKeys(before?.users, after.users));
  if (before && after.scope === 'assigned') {
    const was = usersInScope(before);
    const is = usersInScope(after);
    for (const id of is) if (!was.has(id)) changed.add(id);
    for (const id of was) if (!is.has(id)) changed.add(id);
  }
  return [...changed];
}

/** Keys whose value is another object, is new, or is gone. */
export function changedKeys<T>(
  before: ReadonlyMap<string, T> | undefined,
  after: ReadonlyMap<string, T>,
): string[] {
  if (before === after) return [];
  const keys: string[] = [];
  for (const [key, value] of after) if (before?.get(key) !== value) keys.push(key);
  for (const key of before?.keys() ?? []) if (!after.has(key)) keys.push(key);
  return keys;
}
