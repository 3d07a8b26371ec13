// Microsoft Graph as far as it is simulated: who calls, whether they may, what it costs, and what they are told. Which routes
// there are is in `graph-routes.ts`.

import { type Reply, type SimRequest, targetOf } from '../http-message.ts';
import type { Tenant } from '../tenant.ts';
import { batch } from './graph-batch.ts';
import type { Caller, GraphCall, GraphSource } from './graph-call.ts';
import { GraphError, graphErrorReply } from './graph-error.ts';
import { faultyCall, faultyReply } from './graph-faults.ts';
import { type Route, routeOf } from './graph-routes.ts';
import { unitsOf, type Verdict } from './throttle.ts';

interface Asked {
  readonly source: GraphSource;
  readonly request: SimRequest;
  readonly caller: Caller;
  readonly tenant: Tenant;
}

/** `path` is what follows Graph's base. */
export async function graph(source: GraphSource, request: SimRequest, path: string): Promise<Reply> {
  const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ');
  const caller = scheme?.toLowerCase() === 'bearer' ? await source.readToken(token) : null;
  const tenant = caller === null ? undefined : source.tenantOf(caller.tenantId);
  return refusing(source, request, () => {
    if (!caller || !tenant) {
      throw new GraphError('InvalidAuthenticationToken', 'Access token is missing or not valid.');
    }
    if (request.method !== 'POST' || path !== '/v1.0/$batch') {
      return answerOne({ source, request, caller, tenant }, path);
    }
    return batch(request, (part, partPath) => {
      const ordered = source.takeReply(targetOf(part, partPath));
      return ordered ?? answerOne({ source, request: part, caller, tenant }, partPath);
    });
  });
}

function answerOne({ source, request, caller, tenant }: Asked, path: string): Reply {
  let charged: Readonly<Record<string, string>> = {};
  const reply = refusing(source, request, () => {
    const [route, caught] = routeOf(request.method, withoutMe(path, caller));
    const call = { source, request, caller, tenant, caught };
    const { isThrottled, headers } = charge(call, route);
    charged = headers;
    if (isThrottled) throw new GraphError('TooManyRequests', 'Too many requests. Wait, then try again.');
    return answer(call, route, targetOf(request, path));
  });
  return { ...reply, headers: { ...reply.headers, ...charged } };
}

function refusing(source: GraphSource, request: SimRequest, act: () => Reply): Reply {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    const clientRequestId = request.headers['client-request-id'];
    const given = typeof clientRequestId === 'string' ? clientRequestId : undefined;
    return graphErrorReply(error, source.now(), source.newId(), given);
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

function checkPermission(route: Route, caller: Caller, about: string | undefined): void {
  const isSelf = caller.userId !== null && (about === undefined || about === caller.userId);
  const enough = isSelf ? [...route.anyOf, ...route.self] : route.anyOf;
  if (enough.some((permission) => caller.permissions.includes(permission))) return;
  throw new GraphError(
    'Authorization_RequestDenied',
    `Insufficient privileges to complete the operation. Missing: ${route.anyOf[0] ?? route.self[0]}.`,
  );
}
