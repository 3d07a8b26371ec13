// The token endpoint: three grants, one answer. Client authentication is `client-authentication.ts`, whether the person
// may still go on is `sign-in-policy.ts`.

import { createHash } from 'node:crypto';
import { jsonReply, type Reply, type SimRequest } from '../http-message.ts';
import { EntraError } from './aadsts.ts';
import { appAccessToken, resourceOf, userAccessToken } from './access-token.ts';
import type { AppRegistration } from './app-registration.ts';
import { type Authority, readAuthority, tenantIdOf } from './authority.ts';
import { authenticateClient } from './client-authentication.ts';
import { errorBody } from './error-text.ts';
import { issueIdToken, issueRefreshedIdToken } from './id-token-issue.ts';
import type { Account, CodeGrant, Grant, LoginState } from './login-state.ts';
import { checkGrant } from './sign-in-policy.ts';

interface TokenCall {
  readonly state: LoginState;
  readonly authority: Authority;
  readonly app: AppRegistration;
  readonly form: URLSearchParams;
  readonly version: 1 | 2;
}

type Body = Record<string, unknown>;

const GRANTS: Readonly<Record<string, (call: TokenCall) => Promise<Body>>> = {
  authorization_code: redeemCode,
  refresh_token: refresh,
  client_credentials: clientCredentials,
};

export async function token(
  state: LoginState,
  request: SimRequest,
  segment: string,
  version: 1 | 2,
): Promise<Reply> {
  const form = new URLSearchParams(request.body);
  try {
    const authority = readAuthority(state, segment);
    const grantType = required(form, 'grant_type');
    const grant = Object.hasOwn(GRANTS, grantType) ? GRANTS[grantType] : undefined;
    if (!grant) throw new EntraError('grantTypeUnknown', { grantType });
    if (grantType === 'client_credentials' && authority.kind === 'shared') {
      throw new EntraError('sharedEndpointForApp', { tenant: authority.segment });
    }
    const app = authenticateClient(state, authority, request, form);
    const ordered = state.faults.takeError('token');
    if (ordered) throw new EntraError(ordered, { clientId: app.clientId });
    return jsonReply(200, await grant({ state, authority, app, form, version }));
  } catch (error) {
    if (!(error instanceof EntraError)) throw error;
    const correlationId = request.headers['client-request-id'];
    return errorBody(state, error, typeof correlationId === 'string' ? correlationId : undefined);
  }
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (!value) throw new EntraError('parameterMissing', { name });
  return value;
}

function checkOrigin({ authority, app }: TokenCall, grant: Grant): void {
  const tenantId = tenantIdOf(authority);
  if (grant.clientId !== app.clientId || (tenantId !== null && tenantId !== grant.tenantId)) {
    throw new EntraError('grantOfAnotherTenant');
  }
}

async function redeemCode(call: TokenCall): Promise<Body> {
  const { state, app, form } = call;
  const code = state.codes.get(required(form, 'code'));
  const redirectUri = required(form, 'redirect_uri');
  if (!code) throw new EntraError('grantUnknown');
  checkOrigin(call, code);
  if (code.isRedeemed) throw new EntraError('codeRedeemed');
  if (code.expiresAt <= state.clock.now()) throw new EntraError('grantExpired');
  if (code.redirectUri !== redirectUri) throw new EntraError('redirectUriChanged', { redirectUri });
  checkVerifier(code, form.get('code_verifier'));
  const account = checkGrant(state, code, app);
  code.isRedeemed = true;
  const order = { account, app, version: call.version, ...code };
  const idToken = code.scopes.includes('openid') ? { id_token: await issueIdToken(state, order) } : {};
  return { ...(await userTokens(call, account, code)), ...idToken };
}

function checkVerifier({ challenge }: CodeGrant, verifier: string | null): void {
  if (challenge === null) return;
  const shown =
    challenge.method === 'S256'
      ? createHash('sha256')
          .update(verifier ?? '')
          .digest('base64url')
      : verifier;
  if (shown !== challenge.value) throw new EntraError('verifierMismatch');
}

/** The token that was used stays valid: Entra hands out a newer one and notices no reuse. */
async function refresh(call: TokenCall): Promise<Body> {
  const { state, app, form } = call;
  const grant = state.refreshTokens.get(required(form, 'refresh_token'));
  if (!grant) throw new EntraError('grantUnknown');
  checkOrigin(call, grant);
  if (grant.expiresAt <= state.clock.now()) throw new EntraError('refreshTokenInactive');
  const account = checkGrant(state, grant, app);
  const wanted = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
  const scopes = wanted.length === 0 ? grant.scopes : wanted;
  const order = { account, app, version: call.version, ...grant, scopes, nonce: null };
  const idToken = scopes.includes('openid') ? await issueRefreshedIdToken(state, order) : null;
  const tokens = await userTokens(call, account, { ...grant, scopes });
  return { ...tokens, ...(idToken === null ? {} : { id_token: idToken }) };
}

async function userTokens({ state, app }: TokenCall, account: Account, grant: Grant): Promise<Body> {
  const { token: accessToken, expiresInSeconds } = await userAccessToken(state, account, app, grant.scopes);
  return {
    token_type: 'Bearer',
    scope: grant.scopes.filter((scope) => scope !== 'offline_access').join(' '),
    expires_in: expiresInSeconds,
    ext_expires_in: expiresInSeconds,
    access_token: accessToken,
    ...(grant.scopes.includes('offline_access') ? { refresh_token: newRefreshToken(state, grant) } : {}),
  };
}

function newRefreshToken(state: LoginState, grant: Grant): string {
  const value = `1.${state.random.guid()}${state.random.guid()}${state.random.guid()}`.replaceAll('-', '');
  const { clientId, tenantId, userId, scopes, sid, signedInAt, hasMfa } = grant;
  const expiresAt = state.clock.now() + state.lifetimes.refreshTokenMs;
  const kept = { clientId, tenantId, userId, scopes, sid, signedInAt, hasMfa, expiresAt };
  state.refreshTokens.set(value, { ...kept, isRevoked: false });
  return value;
}

async function clientCredentials({ state, authority, app, form }: TokenCall): Promise<Body> {
  const scope = required(form, 'scope');
  if (!scope.endsWith('/.default') || scope.includes(' ')) {
    throw new EntraError('defaultScopeMissing', { scope });
  }
  if (!app.accountEnabled) throw new EntraError('appDisabled', { clientId: app.clientId });
  const tenantId = tenantIdOf(authority) ?? app.homeTenantId;
  const issued = await appAccessToken(state, tenantId, app, resourceOf(state, app, scope));
  return {
    token_type: 'Bearer',
    expires_in: issued.expiresInSeconds,
    ext_expires_in: issued.expiresInSeconds,
    access_token: issued.token,
  };
}
