// Microsoft Graph as far as it is simulated: who calls, whether they may, and which route answers. A new resource is a
// file of routes and a row in the table here.

import type { Reply, SimRequest } from '../http-message.ts';
import type { Caller, GraphCall, GraphSource } from './graph-call.ts';
import { GraphError, graphErrorReply } from './graph-error.ts';
import { getAppRoleAssignedTo, getServicePrincipal } from './service-principal-routes.ts';
import { getMemberObjects, getTransitiveMemberOf, getUser, getUserInfo } from './user-routes.ts';

interface Route {
  readonly method: 'GET' | 'POST';
  /** On the path after Graph's base. */
  readonly path: RegExp;
  /** Application permissions, the least first; any one of them will do. */
  readonly anyOf: readonly string[];
  /** Delegated permissions with which people read themselves. */
  readonly self: readonly string[];
  readonly answer: (call: GraphCall) => Reply;
}

const MEMBERSHIPS = ['GroupMember.Read.All', 'Group.Read.All', 'Directory.Read.All'];

const ROUTES: readonly Route[] = [
  { method: 'GET', path: /^\/oidc\/userinfo$/, anyOf: [], self: ['openid'], answer: getUserInfo },
  {
    method: 'GET',
    path: /^\/v1\.0\/users\/([^/]+)$/,
    anyOf: ['User.Read.All', 'Directory.Read.All'],
    self: ['User.Read'],
    answer: getUser,
  },
  {
    method: 'POST',
    path: /^\/v1\.0\/users\/([^/]+)\/(?:microsoft\.graph\.)?getMemberObjects$/,
    anyOf: MEMBERSHIPS,
    self: ['User.Read'],
    answer: getMemberObjects,
  },
  {
    method: 'GET',
    path: /^\/v1\.0\/users\/([^/]+)\/transitiveMemberOf(?:\/microsoft\.graph\.group)?$/,
    anyOf: MEMBERSHIPS,
    self: ['User.Read'],
    answer: getTransitiveMemberOf,
  },
  {
    method: 'GET',
    path: /^\/v1\.0\/servicePrincipals\(appId='([^']+)'\)$/,
    anyOf: ['Application.Read.All', 'Directory.Read.All'],
    self: [],
    answer: getServicePrincipal,
  },
  {
    method: 'GET',
    path: /^\/v1\.0\/servicePrincipals\(appId='([^']+)'\)\/appRoleAssignedTo$/,
    anyOf: ['Application.Read.All', 'Directory.Read.All'],
    self: [],
    answer: getAppRoleAssignedTo,
  },
];

/** `path` is what follows Graph's base. */
export async function graph(source: GraphSource, request: SimRequest, path: string): Promise<Reply> {
  try {
    const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ');
    const caller = scheme?.toLowerCase() === 'bearer' ? await source.readToken(token) : null;
    const tenant = caller === null ? undefined : source.tenantOf(caller.tenantId);
    if (!caller || !tenant) {
      throw new GraphError('InvalidAuthenticationToken', 'Access token is missing or not valid.');
    }
    const [route, caught] = routeOf(request.method, withoutMe(path, caller));
    checkPermission(route, caller, caught[0]);
    return route.answer({ source, request, caller, tenant, caught });
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    const clientRequestId = request.headers['client-request-id'];
    const given = typeof clientRequestId === 'string' ? clientRequestId : undefined;
    return graphErrorReply(error, source.now(), source.newId(), given);
  }
}

function withoutMe(path: string, caller: Caller): string {
  return caller.userId === null ? path : path.replace(/^\/v1\.0\/me(?=\/|$)/, `/v1.0/users/${caller.userId}`);
}

function routeOf(method: string, path: string): [Route, string[]] {
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

function checkPermission(route: Route, caller: Caller, about: string | undefined): void {
  const isSelf = caller.userId !== null && (about === undefined || about === caller.userId);
  const enough = isSelf ? [...route.anyOf, ...route.self] : route.anyOf;
  if (enough.some((permission) => caller.permissions.includes(permission))) return;
  throw new GraphError(
    'Authorization_RequestDenied',
    `Insufficient privileges to complete the operation. Missing: ${route.anyOf[0] ?? route.self[0]}.`,
  );
}
