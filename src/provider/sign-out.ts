// Signing out at the provider as well (OpenID Connect RP-Initiated Logout 1.0). Our own session ends elsewhere.

import type { Provider } from '../identity/provider.ts';
import { endpointsOf } from './endpoints.ts';
import { signInMetadata } from './metadata.ts';
import type { Reach } from './reach.ts';

export interface SignOutRequest {
  /** Ours, registered at the provider: where it sends the browser back to. */
  readonly redirectUri: string;
  /** `login_hint` of the ID token, so that the person is not asked which account. */
  readonly loginHint: string | null;
}

/** Where to send the browser; null where the provider has no such address. Rejects with a SignInRefusal. */
export async function signOutUrl(
  reach: Reach,
  provider: Provider,
  { redirectUri, loginHint }: SignOutRequest,
): Promise<string | null> {
  const endpoints = endpointsOf(provider, reach.development);
  const { endSessionEndpoint } = await signInMetadata(reach, endpoints);
  if (endSessionEndpoint === null) return null;
  const url = new URL(endSessionEndpoint);
  // The client id stands for an ID token of before, which nobody keeps here.
  url.searchParams.set('client_id', endpoints.clientId);
  url.searchParams.set('post_logout_redirect_uri', redirectUri);
  if (loginHint !== null) url.searchParams.set('logout_hint', loginHint);
  return url.href;
}
