// One moment of the database, read in a transaction of its own on a connection of its own.

import { type ExportRow, type ExportTable, exportTables } from '../export-tables.ts';
import type { Snapshot } from '../ledger.ts';
import { keyOf, pageSql } from '../sql/export-sql.ts';
import { all, type Script, type Value } from '../sql/statement.ts';
import { type Connection, oneMoment, type Pool } from './pool.ts';
import { runOn } from './run-script.ts';

const ROWS_AT_ONCE = 500;

export async function openSnapshot(pool: Pool): Promise<Snapshot> {
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
        resolve({
          schema: (rows[0] as { version: number }).version,
          rows: (name) => pages(connection, exportTables.find((table) => table.name === name)!),
          // It only read: where the connection broke, there is nothing left to end.
          close: async () => {
            close();
            await ended.catch(() => {});
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
