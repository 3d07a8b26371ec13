// Two ledgers on one database, as two replicas have them, and a hand that can hold a lock between them, so that a test
// says which of two commits comes first. Owns no assertion.

import pg from 'pg';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openPostgresLedger } from '../../src/ledger/postgres/ledger.ts';
import { LOCK_SPACE, locks } from '../../src/ledger/postgres/locks.ts';
import { freshDatabase } from '../harness/fresh-database.ts';
import { type Scribe, scribe, seed } from '../ledger/scribe.ts';

const WAITED_FOR_MS = 10_000;

export interface TwoLedgers {
  url: string;
  here: Ledger;
  there: Ledger;
  write: Scribe;
  writeThere: Scribe;
  /** A connection beside the ledgers. */
  sql(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Whoever commits by the settings, or changes them, waits in the order of coming until the answer is called. */
  holdSettings(): Promise<() => Promise<void>>;
  /** Whoever writes one of those rows waits. */
  holdRows(text: string, values: readonly unknown[]): Promise<() => Promise<void>>;
  /** Resolves when so many wait for a lock, the longest for at least so long. */
  waiting(count: number, forMs?: number): Promise<void>;
  close(): Promise<void>;
}

/** `isolation`: what the operator of the database has set for everybody who does not say. */
export async function twoLedgers(isolation = 'read committed'): Promise<TwoLedgers> {
  const database = await freshDatabase();
  const name = new URL(database.url).pathname.slice(1);
  const owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  await owner.query(`ALTER DATABASE ${name} SET default_transaction_isolation = '${isolation}'`);
  await owner.end();
  const here = await openPostgresLedger({ url: database.url });
  await seed(here);
  const there = await openPostgresLedger({ url: database.url });
  const hand = new pg.Client({ connectionString: database.url });
  await hand.connect();
  const holders = new Set<pg.Client>();

  async function sql(text: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    return (await hand.query(text, values as unknown[])).rows as Record<string, unknown>[];
  }

  async function holdRows(text: string, values: readonly unknown[]): Promise<() => Promise<void>> {
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    holders.add(holder);
    await holder.query('BEGIN');
    await holder.query(text, values as unknown[]);
    return async () => {
      holders.delete(holder);
      await holder.query('COMMIT');
      await holder.end();
    };
  }

  async function waiting(count: number, forMs = 0): Promise<void> {
    const deadline = performance.now() + WAITED_FOR_MS;
    for (;;) {
      const [row] = await sql(
        `SELECT count(*)::int AS n, coalesce(max(extract(epoch FROM clock_timestamp() - waitstart) * 1000), 0)::float AS ms
         FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()`,
      );
      if ((row!.n as number) >= count && (row!.ms as number) >= forMs) return;
      if (performance.now() > deadline) throw new Error(`${String(row!.n)} wait for a lock, not ${count}`);
    }
  }

  return {
    url: database.url,
    here,
    there,
    write: scribe(here),
    writeThere: scribe(there),
    sql,
    holdSettings: () => holdRows('SELECT pg_advisory_xact_lock($1, $2)', [LOCK_SPACE, locks.settings]),
    holdRows,
    waiting,
    async close() {
      for (const holder of holders) await holder.end();
      await hand.end();
      await Promise.all([here.close(), there.close()]);
      await database.drop();
    },
  };
}
