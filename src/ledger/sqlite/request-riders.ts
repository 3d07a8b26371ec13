// Request rows: how they are written, and those without changes of their own, which ride with the next transaction, or after a short
// wait.

import type { RequestRow } from '../ledger.ts';
import { requestColumns, requestValues } from '../sql/requests.ts';
import { marks } from '../sql/statement.ts';
import type { Database } from './open.ts';

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

/** How a row is kept. */
export function requestWriter(database: Database) {
  const insert = database.prepare(
    `INSERT INTO requests (${requestColumns.join(', ')}) VALUES ${marks(1, requestColumns.length)} ON CONFLICT (id) DO NOTHING`,
  );
  /** `made`: the events of the request are those after one position up to another; null when it made none. */
  return (row: RequestRow, made: { after: number; upTo: number } | null): void => {
    const effects = made ? made.upTo - made.after : 0;
    insert.run(...requestValues(row, { effects, first: made ? made.after + 1 : null }));
  };
}
