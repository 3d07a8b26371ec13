// The brake of a reading that runs beside everything else that asks Graph: it slows down before Graph refuses, and while
// Graph has told one request to wait, the others wait too, since requests made meanwhile are counted all the same.

import { waitUnlessEnded } from '../provider/graph.ts';
import type { Reach } from '../provider/reach.ts';
import { readRetryAfter } from '../provider/token-endpoint.ts';

export interface GraphBrake {
  /** Takes note of an answer; names of headers in lower case. */
  heard(status: number, headers: Readonly<Record<string, string>>): void;
  /** Waits as long as what was heard asks for. Rejects with the reason of `signal`. */
  ready(signal: AbortSignal): Promise<void>;
}

/** Share of what the tenant allows from which Graph tells of it (`x-ms-throttle-limit-percentage`). */
const NEAR_LIMIT = 0.8;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8_000;
/** Whoever is told to wait for longer asks again by then and is refused for themselves. */
const LONGEST_HOLD_MS = 60_000;

export function graphBrake(reach: Reach): GraphBrake {
  let pauseMs = 0;
  let notBefore = Number.NEGATIVE_INFINITY;
  return {
    heard(status, headers) {
      const now = reach.clock.now();
      const share = status === 429 ? 1 : Number(headers['x-ms-throttle-limit-percentage'] ?? 0);
      const next = Math.min(Math.max(pauseMs * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
      pauseMs = share >= NEAR_LIMIT ? next : 0;
      const asked = status === 429 ? readRetryAfter(headers['retry-after'], now) : null;
      if (asked !== null) notBefore = Math.max(notBefore, now + Math.min(asked, LONGEST_HOLD_MS));
    },
    async ready(signal) {
      const wait = Math.max(pauseMs, notBefore - reach.clock.now());
      if (wait > 0) await waitUnlessEnded(reach, wait, signal);
    },
  };
}
