// Requests that wait for the next event: a bounded number of them, each ended by an event, its time, its client's
// leaving, or the stop of the server.

import type { Ledger } from '../../ledger/ledger.ts';
import { Refusal } from '../../refusal.ts';

export interface EventWaiters {
  /**
   * Resolves when there is an event behind `seen` (at once when there is one already), or after that time; false when
   * nothing more is to be waited for.
   */
  next(seen: number, ms: number, gone: AbortSignal): Promise<boolean>;
  /** Ends all that wait, for good. */
  stop(): void;
}

/** `most`: those that may wait at once. */
export function eventWaiters(ledger: Pick<Ledger, 'follow'>, most: number): EventWaiters {
  const waiting = new Set<() => void>();
  let heard = 0;
  let stopped = false;
  const wakeAll = () => {
    for (const wake of [...waiting]) wake();
  };
  const unfollow = ledger.follow((position) => {
    heard = position;
    wakeAll();
  });

  return {
    async next(seen, ms, gone) {
      if (stopped || gone.aborted) return false;
      if (heard > seen) return true;
      if (waiting.size >= most) {
        throw new Refusal('unavailable', `${most} requests wait for events already. Ask without "wait".`);
      }
      return new Promise((resolve) => {
        const wake = () => {
          waiting.delete(wake);
          clearTimeout(timer);
          gone.removeEventListener('abort', wake);
          resolve(!stopped && !gone.aborted);
        };
        const timer = setTimeout(wake, ms);
        gone.addEventListener('abort', wake);
        waiting.add(wake);
      });
    },
    stop() {
      stopped = true;
      unfollow();
      wakeAll();
    },
  };
}
