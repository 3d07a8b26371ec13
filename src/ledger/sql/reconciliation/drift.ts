// The reports: what a run found to differ, row by row, and what becomes of each.

import { fold } from '../../../fold.ts';
import type { DriftCategory, DriftState } from '../../../identity/directory.ts';
import type { DriftQuery, DriftRow, Reconciliations } from '../../reconciliation.ts';
import type { Dialect } from '../dialect.ts';
import { counted } from '../events.ts';
import { insertGiven, lastOfEach, takeExcluded } from '../given-rows.ts';
import type { Hands } from '../hands.ts';
import { all, listMarks, type Script, type Value, write } from '../statement.ts';
import { advanceRun, providerOf, type RunProgress } from './runs.ts';

type OfDrift = Pick<Reconciliations, 'report' | 'settleDrift' | 'drift' | 'driftRows' | 'driftCounts'>;

export function drifts(hands: Hands): OfDrift {
  const { dialect } = hands;
  return {
    report: (run, holder, rows, to) => hands.write(() => report(dialect, run, holder, rows, to)),
    settleDrift: (rows, by, tell, provider) =>
      hands.write(function* () {
        for (const row of rows) yield* settle(row);
        yield* hands.tell(tell, { ...by, provider });
      }),
    drift: (query) => hands.read(() => readDrift(dialect, query)),
    driftRows: (run, ids) => hands.read(() => readRows(dialect, run, ids)),
    driftCounts: (run) => hands.read(() => countDrift(run)),
  };
}

// --- writing ----------------------------------------------------------------------------------------------------

const rowColumns = {
  run: 'text',
  id: 'text',
  provider: 'text',
  category: 'text',
  person: 'text',
  directory_id: 'text',
  name: 'text',
  name_folded: 'text',
  about: 'text',
  takes: 'int',
  state: 'text',
  why: 'text',
  detail: 'text',
  batch: 'text',
  healed_at: 'int',
} as const;

const table = {
  name: 'drift',
  columns: rowColumns,
  onConflict: `(run, id) DO UPDATE SET ${takeExcluded(Object.keys(rowColumns).slice(2))}`,
};

function* report(
  dialect: Dialect,
  run: string,
  holder: string,
  rows: readonly DriftRow[],
  to: RunProgress,
): Script<boolean> {
  if (!(yield* advanceRun(dialect, run, holder, to))) return false;
  const provider = yield* providerOf(run);
  yield* insertGiven(
    dialect,
    table,
    lastOfEach(rows, ({ id }) => id).map((row) => ({
      run,
      id: row.id,
      provider,
      category: row.category,
      person: row.user,
      directory_id: row.directoryId,
      name: row.name,
      name_folded: fold(row.name),
      about: row.about,
      takes: row.takes ? 1 : 0,
      state: row.state,
      why: row.why,
      detail: JSON.stringify(row.detail),
      batch: row.batch,
      healed_at: row.healedAt,
    })),
  );
  return true;
}

function* settle(row: Parameters<Reconciliations['settleDrift']>[0][number]): Script<void> {
  yield* write(
    'UPDATE drift SET state = ?, why = ?, batch = ?, healed_at = ?, detail = ? WHERE run = ? AND id = ?',
    row.state,
    row.why,
    row.batch,
    row.healedAt,
    JSON.stringify(row.detail),
    row.run,
    row.id,
  );
}

// --- reading ----------------------------------------------------------------------------------------------------

interface DriftColumns {
  run: string;
  id: string;
  category: DriftCategory;
  person: string | null;
  directory_id: string | null;
  name: string;
  about: string;
  takes: number;
  state: DriftState;
  why: string;
  detail: string;
  batch: string | null;
  healed_at: number | null;
}

const columns =
  'run, id, category, person, directory_id, name, about, takes, state, why, detail, batch, healed_at';

