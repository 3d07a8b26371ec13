// The portal's groups and who is in them, and which people and groups are assigned to the enterprise application.

import { randomUUID } from 'node:crypto';
import {
  type AppRole,
  assignGroup,
  assignUser,
  deleteGroup,
  joinGroup,
  leaveGroup,
  renameGroup,
  type Tenant,
  type TenantGroup,
  unassignGroup,
  unassignUser,
  withGroup,
} from '../tenant.ts';
import type { AppRoleJson, AssignmentJson, GroupJson, GroupRowJson, Kind, ListJson } from './contract.ts';
import {
  KINDS,
  oneOf,
  type PortalCall,
  PortalRefusal,
  type PortalRoutes,
  pageOf,
  searched,
  textOf,
  textsOf,
} from './portal-call.ts';
import { showUserRow } from './user-routes.ts';

export const GROUP_ROUTES: PortalRoutes = {
  'GET /groups': listGroups,
  'POST /groups': createGroup,
  'GET /groups/*': (call) => showGroup(call.control.tenant(), groupOf(call)),
  'PATCH /groups/*': (call) => {
    const displayName = nameOf(call);
    change(call, (tenant, objectId) => renameGroup(tenant, objectId, displayName));
  },
  'DELETE /groups/*': (call) => change(call, deleteGroup),
  'POST /groups/*/members': (call) => {
    const added = textsOf(call.body, 'objectIds').map((objectId) => existing(call, 'user', objectId));
    change(call, (tenant, groupId) =>
      added.reduce((before, { objectId }) => joinGroup(before, groupId, objectId), tenant),
    );
  },
  'DELETE /groups/*/members/*': (call) =>
    change(call, (tenant, groupId) => leaveGroup(tenant, groupId, call.names[1]!)),
};

export const ASSIGNMENT_ROUTES: PortalRoutes = {
  'GET /app-roles': ({ control }): AppRoleJson[] =>
    assignableRoles(control.tenant()).map(({ value, displayName }) => ({ value, displayName })),
  'GET /assignments': listAssignments,
  'POST /assignments': assign,
  'DELETE /assignments/*/*': (call) => {
    const [kind, objectId] = [oneOf(call.names[0], 'kind', KINDS), call.names[1]!];
    existing(call, kind, objectId);
    const remove = kind === 'user' ? unassignUser : unassignGroup;
    call.control.changeTenant((tenant) => remove(tenant, objectId));
  },
};

function showGroupRow({ objectId, displayName, memberIds, assigned }: TenantGroup): GroupRowJson {
  return { objectId, displayName, members: memberIds.size, isAssigned: assigned };
}

function listGroups(call: PortalCall): ListJson<GroupRowJson> {
  const groups = [...call.control.tenant().groups.values()];
  const found = groups.filter((one) => searched(call, one.displayName, one.objectId));
  return { items: pageOf(call, found).map(showGroupRow), total: found.length };
}

/** Members that a page shows at once; the count says how many there are. */
const SHOWN_MEMBERS = 200;

function showGroup(tenant: Tenant, group: TenantGroup): GroupJson {
  const people = [...group.memberIds].map((id) => tenant.users.get(id)).filter((user) => user !== undefined);
  const nested = [...group.memberIds].map((id) => tenant.groups.get(id)).filter((one) => one !== undefined);
  return {
    ...showGroupRow(group),
    people: people.slice(0, SHOWN_MEMBERS).map(showUserRow),
    nested: nested.map(({ objectId, displayName }) => ({ objectId, displayName })),
  };
}

function groupOf({ control, names }: PortalCall): TenantGroup {
  const group = control.tenant().groups.get(names[0] ?? '');
  if (!group) throw new PortalRefusal(404, 'There is no such group in this directory');
  return group;
}

function nameOf({ body }: PortalCall): string {
  const displayName = textOf(body, 'displayName');
  if (displayName === '') throw new PortalRefusal(400, 'displayName: cannot be empty');
  return displayName;
}

function change(call: PortalCall, how: (tenant: Tenant, objectId: string) => Tenant): void {
  const { objectId } = groupOf(call);
  call.control.changeTenant((tenant) => how(tenant, objectId));
}

function createGroup(call: PortalCall): GroupJson {
  const group: TenantGroup = {
    objectId: randomUUID(),
    displayName: nameOf(call),
    memberIds: new Set(),
    assigned: false,
  };
  call.control.changeTenant((tenant) => withGroup(tenant, group));
  return showGroup(call.control.tenant(), group);
}

function existing({ control }: PortalCall, kind: Kind, objectId: string): { readonly objectId: string } {
  const tenant = control.tenant();
  const found = kind === 'user' ? tenant.users.get(objectId) : tenant.groups.get(objectId);
  if (!found) throw new PortalRefusal(404, `There is no ${kind} ${objectId} in this directory`);
  return found;
}

function assignableRoles({ appRoles }: Tenant): AppRole[] {
  return appRoles.filter(({ isEnabled = true }) => isEnabled);
}

const DEFAULT_ACCESS = 'Default Access';

function listAssignments(call: PortalCall): ListJson<AssignmentJson> {
  const { appRoles, users, groups } = call.control.tenant();
  const roleNames = (values: readonly string[] = []): string[] =>
    values.length === 0
      ? [DEFAULT_ACCESS]
      : values.map((value) => appRoles.find((role) => role.value === value)?.displayName ?? value);
  const assignedGroups = [...groups.values()].filter((group) => group.assigned);
  const assignedUsers = [...users.values()].filter((user) => user.assigned && !user.softDeleted);
  const found = [
    ...assignedGroups.map(
      (group): AssignmentJson => ({
        kind: 'group',
        objectId: group.objectId,
        displayName: group.displayName,
        about: `${group.memberIds.size} ${group.memberIds.size === 1 ? 'member' : 'members'}`,
        roles: roleNames(group.appRoles),
      }),
    ),
    ...assignedUsers.map(
      (user): AssignmentJson => ({
        kind: 'user',
        objectId: user.objectId,
        displayName: user.displayName,
        about: user.userPrincipalName,
        roles: roleNames(user.appRoles),
      }),
    ),
  ].filter((one) => searched(call, one.displayName, one.about, one.objectId));
  return { items: pageOf(call, found), total: found.length };
}

function assign(call: PortalCall): void {
  const { body, control } = call;
  const [users, groups] = [textsOf(body, 'users'), textsOf(body, 'groups')];
  for (const objectId of users) existing(call, 'user', objectId);
  for (const objectId of groups) existing(call, 'group', objectId);
  const known = assignableRoles(control.tenant()).map(({ value }) => value);
  const roles = body.role === null || body.role === undefined ? [] : [oneOf(body.role, 'role', known)];
  control.changeTenant((tenant) => {
    const withUsers = users.reduce((before, id) => assignUser(before, id, roles), tenant);
    return groups.reduce((before, id) => assignGroup(before, id, roles), withUsers);
  });
}
