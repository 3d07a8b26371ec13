// Names of people taken apart into parts of three letters, many at once: one by one the index would write a segment of its own
// for each (docs/decisions/0018). What waits is searched as it stands.

import type { Database } from './open.ts';

/** So few are looked through by each search. */
const WAITING_AT_MOST = 256;
const TAKEN_AT_ONCE = 2_000;

export interface UserParts {
  /** Within a transaction, before it ends. */
  keepUp(): void;
  /** At the start, before there is a queue: what an older version left, a transaction for each portion. False: nothing is left. */
  catchUp(foldSome: () => boolean): void;
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
    catchUp(foldSome) {
      while (inTransaction(database, foldSome));
      while (Number(take.run(TAKEN_AT_ONCE).changes) === TAKEN_AT_ONCE);
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
