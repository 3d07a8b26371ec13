// Where PostgreSQL's time goes while one row is measured: statements, those within functions included, with what they
// cost to plan and to run; tables, and how many of their updates could stay on their page; the log. Written as text
// beside the CPU profiles of the server. Statements need pg_stat_statements, which the run's own server loads.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { connected } from './postgres.ts';

/** What the server of a profiled run is started with. */
export const watchedSettings = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track': 'all',
  'pg_stat_statements.track_planning': 'on',
  track_functions: 'pl',
};

const STATEMENTS_SHOWN = 40;
const TEXT_SHOWN = 150;

interface Statement {
  query: string;
  calls: number;
  plan: number;
  run: number;
  blocks: number;
  wal: number;
}

interface TableUse {
  table: string;
  inserted: number;
  updated: number;
  hot: number;
  deleted: number;
  heap: string;
  indexes: string;
}

type Wal = Record<'records' | 'images' | 'bytes', number>;

export interface Watch {
  /** Returns the file. */
  write(folder: string, name: string): Promise<string>;
}

/** From now on. `superuser`: whose statistics are whole; `databases`: those whose tables are of interest. */
export async function watch(superuser: string, databases: readonly string[]): Promise<Watch> {
  const before = await connected(superuser, async (client) => {
    const reset = 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements; SELECT pg_stat_statements_reset()';
    const refused = await client.query(reset).then(
      () => null,
      (error: Error) => error.message,
    );
    return { ...(await readWal(client)), refused };
  });
  const usesBefore = await usesOf(databases);
  return {
    async write(folder, name) {
      const [statements, after] = await connected(superuser, async (client) => {
        return [before.refused === null ? await readStatements(client) : [], await readWal(client)] as const;
      });
      const lines = [
        ...(before.refused === null ? statementLines(statements) : [`no statements: ${before.refused}`]),
        '',
        ...tableLines(usesBefore, await usesOf(databases)),
        '',
        `log: ${after.records - before.records} records, ${after.images - before.images} whole pages, ${kib(after.bytes - before.bytes)} KiB`,
        '',
      ];
      const file = join(folder, `postgres-${name}.txt`);
      writeFileSync(file, lines.join('\n'));
      return file;
    },
  };
}

async function readStatements(client: pg.Client): Promise<Statement[]> {
  const { rows } = await client.query<Statement>(
    `SELECT regexp_replace(s.query, '\\s+', ' ', 'g') AS query, s.calls::int, s.total_plan_time AS plan,
       s.total_exec_time AS run, (s.shared_blks_hit + s.shared_blks_read)::float8 AS blocks, s.wal_bytes::float8 AS wal
     FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE d.datname LIKE 'bifrost_bench_%'
     ORDER BY s.total_plan_time + s.total_exec_time DESC LIMIT ${STATEMENTS_SHOWN}`,
  );
  return rows;
}

async function readWal(client: pg.Client): Promise<Wal> {
  const { rows } = await client.query<Wal>(
    'SELECT wal_records::float8 AS records, wal_fpi::float8 AS images, wal_bytes::float8 AS bytes FROM pg_stat_wal',
  );
  return rows[0]!;
}

async function usesOf(databases: readonly string[]): Promise<TableUse[]> {
  const uses: TableUse[] = [];
  for (const url of databases) uses.push(...(await connected(url, readUses)));
  return uses;
}

async function readUses(client: pg.Client): Promise<TableUse[]> {
  const { rows } = await client.query<TableUse>(
    `SELECT current_database() || ' ' || relname AS "table", n_tup_ins::int AS inserted, n_tup_upd::int AS updated,
       n_tup_hot_upd::int AS hot, n_tup_del::int AS deleted, pg_size_pretty(pg_relation_size(relid)) AS heap,
       pg_size_pretty(pg_indexes_size(relid)) AS indexes FROM pg_stat_user_tables ORDER BY relname`,
  );
  return rows;
}

function statementLines(statements: readonly Statement[]): string[] {
  const head = 'ms in all   calls  ms to plan  ms to run  blocks  log bytes  (each)  statement';
  const lines = statements.map(({ query, calls, plan, run, blocks, wal }) => {
    const each = (value: number, digits: number) => (value / calls).toFixed(digits);
    const numbers = [
      (plan + run).toFixed(0).padStart(9),
      String(calls).padStart(8),
      each(plan, 3).padStart(11),
      each(run, 3).padStart(10),
      each(blocks, 1).padStart(7),
      each(wal, 0).padStart(10),
    ];
    return `${numbers.join(' ')}  ${query.slice(0, TEXT_SHOWN)}`;
  });
  return [head, ...lines];
}

/** Of those that were written meanwhile. */
function tableLines(before: readonly TableUse[], after: readonly TableUse[]): string[] {
  const known = new Map(before.map((use) => [use.table, use]));
  const lines = after.flatMap((use) => {
    const was = known.get(use.table);
    const since = (name: 'inserted' | 'updated' | 'hot' | 'deleted') => use[name] - (was?.[name] ?? 0);
    if (since('inserted') + since('updated') + since('deleted') === 0) return [];
    const share =
      since('updated') > 0 ? ` (${Math.round((since('hot') / since('updated')) * 100)} % HOT)` : '';
    return [
      `${use.table}: ${since('inserted')} inserted, ${since('updated')} updated${share}, ${since('deleted')} deleted; heap ${use.heap}, indexes ${use.indexes}`,
    ];
  });
  return ['tables', ...lines];
}

const kib = (bytes: number) => Math.round(bytes / 1024);
