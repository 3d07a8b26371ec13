// Connections to PostgreSQL: a pool that outlives restarts and failovers. While the database is away requests wait a
// little; then they are refused as unavailable, and the provider tries again.

import pg from 'pg';
import { Refusal } from '../../refusal.ts';
import { type DiskFull, diskFull } from '../disk-full.ts';
import { DatabaseClient } from './client.ts';
import { CommitUnknown, isAway, isDiskFull, isOverloaded } from './database-error.ts';

/** Hot statements are prepared once for each connection; more than these would only fill its memory. */
const STATEMENTS_NAMED = 400;
export const POOL_CONNECTIONS = 12;
const CONNECT_MS = 5000;
const STATEMENT_MS = 30_000;
const LOCK_MS = 10_000;
/** A server that says nothing for so long is gone, whatever its connection looks like. */
const SILENT_MS = STATEMENT_MS + 5000;
const ALIVE_EVERY_MS = 10_000;
/** Work over everything: a day. */
const LONG_MS = 86_400_000;
/** How long a request waits for a database that is away: longer than a restart or a failover takes. */
const WAIT_MS = 15_000;
const FIRST_PAUSE_MS = 50;
const LAST_PAUSE_MS = 1000;
/** Beyond these nobody waits: a long outage must not fill the memory. */
const WAITERS = 2000;

export interface Answer {
  rows: object[];
  rowCount: number;
}

/** One connection, for as long as it is lent. */
export interface Connection {
  query(text: string, values?: readonly unknown[]): Promise<Answer>;
}

export interface Pool {
  /** Known from what was refused; whoever has committed a change says so. */
  readonly full: DiskFull;
  /** One statement. Not repeated when the connection breaks under it. `withinMs`: for what should take no time at all. */
  query(text: string, values?: readonly unknown[], withinMs?: number): Promise<Answer>;
  /**
   * A transaction: committed when the work is done, rolled back when it throws. `long`: its statements may take as long as
   * they take.
   */
  transaction<Result>(
    work: (connection: Connection) => Promise<Result>,
    how?: { begin?: string; long?: boolean },
  ): Promise<Result>;
  /**
   * Does it again, for a while, as long as the database is away; `sinceMs`: from when on, where that was before the call.
   * What was perhaps committed is not done again.
   */
  patiently<Result>(attempt: () => Promise<Result>, sinceMs?: number): Promise<Result>;
  close(): Promise<void>;
}

/** Everything that is read shows the same moment. */
export const oneMoment = { begin: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' } as const;

const types = new pg.TypeOverrides();
// Our integers are times and counts, far below 2^53.
types.setTypeParser(pg.types.builtins.INT8, Number);

/**
 * Plans are kept for as long as nobody analyses the table, so the plan of the first minute has to be right for the
 * millionth user. Each statement says in which order its tables lead to one another, and goes from row to row by keys;
 * for whom it asks is no part of the plan, since a provider that is new looks as if it had nobody.
 */
const planner = ['seqscan', 'hashjoin', 'mergejoin', 'material']
  .map((way) => `-c enable_${way}=off`)
  .concat('-c join_collapse_limit=1', '-c plan_cache_mode=force_generic_plan')
  .join(' ');

export function connectionOptions(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    types,
    application_name: 'bifrost',
    keepAlive: true,
    keepAliveInitialDelayMillis: ALIVE_EVERY_MS,
    connectionTimeoutMillis: CONNECT_MS,
    // Names and folds are compared by their bytes, times are numbers: nothing depends on the session's locale.
    // Compiling a condition takes far longer than looking through the rows that it is for.
    // A commit looks after each wait at what is there by then, whatever the database's own default is.
    options: `-c default_transaction_isolation=read\\ committed -c lock_timeout=${LOCK_MS} -c idle_in_transaction_session_timeout=60000 -c jit=off ${planner}`,
    statement_timeout: STATEMENT_MS,
    query_timeout: SILENT_MS,
  };
}

