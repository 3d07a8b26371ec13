// Names of people taken apart into parts of three letters, many at once: one by one the index would write a segment of its own
// for each (docs/decisions/0018). What waits is searched as it stands.

import { progressOf, type Say } from '../preparing.ts';
import { countUnfolded, FOLDED_AT_ONCE, foldSome } from '../sql/unfolded.ts';
import { sqliteDialect } from './dialect.ts';
import type { Database } from './open.ts';
import type { RunScript } from './run-script.ts';

/** So few are looked through by each search. */
const WAITING_AT_MOST = 256;
const TAKEN_AT_ONCE = 2_000;

export interface UserParts {
  /** Within a transaction, before it ends. */
  keepUp(): void;
  /** At the start, before there is a queue: what an older version left, a transaction for each portion. */
  catchUp(run: RunScript, say: Say): void;
}

export function userParts(database: Database): UserParts {
  const waiting = database.prepare(
    `SELECT coalesce((SELECT max(n) FROM user_words), 0) - coalesce((SELECT max(id) FROM user_parts_docsize), 0) AS n`,
  );
  const take = database.prepare(
    `INSERT INTO user_parts (rowid, words) SELECT n, words FROM user_words
     WHERE n > (SELECT coalesce(max(id), 0) FROM user_parts_docsize) ORDER BY n LIMIT ?`,
  );
  return {
    keepUp() {
      if ((waiting.get() as { n: number }).n > WAITING_AT_MOST) take.run(TAKEN_AT_ONCE);
    },
    catchUp(run, say) {
      const folded = progressOf(say, 'people for lists', run(countUnfolded()));
      for (let done = 0; inTransaction(database, () => run(foldSome(sqliteDialect))); ) {
        done += FOLDED_AT_ONCE;
        folded(done);
      }
      const taken = progressOf(say, 'names for searches', (waiting.get() as { n: number }).n);
      for (let done = 0; Number(take.run(TAKEN_AT_ONCE).changes) === TAKEN_AT_ONCE; ) {
        done += TAKEN_AT_ONCE;
        taken(done);
      }
    },
  };
}

function inTransaction<Answer>(database: Database, job: () => Answer): Answer {
  database.exec('BEGIN IMMEDIATE');
  try {
    const answer = job();
    database.exec('COMMIT');
    return answer;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
