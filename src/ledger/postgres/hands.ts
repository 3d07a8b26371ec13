// How PostgreSQL runs the scripts of signing in and of reconciling: beside the settings and beside SCIM, so that whoever tries
// passwords, or compares everybody, holds up nobody else.

import type { Hands } from '../sql/hands.ts';
import type { Script } from '../sql/statement.ts';
import { postgresDialect } from './dialect.ts';
import { lanes } from './lanes.ts';
import { LOCK_SPACE, locks } from './locks.ts';
import type { Pool } from './pool.ts';
import { runOn } from './run-script.ts';
import { tell } from './tell.ts';
import { unlessBusy } from './tries.ts';

const ALONE = 'alone';
const LOCK_ALONE = `SELECT pg_advisory_xact_lock(${LOCK_SPACE}, ${locks.localAdmins})`;
const BUSY = 'Others are changing the same. Try again in a moment.';

export function hands(pool: Pool, committed: () => void): Hands {
  const inLane = lanes();

  function transaction<Answer>(script: () => Script<Answer>, lock?: string): Promise<Answer> {
    return pool.transaction(async (connection) => {
      if (lock) await connection.query(lock);
      return runOn(connection, script());
    });
  }

  /** A transaction that broke before its commit wrote nothing and is done again; one that broke within it is not. */
  async function surely<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const answer = await pool.patiently(() => unlessBusy(work, BUSY));
    committed();
    return answer;
  }

  return {
    dialect: postgresDialect,
    tell,
    read: (script) => pool.patiently(() => runOn(pool, script())),
    write: (script, lane) => inLane(lane ?? null, () => surely(() => transaction(script))),
    writeAlone: (script) => inLane(ALONE, () => surely(() => transaction(script, LOCK_ALONE))),
    note: (script) => transaction(script),
  };
}
