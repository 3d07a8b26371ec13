// What a run read of the directory, page by page, until it is compared: nothing of it has to stand in memory.

import type { DirectoryAssignment } from '../../../identity/directory.ts';
import type { Reconciliations, StagedPages, StagedPart } from '../../reconciliation.ts';
import type { Dialect } from '../dialect.ts';
import { insertGiven, lastOfEach, takeExcluded } from '../given-rows.ts';
import type { Hands } from '../hands.ts';
import { all, one, type Script, write } from '../statement.ts';
import { clearStaged } from './forgetting.ts';
import { advanceRun, type RunProgress } from './runs.ts';
import { BUCKET_LENGTH, bucketOf } from './staged-place.ts';

type OfStaging = Pick<Reconciliations, 'stage' | 'parts' | 'noteMatches' | 'stagedCounts' | 'clearStaging'>;

export function staging(hands: Hands): OfStaging {
  const { dialect } = hands;
  return {
    stage: (run, holder, pages) => hands.write(() => stage(dialect, run, holder, pages)),
    parts: (run) => hands.read(() => readParts(run)),
    noteMatches: (run, holder, matches, to) =>
      hands.write(() => noteMatches(dialect, run, holder, matches, to)),
    stagedCounts: (run) => hands.read(() => countStaged(run)),
    clearStaging: (run) =>
      hands.write(function* () {
        return (yield* clearStaged(run)) > 0;
      }),
  };
}

const partColumns = {
  run: 'text',
  part: 'text',
  position: 'text',
  state: 'text',
  pages: 'int',
  row_count: 'int',
  expected: 'int',
  why: 'text',
} as const;
const partTable = { name: 'staged_parts', columns: partColumns };
const parts = {
  ...partTable,
  onConflict: `(run, part) DO UPDATE SET ${takeExcluded(Object.keys(partColumns).slice(2))}`,
};
const newParts = { ...partTable, onConflict: 'DO NOTHING' };

const people = {
  name: 'staged_people',
  columns: { run: 'text', bucket: 'text', id: 'text', body: 'text' },
  onConflict: '(run, bucket, id) DO UPDATE SET body = excluded.body',
} as const;

const groups = {
  name: 'staged_groups',
  columns: { run: 'text', id: 'text', display_name: 'text' },
  onConflict: '(run, id) DO UPDATE SET display_name = excluded.display_name',
} as const;

const assignments = {
  name: 'staged_assignments',
  columns: { run: 'text', principal: 'text', role: 'text', kind: 'text' },
  onConflict: '(run, principal, role) DO UPDATE SET kind = excluded.kind',
} as const;

const matched = {
  name: 'staged_matches',
  columns: { run: 'text', id: 'text', person: 'text' },
  onConflict: '(run, id) DO UPDATE SET person = excluded.person',
} as const;

function* stage(dialect: Dialect, run: string, holder: string, pages: StagedPages): Script<boolean> {
  if (!(yield* advanceRun(dialect, run, holder))) return false;
  yield* insertGiven(
    dialect,
    people,
    lastOfEach(pages.people, ({ id }) => id).map((person) => ({
      run,
      bucket: bucketOf(person.id),
      id: person.id,
      body: JSON.stringify(person),
    })),
  );
  yield* insertGiven(
    dialect,
    groups,
    lastOfEach(pages.groups, ({ id }) => id).map(({ id, displayName }) => ({
      run,
      id,
      display_name: displayName,
    })),
  );
  yield* insertGiven(dialect, assignments, assignmentRows(run, pages.assignments));
  yield* stageMemberships(dialect, run, pages.memberships);
  yield* insertGiven(
    dialect,
    parts,
    lastOfEach(pages.parts, ({ part }) => part).map((part) => partRow(run, part)),
  );
  yield* insertGiven(
    dialect,
    newParts,
    pages.newParts.map((part) => partRow(run, { ...untouched, part })),
  );
  return true;
}

