// A setting that administrators change, as it is by now on every replica: read again soon after anything was changed.

import type { Ledger } from './ledger/ledger.ts';

const LOOK_EVERY_MS = 500;

export interface Followed<Value> {
  current(): Value;
  stop(): void;
}

export async function followed<Value>(ledger: Ledger, read: () => Promise<Value>): Promise<Followed<Value>> {
  let known = await read();
  let due: NodeJS.Timeout | null = null;
  const look = async () => {
    due = null;
    // What was known holds until the storage is there again.
    known = await read().catch(() => known);
  };
  // Each change of settings is an event, and every replica hears of events; under load of very many.
  const unfollow = ledger.follow(() => {
    due ??= setTimeout(look, LOOK_EVERY_MS).unref();
  });
  return {
    current: () => known,
    stop: () => {
      unfollow();
      if (due) clearTimeout(due);
    },
  };
}
