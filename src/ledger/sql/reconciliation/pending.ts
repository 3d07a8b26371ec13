// People of the directory who are missing here: since when, over several runs.

import type { Reconciliations } from '../../reconciliation.ts';
import type { Dialect } from '../dialect.ts';
import type { Hands } from '../hands.ts';
import { all, type Script, write } from '../statement.ts';

type OfPending = Pick<Reconciliations, 'pendingSince' | 'notePending' | 'forgetPending'>;

export function pendings(hands: Hands): OfPending {
  const { dialect } = hands;
  return {
    pendingSince: (provider, ids) => hands.read(() => pendingSince(dialect, provider, ids)),
    notePending: (provider, run, ids, at) => hands.write(() => note(dialect, provider, run, ids, at)),
    forgetPending: (provider, run) =>
      hands.write(function* () {
        yield* write('DELETE FROM drift_pending WHERE provider = ? AND run <> ?', provider, run);
      }),
  };
}

function* pendingSince(
  dialect: Dialect,
  provider: string,
  ids: readonly string[],
): Script<ReadonlyMap<string, number>> {
  const rows = yield* all<{ directory_id: string; since: number }>(
    `SELECT directory_id, since FROM drift_pending WHERE provider = ? AND ${dialect.isGiven('directory_id')}`,
    provider,
    JSON.stringify(ids),
  );
  return new Map(rows.map(({ directory_id, since }) => [directory_id, since]));
}

function* note(
  dialect: Dialect,
  provider: string,
  run: string,
  ids: readonly string[],
  at: number,
): Script<void> {
  yield* write(
    `INSERT INTO drift_pending (provider, directory_id, since, run) SELECT ?, j.value, ?, ? FROM ${dialect.texts}
     WHERE TRUE ON CONFLICT (provider, directory_id) DO UPDATE SET run = excluded.run`,
    provider,
    at,
    run,
    JSON.stringify([...new Set(ids)]),
  );
}