/** Within one run in the order in which rows were found; of several, the newest run first. */
function* readDrift(dialect: Dialect, query: DriftQuery): ReturnType<typeof page> {
  const conditions = conditionsOf(dialect, query);
  const { after, run } = query;
  const next: Condition[] = [];
  if (after !== null && run !== undefined) next.push(['id > ?', after]);
  else if (after !== null) {
    const [last, id] = [after.slice(0, after.indexOf(' ')), after.slice(after.indexOf(' ') + 1)];
    next.push(['run <= ?', last], ['(run < ? OR id > ?)', last, id]);
  }
  return yield* page(conditions, next, query);
}

type Condition = readonly [sql: string, ...values: Value[]];

function conditionsOf({ position }: Dialect, query: DriftQuery): Condition[] {
  const conditions: Condition[] = [];
  if (query.run !== undefined) conditions.push(['run = ?', query.run]);
  if (query.batch !== undefined) conditions.push(['batch = ?', query.batch]);
  if (query.user !== undefined) conditions.push(['person = ?', query.user]);
  if (query.category !== undefined) conditions.push(['category = ?', query.category]);
  if (query.states !== undefined) {
    conditions.push([`state IN (${listMarks(query.states.length)})`, ...query.states]);
  }
  if (query.takes !== undefined) conditions.push(['takes = ?', query.takes ? 1 : 0]);
  if (query.search) conditions.push([`${position}(name_folded, ?) > 0`, fold(query.search)]);
  return conditions;
}

function* page(
  conditions: readonly Condition[],
  next: readonly Condition[],
  { run, limit }: DriftQuery,
): Script<Awaited<ReturnType<Reconciliations['drift']>>> {
  const whole = where(conditions);
  const from = where([...conditions, ...next]);
  const rows = yield* all<DriftColumns>(
    `SELECT ${columns} FROM drift WHERE ${from.sql} ORDER BY ${run === undefined ? 'run DESC, id' : 'id'} LIMIT (? + 0)`,
    ...from.values,
    limit + 1,
  );
  const items = rows.slice(0, limit).map(readRow);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return {
    items,
    next: last ? (run === undefined ? `${last.run} ${last.id}` : last.id) : null,
    ...(yield* counted(`SELECT 1 AS one FROM drift WHERE ${whole.sql}`, whole.values)),
  };
}

function where(conditions: readonly Condition[]): { sql: string; values: Value[] } {
  return {
    sql: conditions.length === 0 ? 'TRUE' : conditions.map(([sql]) => sql).join(' AND '),
    values: conditions.flatMap(([, ...values]) => values),
  };
}

function readRow(row: DriftColumns): DriftRow {
  return {
    run: row.run,
    id: row.id,
    category: row.category,
    user: row.person,
    directoryId: row.directory_id,
    name: row.name,
    about: row.about,
    takes: row.takes === 1,
    state: row.state,
    why: row.why,
    detail: JSON.parse(row.detail) as Record<string, unknown>,
    batch: row.batch,
    healedAt: row.healed_at,
  };
}

function* readRows(dialect: Dialect, run: string, ids: readonly string[]): Script<DriftRow[]> {
  const rows = yield* all<DriftColumns>(
    `SELECT ${columns} FROM drift WHERE run = ? AND ${dialect.isGiven('id')}`,
    run,
    JSON.stringify([...new Set(ids)]),
  );
  return rows.map(readRow);
}

/** Somebody who is missing here counts by their id in the directory; a group is nobody. */
function* countDrift(run: string): Script<Awaited<ReturnType<Reconciliations['driftCounts']>>> {
  const rows = yield* all<{
    category: DriftCategory;
    state: DriftState;
    takes: number;
    n: number;
    who: number;
  }>(
    `SELECT category, state, takes, count(*) AS n,
       count(DISTINCT coalesce(person, CASE category WHEN 'missing-here' THEN directory_id END)) AS who
     FROM drift WHERE run = ? GROUP BY category, state, takes ORDER BY category, state, takes`,
    run,
  );
  return rows.map(({ n, who, takes, ...of }) => ({ ...of, takes: takes === 1, rows: n, people: who }));
}
