// Request rows without changes of their own, written together a moment later; a crash loses no more than that moment.

import type { RequestRow } from '../ledger.ts';
import { requestColumns } from '../sql/requests.ts';
import { requestJson } from './change-set-json.ts';
import { isAway, isConflict } from './database-error.ts';
import type { Pool } from './pool.ts';

const GATHER_MS = 200;
const ROWS_AT_ONCE = 1000;
/** While the database is away, or a migration builds an index over them, the newest so many are kept. */
const ROWS_KEPT = 10_000;

const types: Readonly<Record<string, string>> = {
  at: 'bigint',
  status: 'bigint',
  duration_ms: 'double precision',
  effects: 'bigint',
  first_event: 'bigint',
};

const names = requestColumns.join(', ');
const insert = `INSERT INTO requests (${names}) SELECT ${names} FROM json_to_recordset($1::json)
  AS x(${requestColumns.map((name) => `${name} ${types[name] ?? 'text'}`).join(', ')}) ON CONFLICT (id) DO NOTHING`;

export function requestBatches(pool: Pick<Pool, 'query'>, onTrouble: (error: Error) => void) {
  let rows: RequestRow[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  async function writeAll(): Promise<void> {
    while (rows.length > 0) {
      const some = rows.slice(0, ROWS_AT_ONCE);
      rows = rows.slice(ROWS_AT_ONCE);
      try {
        await pool.query(insert, [JSON.stringify(some.map(requestJson))]);
      } catch (error) {
        if (isAway(error) || isConflict(error)) {
          rows = [...some, ...rows].slice(-ROWS_KEPT);
          later();
          return;
        }
        await writeEach(some);
      }
    }
  }

  /** One row that cannot be stored must not keep all others out. */
  async function writeEach(some: readonly RequestRow[]): Promise<void> {
    for (const row of some) {
      await pool.query(insert, [JSON.stringify([requestJson(row)])]).catch(onTrouble);
    }
  }

  function later(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      void flush();
    }, GATHER_MS);
  }

  function flush(): Promise<void> {
    writing = writing.then(writeAll);
    return writing;
  }

  return {
    add(row: RequestRow): void {
      rows.push(row);
      if (rows.length > ROWS_KEPT) rows.shift();
      later();
    },
    /** Resolves when those that wait are written. */
    flush,
    async stop(): Promise<void> {
      await flush();
      clearTimeout(timer);
    },
  };
}
