// The portal's people: search, one of them, changes, the recycle bin and back.

import { randomUUID } from 'node:crypto';
import { peopleInBin } from '../recycle-bin.ts';
import {
  editUser,
  hardDeleteUser,
  restoreUser,
  softDeleteUser,
  type Tenant,
  type TenantUser,
  usersInScope,
  withUser,
} from '../tenant.ts';
import { appRolesOf, directGroups } from '../tenant-access.ts';
import type { ListJson, UserEditJson, UserJson, UserRowJson } from './contract.ts';
import {
  type PortalCall,
  PortalRefusal,
  type PortalRoutes,
  pageOf,
  searched,
  textOf,
} from './portal-call.ts';

export const USER_ROUTES: PortalRoutes = {
  'GET /users': listUsers,
  'POST /users': createUser,
  'GET /users/*': (call) => showUser(call.control.tenant(), userOf(call)),
  'PATCH /users/*': changeUser,
  'DELETE /users/*': (call) => change(call, softDeleteUser),
  'POST /users/*/restore': (call) => change(call, restoreUser),
  'POST /users/*/delete-permanently': (call) => change(call, hardDeleteUser),
  'POST /users/*/sign-in-next': (call) => call.control.nextUser(userOf(call).objectId),
};

const OPTIONAL = ['mail', 'jobTitle', 'department', 'employeeId'] as const;
const NEEDED = ['displayName', 'userPrincipalName', 'givenName', 'surname'] as const;

export function showUserRow(user: TenantUser): UserRowJson {
  const { objectId, displayName, userPrincipalName, accountEnabled, deletedAt } = user;
  return {
    ...{ objectId, displayName, userPrincipalName, accountEnabled },
    jobTitle: user.jobTitle ?? '',
    department: user.department ?? '',
    isGuest: user.userType === 'Guest',
    deletedAt: deletedAt === undefined ? null : new Date(deletedAt).toISOString(),
  };
}

function listUsers(call: PortalCall): ListJson<UserRowJson> {
  const tenant = call.control.tenant();
  const isBin = call.query.get('deleted') === 'true';
  const people = isBin ? peopleInBin(tenant) : [...tenant.users.values()].filter((one) => !one.softDeleted);
  const found = people.filter((one) =>
    searched(call, one.displayName, one.userPrincipalName, one.mail, one.objectId, one.department),
  );
  return { items: pageOf(call, found).map(showUserRow), total: found.length };
}

function userOf({ control, names }: PortalCall): TenantUser {
  const user = control.tenant().users.get(names[0] ?? '');
  if (!user) throw new PortalRefusal(404, 'There is no such user in this directory');
  return user;
}

function showUser(tenant: Tenant, user: TenantUser): UserJson {
  const manager = tenant.users.get(user.managerId ?? '');
  return {
    ...showUserRow(user),
    givenName: user.givenName,
    surname: user.surname,
    mail: user.mail ?? '',
    employeeId: user.employeeId ?? '',
    mailNickname: user.mailNickname,
    manager: manager ? { objectId: manager.objectId, displayName: manager.displayName } : null,
    groups: directGroups(tenant, user.objectId).map(({ objectId, displayName, assigned }) => ({
      ...{ objectId, displayName },
      isAssigned: assigned,
    })),
    appRoles: appRolesOf(tenant, user),
    isAssigned: user.assigned,
    isInScope: usersInScope(tenant).has(user.objectId),
  };
}

function change(call: PortalCall, how: (tenant: Tenant, objectId: string) => Tenant): void {
  const { objectId } = userOf(call);
  call.control.changeTenant((tenant) => how(tenant, objectId));
}

function changeUser(call: PortalCall): UserJson {
  const { objectId } = userOf(call);
  const edit = readEdit(call, objectId);
  call.control.changeTenant((tenant) => {
    const changed = editUser(tenant, objectId, edit.set);
    const user = { ...changed.users.get(objectId)! };
    for (const name of edit.cleared) delete user[name];
    return withUser(changed, user);
  });
  return showUser(call.control.tenant(), userOf(call));
}

interface Edit {
  readonly set: Partial<TenantUser>;
  readonly cleared: readonly (typeof OPTIONAL)[number][];
}

function readEdit(call: PortalCall, objectId: string | null): Edit {
  const { body } = call;
  const set: Record<string, string | boolean> = {};
  for (const name of NEEDED) {
    if (body[name] === undefined) continue;
    const text = textOf(body, name);
    if (text === '' && name !== 'surname' && name !== 'givenName')
      throw new PortalRefusal(400, `${name}: cannot be empty`);
    set[name] = text;
  }
  const given = OPTIONAL.filter((name) => body[name] !== undefined).map(
    (name) => [name, textOf(body, name)] as const,
  );
  for (const [name, text] of given) if (text !== '') set[name] = text;
  if (body.accountEnabled !== undefined) {
    if (typeof body.accountEnabled !== 'boolean')
      throw new PortalRefusal(400, 'accountEnabled: true or false');
    set.accountEnabled = body.accountEnabled;
  }
  if (typeof set.userPrincipalName === 'string') checkUserName(call, set.userPrincipalName, objectId);
  return { set, cleared: given.filter(([, text]) => text === '').map(([name]) => name) };
}

function checkUserName({ control }: PortalCall, name: string, objectId: string | null): void {
  if (!/^[^\s@]+@[^\s@]+$/.test(name)) {
    throw new PortalRefusal(400, 'userPrincipalName: a name, @ and a domain are needed');
  }
  for (const user of control.tenant().users.values()) {
    if (user.objectId !== objectId && user.userPrincipalName.toLowerCase() === name.toLowerCase()) {
      throw new PortalRefusal(409, `Another user has the user principal name ${name} already`);
    }
  }
}

function createUser(call: PortalCall): UserJson {
  const { set } = readEdit(call, null);
  const { displayName, userPrincipalName } = set;
  if (displayName === undefined || userPrincipalName === undefined) {
    throw new PortalRefusal(400, 'A display name and a user principal name are needed');
  }
  const [first = displayName, ...rest] = displayName.split(' ');
  const user: TenantUser = {
    objectId: randomUUID(),
    userType: 'Member',
    displayName,
    userPrincipalName,
    givenName: first,
    surname: rest.join(' '),
    mail: userPrincipalName,
    mailNickname: userPrincipalName.split('@')[0]!,
    accountEnabled: true,
    appRoles: [],
    assigned: false,
    softDeleted: false,
    ...(set satisfies Partial<UserEditJson>),
  };
  call.control.changeTenant((tenant) => withUser(tenant, user));
  return showUser(call.control.tenant(), user);
}
