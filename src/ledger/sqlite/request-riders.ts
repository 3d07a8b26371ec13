// Request rows without changes of their own: they ride with the next transaction, or after a short wait.

import type { RequestRow } from '../ledger.ts';

/** Reads wait that long to be logged together; a crash loses no more than this. */
const RIDE_AFTER_MS = 200;

export function requestRiders(flush: () => void) {
  let rows: RequestRow[] = [];
  let timer: NodeJS.Timeout | null = null;
  return {
    add(row: RequestRow): void {
      rows.push(row);
      timer ??= setTimeout(flush, RIDE_AFTER_MS);
    },
    take(): RequestRow[] {
      const taken = rows;
      rows = [];
      if (timer) clearTimeout(timer);
      timer = null;
      return taken;
    },
    waiting: () => rows.length,
    stop(): void {
      if (timer) clearTimeout(timer);
      timer = null;
    },
  };
}
