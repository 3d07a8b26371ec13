// Access tokens: for Graph, which clients must not look into, and for the application's own API, in the version that its
// registration asks for.

import { appRolesOf } from '../tenant-access.ts';
import { EntraError } from './aadsts.ts';
import type { AppRegistration } from './app-registration.ts';
import { issuerOf } from './authority.ts';
import { pairwiseSubject } from './id-token.ts';
import type { Account, LoginState } from './login-state.ts';
import { type Claims, draftOf, signDraft, signingKeyOf, times } from './token-draft.ts';

export interface AccessToken {
  readonly token: string;
  readonly expiresInSeconds: number;
}

const OPENID_SCOPES: readonly string[] = ['openid', 'profile', 'email', 'offline_access'];

const GRAPH_HOSTS: readonly string[] = [
  'graph.microsoft.com',
  'graph.microsoft.us',
  'dod-graph.microsoft.us',
  'microsoftgraph.chinacloudapi.cn',
];

/** Which resource scopes ask for: Graph's, or the application's own. */
export type Resource = { readonly kind: 'graph'; readonly audience: string } | { readonly kind: 'own' };

/** Of one scope such as `https://graph.microsoft.com/.default`, `User.Read` or `api://{clientId}/access`. */
export function resourceOf(state: LoginState, app: AppRegistration, scope: string): Resource {
  const slash = scope.lastIndexOf('/');
  if (slash < 0) return { kind: 'graph', audience: `https://${state.cloud.graphHost}` };
  const resource = scope.slice(0, slash).replace(/\/$/, '');
  if (resource === app.clientId || resource === `api://${app.clientId}`) return { kind: 'own' };
  const isGraph = resource === state.graphUrl || GRAPH_HOSTS.some((host) => resource === `https://${host}`);
  if (isGraph) return { kind: 'graph', audience: resource };
  throw new EntraError('resourceUnknown', { resource });
}

/** The one resource of a request: Entra gives a token for one at a time. */
function resourceOfAll(state: LoginState, app: AppRegistration, scopes: readonly string[]): Resource {
  const [first, ...rest] = scopes
    .filter((scope) => !OPENID_SCOPES.includes(scope))
    .map((scope) => resourceOf(state, app, scope));
  if (rest.some((other) => other.kind !== first?.kind)) {
    throw new EntraError('scopeInvalid', { scope: scopes.join(' ') });
  }
  return first ?? { kind: 'graph', audience: `https://${state.cloud.graphHost}` };
}

/** For the application itself, with the permissions that an administrator has granted; none is no claim at all. */
export function appAccessToken(
  state: LoginState,
  tenantId: string,
  app: AppRegistration,
  resource: Resource,
): Promise<AccessToken> {
  const roles = resource.kind === 'graph' ? app.grantedPermissions : [];
  return accessToken(state, tenantId, app, resource, {
    idtyp: 'app',
    oid: app.servicePrincipalId,
    sub: app.servicePrincipalId,
    ...(roles.length === 0 ? {} : { roles }),
  });
}

/** For a person, on behalf of whom the application acts. */
export function userAccessToken(
  state: LoginState,
  { tenant, user }: Account,
  app: AppRegistration,
  scopes: readonly string[],
): Promise<AccessToken> {
  const resource = resourceOfAll(state, app, scopes);
  const roles = resource.kind === 'own' && app.ownsAssignments ? appRolesOf(tenant, user) : [];
  return accessToken(state, tenant.tenantId, app, resource, {
    idtyp: 'user',
    name: user.displayName,
    oid: user.objectId,
    scp: scopes.map((scope) => scope.slice(scope.lastIndexOf('/') + 1)).join(' '),
    sub: pairwiseSubject(app.clientId, tenant.tenantId, user.objectId),
    ...(roles.length === 0 ? {} : { roles }),
  });
}

async function accessToken(
  state: LoginState,
  tenantId: string,
  app: AppRegistration,
  resource: Resource,
  whose: Claims,
): Promise<AccessToken> {
  const [least, most] = state.lifetimes.accessTokenMs;
  const lifeMs = least + state.random.below(Math.max(1, Math.floor(most - least)));
  const version = resource.kind === 'own' ? app.requestedAccessTokenVersion : 1;
  const audience = version === 2 ? app.clientId : `api://${app.clientId}`;
  const { iat, nbf, exp } = times(state, lifeMs);
  const claims: Claims = {
    aud: resource.kind === 'graph' ? resource.audience : audience,
    iss: issuerOf(state, tenantId, version),
    iat,
    nbf,
    exp,
    [version === 1 ? 'appid' : 'azp']: app.clientId,
    tid: tenantId,
    uti: state.random.guid(),
    ver: `${version}.0`,
    ...whose,
  };
  const key = await signingKeyOf(state, app.clientId);
  return { token: await signDraft(draftOf(key, claims, version)), expiresInSeconds: exp - iat };
}
