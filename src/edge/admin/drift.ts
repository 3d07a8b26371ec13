// Rows of a report: the list, and what a person says of single ones. Healing looks at each in the directory once more; what is
// ignored is left alone by later runs until then.

import { Type } from 'typebox';
import type { EventDraft } from '../../identity/event.ts';
import type { DriftRow, Run } from '../../ledger/reconciliation.ts';
import { Refusal } from '../../refusal.ts';
import { listQuery, orNull, pageOf, search, text, time } from './contract.ts';
import { driftExportRoutes } from './drift-export.ts';
import { readIdCursor, showTotal, writeIdCursor } from './page.ts';
import { badInput } from './read-input.ts';
import { category, driftShape, driftState, showDrift } from './reconciliation-contract.ts';
import { type Call, changeBy, type Route, route } from './route.ts';
import { healByHand, needRun, readRuns } from './runs.ts';

const PAGE = 50;
const ROWS_AT_ONCE = 100;

const listDrift = route({
  method: 'GET',
  path: '/reconciliations/{id}/drift',
  permission: readRuns,
  summary: 'The differences that a run found',
  query: Type.Object(
    { ...listQuery, category: Type.Optional(category), state: Type.Optional(driftState), search },
    { additionalProperties: false },
  ),
  response: pageOf(driftShape),
  async handle({ parts: { ledger }, params, query }) {
    const run = await needRun(ledger, params.id);
    const order = `drift ${run.id}`;
    const found = await ledger.reconciliations.drift({
      run: run.id,
      ...(query.category && { category: query.category }),
      ...(query.state && { states: [query.state] }),
      ...(query.search !== undefined && { search: query.search }),
      after: readIdCursor(order, query.cursor),
      limit: query.limit ?? PAGE,
    });
    const items = found.items.map(showDrift);
    return { body: { items, nextCursor: writeIdCursor(order, found.next), ...showTotal(found) } };
  },
});

// --- single rows ------------------------------------------------------------------------------------------------

const rowIds = Type.Array(Type.String({ minLength: 1, maxLength: 40 }), {
  minItems: 1,
  maxItems: ROWS_AT_ONCE,
  uniqueItems: true,
  description: 'Ids of rows of this run.',
});

const skippedShape = Type.Array(Type.Object({ id: text(), why: text() }), {
  description: 'To which nothing was done, and why.',
});

interface Skipped {
  id: string;
  why: string;
}

interface Sorted {
  run: Run;
  /** In the order in which they were named. */
  rows: DriftRow[];
  skipped: Skipped[];
}

/** `obstacle`: why nothing is to be done with a row; null where something is. */
async function sorted(
  { parts }: Call,
  id: string,
  ids: readonly string[],
  obstacle: (row: DriftRow) => string | null,
): Promise<Sorted> {
  const { ledger } = parts;
  const run = await needRun(ledger, id);
  if (run.phase !== 'done') {
    const detail =
      'The run is not over yet, and may still change these rows itself. Wait for its end, or cancel it.';
    throw new Refusal('conflict', detail, { phase: run.phase });
  }
  const known = new Map((await ledger.reconciliations.driftRows(run.id, ids)).map((row) => [row.id, row]));
  const rows: DriftRow[] = [];
  const skipped: Skipped[] = [];
  for (const each of ids) {
    const row = known.get(each);
    const why = row ? obstacle(row) : 'This run has no such row.';
    if (row && why === null) rows.push(row);
    else skipped.push({ id: each, why: why ?? '' });
  }
  return { run, rows, skipped };
}

/** What was decided on as a whole is not decided on row by row. */
function decidedElsewhere({ state, batch }: DriftRow): string | null {
  if (state === 'healed') return 'It was healed already.';
  if (state === 'held') return `It is part of the held batch ${batch}: approve or drop that.`;
  return null;
}

const healRows = route({
  method: 'POST',
  path: '/reconciliations/{id}/drift/heal',
  permission: healByHand,
  summary: 'Heal differences now, each looked at once more before',
  description:
    'Also where the provider only reports. The guard counts nothing of it: a person said so, row by row.',
  body: Type.Object({ rows: rowIds }, { additionalProperties: false }),
  response: Type.Object({ healed: Type.Array(text()), skipped: skippedShape }),
  refuses: { 409: 'The run is not over, or the directory cannot be read' },
  async handle(call) {
    const { run, rows, skipped } = await sorted(call, call.params.id, call.body.rows, notHealable);
    if (rows.length === 0) return { body: { healed: [], skipped } };
    const ids = rows.map(({ id }) => id);
    const became = await call.parts.reconciling.heal(run, ids, changeBy(call));
    return { body: { healed: [...became.healed], skipped: [...skipped, ...became.skipped] } };
  },
});

