// A database of an older version brought to this one: its tables, then its people portion by portion, each a transaction.

import { progressOf, type Say } from '../preparing.ts';
import { countUnfolded, FOLDED_AT_ONCE, foldSome } from '../sql/unfolded.ts';
import { postgresDialect } from './dialect.ts';
import { migrate } from './migrations.ts';
import type { Pool } from './pool.ts';
import { runOn } from './run-script.ts';

export async function catchUp(pool: Pool, say: Say): Promise<void> {
  await migrate(pool, say);
  const progress = progressOf(say, 'people for lists', await runOn(pool, countUnfolded()));
  for (let done = FOLDED_AT_ONCE; ; done += FOLDED_AT_ONCE) {
    const isMore = await pool.transaction((connection) => runOn(connection, foldSome(postgresDialect)));
    if (!isMore) return;
    progress(done);
  }
}
