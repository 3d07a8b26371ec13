// What Graph has, as far as it is simulated: which routes, who may ask them, and what each costs. A new resource is a file of
// routes and rows here.

import type { Reply } from '../http-message.ts';
import { getDeletedGroups, getDeletedItem, getDeletedUsers, refuseUncast } from './deleted-routes.ts';
import { getGroupsDelta, getUsersDelta } from './delta-routes.ts';
import type { GraphCall } from './graph-call.ts';
import { GraphError } from './graph-error.ts';
import { countGroups, getGroup, getGroups, getMembers, getTransitiveMembers } from './group-routes.ts';
import { getByIds } from './object-routes.ts';
import {
  getApplication,
  getAppRoleAssignedTo,
  getAppRoleAssignedToById,
  getAppRoleAssignments,
  getServicePrincipal,
  getServicePrincipalById,
} from './service-principal-routes.ts';
import {
  checkMemberGroups,
  getMemberObjects,
  getMemberOf,
  getTransitiveMemberOf,
  getUser,
  getUserInfo,
} from './user-routes.ts';
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
const GROUPS = ['Group.Read.All', 'Directory.Read.All'];
const EVERYTHING = ['Directory.Read.All'];

/** `path` is what follows the version. Of the application itself, which nobody reads about themselves. */
function get(path: string, anyOf: readonly string[], cost: number, answer: Route['answer']): Route {
  return { method: 'GET', path: new RegExp(`^/v1\\.0${path}$`), anyOf, self: [], cost, answer };
}

function post(path: string, anyOf: readonly string[], cost: number, answer: Route['answer']): Route {
  return { ...get(path, anyOf, cost, answer), method: 'POST' };
}

/** What people may ask about themselves too. */
function orSelf(route: Route): Route {
  return { ...route, self: ['User.Read'] };
}

const ID = '([^/]+)';
const BY_APP_ID = String.raw`\(appId='([^']+)'\)`;
const GRAPH = String.raw`microsoft\.graph\.`;
const DELTA = String.raw`(?:${GRAPH})?delta(?:\(\))?`;
const CAST = `(?:/${GRAPH}(user|group))?`;

/** The first that fits answers: names go before ids. */
const ROUTES: readonly Route[] = [
  { ...get('', [], 1, getUserInfo), path: /^\/oidc\/userinfo$/, self: ['openid'] },

  get('/users', PEOPLE, 2, getUsers),
  get(String.raw`/users/\$count`, PEOPLE, 1, countUsers),
  get(`/users/${DELTA}`, PEOPLE, 1, getUsersDelta),
  orSelf(get(`/users/${ID}`, PEOPLE, 1, getUser)),
  orSelf(get(String.raw`/users\('([^/]+)'\)`, PEOPLE, 1, getUser)),
  orSelf(post(`/users/${ID}/(?:${GRAPH})?getMemberObjects`, MEMBERSHIPS, 2, getMemberObjects)),
  orSelf(post(`/users/${ID}/(?:${GRAPH})?getMemberGroups`, MEMBERSHIPS, 2, getMemberObjects)),
  orSelf(post(`/users/${ID}/(?:${GRAPH})?checkMemberGroups`, MEMBERSHIPS, 1, checkMemberGroups)),
  orSelf(get(`/users/${ID}/transitiveMemberOf(?:/${GRAPH}group)?`, MEMBERSHIPS, 2, getTransitiveMemberOf)),
  orSelf(get(`/users/${ID}/memberOf(/${GRAPH}group)?`, MEMBERSHIPS, 2, getMemberOf)),
  get(`/users/${ID}/appRoleAssignments`, APPLICATIONS, 1, getAppRoleAssignments),

  get('/groups', MEMBERSHIPS, 1, getGroups),
  get(String.raw`/groups/\$count`, MEMBERSHIPS, 1, countGroups),
  get(`/groups/${DELTA}`, MEMBERSHIPS, 1, getGroupsDelta),
  get(`/groups/${ID}`, MEMBERSHIPS, 1, getGroup),
  get(`/groups/${ID}/members${CAST}`, MEMBERSHIPS, 3, getMembers),
  get(`/groups/${ID}/transitiveMembers${CAST}`, MEMBERSHIPS, 5, getTransitiveMembers),

  get(`/applications${BY_APP_ID}`, APPLICATIONS, 1, getApplication),
  get(`/servicePrincipals${BY_APP_ID}`, APPLICATIONS, 1, getServicePrincipal),
  get(`/servicePrincipals${BY_APP_ID}/appRoleAssignedTo`, APPLICATIONS, 1, getAppRoleAssignedTo),
  get(`/servicePrincipals/${ID}`, APPLICATIONS, 1, getServicePrincipalById),
  get(`/servicePrincipals/${ID}/appRoleAssignedTo`, APPLICATIONS, 1, getAppRoleAssignedToById),

  post(`/directoryObjects/(?:${GRAPH})?getByIds`, EVERYTHING, 3, getByIds),
  get('/directory/deletedItems', PEOPLE, 1, refuseUncast),
  get(`/directory/deletedItems/${GRAPH}user`, PEOPLE, 1, getDeletedUsers),
  get(`/directory/deletedItems/${GRAPH}group`, GROUPS, 1, getDeletedGroups),
  get(`/directory/deletedItems/${ID}`, PEOPLE, 1, getDeletedItem),
];

/** The route, and what its pattern caught, decoded. */
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
