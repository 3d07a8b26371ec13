// Reading what an application asks of the authorize endpoint. Two halves, because an error in the first is shown to the
// person, while one in the second may travel back to the application.

import { EntraError } from './aadsts.ts';
import type { AppRegistration } from './app-registration.ts';
import { type Authority, readApp, readAuthority } from './authority.ts';
import type { CodeGrant, LoginState } from './login-state.ts';

const RESPONSE_MODES = ['query', 'fragment', 'form_post'] as const;
const PROMPTS = ['login', 'none', 'consent', 'select_account'] as const;

type ResponseMode = (typeof RESPONSE_MODES)[number];
type Prompt = (typeof PROMPTS)[number];

/** Where the answer goes, once it is sure that it may go there. */
export interface ReturnTarget {
  readonly authority: Authority;
  readonly app: AppRegistration;
  readonly redirectUri: string;
  readonly responseMode: ResponseMode;
  /** The application's own `state`. */
  readonly echoed: string | null;
}

export interface Wanted {
  readonly scopes: readonly string[];
  readonly nonce: string | null;
  readonly prompt: Prompt | null;
  readonly loginHint: string | null;
  readonly challenge: CodeGrant['challenge'];
}

export function readTarget(state: LoginState, segment: string, parameters: URLSearchParams): ReturnTarget {
  const authority = readAuthority(state, segment);
  const app = readApp(state, authority, parameters.get('client_id'));
  // Left out, any registered one may be taken; which one is not for the application to rely on.
  const redirectUri = parameters.get('redirect_uri') ?? app.redirectUris[0];
  if (redirectUri === undefined || !app.redirectUris.includes(redirectUri)) {
    throw new EntraError('redirectUriUnknown', {
      redirectUri: redirectUri ?? '',
      clientId: app.clientId,
    });
  }
  const mode = parameters.get('response_mode');
  const responseMode = RESPONSE_MODES.find((one) => one === mode) ?? 'query';
  return { authority, app, redirectUri, responseMode, echoed: parameters.get('state') };
}

export function readWanted(parameters: URLSearchParams): Wanted {
  const responseType = required(parameters, 'response_type');
  if (responseType !== 'code') throw new EntraError('responseTypeDisabled', { responseType });
  const responseMode = parameters.get('response_mode');
  if (responseMode !== null && !RESPONSE_MODES.some((one) => one === responseMode)) {
    throw new EntraError('responseModeUnknown', { responseMode });
  }
  const prompt = parameters.get('prompt');
  const known = PROMPTS.find((one) => one === prompt) ?? null;
  if (prompt !== null && known === null) throw new EntraError('promptUnknown', { prompt });
  return {
    scopes: readScopes(required(parameters, 'scope')),
    nonce: parameters.get('nonce'),
    prompt: known,
    loginHint: parameters.get('login_hint'),
    challenge: readChallenge(parameters),
  };
}

function required(parameters: URLSearchParams, name: string): string {
  const value = parameters.get(name);
  if (!value) throw new EntraError('parameterMissing', { name });
  return value;
}

/** A resource's name may be an address; a scope beyond letters, digits and what addresses hold is a mistake. */
function readScopes(text: string): string[] {
  const scopes = text.split(' ').filter((scope) => scope !== '');
  const wrong = scopes.find((scope) => !/^[A-Za-z0-9:/._-]+$/.test(scope));
  if (wrong !== undefined || scopes.length === 0) throw new EntraError('scopeInvalid', { scope: text });
  return scopes;
}

function readChallenge(parameters: URLSearchParams): CodeGrant['challenge'] {
  const value = parameters.get('code_challenge');
  // Entra takes a missing method for plain, as RFC 7636 4.3 has it.
  const method = parameters.get('code_challenge_method') ?? 'plain';
  if (value === null) {
    if (parameters.has('code_challenge_method')) throw new EntraError('challengeMalformed');
    return null;
  }
  const fits = method === 'S256' ? /^[\w-]{43}$/ : /^[\w.~-]{43,128}$/;
  if ((method !== 'S256' && method !== 'plain') || !fits.test(value)) {
    throw new EntraError('challengeMalformed');
  }
  return { value, method };
}
