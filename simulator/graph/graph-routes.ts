// What Graph has, as far as it is simulated: which routes, who may ask them, and what each costs. A new resource is a file of
// routes and rows here.

import type { Reply } from '../http-message.ts';
import { getDeletedItem, getDeletedUsers } from './deleted-routes.ts';
import type { GraphCall } from './graph-call.ts';
import { GraphError } from './graph-error.ts';
import { getGroup, getGroups, getMembers, getMembersOfType } from './group-routes.ts';
import {
  getAppRoleAssignedTo,
  getAppRoleAssignments,
  getServicePrincipal,
} from './service-principal-routes.ts';
import { getMemberObjects, getMemberOf, getTransitiveMemberOf, getUser, getUserInfo } from './user-routes.ts';
import { countUsers, getUsers } from './users-routes.ts';

export interface Route {
  readonly method: 'GET' | 'POST';
  /** On the path after Graph's base. */
  readonly path: RegExp;
  /** Application permissions, the least first; any one of them will do. */
  readonly anyOf: readonly string[];
  /** Delegated permissions with which people read themselves. */
  readonly self: readonly string[];
  /** In resource units, before `$select` and its like change it. */
  readonly cost: number;
  readonly answer: (call: GraphCall) => Reply;
}

const MEMBERSHIPS = ['GroupMember.Read.All', 'Group.Read.All', 'Directory.Read.All'];
const PEOPLE = ['User.Read.All', 'Directory.Read.All'];
const APPLICATIONS = ['Application.Read.All', 'Directory.Read.All'];
const GROUPS = ['GroupMember.Read.All', 'Group.Read.All', 'Directory.Read.All'];

/** Of the application itself, which nobody reads about themselves. */
function row(
  path: RegExp,
  anyOf: readonly string[],
  cost: number,
  answer: Route['answer'],
  more: Partial<Route> = {},
): Route {
  return { method: 'GET', path, anyOf, self: [], cost, answer, ...more };
}

const AS_SELF = { self: ['User.Read'] };

const ROUTES: readonly Route[] = [
  row(/^\/oidc\/userinfo$/, [], 1, getUserInfo, { self: ['openid'] }),
  row(/^\/v1\.0\/users$/, PEOPLE, 2, getUsers),
  row(/^\/v1\.0\/users\/\$count$/, PEOPLE, 1, countUsers),
  row(/^\/v1\.0\/users\/([^/]+)$/, PEOPLE, 1, getUser, AS_SELF),
  row(/^\/v1\.0\/users\('([^/]+)'\)$/, PEOPLE, 1, getUser, AS_SELF),
  row(
    /^\/v1\.0\/users\/([^/]+)\/(?:microsoft\.graph\.)?getMemberObjects$/,
    MEMBERSHIPS,
    2,
    getMemberObjects,
    { method: 'POST', ...AS_SELF },
  ),
  row(
    /^\/v1\.0\/users\/([^/]+)\/transitiveMemberOf(?:\/microsoft\.graph\.group)?$/,
    MEMBERSHIPS,
    2,
    getTransitiveMemberOf,
    AS_SELF,
  ),
  row(
    /^\/v1\.0\/users\/([^/]+)\/memberOf(\/microsoft\.graph\.group)?$/,
    MEMBERSHIPS,
    2,
    getMemberOf,
    AS_SELF,
  ),
  row(/^\/v1\.0\/users\/([^/]+)\/appRoleAssignments$/, APPLICATIONS, 1, getAppRoleAssignments),
  row(/^\/v1\.0\/groups$/, GROUPS, 1, getGroups),
  row(/^\/v1\.0\/groups\/([^/]+)$/, GROUPS, 1, getGroup),
  row(/^\/v1\.0\/groups\/([^/]+)\/members$/, MEMBERSHIPS, 3, getMembers),
  row(
    /^\/v1\.0\/groups\/([^/]+)\/members\/microsoft\.graph\.(user|group)$/,
    MEMBERSHIPS,
    3,
    getMembersOfType,
  ),
  row(/^\/v1\.0\/servicePrincipals\(appId='([^']+)'\)$/, APPLICATIONS, 1, getServicePrincipal),
  row(
    /^\/v1\.0\/servicePrincipals\(appId='([^']+)'\)\/appRoleAssignedTo$/,
    APPLICATIONS,
    1,
    getAppRoleAssignedTo,
  ),
  row(/^\/v1\.0\/directory\/deletedItems\/microsoft\.graph\.user$/, PEOPLE, 1, getDeletedUsers),
  row(/^\/v1\.0\/directory\/deletedItems\/([^/]+)$/, PEOPLE, 1, getDeletedItem),
];

export function routeOf(method: string, path: string): [Route, string[]] {
  let decoded: string;
  try {
    decoded = path.split('/').map(decodeURIComponent).join('/');
  } catch {
    throw new GraphError('Request_BadRequest', 'The address is not well-formed.');
  }
  for (const route of ROUTES) {
    const match = route.method === method ? route.path.exec(decoded) : null;
    if (match) return [route, match.slice(1)];
  }
  throw new GraphError('NotImplemented', `The simulator has no ${method} ${path}.`);
}