function notHealable(row: DriftRow): string | null {
  if (row.user !== null) return decidedElsewhere(row);
  if (row.category !== 'missing-here') return 'It is about a group: SCIM alone changes those here.';
  return 'They are not here yet: SCIM, a sign-in, a run that heals, or an import brings them.';
}

const ignoreRows = route({
  method: 'POST',
  path: '/reconciliations/{id}/drift/ignore',
  permission: healByHand,
  summary: 'Leave differences alone: later runs show them and do nothing',
  body: Type.Object(
    {
      rows: rowIds,
      until: orNull(Type.String({ format: 'date-time', maxLength: 40, description: 'null: for good.' })),
    },
    { additionalProperties: false },
  ),
  response: Type.Object({ ignored: Type.Array(text()), skipped: skippedShape, until: orNull(time()) }),
  refuses: { 409: 'The run is not over' },
  async handle(call) {
    const until = readUntil(call.body.until, call.at);
    const { run, rows, skipped } = await sorted(call, call.params.id, call.body.rows, decidedElsewhere);
    const { reconciliations } = call.parts.ledger;
    const by = changeBy(call);
    const end = until === null ? 'for good' : `until ${new Date(until).toISOString()}`;
    const actor = `${by.actor.kind}:${by.actor.id}`;
    for (const row of rows) {
      const what = { ...subjectOf(run, row), until, actor, at: call.at };
      await reconciliations.ignore(what, by, [ignoreEvent(run, row, { ignored: true, until: end })]);
    }
    const why = `${call.caller.name} said to leave it alone ${end}.`;
    const settled = rows.map((row) => ({ ...row, state: 'ignored' as const, why }));
    await reconciliations.settleDrift(settled, by, [], run.provider);
    const shownUntil = until === null ? null : new Date(until).toISOString();
    return { body: { ignored: rows.map(({ id }) => id), skipped, until: shownUntil } };
  },
});

function readUntil(until: string | null, at: number): number | null {
  if (until === null) return null;
  const end = Date.parse(until);
  const problem = Number.isNaN(end) ? 'is no time: write 2026-12-31T00:00:00Z, or null' : 'is over already';
  if (Number.isNaN(end) || end <= at) throw badInput('The body', [{ path: '/until', problem }]);
  return end;
}

const unignoreRows = route({
  method: 'POST',
  path: '/reconciliations/{id}/drift/unignore',
  permission: healByHand,
  summary: 'Look at ignored differences again, from the next run on',
  body: Type.Object({ rows: rowIds }, { additionalProperties: false }),
  response: Type.Object({ unignored: Type.Array(text()), skipped: skippedShape }),
  refuses: { 409: 'The run is not over' },
  async handle(call) {
    const { run, rows, skipped } = await sorted(call, call.params.id, call.body.rows, () => null);
    const { reconciliations } = call.parts.ledger;
    const by = changeBy(call);
    const open: DriftRow[] = [];
    for (const row of rows) {
      const tell = [ignoreEvent(run, row, { ignored: false })];
      if (await reconciliations.unignore(subjectOf(run, row), by, tell)) open.push(row);
      else skipped.push({ id: row.id, why: 'Nobody said to ignore it, or that is over.' });
    }
    const settled = open
      .filter(({ state }) => state === 'ignored')
      .map((row) => ({ ...row, state: 'open' as const, why: 'The next run decides on it again.' }));
    await reconciliations.settleDrift(settled, by, [], run.provider);
    return { body: { unignored: open.map(({ id }) => id), skipped } };
  },
});

/** Whoever is here is named by their id here, which stays when the directory's is learned. */
function subjectOf({ provider }: Run, { category: of, user, directoryId, about }: DriftRow) {
  return { provider, category: of, whom: user ?? directoryId ?? '', about };
}

function ignoreEvent(run: Run, row: DriftRow, said: { ignored: boolean; until?: string }): EventDraft {
  const { user, directoryId, about } = row;
  const subject =
    user === null ? ({ kind: 'reconciliation', id: run.id } as const) : ({ kind: 'user', id: user } as const);
  const data = {
    category: row.category,
    ...(user === null && { directoryId }),
    ...(about && { about }),
    run: run.id,
    ...said,
  };
  return { type: 'drift.ignored', subject, data };
}

export const driftRoutes: readonly Route[] = [
  listDrift,
  ...driftExportRoutes,
  healRows,
  ignoreRows,
  unignoreRows,
];
