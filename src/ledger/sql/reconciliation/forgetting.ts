// What goes of comparing with the directory: what was staged when a run is done, what is a person's when they are purged,
// what is a provider's with it, and what has become old.

import type { Reconciliations } from '../../reconciliation.ts';
import type { Hands } from '../hands.ts';
import { all, listMarks, one, type Script, type Value, write } from '../statement.ts';
import { spellings } from './staged-people.ts';
import { bucketOf } from './staged-place.ts';

const ROWS_AT_ONCE = 5000;

/** Tables of a run, and the rest of the key by which its rows stand in order. */
const staged: Readonly<Record<string, readonly string[]>> = {
  staged_memberships: ['bucket', 'list', 'member'],
  staged_lists: ['number'],
  staged_people: ['bucket', 'id'],
  staged_matches: ['id'],
  staged_assignments: ['principal', 'role'],
};

/** These stay for as long as the run does: its report, and what a later look at single persons goes by. */
const ofRun = { ...staged, staged_groups: ['id'], staged_parts: ['part'], drift: ['id'] };

export const stagedTables: readonly string[] = [...Object.keys(staged), 'staged_groups', 'staged_parts'];

export function forgettingRuns(hands: Hands): Pick<Reconciliations, 'forgetRuns'> {
  return {
    forgetRuns: (before) =>
      hands.write(function* () {
        return (yield* forgetRuns(before)) > 0;
      }),
  };
}

/** A portion of what a run staged. Gives how many rows; none when nothing is left. */
export function* clearStaged(run: string): Script<number> {
  return yield* clearSome(run, staged);
}

/** Of the first table that has any: up to the row that stands so many behind. */
function* clearSome(run: string, tables: Readonly<Record<string, readonly string[]>>): Script<number> {
  for (const [name, key] of Object.entries(tables)) {
    const order = key.join(', ');
    const end = yield* one<Record<string, Value>>(
      `SELECT ${order} FROM ${name} WHERE run = ? ORDER BY ${order} LIMIT 1 OFFSET (? + 0)`,
      run,
      ROWS_AT_ONCE,
    );
    const gone = end
      ? yield* write(
          `DELETE FROM ${name} WHERE run = ? AND (${order}) < (${listMarks(key.length)})`,
          run,
          ...key.map((column) => end[column]!),
        )
      : yield* write(`DELETE FROM ${name} WHERE run = ?`, run);
    if (gone > 0) return gone;
  }
  return 0;
}

// --- a person ---------------------------------------------------------------------------------------------------

/** While their links are there: by those, and by their externalId, the directory's own word for them is known. */
export function* forgetDifferences(provider: string, id: string, externalId: string | null): Script<void> {
  const links = yield* all<{ subject: string }>(
    'SELECT subject FROM identities WHERE provider = ? AND person = ?',
    provider,
    id,
  );
  yield* write('DELETE FROM drift WHERE person = ?', id);
  yield* write('DELETE FROM drift_ignored WHERE provider = ? AND whom = ?', provider, id);
  const theirs = [...links.map(({ subject }) => subject), ...(externalId === null ? [] : [externalId])];
  const known = theirs.flatMap((each) => [each, ...spellings(each.toLowerCase())]);
  for (const directoryId of new Set(known)) {
    yield* write(
      'DELETE FROM drift WHERE directory_id = ? AND person IS NULL AND provider = ?',
      directoryId,
      provider,
    );
    yield* write('DELETE FROM drift_ignored WHERE provider = ? AND whom = ?', provider, directoryId);
    yield* write('DELETE FROM drift_pending WHERE provider = ? AND directory_id = ?', provider, directoryId);
    yield* write(
      `DELETE FROM staged_people WHERE run IN (SELECT id FROM reconciliations WHERE provider = ?) AND bucket = ? AND id = ?`,
      provider,
      bucketOf(directoryId),
      directoryId,
    );
  }
}

// --- a provider -------------------------------------------------------------------------------------------------

export interface RowsOfProvider {
  readonly name: string;
  /** What tells its rows apart. */
  readonly key: string;
  /** With one value, the provider. */
  readonly where: string;
}

const ofItsRuns = 'run IN (SELECT id FROM reconciliations WHERE provider = ?)';
const ofItself = 'provider = ?';

/** In the order in which they go: what is a run's before the run. */
export const rowsOfProvider: readonly RowsOfProvider[] = [
  ...Object.entries(ofRun).map(([name, key]) => ({
    name,
    key: ['run', ...key].join(', '),
    where: ofItsRuns,
  })),
  { name: 'reconciliations', key: 'id', where: ofItself },
  { name: 'drift_ignored', key: 'category, whom, about', where: ofItself },
  { name: 'drift_pending', key: 'directory_id', where: ofItself },
  { name: 'held_batches', key: 'id', where: ofItself },
  { name: 'guard_takings', key: 'source, at', where: ofItself },
];

/** Whoever works on one stops at the next step, so that nothing is added to what goes. */
export function* cancelRunsOf(provider: string, at: number): Script<void> {
  yield* write(
    `UPDATE reconciliations SET phase = 'done', outcome = 'cancelled', finished_at = ?, holder = NULL, lease_until = NULL
     WHERE provider = ? AND phase <> 'done'`,
    at,
    provider,
  );
}

// --- what is old ------------------------------------------------------------------------------------------------

const DAY_MS = 86_400_000;
const RUNS_KEPT_MS = 90 * DAY_MS;
/** The guard looks back over one day. */
const TAKINGS_KEPT_MS = 7 * DAY_MS;

/** Some of it. Gives how many rows; none when nothing is left. */
export function* forgetOldDifferences(now: number): Script<number> {
  const runs = yield* forgetRuns(now - RUNS_KEPT_MS);
  const takings = yield* write('DELETE FROM guard_takings WHERE at < ?', now - TAKINGS_KEPT_MS);
  const batches = yield* write(
    "DELETE FROM held_batches WHERE decided_at < ? AND state NOT IN ('held', 'applying', 'undoing')",
    now - RUNS_KEPT_MS,
  );
  return runs + takings + batches + (yield* write('DELETE FROM drift_ignored WHERE until <= ?', now));
}

/** A batch that is not decided, or not done, is about rows of its run. */
const oldRun = `
  SELECT r.id FROM reconciliations r
  WHERE r.finished_at < ?
    AND EXISTS (SELECT 1 FROM reconciliations n
      WHERE n.provider = r.provider AND n.phase = 'done' AND (n.started_at > r.started_at OR (n.started_at = r.started_at AND n.id > r.id)))
    AND NOT EXISTS (SELECT 1 FROM held_batches b WHERE b.origin = r.id AND b.state IN ('held', 'applying', 'undoing'))
  ORDER BY r.finished_at, r.id LIMIT 1`;

/** Whoever worked on it stopped at their next step, and did not clear it away. */
const stoppedRun = `
  SELECT r.id FROM reconciliations r
  WHERE r.phase = 'done' AND r.outcome IN ('cancelled', 'discarded')
    AND (${Object.keys(staged)
      .map((table) => `EXISTS (SELECT 1 FROM ${table} s WHERE s.run = r.id)`)
      .join(' OR ')})
  ORDER BY r.id LIMIT 1`;

function* forgetRuns(before: number): Script<number> {
  const stopped = yield* one<{ id: string }>(stoppedRun);
  if (stopped) return yield* clearStaged(stopped.id);
  const run = yield* one<{ id: string }>(oldRun, before);
  if (!run) return 0;
  const rows = yield* clearSome(run.id, ofRun);
  return rows > 0 ? rows : yield* write('DELETE FROM reconciliations WHERE id = ?', run.id);
}
