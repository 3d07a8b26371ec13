// Microsoft Graph as far as it is simulated: who calls, whether they may, and which route answers. A new resource is a
// file of routes and a row in the table here.

import { type Reply, type SimRequest, targetOf } from '../http-message.ts';
import type { Caller, GraphCall, GraphSource } from './graph-call.ts';
import { GraphError, graphErrorReply } from './graph-error.ts';
import { faultyCall, faultyReply } from './graph-faults.ts';
import { getAppRoleAssignedTo, getServicePrincipal } from './service-principal-routes.ts';
import { unitsOf, type Verdict } from './throttle.ts';
import { getMemberObjects, getTransitiveMemberOf, getUser, getUserInfo } from './user-routes.ts';

interface Route {
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

const ROUTES: readonly Route[] = [
  { method: 'GET', path: /^\/oidc\/userinfo$/, anyOf: [], self: ['openid'], cost: 1, answer: getUserInfo },
  {
    method: 'GET',
    path: /^\/v1\.0\/users\/([^/]+)$/,
    anyOf: ['User.Read.All', 'Directory.Read.All'],
    self: ['User.Read'],
    cost: 1,
    answer: getUser,
  },
  {
    method: 'POST',
    path: /^\/v1\.0\/users\/([^/]+)\/(?:microsoft\.graph\.)?getMemberObjects$/,
    anyOf: MEMBERSHIPS,
    self: ['User.Read'],
    cost: 2,
    answer: getMemberObjects,
  },
  {
    method: 'GET',
    path: /^\/v1\.0\/users\/([^/]+)\/transitiveMemberOf(?:\/microsoft\.graph\.group)?$/,
    anyOf: MEMBERSHIPS,
    self: ['User.Read'],
    cost: 2,
    answer: getTransitiveMemberOf,
  },
  {
    method: 'GET',
    path: /^\/v1\.0\/servicePrincipals\(appId='([^']+)'\)$/,
    anyOf: ['Application.Read.All', 'Directory.Read.All'],
    self: [],
    cost: 1,
    answer: getServicePrincipal,
  },
  {
    method: 'GET',
    path: /^\/v1\.0\/servicePrincipals\(appId='([^']+)'\)\/appRoleAssignedTo$/,
    anyOf: ['Application.Read.All', 'Directory.Read.All'],
    self: [],
    cost: 1,
    answer: getAppRoleAssignedTo,
  },
];

/** `path` is what follows Graph's base. */
export async function graph(source: GraphSource, request: SimRequest, path: string): Promise<Reply> {
  let charged: Readonly<Record<string, string>> = {};
  try {
    const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ');
    const caller = scheme?.toLowerCase() === 'bearer' ? await source.readToken(token) : null;
    const tenant = caller === null ? undefined : source.tenantOf(caller.tenantId);
    if (!caller || !tenant) {
      throw new GraphError('InvalidAuthenticationToken', 'Access token is missing or not valid.');
    }
    const [route, caught] = routeOf(request.method, withoutMe(path, caller));
    const call = { source, request, caller, tenant, caught };
    const { isThrottled, headers } = charge(call, route);
    charged = headers;
    if (isThrottled) throw new GraphError('TooManyRequests', 'Too many requests. Wait, then try again.');
    const reply = answer(call, route, targetOf(request, path));
    return { ...reply, headers: { ...reply.headers, ...charged } };
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    const clientRequestId = request.headers['client-request-id'];
    const given = typeof clientRequestId === 'string' ? clientRequestId : undefined;
    const reply = graphErrorReply(error, source.now(), source.newId(), given);
    return { ...reply, headers: { ...reply.headers, ...charged } };
  }
}

function charge({ source, request, caller, tenant }: GraphCall, route: Route): Verdict {
  return source.throttle.charge({
    appId: caller.appId,
    tenantId: tenant.tenantId,
    people: tenant.users.size,
    units: unitsOf(route.cost, request.query),
    isLowPriority: request.headers['x-ms-throttle-priority'] === 'low',
    now: source.now(),
  });
}

/** What the route says, as far as the faults that were ordered let it. */
function answer(call: GraphCall, route: Route, target: string): Reply {
  const faults = call.source.takeAnswerFaults(target);
  const seen = faultyCall(call, faults);
  checkPermission(route, seen.caller, seen.caught[0]);
  return faultyReply(call.source, target, faults, route.answer(seen));
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
