// Users of a version that did not store what lists are sorted by: filled in portion by portion, before anybody is served.

import { fold } from '../../fold.ts';
import { displayNameOf, sourceOf } from '../../identity/user.ts';
import type { Dialect } from './dialect.ts';
import { readUserRow, type UserColumns, userColumns } from './rows.ts';
import { all, one, type Script, write } from './statement.ts';

export const FOLDED_AT_ONCE = 1_000;

export function* countUnfolded(): Script<number> {
  const row = yield* one<{ n: number }>('SELECT count(*) AS n FROM users WHERE display_name_folded IS NULL');
  return Number(row?.n ?? 0);
}

/** False when nobody is left. Whoever is changed meanwhile is filled in by that change, or next time. */
export function* foldSome(dialect: Dialect): Script<boolean> {
  const rows = yield* all<UserColumns>(
    `SELECT ${userColumns} FROM users u WHERE u.display_name_folded IS NULL ORDER BY u.provider, u.id LIMIT (? + 0) ${dialect.skipLocked}`,
    FOLDED_AT_ONCE,
  );
  for (const row of rows) {
    const user = readUserRow(row);
    yield* write(
      `UPDATE users SET display_name_folded = ?, source = ? WHERE provider = ? AND id = ? AND revision = ?
       AND display_name_folded IS NULL`,
      fold(displayNameOf(user)),
      sourceOf(user),
      row.provider,
      row.id,
      row.revision,
    );
  }
  return rows.length === FOLDED_AT_ONCE;
}
