// A thing that is fetched, kept and fetched again: one fetch for many callers, the last good copy while the other side
// is away. What the thing is: metadata.ts and signing-keys.ts.

import type { Clock } from '../clock.ts';

export interface Kept<Value> {
  /** Rejects only where there was never a good copy. */
  get(): Promise<Value>;
  /** Fetches now, or shares the fetch that is under way. Rejects when that fails; the copy stays. */
  again(): Promise<Value>;
}

export interface Keeping {
  /** From this age on it is fetched anew beside whoever asks, who gets the copy. */
  readonly renewAfterMs: number;
  /** From this age on whoever asks waits for a fresh one. */
  readonly waitAfterMs: number;
  /** After a failure, for so long nobody tries again unless there is no copy. */
  readonly pauseMs: number;
}

export function kept<Value>(clock: Clock, keeping: Keeping, bring: () => Promise<Value>): Kept<Value> {
  let copy: { readonly value: Value; readonly at: number } | null = null;
  let failedAt = Number.NEGATIVE_INFINITY;
  let running: Promise<Value> | null = null;
  const run = async () => {
    try {
      const value = await bring();
      copy = { value, at: clock.now() };
      return value;
    } catch (error) {
      failedAt = clock.now();
      throw error;
    }
  };
  const again = () => {
    running ??= run().finally(() => {
      running = null;
    });
    return running;
  };
  return {
    again,
    get: async () => {
      if (copy === null) return again();
      const { value, at } = copy;
      const age = clock.now() - at;
      if (age < keeping.renewAfterMs || clock.now() - failedAt < keeping.pauseMs) return value;
      const renewed = again().catch(() => value);
      return age < keeping.waitAfterMs ? value : renewed;
    },
  };
}

/** Providers are few; more than this are left over from settings that were changed. */
const KEPT_MOST = 500;

/** The entry under that key, made where there is none. */
export function entryOf<Value>(entries: Map<string, Value>, key: string, make: () => Value): Value {
  const held = entries.get(key);
  if (held !== undefined) return held;
  if (entries.size >= KEPT_MOST) entries.delete(entries.keys().next().value!);
  const made = make();
  entries.set(key, made);
  return made;
}
