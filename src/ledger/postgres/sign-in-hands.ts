// How PostgreSQL runs the scripts of signing in: beside the settings and beside SCIM, so that whoever tries passwords holds
// up nobody else.

import { Refusal } from '../../refusal.ts';
import type { Hands } from '../sql/sign-in/hands.ts';
import type { Script } from '../sql/statement.ts';
import { isConflict } from './database-error.ts';
import { postgresDialect } from './dialect.ts';
import { lanes } from './lanes.ts';
import { LOCK_SPACE, locks } from './locks.ts';
import type { Pool } from './pool.ts';
import { runOn } from './run-script.ts';
import { tell } from './tell.ts';

const TRIES = 3;
const ALONE = 'alone';

export function signInHands(pool: Pool, committed: () => void): Hands {
  const inLane = lanes();

  async function transaction<Answer>(script: () => Script<Answer>, lock?: string): Promise<Answer> {
    const answer = await pool.patiently(() =>
      unlessBusy(() =>
        pool.transaction(async (connection) => {
          if (lock) await connection.query(lock);
          return runOn(connection, script());
        }),
      ),
    );
    committed();
    return answer;
  }

  return {
    dialect: postgresDialect,
    tell,
    read: (script) => pool.patiently(() => runOn(pool, script())),
    write: (script, lane) => inLane(lane ?? null, () => transaction(script)),
    writeAlone: (script) =>
      inLane(ALONE, () =>
        transaction(script, `SELECT pg_advisory_xact_lock(${LOCK_SPACE}, ${locks.localAdmins})`),
      ),
  };
}

/** Two that waited for each other: one is undone, and done again. */
async function unlessBusy<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (tries < TRIES) continue;
      const busy = new Refusal('unavailable', 'Others are changing the same. Try again in a moment.');
      busy.cause = error;
      throw busy;
    }
  }
}
