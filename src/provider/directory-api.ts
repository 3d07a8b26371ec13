// The JSON API of a directory that is not Graph: one GET with its token, patience with a busy server, and what the answer
// was. How one API says things is data (okta-api.ts, keycloak-api.ts of reconcile); what is asked for is the caller's.

import type { OutboundAnswer } from '../outbound.ts';
import { OutboundFailure } from '../outbound-failure.ts';
import { addressUnder, PAGE_BYTES, type Patience, untilPatienceEnds } from './patience.ts';
import type { AppTokens, Reach } from './reach.ts';
import { SignInRefusal } from './sign-in-refusal.ts';

type Headers = Readonly<Record<string, string>>;

export interface DirectoryApi {
  /** For people. */
  readonly name: string;
  /** Without a slash at its end. May throw a SignInRefusal. */
  readonly base: () => string;
  readonly tokens: Pick<AppTokens, 'get' | 'drop'>;
  /** The scheme of the authorization header. */
  readonly scheme: 'Bearer' | 'SSWS';
  /** What an answer that is no success says of itself; null where the API never answers so: a proxy's word. */
  readonly readError: (body: unknown) => { readonly code: string; readonly message: string } | null;
  /** Whether that 404 says that the object is not there. */
  readonly isAbsence: (error: { readonly code: string; readonly message: string }) => boolean;
  readonly retryAfterMs: (headers: Headers, at: number) => number | null;
  /** Told of every attempt; null where no answer came. */
  readonly heard: (status: number | null, headers: Headers) => void;
}

export interface ApiFailure {
  readonly ok: false;
  /**
   * `notFound`: the API itself says that there is no such object; `forbidden`: a permission is missing; `credentials`: the
   * token, or what it is got with; `refused`: the request was not understood.
   */
  readonly kind: 'notFound' | 'forbidden' | 'credentials' | 'throttled' | 'unreachable' | 'refused';
  /** Null where no answer came. */
  readonly status: number | null;
  /** A plain sentence for an administrator. */
  readonly message: string;
  readonly retryAfterMs: number | null;
}

export type ApiAnswer = { readonly ok: true; readonly body: unknown; readonly headers: Headers } | ApiFailure;

/**
 * `path`: from `/` after the base on, or a link that the API gave, followed on its own host alone. Never rejects for what
 * the directory does; with the reason of `signal` where that ended it.
 */
export async function askDirectory(
  reach: Reach,
  api: DirectoryApi,
  path: string,
  patience: Patience,
): Promise<ApiAnswer> {
  try {
    const url = addressUnder(api.base(), path);
    if (url === null) {
      return failed('refused', `${api.name} sent a link to another place, which is not followed.`);
    }
    const once = (token: string, timeoutMs: number) =>
      attempt(reach, api, { url, token, timeoutMs, signal: patience.signal });
    return await untilPatienceEnds(reach, api.tokens, patience, once, isPassing);
  } catch (error) {
    if (error instanceof SignInRefusal) return failureOf(error);
    throw error;
  }
}

const isPassing = (answer: ApiAnswer) =>
  !answer.ok && (answer.kind === 'throttled' || answer.kind === 'unreachable');

async function attempt(
  reach: Reach,
  api: DirectoryApi,
  asked: { url: string; token: string; timeoutMs: number; signal: AbortSignal | undefined },
): Promise<ApiAnswer> {
  const { url, token, timeoutMs, signal } = asked;
  try {
    const answer = await reach.outbound.fetch(url, {
      headers: { accept: 'application/json', authorization: `${api.scheme} ${token}` },
      maxBytes: PAGE_BYTES,
      timeoutMs,
      ...(signal && { signal }),
    });
    api.heard(answer.status, answer.headers);
    return readAnswer(api, answer, reach.clock.now());
  } catch (error) {
    if (!(error instanceof OutboundFailure)) throw error;
    api.heard(null, {});
    return failed('unreachable', `${error.message} ${error.advice}`);
  }
}

function readAnswer(
  api: DirectoryApi,
  { status, headers, body: text }: OutboundAnswer,
  at: number,
): ApiAnswer {
  const body = parsed(text);
  if (status >= 200 && status < 300) {
    if (body !== undefined) return { ok: true, body, headers };
    return failed('unreachable', `${api.name} answered with no JSON.`, status);
  }
  const error = api.readError(body);
  const said = error ? `${error.code} ${error.message}`.trim() : 'something that is not its own';
  const message = `${api.name} answered ${status}: ${said}`;
  return failed(kindOf(api, status, error), message, status, api.retryAfterMs(headers, at));
}

function kindOf(
  api: DirectoryApi,
  status: number,
  error: ReturnType<DirectoryApi['readError']>,
): ApiFailure['kind'] {
  if (status === 429) return 'throttled';
  if (status >= 500 && status !== 501) return 'unreachable';
  // A proxy's or a firewall's page says nothing of the directory, whatever its status.
  if (error === null) return 'unreachable';
  if (status === 404) return api.isAbsence(error) ? 'notFound' : 'refused';
  if (status === 401) return 'credentials';
  return status === 403 ? 'forbidden' : 'refused';
}

function failureOf({ reason, detail, advice, diagnosis, retryAfterMs }: SignInRefusal): ApiFailure {
  const kind = reason === 'provider_unreachable' ? 'unreachable' : 'credentials';
  const message = [detail, diagnosis?.error, diagnosis?.description, advice].filter(Boolean).join(' ');
  return failed(kind, message, null, retryAfterMs);
}

function failed(
  kind: ApiFailure['kind'],
  message: string,
  status: number | null = null,
  retryAfterMs: number | null = null,
): ApiFailure {
  return { ok: false, kind, status, message, retryAfterMs };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
