// How Okta's management API says things: its token, its errors, its rate limits, its links from page to page. What is
// read by it: okta-directory.ts. (Okta developer documentation: Core Okta API; Rate limit best practices.)

import type { Provider } from '../identity/provider.ts';
import { plainText } from '../provider/aadsts.ts';
import type { DirectoryApi } from '../provider/directory-api.ts';
import { oktaApiUrl } from '../provider/endpoints.ts';
import type { Reach } from '../provider/reach.ts';
import { SignInRefusal } from '../provider/sign-in-refusal.ts';
import { readRetryAfter } from '../provider/token-endpoint.ts';
import type { ReadingCost } from './directory.ts';
import { textOf } from './page-outcome.ts';

type Headers = Readonly<Record<string, string>>;

/** Where an answer does not say: the limits are counted by the minute. */
const WINDOW_MS = 60_000;
/** The limits are the org's, so that what we take others do not have: this part of them stays theirs. */
const LEFT_TO_OTHERS = 0.1;

export function oktaApi(reach: Reach, provider: Provider, cost: ReadingCost): DirectoryApi & Brake {
  let freeAt = 0;
  return {
    name: 'Okta',
    base: () => oktaApiUrl(provider),
    tokens: { get: async () => apiToken(reach, provider), drop: () => {} },
    scheme: 'SSWS',
    readError: readOktaError,
    isAbsence: ({ code }) => code === 'E0000007',
    retryAfterMs: (headers, at) => readRetryAfter(headers['retry-after'], at) ?? untilReset(headers, at),
    heard: (status, headers) => {
      cost.requests++;
      if (status === 429) cost.throttled++;
      const [limit, left] = ['x-rate-limit-limit', 'x-rate-limit-remaining'].map((name) =>
        Number(headers[name] ?? Number.NaN),
      ) as [number, number];
      if (left <= limit * LEFT_TO_OTHERS) {
        const at = reach.clock.now();
        freeAt = Math.max(freeAt, at + (untilReset(headers, at) ?? WINDOW_MS));
      }
    },
    waitMs: () => Math.min(Math.max(freeAt - reach.clock.now(), 0), WINDOW_MS),
  };
}

interface Brake {
  /** Until the next request leaves something of the limit to others. */
  readonly waitMs: () => number;
}

function apiToken(reach: Reach, provider: Provider): string {
  const token = reach.secretOf(provider, 'directoryToken');
  if (token !== null) return token;
  throw new SignInRefusal('app_credentials', {
    detail: "Okta's API token is missing: without it the org's people, groups and assignments are not read.",
    advice: 'Create one as a read-only administrator and store it as `directoryToken` of the provider.',
  });
}

/**
 * The time of the reset is in seconds of UTC; what Okta's own clock says is in the same answer, so that ours does not
 * matter. One second more, as both are cut to seconds.
 */
function untilReset(headers: Headers, at: number): number | null {
  const reset = Number(headers['x-rate-limit-reset'] ?? Number.NaN) * 1000;
  if (!Number.isFinite(reset)) return null;
  const said = Date.parse(headers.date ?? '');
  const ms = reset - (Number.isFinite(said) ? said : at) + 1_000;
  return Math.min(Math.max(ms, 1_000), WINDOW_MS + 1_000);
}

/** The code alone is for programs; the text is for people and may change. */
function readOktaError(body: unknown): { code: string; message: string } | null {
  const code = textOf(body, 'errorCode');
  if (code === null) return null;
  return { code: plainText(code, 40), message: plainText(textOf(body, 'errorSummary') ?? '', 300) };
}

/** RFC 8288. The cursor is opaque: the link is followed as it is. */
export function nextLink({ link = '' }: Headers): string | null {
  return /<([^<>]+)>\s*;\s*rel="?next"?/i.exec(link)?.[1] ?? null;
}
