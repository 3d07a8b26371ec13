// Signing in with a provider: authorization code with PKCE (RFC 6749 4.1, RFC 7636, OpenID Connect Core 3.1). Owns what
// is asked and what of the answer is accepted; cookies, pages and sessions are the edge's, persons the ledger's.

import { createHash, randomBytes } from 'node:crypto';
import type { Provider } from '../identity/provider.ts';
import type { JsonObject } from '../scim/json.ts';
import { sameSecret, sha256Hex } from '../secret.ts';
import { type Diagnosis, readDiagnosis, tellingReason } from './aadsts.ts';
import { readWholePayload } from './claims.ts';
import { type Endpoints, endpointsOf, entraIssuer, tenantOfIssuer } from './endpoints.ts';
import { type Metadata, signInMetadata } from './metadata.ts';
import type { Reach } from './reach.ts';
import { type SignInReason, SignInRefusal } from './sign-in-refusal.ts';
import { readPerson, type SignedInPerson } from './signed-in.ts';
import { askForTokens, type Tokens } from './token-endpoint.ts';

/** `discover-claims`: nobody is signed in; whoever sets up rules wants to see what a token holds. */
export type Purpose = 'sign-in' | 'discover-claims';

export interface SignInRequest {
  /** Ours, exactly as registered at the provider. */
  readonly redirectUri: string;
  readonly purpose: Purpose;
  /** Where the browser goes afterwards; not looked at here. */
  readonly returnTo?: string;
  readonly prompt?: 'login' | 'none' | 'consent' | 'select_account';
  readonly loginHint?: string;
}

/** What the browser has to bring back, sealed: it holds the secrets that tie the answer to the request. Plain JSON. */
export interface SignInTransaction {
  readonly provider: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
  readonly returnTo: string | null;
  readonly purpose: Purpose;
  /** Milliseconds. */
  readonly startedAt: number;
}

export interface SignedIn extends Omit<SignedInPerson, 'payload'> {
  readonly ok: true;
  readonly purpose: Purpose;
  readonly returnTo: string | null;
  readonly refreshToken: string | null;
  /** For `discover-claims` alone: the ID token as it came, within bounds. */
  readonly received: JsonObject | null;
}

export type SignInResult = SignedIn | { readonly ok: false; readonly refusal: SignInRefusal };

/** A person reads mail, finds a phone, sets a new password. */
export const TRANSACTION_MS = 30 * 60_000;
/** Between the clocks of two replicas. */
const SKEW_MS = 5 * 60_000;

/** Where to send the browser, and what to seal into its cookie. Rejects with a SignInRefusal. */
export async function beginSignIn(
  reach: Reach,
  provider: Provider,
  request: SignInRequest,
): Promise<{ url: string; transaction: SignInTransaction }> {
  const endpoints = endpointsOf(provider, reach.development);
  const metadata = await signInMetadata(reach, endpoints);
  const transaction: SignInTransaction = {
    provider: provider.id,
    state: randomText(),
    nonce: randomText(),
    codeVerifier: randomText(),
    redirectUri: request.redirectUri,
    returnTo: request.returnTo ?? null,
    purpose: request.purpose,
    startedAt: reach.clock.now(),
  };
  return { url: authorizationUrl(endpoints, metadata, transaction, request), transaction };
}

/** 256 bits: a verifier of 43 characters (RFC 7636 4.1). */
function randomText(): string {
  return randomBytes(32).toString('base64url');
}

