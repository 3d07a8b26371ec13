// One moment of the file, read on a connection of its own: the write-ahead log keeps that moment for it while the
// server goes on writing. Rows are read in chunks whose size follows from how long the last one took, with a turn of
// the event loop between them; a worker would need its own copy of the bundle and pay for every row on its way over.

import { DatabaseSync } from '@photostructure/sqlite';
import { type ExportRow, type ExportTable, exportTables } from '../export-tables.ts';
import type { Snapshot } from '../ledger.ts';
import { keyOf, pageSql } from '../sql/export-sql.ts';
import type { Database } from './open.ts';

/** For the connection of an export: it reads everything once. */
const PAGE_CACHE_KIB = 4 * 1024;
const ROWS_AT_FIRST = 32;
const ROWS_AT_MOST = 500;
/** A chunk that took longer is followed by a smaller one, one that took less than half of it by a larger one. */
const CHUNK_MS = 2;

export function openSnapshot(path: string): Snapshot {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    database.exec(`PRAGMA cache_size = -${PAGE_CACHE_KIB}; BEGIN`);
    // A transaction begins to see with its first read.
    const { user_version: schema } = database.prepare('PRAGMA user_version').get() as {
      user_version: number;
    };
    return {
      schema,
      rows: (name) => pages(database, exportTables.find((table) => table.name === name)!),
      close: async () => {
        if (database.isOpen) database.close();
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

async function* pages(database: Database, table: ExportTable): AsyncGenerator<readonly ExportRow[]> {
  const sql = pageSql(table);
  const first = database.prepare(sql.first, { returnArrays: true });
  const next = database.prepare(sql.next, { returnArrays: true });
  let size = ROWS_AT_FIRST;
  let last: ExportRow | undefined;
  do {
    const from = performance.now();
    const rows = (last ? next.all(...keyOf(table, last), size) : first.all(size)) as unknown as ExportRow[];
    const isWhole = rows.length === size;
    size = fitting(size, performance.now() - from);
    last = rows.at(-1);
    if (last) yield rows;
    if (!isWhole) return;
    await new Promise((resolve) => setImmediate(resolve));
  } while (last);
}

function fitting(size: number, tookMs: number): number {
  if (tookMs > CHUNK_MS) return Math.max(1, Math.floor(size / 2));
  return tookMs < CHUNK_MS / 2 ? Math.min(ROWS_AT_MOST, size * 2) : size;
}
