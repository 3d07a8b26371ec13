// Microsoft Graph as an application: one request with its token, patience with a busy server, and what the answer was.
// What is asked for is the caller's (graph-people.ts, and whoever compares the directory).

import type { Provider } from '../identity/provider.ts';
import type { OutboundAnswer } from '../outbound.ts';
import { OutboundFailure } from '../outbound-failure.ts';
import { isObject, own } from '../scim/json.ts';
import { plainText } from './aadsts.ts';
import { appTokens } from './app-token.ts';
import { type EntraEndpoints, endpointsOf } from './endpoints.ts';
import type { AppTokens, Reach } from './reach.ts';
import { SignInRefusal } from './sign-in-refusal.ts';
import { readRetryAfter } from './token-endpoint.ts';

export interface GraphRequest {
  readonly method?: 'GET' | 'POST';
  /** From `/` after the version on, or a link that Graph gave (`@odata.nextLink`), followed on its own host alone. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Names in lower case. Graph wants some of them with every page anew (`consistencylevel`). */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long all attempts together may take. Default 10 s, as somebody waits; a job in the background has more. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal;
  /** Told of every answer as it comes, those too after which another attempt is made. */
  readonly heard?: (status: number, headers: Readonly<Record<string, string>>) => void;
}

export type GraphFailureKind =
  /** Graph itself says that there is no such object. */
  | 'notFound'
  /** A permission is missing. */
  | 'forbidden'
  | 'throttled'
  /** No token: client id, secret or tenant. */
  | 'appCredentials'
  | 'unreachable'
  /** The request was not understood; a 410 of an expired delta link is among these. */
  | 'refused';

export interface GraphFailure {
  readonly ok: false;
  readonly kind: GraphFailureKind;
  /** Null where no answer came. */
  readonly status: number | null;
  /** Graph's own, such as `Authorization_RequestDenied`. */
  readonly code: string | null;
  /** A plain sentence for an administrator. */
  readonly message: string;
  readonly retryAfterMs: number | null;
  /** Attempts that were made. */
  readonly requests: number;
}

export type GraphAnswer =
  | {
      readonly ok: true;
      readonly body: Record<string, unknown>;
      readonly headers: Readonly<Record<string, string>>;
      readonly requests: number;
    }
  | GraphFailure;

const PATIENCE_MS = 10_000;
/** Of one request, whatever the clock says. */
export const GRAPH_ATTEMPTS_MOST = 8;
/** A page of 999 users with many attributes. */
const PAGE_BYTES = 16 * 1024 * 1024;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const SHORTEST_ATTEMPT_MS = 1_000;
const LONGEST_ATTEMPT_MS = 60_000;

/** Of providers of kind entra. Never rejects for what Graph does; with the reason of `signal` where that ended it. */
export async function askGraph(
  reach: Reach,
  provider: Provider,
  request: GraphRequest,
): Promise<GraphAnswer> {
  try {
    const endpoints = endpointsOf(provider, reach.development);
    if (endpoints.kind !== 'entra')
      throw new SignInRefusal('bad_settings', { detail: 'Graph is of Entra alone.' });
    const url = graphAddress(endpoints, request.path);
    if (url === null) return failed('refused', `Graph sent a link to another place, which is not followed.`);
    return await untilPatienceEnds(reach, await appTokens(reach, provider, endpoints), url, request);
  } catch (error) {
    if (error instanceof SignInRefusal) return failureOf(error);
    throw error;
  }
}

/** Null for a link that leads away from Graph: it would take the token along. */
export function graphAddress({ graphUrl }: EntraEndpoints, path: string): string | null {
  if (path.startsWith('/') && !path.startsWith('//')) return graphUrl + path;
  if (!URL.canParse(path)) return null;
  const url = new URL(path);
  const base = new URL(graphUrl);
  const isThere = url.origin === base.origin && url.pathname.startsWith(`${base.pathname}/`);
  return isThere && url.username === '' && url.password === '' ? url.href : null;
}

async function untilPatienceEnds(
  reach: Reach,
  tokens: AppTokens,
  url: string,
  request: GraphRequest,
): Promise<GraphAnswer> {
  const endsAt = reach.clock.now() + (request.patienceMs ?? PATIENCE_MS);
  let mayRenewToken = true;
  for (let requests = 1; ; requests++) {
    const token = await tokens.get();
    const left = endsAt - reach.clock.now();
    const answer = { ...(await attempt(reach, token, url, request, left)), requests };
    if (answer.ok) return answer;
    if (answer.status === 401 && mayRenewToken) {
      // Revoked before its time, or of keys that were exchanged: once, a new one is worth a try.
      mayRenewToken = false;
      tokens.drop(token);
      continue;
    }
    if (answer.kind !== 'throttled' && answer.kind !== 'unreachable') return answer;
    const wait = graphWaitMs(requests, answer.retryAfterMs, reach.random());
    if (requests >= GRAPH_ATTEMPTS_MOST || reach.clock.now() + wait >= endsAt) return answer;
    await waitUnlessEnded(reach, wait, request.signal);
  }
}