export function authorizationUrl(
  endpoints: Endpoints,
  metadata: Metadata,
  { state, nonce, codeVerifier, redirectUri }: SignInTransaction,
  { prompt, loginHint }: Pick<SignInRequest, 'prompt' | 'loginHint'>,
): string {
  const url = new URL(metadata.authorizationEndpoint);
  const parameters = {
    client_id: endpoints.clientId,
    response_type: 'code',
    // The cookie with the transaction is SameSite=Lax, which a form posted from elsewhere would leave behind.
    response_mode: 'query',
    redirect_uri: redirectUri,
    scope: scopeOf(endpoints, metadata),
    state,
    nonce,
    // Always: Entra does not advertise that it knows PKCE, and does.
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(prompt && { prompt }),
    // Entra refuses both together.
    ...(loginHint && prompt !== 'select_account' && { login_hint: loginHint }),
    ...(endpoints.kind === 'google' && {
      // Google's way to a refresh token, which it gives with consent alone.
      access_type: 'offline',
      prompt: prompt ?? 'consent',
      ...(endpoints.domain !== null && { hd: endpoints.domain }),
    }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

function scopeOf({ kind }: Endpoints, { scopes }: Metadata): string {
  const wanted = ['openid', 'profile', 'email'];
  // Google does not know the scope and refuses it.
  if (kind !== 'google' && (kind === 'entra' || scopes === null || scopes.includes('offline_access'))) {
    wanted.push('offline_access');
  }
  // Okta's own authorization server sends groups for it.
  if (kind === 'okta' && scopes?.includes('groups')) wanted.push('groups');
  return wanted.join(' ');
}

/**
 * `parameters`: the query of the callback, as it came. `at`: milliseconds. Resolves with a refusal for everything that
 * a provider, a browser or an attacker can do.
 */
export async function finishSignIn(
  reach: Reach,
  provider: Provider,
  transaction: SignInTransaction,
  parameters: URLSearchParams,
  at: number,
): Promise<SignInResult> {
  try {
    return await finish(reach, provider, transaction, parameters, at);
  } catch (error) {
    if (error instanceof SignInRefusal) return { ok: false, refusal: error };
    throw error;
  }
}

async function finish(
  reach: Reach,
  provider: Provider,
  transaction: SignInTransaction,
  parameters: URLSearchParams,
  at: number,
): Promise<SignedIn> {
  const said = readCallback(parameters);
  if (said.state === null || !sameSecret(said.state, transaction.state))
    throw new SignInRefusal('state_mismatch');
  if (transaction.provider !== provider.id) throw new SignInRefusal('provider_mismatch');
  const age = at - transaction.startedAt;
  if (age > TRANSACTION_MS || age < -SKEW_MS) throw new SignInRefusal('transaction_expired');
  const endpoints = endpointsOf(provider, reach.development);
  const metadata = await signInMetadata(reach, endpoints);
  checkCallbackIssuer(endpoints, metadata, said.iss);
  if (said.error !== null) throw refusedBy(readDiagnosis(Object.fromEntries(parameters)));
  if (said.code === null)
    throw new SignInRefusal('malformed_callback', { detail: 'The callback has no `code`.' });
  const tokens = await redeem(reach, { provider, endpoints, metadata }, transaction, said.code, at);
  const { idToken, accessToken, refreshToken } = tokens;
  if (idToken === null) throw new SignInRefusal('no_id_token');
  const occasion = { kind: 'fresh', nonce: transaction.nonce } as const;
  const read = await readPerson(reach, { provider, endpoints }, { idToken, accessToken }, occasion, at);
  const { payload, ...person } = read;
  const { purpose, returnTo } = transaction;
  const received = purpose === 'discover-claims' ? readWholePayload(payload) : null;
  return { ok: true, ...person, purpose, returnTo, refreshToken, received };
}

interface Callback {
  readonly state: string | null;
  readonly code: string | null;
  readonly error: string | null;
  readonly iss: string | null;
}

/** A parameter that comes twice could be read in two ways (RFC 6749 3.1). */
function readCallback(parameters: URLSearchParams): Callback {
  const one = (name: string) => {
    const values = parameters.getAll(name);
    if (values.length > 1) {
      throw new SignInRefusal('malformed_callback', {
        detail: `The callback has \`${name}\` more than once.`,
      });
    }
    return values[0] || null;
  };
  return { state: one('state'), code: one('code'), error: one('error'), iss: one('iss') };
}

/** RFC 9207 2.4: an answer of another issuer must not bring a code to this one. */
function checkCallbackIssuer(endpoints: Endpoints, metadata: Metadata, iss: string | null): void {
  if (iss === null) {
    if (!metadata.namesIssuerInCallback) return;
    throw new SignInRefusal('provider_mismatch', {
      detail: 'The callback does not name its issuer (`iss`).',
    });
  }
  if (iss === metadata.issuer || (endpoints.kind === 'entra' && isTenantIssuer(endpoints, iss))) return;
  const detail = `The callback is of ${iss.slice(0, 300)}; expected ${metadata.issuer}.`;
  throw new SignInRefusal('provider_mismatch', { detail });
}

/** Where several tenants may sign in; which of them it was, the token is checked for. */
function isTenantIssuer(endpoints: Endpoints & { kind: 'entra' }, iss: string): boolean {
  if (endpoints.signInTenant !== 'organizations') return false;
  const tenant = tenantOfIssuer(endpoints.issuerTemplate, iss);
  return tenant !== null && iss === entraIssuer(endpoints, tenant);
}

/** One try for one sign-in. Where the provider was away, the same callback may come again. */
async function redeem(
  reach: Reach,
  asked: { provider: Provider; endpoints: Endpoints; metadata: Metadata },
  { state, codeVerifier, redirectUri }: SignInTransaction,
  code: string,
  at: number,
): Promise<Tokens> {
  const { completed } = reach.memory;
  const mark = sha256Hex(state);
  if (completed.has(mark)) throw new SignInRefusal('code_replayed');
  forgetCompleted(completed, at);
  completed.set(mark, at);
  const grant = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: codeVerifier,
  };
  const answer = await askForTokens(reach, asked, grant);
  if (answer.kind === 'tokens') return answer.tokens;
  if (answer.kind === 'refused') throw refusedBy(answer.diagnosis);
  completed.delete(mark);
  throw new SignInRefusal('provider_unreachable', answer);
}

/** Oldest first, as a Map keeps its order. */
function forgetCompleted(completed: Map<string, number>, at: number): void {
  for (const [mark, when] of completed) {
    if (when > at - TRANSACTION_MS - SKEW_MS && completed.size < COMPLETED_MOST) return;
    completed.delete(mark);
  }
}

const COMPLETED_MOST = 100_000;

/** RFC 6749 4.1.2.1 and 5.2, OpenID Connect Core 3.1.2.6. */
const reasonOfError: Readonly<Record<string, SignInReason>> = {
  access_denied: 'access_denied',
  login_required: 'interaction_needed',
  interaction_required: 'interaction_needed',
  consent_required: 'interaction_needed',
  account_selection_required: 'interaction_needed',
  invalid_client: 'app_credentials',
  unauthorized_client: 'app_credentials',
  invalid_grant: 'code_refused',
  temporarily_unavailable: 'provider_unreachable',
  server_error: 'provider_unreachable',
};

function refusedBy(diagnosis: Diagnosis): SignInRefusal {
  const { error } = diagnosis;
  const byError = Object.hasOwn(reasonOfError, error) ? reasonOfError[error]! : 'provider_error';
  // `invalid_grant` has several causes, of which Entra's number may name one.
  const reason = byError === 'code_refused' ? (tellingReason(diagnosis) ?? byError) : byError;
  return new SignInRefusal(reason, { diagnosis });
}