/** `onTrouble`: idle connections that break say so here; nobody waits for them. */
export function connectionPool(
  url: string,
  onTrouble: (error: Error) => void = () => {},
  connections = POOL_CONNECTIONS,
): Pool {
  const pool = new pg.Pool({
    ...connectionOptions(url),
    Client: DatabaseClient,
    max: connections,
    idleTimeoutMillis: 30_000,
  });
  pool.on('error', onTrouble);
  const named = statementNames();
  const full = diskFull(isDiskFull);
  let waiting = 0;

  /** A refusal of the database leaves the connection, and what is prepared on it, as they are. */
  async function query(text: string, values: readonly unknown[] = [], withinMs = SILENT_MS): Promise<Answer> {
    const client = await pool.connect();
    let broken: Error | undefined;
    const onError = (error: Error) => {
      broken = error;
    };
    client.on('error', onError);
    try {
      return answer(await client.query(named(text, values, withinMs)));
    } catch (error) {
      full.failed(error);
      if (isAway(error)) broken = error as Error;
      throw error;
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }

  async function transaction<Result>(
    work: (connection: Connection) => Promise<Result>,
    { begin = 'BEGIN', long = false }: { begin?: string; long?: boolean } = {},
  ): Promise<Result> {
    const withinMs = long ? LONG_MS : SILENT_MS;
    const client = await pool.connect();
    let broken: Error | undefined;
    const onError = (error: Error) => {
      broken = error;
    };
    client.on('error', onError);
    try {
      await client.query(begin);
      if (long) await client.query('SET LOCAL statement_timeout = 0');
      const result = await work({
        query: async (text, values = []) => answer(await client.query(named(text, values, withinMs))),
      });
      await commit(client);
      return result;
    } catch (error) {
      full.failed(error);
      if (isAway(error) || error instanceof CommitUnknown) broken = error as Error;
      else await client.query('ROLLBACK').catch(onError);
      throw error;
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }

  async function patiently<Result>(
    attempt: () => Promise<Result>,
    sinceMs = performance.now(),
  ): Promise<Result> {
    const deadline = sinceMs + WAIT_MS;
    for (let again = 0; ; again++) {
      try {
        return await attempt();
      } catch (error) {
        if (isOverloaded(error) || error instanceof CommitUnknown) throw away(error);
        if (!isAway(error)) throw error;
        // Also what took longer than anybody waits.
        if (performance.now() > deadline || waiting >= WAITERS) throw away(error);
      }
      waiting++;
      await pause(again);
      waiting--;
    }
  }

  return { full, query, transaction, patiently, close: () => pool.end() };
}

async function commit(client: pg.PoolClient): Promise<void> {
  try {
    await client.query('COMMIT');
  } catch (error) {
    throw isAway(error) ? new CommitUnknown(error) : error;
  }
}

function answer({ rows, rowCount }: pg.QueryResult): Answer {
  return { rows, rowCount: rowCount ?? 0 };
}

/** pg takes a time-out for one statement, which its types do not say. */
type TimedQuery = pg.QueryConfig & { query_timeout: number };

/**
 * The same text has the same name on every connection. Without values reads alone are prepared: what begins and ends transactions is
 * not worth it, and several statements in one text cannot be. What is prepared names its columns, as `*` breaks when a newer
 * version adds one.
 */
function statementNames() {
  const names = new Map<string, string>();
  return (text: string, values: readonly unknown[], withinMs: number): TimedQuery => {
    let name = names.get(text);
    if (
      name === undefined &&
      names.size < STATEMENTS_NAMED &&
      (values.length > 0 || text.startsWith('SELECT '))
    ) {
      name = `bifrost_${names.size}`;
      names.set(text, name);
    }
    const query = { text, values: values as unknown[], query_timeout: withinMs };
    return name === undefined ? query : { ...query, name };
  };
}

function pause(again: number): Promise<void> {
  const longest = Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** again);
  return new Promise((resolve) => setTimeout(resolve, longest * (0.5 + Math.random() / 2)));
}

function away(cause: unknown): Refusal {
  const refusal = new Refusal('unavailable', 'The database does not answer. Try again in a moment.');
  refusal.cause = cause;
  return refusal;
}
