// The claims of an ID token, in the shapes of v2.0 and v1.0: what the scopes, the registration's optional claims and the
// directory together give. Signing is `token-draft.ts`; groups and roles are `group-claims.ts`.

import { createHash } from 'node:crypto';
import type { TenantUser } from '../tenant.ts';
import { type AppRegistration, optionalClaim } from './app-registration.ts';
import { issuerOf } from './authority.ts';
import { groupAndRoleClaims } from './group-claims.ts';
import { type Account, type LoginState, loginHintOf } from './login-state.ts';
import { type Claims, times } from './token-draft.ts';

/** One issue of an ID token. */
export interface IdTokenOrder {
  readonly account: Account;
  readonly app: AppRegistration;
  readonly scopes: readonly string[];
  readonly sid: string;
  /** Null for a token that comes with a refresh. */
  readonly nonce: string | null;
  readonly hasMfa: boolean;
  readonly version: 1 | 2;
}

/** Another value for each application, so that two of them cannot compare notes. */
export function pairwiseSubject(clientId: string, tenantId: string, userId: string): string {
  return createHash('sha256').update(`${clientId} ${tenantId} ${userId}`).digest('base64url');
}

export function idTokenClaims(state: LoginState, order: IdTokenOrder): Claims {
  const { account, app, version } = order;
  const { tenantId } = account.tenant;
  return {
    aud: app.clientId,
    iss: issuerOf(state, tenantId, version),
    ...times(state, state.lifetimes.idTokenMs),
    ...(order.nonce === null ? {} : { nonce: order.nonce }),
    rh: `0.${state.random.guid().slice(0, 8)}.`,
    sub: pairwiseSubject(app.clientId, tenantId, account.user.objectId),
    uti: Buffer.from(state.random.guid()).toString('base64url').slice(0, 22),
    ver: `${version}.0`,
    ...(version === 1 ? versionOneClaims(order) : profileClaims(order)),
    ...emailClaims(order),
    ...optionalClaims(order),
    ...guestClaims(account.user),
    ...groupAndRoleClaims(state, account, app),
  };
}

/** Without the scope `profile` a v2.0 token says nothing of who it is beyond `sub`. */
function profileClaims({ account: { tenant, user }, scopes }: IdTokenOrder): Claims {
  if (!scopes.includes('profile')) return {};
  return {
    name: user.displayName,
    oid: user.objectId,
    preferred_username: user.userPrincipalName,
    tid: tenant.tenantId,
  };
}

function versionOneClaims({ account: { tenant, user }, hasMfa }: IdTokenOrder): Claims {
  const isMember = user.userType === 'Member';
  return {
    amr: hasMfa ? ['pwd', 'mfa'] : ['pwd'],
    family_name: user.surname,
    given_name: user.givenName,
    ipaddr: '127.0.0.1',
    name: user.displayName,
    oid: user.objectId,
    tid: tenant.tenantId,
    unique_name: isMember ? user.userPrincipalName : (user.mail ?? user.userPrincipalName),
    ...(isMember ? { upn: user.userPrincipalName } : {}),
  };
}

/** Of members only on request, of guests always. */
function emailClaims({ account: { tenant, user }, app, scopes }: IdTokenOrder): Claims {
  const isWanted =
    user.userType === 'Guest' || scopes.includes('email') || optionalClaim(app, 'email') !== null;
  if (!isWanted || user.mail === undefined) return {};
  const isVerified = user.mail.toLowerCase().endsWith(`@${tenant.domain}`);
  return { email: user.mail, ...(optionalClaim(app, 'xms_edov') ? { xms_edov: isVerified } : {}) };
}

const OPTIONAL: Readonly<Record<string, (order: IdTokenOrder) => unknown>> = {
  acct: ({ account }) => (account.user.userType === 'Guest' ? 1 : 0),
  family_name: ({ account }) => account.user.surname,
  given_name: ({ account }) => account.user.givenName,
  login_hint: ({ account }) => loginHintOf(account),
  sid: ({ sid }) => sid,
  upn: upnClaim,
};

function optionalClaims(order: IdTokenOrder): Claims {
  const claims: Record<string, unknown> = {};
  for (const { name } of order.app.optionalClaims) {
    const value = OPTIONAL[name]?.(order);
    if (value !== undefined) claims[name] = value;
  }
  return claims;
}

/** The altered name of a guest is given only to who asks for it. */
function upnClaim({ account: { user }, app }: IdTokenOrder): string | undefined {
  if (user.userType === 'Member') return user.userPrincipalName;
  const asked = optionalClaim(app, 'upn')?.additionalProperties ?? [];
  return asked.includes('include_externally_authenticated_upn') ? user.userPrincipalName : undefined;
}

function guestClaims(user: TenantUser): Claims {
  return user.userType === 'Guest' ? { idp: user.identityProvider ?? 'mail' } : {};
}