/** Rejects with the reason of `signal` as soon as that ends it: a wait for Graph can be minutes. */
export async function waitUnlessEnded(reach: Reach, ms: number, signal?: AbortSignal): Promise<void> {
  if (!signal) return reach.wait(ms);
  signal.throwIfAborted();
  let end = () => {};
  const ended = new Promise<never>((_, fail) => {
    end = () => fail(signal.reason);
    signal.addEventListener('abort', end, { once: true });
  });
  try {
    await Promise.race([reach.wait(ms), ended]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** What Graph asks for, and a little more so that a crowd does not come back together; else twice as long each time. */
export function graphWaitMs(attempt: number, retryAfterMs: number | null, jitter: number): number {
  if (retryAfterMs !== null) return retryAfterMs + jitter * FIRST_WAIT_MS;
  return Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS) * (0.5 + jitter / 2);
}

async function attempt(
  reach: Reach,
  token: string,
  url: string,
  { method = 'GET', body, headers, signal, heard }: GraphRequest,
  leftMs: number,
): Promise<GraphAnswer> {
  try {
    const answer = await reach.outbound.fetch(url, {
      method,
      headers: {
        ...headers,
        accept: 'application/json',
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      maxBytes: PAGE_BYTES,
      timeoutMs: Math.min(Math.max(leftMs, SHORTEST_ATTEMPT_MS), LONGEST_ATTEMPT_MS),
      ...(signal && { signal }),
    });
    heard?.(answer.status, answer.headers);
    return graphAnswerOf({ ...answer, body: parsed(answer.body) }, reach.clock.now());
  } catch (error) {
    if (error instanceof OutboundFailure) return failed('unreachable', `${error.message} ${error.advice}`);
    throw error;
  }
}

/** Of an answer, or of a part of a batch's; names of headers in lower case, `body` null where it is no JSON object. */
export function graphAnswerOf(
  {
    status,
    headers,
    body,
  }: Pick<OutboundAnswer, 'status' | 'headers'> & { body: Record<string, unknown> | null },
  at: number,
): GraphAnswer {
  if (status >= 200 && status < 300) {
    return body
      ? { ok: true, body, headers, requests: 1 }
      : failed('unreachable', 'Graph answered with no JSON.', { status });
  }
  const error = body && own(body, 'error');
  const said = (name: string) => {
    const value = isObject(error) ? own(error, name) : null;
    return typeof value === 'string' ? plainText(value, 300) : '';
  };
  const code = said('code') || null;
  const facts = { status, code, retryAfterMs: readRetryAfter(headers['retry-after'], at) };
  return failed(kindOf(status, code), `Graph answered ${status} ${said('code')}: ${said('message')}`, facts);
}

function kindOf(status: number, code: string | null): GraphFailureKind {
  // Anything else is a proxy's word, or about something else than the object.
  if (status === 404) return /ResourceNotFound$/i.test(code ?? '') ? 'notFound' : 'unreachable';
  if (status === 401) return 'appCredentials';
  if (status === 403) return 'forbidden';
  if (status === 429) return 'throttled';
  // 501 is an answer: the thing asked for does not exist there.
  return status >= 500 && status !== 501 ? 'unreachable' : 'refused';
}

function failureOf(refusal: SignInRefusal): GraphFailure {
  const { reason, detail, advice, retryAfterMs, diagnosis } = refusal;
  const kind = reason === 'provider_unreachable' ? 'unreachable' : 'appCredentials';
  const message = [detail, diagnosis?.code, diagnosis?.description, advice].filter(Boolean).join(' ');
  return failed(kind, message, { retryAfterMs, code: diagnosis?.code ?? null });
}

function failed(
  kind: GraphFailureKind,
  message: string,
  facts: Partial<Pick<GraphFailure, 'status' | 'code' | 'retryAfterMs'>> = {},
): GraphFailure {
  return { ok: false, kind, message, status: null, code: null, retryAfterMs: null, requests: 1, ...facts };
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) ? body : null;
  } catch {
    return null;
  }
}
