// One moment of the database, read in a transaction of its own on a connection beside the pool: whoever reads slowly takes
// nothing from the requests.

import { Refusal } from '../../refusal.ts';
import { type ExportRow, type ExportTable, exportTables } from '../export-tables.ts';
import type { Snapshot } from '../ledger.ts';
import { keyOf, pageSql } from '../sql/export-sql.ts';
import { all, type Script, type Value } from '../sql/statement.ts';
import { type Connection, connectionPool, oneMoment, type Pool } from './pool.ts';
import { runOn } from './run-script.ts';

const ROWS_AT_ONCE = 500;

/** Each holds back what the database may clean up. */
const SNAPSHOTS_AT_ONCE = 2;

export function snapshots(url: string): () => Promise<Snapshot> {
  let open = 0;

  return async () => {
    if (open >= SNAPSHOTS_AT_ONCE) {
      const detail = `${open} exports are being read from this server already. Try again when one has ended.`;
      throw new Refusal('unavailable', detail);
    }
    open++;
    const pool = connectionPool(url, () => {}, 1);
    const end = async () => {
      open--;
      await pool.close();
    };
    try {
      return await openSnapshot(pool, end);
    } catch (error) {
      await end();
      throw error;
    }
  };
}

function openSnapshot(pool: Pool, end: () => Promise<void>): Promise<Snapshot> {
  let close = () => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  return new Promise((resolve, reject) => {
    const ended = pool.transaction(
      async (connection) => {
        // It may wait for a slow reader between two statements; who opened it says for how long.
        await connection.query('SET LOCAL idle_in_transaction_session_timeout = 0');
        const { rows } = await connection.query('SELECT version FROM bifrost_schema');
        let isClosed = false;
        resolve({
          schema: (rows[0] as { version: number }).version,
          rows: (name) => pages(connection, exportTables.find((table) => table.name === name)!),
          // It only read: where the connection broke, there is nothing left to end.
          close: async () => {
            if (isClosed) return;
            isClosed = true;
            close();
            await ended.catch(() => {});
            await end();
          },
        });
        await closed;
      },
      { ...oneMoment, long: true },
    );
    ended.catch(reject);
  });
}

async function* pages(connection: Connection, table: ExportTable): AsyncGenerator<readonly ExportRow[]> {
  let last: ExportRow | undefined;
  for (;;) {
    const rows = await runOn(connection, page(table, last));
    if (rows.length > 0) yield rows;
    if (rows.length < ROWS_AT_ONCE) return;
    last = rows.at(-1);
  }
}

function* page(table: ExportTable, last: ExportRow | undefined): Script<ExportRow[]> {
  const sql = pageSql(table);
  const rows = last
    ? yield* all<Record<string, Value>>(sql.next, ...keyOf(table, last), ROWS_AT_ONCE)
    : yield* all<Record<string, Value>>(sql.first, ROWS_AT_ONCE);
  return rows.map((row) => table.columns.map((column) => row[column] ?? null));
}
