// The metadata of sign-in: both discovery documents and the published keys. As Entra's, down to what is missing: there is
// no `code_challenge_methods_supported` although PKCE is accepted.

import { jsonReply, type Reply } from '../http-message.ts';
import { type Authority, CONSUMER_TENANT_ID, issuerOf, issuerTenant } from './authority.ts';
import type { LoginState } from './login-state.ts';

export function discoveryDocument(
  state: LoginState,
  authority: Authority,
  segment: string,
  version: 1 | 2,
): Reply {
  const base = `${state.url}/${segment}`;
  const oauth = version === 2 ? `${base}/oauth2/v2.0` : `${base}/oauth2`;
  return jsonReply(200, {
    token_endpoint: `${oauth}/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    jwks_uri: `${base}/discovery${version === 2 ? '/v2.0' : ''}/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: version === 2 ? ['openid', 'profile', 'email', 'offline_access'] : ['openid'],
    issuer: issuerOf(state, issuerTenant(authority), version),
    request_uri_parameter_supported: false,
    userinfo_endpoint: `${state.graphUrl}/oidc/userinfo`,
    authorization_endpoint: `${oauth}/authorize`,
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    end_session_endpoint: `${oauth}/logout`,
    claims_supported: [
      'sub',
      'iss',
      'cloud_instance_name',
      'cloud_instance_host_name',
      'cloud_graph_host_name',
      'msgraph_host',
      'aud',
      'exp',
      'iat',
      'auth_time',
      'acr',
      'nonce',
      'preferred_username',
      'name',
      'tid',
      'ver',
      'at_hash',
      'c_hash',
      'email',
    ],
    tenant_region_scope: authority.kind === 'tenant' ? state.cloud.region : null,
    cloud_instance_name: state.cloud.instanceName,
    cloud_graph_host_name: state.cloud.retiredGraphHost,
    msgraph_host: state.cloud.graphHost,
    rbac_url: 'https://pas.windows.net',
  });
}

/** With `?appid=` of an application that has a key of its own: that one too. */
export async function publishedKeys(
  state: LoginState,
  authority: Authority,
  appId: string | null,
): Promise<Reply> {
  const issuer = issuerOf(state, issuerTenant(authority), 2);
  const own =
    appId !== null && state.apps.get(appId)?.hasOwnSigningKey ? [await state.keys.ofApp(appId)] : [];
  const keys = [...own, ...state.keys.published()].map((key) => ({ ...key.publicJwk, issuer }));
  if (authority.kind === 'shared') {
    // A key with a concrete issuer between those with the template: it may verify that issuer only.
    const consumers = await state.keys.ofConsumers();
    keys.push({ ...consumers.publicJwk, issuer: issuerOf(state, CONSUMER_TENANT_ID, 2) });
  }
  return jsonReply(200, { keys });
}
