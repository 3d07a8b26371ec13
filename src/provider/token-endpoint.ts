// The token endpoint of a provider: one request, and what its answer was, by OAuth's own words (RFC 6749 5). What follows
// from it: sign-in.ts, refresh.ts, app-token.ts.

import type { Provider } from '../identity/provider.ts';
import { OutboundFailure } from '../outbound-failure.ts';
import { isObject, own } from '../scim/json.ts';
import { type Diagnosis, readDiagnosis } from './aadsts.ts';
import type { Endpoints } from './endpoints.ts';
import type { Metadata } from './metadata.ts';
import type { Reach } from './reach.ts';

export interface Tokens {
  readonly idToken: string | null;
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
  /** Milliseconds from the answer on; null where it does not say. */
  readonly expiresInMs: number | null;
}

export type TokenAnswer =
  | { readonly kind: 'tokens'; readonly tokens: Tokens }
  | { readonly kind: 'refused'; readonly diagnosis: Diagnosis }
  | { readonly kind: 'unreachable'; readonly detail: string; readonly retryAfterMs: number | null };

export interface Asked {
  readonly provider: Provider;
  readonly endpoints: Endpoints;
  readonly metadata: Metadata;
}

/** `grant`: the parameters without those of the client. Never rejects for what the provider does. */
export async function askForTokens(
  reach: Reach,
  { provider, endpoints, metadata }: Asked,
  grant: Readonly<Record<string, string>>,
): Promise<TokenAnswer> {
  const secret = reach.secretOf(provider);
  const body = new URLSearchParams(grant);
  const headers: Record<string, string> = {
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
  };
  if (secret !== null && usesBasic(endpoints, metadata)) {
    headers.authorization = basic(endpoints.clientId, secret);
  } else {
    body.set('client_id', endpoints.clientId);
    if (secret !== null) body.set('client_secret', secret);
  }
  try {
    const request = { method: 'POST', headers, body: body.toString() } as const;
    const answer = await reach.outbound.fetch(metadata.tokenEndpoint, request);
    const retryAfterMs = readRetryAfter(answer.headers['retry-after'], reach.clock.now());
    return readAnswer(answer.status, answer.body, retryAfterMs);
  } catch (error) {
    if (error instanceof OutboundFailure) {
      return { kind: 'unreachable', detail: `${error.message} ${error.advice}`, retryAfterMs: null };
    }
    throw error;
  }
}

/** Of Entra the body, as its documents show; elsewhere Basic, which every server must know (RFC 6749 2.3.1). */
function usesBasic({ kind }: Endpoints, { tokenAuthMethods }: Metadata): boolean {
  if (kind === 'entra') return false;
  return tokenAuthMethods === null || tokenAuthMethods.includes('client_secret_basic');
}

/** RFC 6749 2.3.1: both parts are form-encoded first. */
function basic(clientId: string, secret: string): string {
  const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(secret)}`).toString('base64')}`;
}

/** Errors that say "later", whatever the status they come with. */
const PASSING: ReadonlySet<string> = new Set(['temporarily_unavailable', 'server_error', 'slow_down']);

function readAnswer(status: number, text: string, retryAfterMs: number | null): TokenAnswer {
  const body = parsed(text);
  const away = (detail: string): TokenAnswer => ({ kind: 'unreachable', detail, retryAfterMs });
  if (body === null) return away(`The token endpoint answered ${status} with something that is no JSON.`);
  if (status === 200) return { kind: 'tokens', tokens: readTokens(body) };
  const diagnosis = readDiagnosis(body);
  if (status === 429 || status >= 500 || PASSING.has(diagnosis.error)) {
    return away(`The token endpoint answered ${status}: ${diagnosis.error}. ${diagnosis.description}`.trim());
  }
  // A proxy's or a firewall's page is no word of the provider.
  if (typeof own(body, 'error') !== 'string')
    return away(`The token endpoint answered ${status} without \`error\`.`);
  return { kind: 'refused', diagnosis };
}

function readTokens(body: Record<string, unknown>): Tokens {
  const token = (name: string) => {
    const value = own(body, name);
    return typeof value === 'string' && value !== '' ? value : null;
  };
  // Some write the number as a text.
  const seconds = Number(own(body, 'expires_in') ?? Number.NaN);
  return {
    idToken: token('id_token'),
    accessToken: token('access_token'),
    refreshToken: token('refresh_token'),
    expiresInMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null,
  };
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) ? body : null;
  } catch {
    return null;
  }
}

const LONGEST_WAIT_MS = 3_600_000;

/** RFC 9110 10.2.3: seconds or a date; in milliseconds from `at` on, at most an hour. Null where it says nothing. */
export function readRetryAfter(header: string | undefined, at: number): number | null {
  if (header === undefined) return null;
  const ms = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - at;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LONGEST_WAIT_MS) : null;
}
