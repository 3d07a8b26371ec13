// Microsoft Graph as an application: one request with its token, patience with a busy server, and what the answer was.
// What is asked for is the caller's (graph-people.ts, and whoever compares the directory).

import type { Provider } from '../identity/provider.ts';
import type { OutboundAnswer } from '../outbound.ts';
import { OutboundFailure } from '../outbound-failure.ts';
import { isObject, own } from '../scim/json.ts';
import { plainText } from './aadsts.ts';
import { appTokens } from './app-token.ts';
import { endpointsOf } from './endpoints.ts';
import { addressUnder, PAGE_BYTES, type Patience, untilPatienceEnds } from './patience.ts';
import type { Reach } from './reach.ts';
import { SignInRefusal } from './sign-in-refusal.ts';
import { readRetryAfter } from './token-endpoint.ts';

export interface GraphRequest extends Patience {
  readonly method?: 'GET' | 'POST';
  /** From `/` after the version on, or a link that Graph gave (`@odata.nextLink`), followed on its own host alone. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Names in lower case. Graph wants some of them with every page anew (`consistencylevel`). */
  readonly headers?: Readonly<Record<string, string>>;
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
    const url = addressUnder(endpoints.graphUrl, request.path);
    if (url === null) return failed('refused', `Graph sent a link to another place, which is not followed.`);
    const tokens = await appTokens(reach, provider, endpoints);
    const once = (token: string, timeoutMs: number) => attempt(reach, token, url, request, timeoutMs);
    return await untilPatienceEnds(reach, tokens, request, once, isPassing);
  } catch (error) {
    if (error instanceof SignInRefusal) return failureOf(error);
    throw error;
  }
}

const isPassing = (answer: GraphAnswer) =>
  !answer.ok && (answer.kind === 'throttled' || answer.kind === 'unreachable');

async function attempt(
  reach: Reach,
  token: string,
  url: string,
  { method = 'GET', body, headers, signal, heard }: GraphRequest,
  timeoutMs: number,
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
      timeoutMs,
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
