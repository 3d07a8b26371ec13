// Orders about the directory over HTTP: people, groups, app roles, and what goes wrong with many at once.

import { churn } from '../scale-organisation.ts';
import type { Tenant, TenantUser } from '../tenant.ts';
import {
  assignNestedOnly,
  enableAppRole,
  giveMail,
  putInGroups,
  renameAppRole,
  swapUserNames,
} from '../tenant-changes.ts';
import { readPolicy, readUserChanges } from './control-body.ts';
import { type ControlCall, type ControlRoutes, number, person, textList } from './control-route.ts';
import { ControlError } from './login-control.ts';

const DEFAULT_LIMIT = 50;
/** Far more than a token can name, and still quick. */
const MOST_GROUPS = 5_000;

export const DIRECTORY_ROUTES: ControlRoutes = {
  'GET /control/users': { says: 'people; ?search= and ?limit=', answer: listUsers },
  'GET /control/groups': { says: 'groups', answer: listGroups },
  'GET /control/users/*': { says: 'one person', answer: ({ control, name }) => control.user(name) },
  'PATCH /control/users/*': {
    says: 'attributes, such as { "accountEnabled": false }',
    answer: ({ control, name, body }) => control.editUser(name, readUserChanges(body)),
  },
  'POST /control/users/*/assign': {
    says: '{ "appRoles": ["admin"] }; none is Default Access',
    answer: ({ control, name, body }) => control.assignUser(name, textList(body.appRoles, 'appRoles')),
  },
  'POST /control/users/*/unassign': {
    says: 'no longer assigned in person',
    answer: ({ control, name }) => control.unassignUser(name),
  },
  'POST /control/users/*/nested-only': {
    says: 'assigned by nothing but a group in an assigned group, which does not count',
    answer: ({ control, name }) =>
      control.changeTenant((tenant) => assignNestedOnly(tenant, idOf(control, name))),
  },
  'POST /control/users/*/groups': {
    says: '{ "count": 201, "assigned": true }: in so many groups more',
    answer: putInManyGroups,
  },
  'POST /control/groups/*/assign': {
    says: '{ "appRoles": [] }',
    answer: ({ control, name, body }) => control.assignGroup(name, textList(body.appRoles, 'appRoles')),
  },
  'POST /control/groups/*/unassign': {
    says: 'no longer assigned',
    answer: ({ control, name }) => control.unassignGroup(name),
  },
  'POST /control/groups/*/join': {
    says: '{ "user": "..." }',
    answer: ({ control, name, body }) => control.joinGroup(name, person(body.user)),
  },
  'POST /control/groups/*/leave': {
    says: '{ "user": "..." }',
    answer: ({ control, name, body }) => control.leaveGroup(name, person(body.user)),
  },
  'DELETE /control/users/*': {
    says: 'gone for good; the recycle bin is PATCH { "softDeleted": true }',
    answer: ({ control, name }) => control.deleteUser(name),
  },
  'POST /control/users/*/policy': {
    says: '{ "isBlocked": true, "requiresMfa": true, "signInFrequencyMs": 3600000 }',
    answer: ({ control, name, body }) => control.setPolicy(name, readPolicy(body)),
  },
  'POST /control/users/*/revoke-sessions': {
    says: 'refresh tokens and browser sessions are no longer good',
    answer: ({ control, name }) => control.revokeSessions(name),
  },
  'POST /control/users/*/sign-out': {
    says: 'ends the sessions and tells the applications; answers what they answered',
    answer: ({ control, name }) => control.signOut(name),
  },
  'POST /control/people/vanish': {
    says: '{ "percent": 30 }: so many of all are no longer there',
    answer: ({ control, body }) => ({
      vanished: control.vanishPeople(number(body.percent, 'percent', 0, 100)),
    }),
  },
  'POST /control/people/return': {
    says: 'whoever vanished is back, with memberships',
    answer: ({ control }) => ({ returned: control.returnPeople() }),
  },
  'POST /control/people/churn': {
    says: '{ "day": 1 }: what changes from one day to the next, for one person in a hundred',
    answer: ({ control, body }) => {
      const day = number(body.day, 'day', 0, Number.MAX_SAFE_INTEGER);
      control.changeTenant((tenant) => churn(tenant, day));
    },
  },
  'POST /control/people/swap-names': {
    says: '{ "users": ["...", "..."] }: each has the user name of the other',
    answer: swapNames,
  },
  'POST /control/people/give-mail': {
    says: '{ "from": "...", "to": "..." }: the mail address of one is the other’s',
    answer: giveMailAway,
  },
  'GET /control/roles': { says: 'app roles', answer: ({ control }) => control.tenant().appRoles },
  'PATCH /control/roles/*': {
    says: '{ "value": "new-value", "isEnabled": false }, of the role with this value',
    answer: changeRole,
  },
};

function idOf(control: ControlCall['control'], name: string): string {
  return control.user(name).objectId;
}

function listUsers({ control, query }: ControlCall): unknown {
  const search = (query.get('search') ?? '').toLowerCase();
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
  const found = [...control.tenant().users.values()].filter((user) =>
    [user.displayName, user.userPrincipalName, user.mail ?? ''].some((name) =>
      name.toLowerCase().includes(search),
    ),
  );
  return { total: found.length, items: found.slice(0, limit).map(showUser) };
}

function showUser(user: TenantUser): Partial<TenantUser> {
  const { objectId, userPrincipalName, displayName, userType, accountEnabled, assigned, appRoles } = user;
  return { objectId, userPrincipalName, displayName, userType, accountEnabled, assigned, appRoles };
}

function listGroups({ control }: ControlCall): unknown {
  const groups = [...control.tenant().groups.values()];
  return groups.map(({ memberIds, ...group }) => ({ ...group, members: memberIds.size }));
}

function putInManyGroups({ control, name, body }: ControlCall): void {
  const count = number(body.count, 'count', 1, MOST_GROUPS);
  const userId = idOf(control, name);
  control.changeTenant((tenant) => putInGroups(tenant, userId, count, body.assigned === true));
}

function swapNames({ control, body }: ControlCall): void {
  const [one, other, ...more] = textList(body.users, 'users');
  if (one === undefined || other === undefined || more.length > 0)
    throw new ControlError('users: two of them');
  const ids = [idOf(control, one), idOf(control, other)] as const;
  control.changeTenant((tenant) => swapUserNames(tenant, ...ids));
}

function giveMailAway({ control, body }: ControlCall): void {
  const from = control.user(person(body.from, 'from'));
  const to = idOf(control, person(body.to, 'to'));
  if (from.mail === undefined) throw new ControlError('from: has no mail address');
  control.changeTenant((tenant) => giveMail(tenant, from.objectId, to));
}

function changeRole({ control, name, body }: ControlCall): void {
  const { value, isEnabled } = body;
  if (!control.tenant().appRoles.some((role) => role.value === name)) {
    throw new ControlError(`There is no app role ${name}`);
  }
  if (value !== undefined && typeof value !== 'string') throw new ControlError('value: not a text');
  if (isEnabled !== undefined && typeof isEnabled !== 'boolean')
    throw new ControlError('isEnabled: not a flag');
  const enabled = (tenant: Tenant): Tenant =>
    isEnabled === undefined ? tenant : enableAppRole(tenant, name, isEnabled);
  control.changeTenant((tenant) =>
    value === undefined ? enabled(tenant) : renameAppRole(enabled(tenant), name, value),
  );
}
