// Patience with a directory that is busy or away: how long, how often and how much one answer may be. What is asked, and
// what an answer means, is of graph.ts and directory-api.ts.

import type { AppTokens, Reach } from './reach.ts';

/** What one attempt brought; `status` is null where no answer came. */
type Attempted =
  | { readonly ok: true }
  | { readonly ok: false; readonly status: number | null; readonly retryAfterMs: number | null };

export interface Patience {
  /** How long all attempts together may take. Default 10 s, as somebody waits; a job in the background has more. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal;
}

const PATIENCE_MS = 10_000;
/** Of one request, whatever the clock says. */
export const ATTEMPTS_MOST = 8;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const SHORTEST_ATTEMPT_MS = 1_000;
const LONGEST_ATTEMPT_MS = 60_000;
/** A page of 999 users with many attributes. */
export const PAGE_BYTES = 16 * 1024 * 1024;

/**
 * Attempts until one brings something else than "later" (`isPassing`), or patience ends; `timeoutMs` is for one of them.
 * A token that is not taken is exchanged once. Rejects with the reason of `signal` where that ended it.
 */
export async function untilPatienceEnds<Answer extends Attempted>(
  reach: Reach,
  tokens: Pick<AppTokens, 'get' | 'drop'>,
  { patienceMs = PATIENCE_MS, signal }: Patience,
  attempt: (token: string, timeoutMs: number) => Promise<Answer>,
  isPassing: (answer: Answer) => boolean,
): Promise<Answer & { readonly requests: number }> {
  const endsAt = reach.clock.now() + patienceMs;
  let mayRenewToken = true;
  for (let requests = 1; ; requests++) {
    const token = await tokens.get();
    const left = endsAt - reach.clock.now();
    const timeoutMs = Math.min(Math.max(left, SHORTEST_ATTEMPT_MS), LONGEST_ATTEMPT_MS);
    const answer = { ...(await attempt(token, timeoutMs)), requests };
    const attempted: Attempted = answer;
    if (attempted.ok) return answer;
    if (attempted.status === 401 && mayRenewToken) {
      // Revoked before its time, or of keys that were exchanged: once, a new one is worth a try.
      mayRenewToken = false;
      tokens.drop(token);
      continue;
    }
    if (!isPassing(answer)) return answer;
    const wait = waitBefore(requests, attempted.retryAfterMs, reach.random());
    if (requests >= ATTEMPTS_MOST || reach.clock.now() + wait >= endsAt) return answer;
    await waitUnlessEnded(reach, wait, signal);
  }
}

/** What was asked for, and a little more so that a crowd does not come back together; else twice as long each time. */
export function waitBefore(attempt: number, retryAfterMs: number | null, jitter: number): number {
  if (retryAfterMs !== null) return retryAfterMs + jitter * FIRST_WAIT_MS;
  return Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS) * (0.5 + jitter / 2);
}

/** Rejects with the reason of `signal` as soon as that ends it: a wait can be minutes. */
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

/** Where a path of an API, or a link that it gave, leads; null for a link away from it, which would take the token along. */
export function addressUnder(base: string, path: string): string | null {
  const root = new URL(base);
  const url = path.startsWith('/') && !path.startsWith('//') ? base + path : path;
  if (!URL.canParse(url)) return null;
  const target = new URL(url);
  const isThere = target.origin === root.origin && target.pathname.startsWith(`${root.pathname}/`);
  return isThere && target.username === '' && target.password === '' ? target.href : null;
}