function assignmentRows(run: string, given: readonly DirectoryAssignment[]) {
  const rows = given.map(({ principal, role, kind }) => ({ run, principal, role: role ?? '', kind }));
  return lastOfEach(rows, ({ principal, role }) => JSON.stringify([principal, role]));
}

/** Those of one group together, behind all that were read before. */
function* stageMemberships(
  dialect: Dialect,
  run: string,
  memberships: StagedPages['memberships'],
): Script<void> {
  const byGroup = new Map<string, string[]>();
  for (const { group, member } of memberships) {
    const placed = bucketOf(member) + member;
    const known = byGroup.get(group);
    if (known) known.push(placed);
    else byGroup.set(group, [placed]);
  }
  for (const [group, members] of byGroup) {
    const list = yield* listNumber(run, group);
    const added = yield* write(
      `INSERT INTO staged_memberships (run, bucket, list, member)
       SELECT ?, substr(j.value, 1, ${BUCKET_LENGTH}), ?, substr(j.value, ${BUCKET_LENGTH + 1}) FROM ${dialect.texts}
       WHERE TRUE ON CONFLICT DO NOTHING`,
      run,
      list,
      JSON.stringify(members.sort()),
    );
    if (added === 0) continue;
    yield* write(
      'UPDATE staged_lists SET members = members + ? WHERE run = ? AND number = ?',
      added,
      run,
      list,
    );
  }
}

function* listNumber(run: string, group: string): Script<number> {
  const known = yield* one<{ number: number }>(
    'SELECT number FROM staged_lists WHERE run = ? AND group_id = ?',
    run,
    group,
  );
  if (known) return known.number;
  const last = yield* one<{ number: number }>(
    'SELECT number FROM staged_lists WHERE run = ? ORDER BY number DESC LIMIT 1',
    run,
  );
  const number = (last?.number ?? 0) + 1;
  yield* write(
    'INSERT INTO staged_lists (run, number, group_id, members) VALUES (?, ?, ?, 0)',
    run,
    number,
    group,
  );
  return number;
}

// --- parts ------------------------------------------------------------------------------------------------------

const untouched = { from: null, state: 'waiting', pages: 0, rows: 0, expected: null, why: null } as const;

function partRow(run: string, { part, from, state, pages, rows, expected, why }: StagedPart) {
  return { run, part, position: from, state, pages, row_count: rows, expected, why };
}

interface PartColumns {
  part: string;
  position: string | null;
  state: StagedPart['state'];
  pages: number;
  row_count: number;
  expected: number | null;
  why: string | null;
}

function* readParts(run: string): Script<StagedPart[]> {
  const rows = yield* all<PartColumns>(
    'SELECT part, position, state, pages, row_count, expected, why FROM staged_parts WHERE run = ? ORDER BY part',
    run,
  );
  return rows.map(({ position: from, row_count, ...rest }) => ({ ...rest, from, rows: row_count }));
}

// --- who is who -------------------------------------------------------------------------------------------------

function* noteMatches(
  dialect: Dialect,
  run: string,
  holder: string,
  matches: Parameters<Reconciliations['noteMatches']>[2],
  to: RunProgress,
): Script<boolean> {
  if (!(yield* advanceRun(dialect, run, holder, to))) return false;
  const rows = lastOfEach(matches, ({ id }) => id).map(({ id, user }) => ({ run, id, person: user }));
  yield* insertGiven(dialect, matched, rows);
  return true;
}

function* countStaged(run: string): Script<Awaited<ReturnType<Reconciliations['stagedCounts']>>> {
  const count = function* (what: string, table: string): Script<number> {
    return (yield* one<{ n: number | null }>(`SELECT ${what} AS n FROM ${table} WHERE run = ?`, run))?.n ?? 0;
  };
  return {
    people: yield* count('count(*)', 'staged_people'),
    groups: yield* count('count(*)', 'staged_groups'),
    memberships: yield* count('CAST(sum(members) AS BIGINT)', 'staged_lists'),
    assignments: yield* count('count(*)', 'staged_assignments'),
  };
}
