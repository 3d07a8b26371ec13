// Requests that wait for the next event: a bounded number of them, each ended by an event, its time, its client's
// leaving, or the stop of the server.

import type { Ledger } from '../../ledger/ledger.ts';
import { Refusal } from '../../refusal.ts';

/** Requests that may wait at once. */
const WAITERS = 200;

export interface EventWaiters {
  /** Resolves at the next event, or when nothing more is to be waited for. */
  next(ms: number, gone: AbortSignal): Promise<void>;
  /** Ends all that wait, for good. */
  stop(): void;
}

export function eventWaiters(ledger: Pick<Ledger, 'follow'>): EventWaiters {
  const waiting = new Set<() => void>();
  let stopped = false;
  const wakeAll = () => {
    for (const wake of [...waiting]) wake();
  };
  const unfollow = ledger.follow(wakeAll);

  return {
    next(ms, gone) {
      if (stopped || ms <= 0 || gone.aborted) return Promise.resolve();
      if (waiting.size >= WAITERS) {
        throw new Refusal('unavailable', `${WAITERS} requests wait for events already. Ask without "wait".`);
      }
      return new Promise((resolve) => {
        const wake = () => {
          waiting.delete(wake);
          clearTimeout(timer);
          gone.removeEventListener('abort', wake);
          resolve();
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
