// What Graph needs from sign-in: directories and applications as they are now, and the reading of access tokens.

import { decodeProtectedHeader, errors, importJWK, jwtVerify } from 'jose';
import type { Caller, GraphSource, ServicePrincipal } from '../graph/graph-call.ts';
import type { AppRegistration } from './app-registration.ts';
import { replyOfFault } from './faults.ts';
import type { LoginState } from './login-state.ts';

export function graphSource(state: LoginState): GraphSource {
  const source: GraphSource = {
    url: state.graphUrl,
    now: () => state.clock.now(),
    newId: () => state.random.guid(),
    tenantOf: (tenantId) => state.tenants.get(tenantId),
    servicePrincipals: (tenantId) =>
      [...state.apps.values()]
        .filter((app) => app.homeTenantId === tenantId || app.signInAudience !== 'AzureADMyOrg')
        .map(showApp),
    readToken: (token) => readToken(state, token),
    throttle: state.throttle,
    deltas: state.deltas,
    snapshot: (name) => state.snapshots.get(name),
    takeAnswerFaults: state.faults.takeAnswers,
    takeReply(target) {
      const fault = state.faults.takeReply(target);
      return fault && replyOfFault(fault, source, target);
    },
  };
  return source;
}

function showApp(app: AppRegistration): ServicePrincipal {
  const { servicePrincipalId, clientId, displayName, accountEnabled } = app;
  const { appRoleAssignmentRequired, ownsAssignments, secrets } = app;
  return {
    id: servicePrincipalId,
    appId: clientId,
    displayName,
    accountEnabled,
    appRoleAssignmentRequired,
    ownsAssignments,
    secrets,
  };
}

/** Any key still known will do: a rotation does not take back tokens for Graph. */
async function readToken(state: LoginState, token: string): Promise<Caller | null> {
  try {
    const { kid } = decodeProtectedHeader(token);
    const own = [...state.apps.values()].filter((app) => app.hasOwnSigningKey);
    const keys = [
      ...state.keys.published(),
      ...(await Promise.all(own.map((app) => state.keys.ofApp(app.clientId)))),
    ];
    const key = keys.find((one) => one.kid === kid);
    if (!key) return null;
    const currentDate = new Date(state.clock.now());
    const { payload } = await jwtVerify(token, await importJWK(key.publicJwk, 'RS256'), {
      algorithms: ['RS256'],
      currentDate,
    });
    return callerOf(state, payload);
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return null;
    throw error;
  }
}

function callerOf(state: LoginState, payload: Readonly<Record<string, unknown>>): Caller | null {
  const { aud, tid, appid, oid, scp, roles, idtyp, sub } = payload;
  const isForGraph = aud === state.graphUrl || /^https:\/\/[a-z-]*graph\.[a-z.]+$/.test(String(aud));
  if (!isForGraph || typeof tid !== 'string' || typeof appid !== 'string') return null;
  const isUser = idtyp === 'user';
  const granted = isUser ? String(scp ?? '').split(' ') : Array.isArray(roles) ? roles.map(String) : [];
  return {
    tenantId: tid,
    appId: appid,
    permissions: granted,
    userId: isUser ? String(oid) : null,
    subject: String(sub),
  };
}
