// Batches that wait for a person to decide, and how many lost something without anybody's word.

import type { EventDraft } from '../../../identity/event.ts';
import type { Change } from '../../ledger.ts';
import type { Batch, BatchState, HeldBatches, NewBatch } from '../../reconciliation.ts';
import type { Dialect } from '../dialect.ts';
import { counted } from '../events.ts';
import type { Hands } from '../hands.ts';
import { isFree, leased, leaseRenewed } from '../lease.ts';
import { all, listMarks, marks, one, type Script, type Value, write } from '../statement.ts';

interface BatchColumns {
  id: string;
  provider: string;
  source: Batch['source'];
  origin: string;
  people: number;
  active: number;
  body: string;
  created_at: number;
  state: BatchState;
  decided_at: number | null;
  decided_by: string | null;
  done: number;
  revision: number;
}

const columns =
  'id, provider, source, origin, people, active, body, created_at, state, decided_at, decided_by, done, revision';

const beingDone = "state IN ('applying', 'undoing')";

export function heldBatches(hands: Hands): HeldBatches {
  const { dialect } = hands;
  return {
    hold: (batch, by, tell, also) => hands.write(() => hold(hands, batch, by, tell, also)),
    find: (id) => hands.read(() => findBatch(id)),
    list: (query) => hands.read(() => list(query)),
    move: (id, from, to, by, tell, rows) => hands.write(() => move(hands, id, from, to, by, tell, rows)),
    take: (holder) => hands.write(() => take(dialect, holder)),
    advance: (id, holder, done) => hands.write(() => advance(dialect, id, holder, done)),
    taken: (provider, source, since) => hands.read(() => taken(provider, source, since)),
    noteTaken: (provider, source, people, at) => hands.write(() => noteTaken(provider, source, people, at)),
    noteWave: (provider, people, by, tell) =>
      hands.writeAlone(() => noteWave(hands, provider, people, by, tell)),
    active: (provider) => hands.read(() => countActive(provider)),
  };
}

// --- holding and deciding ---------------------------------------------------------------------------------------

const REPLACED = 'A later run found it again; it is in that one.';

export function* hold(
  { tell }: Pick<Hands, 'tell'>,
  batch: NewBatch,
  by: Change,
  drafts: readonly EventDraft[],
  { rowsOf, replaces = [] }: NonNullable<Parameters<HeldBatches['hold']>[3]> = {},
): Script<void> {
  const { id, provider, source, origin, people, active, createdAt } = batch;
  yield* write(
    `INSERT INTO held_batches (${columns}) VALUES ${marks(1, 13)}`,
    ...[id, provider, source, origin, people, active, JSON.stringify(batch.body), createdAt],
    ...['held' satisfies BatchState, null, null, 0, 1],
  );
  if (rowsOf !== undefined) {
    yield* write(
      "UPDATE drift SET state = 'held', batch = ? WHERE run = ? AND state = 'due' AND takes = 1",
      id,
      rowsOf,
    );
  }
  for (const former of replaces) {
    if (!(yield* moveBatch({ state: 'replaced' }, former, ['held'], by))) continue;
    yield* write(
      "UPDATE drift SET state = 'skipped', why = ? WHERE batch = ? AND state = 'held'",
      REPLACED,
      former,
    );
  }
  yield* tell(drafts, { ...by, provider });
}

function* move(
  { tell }: Hands,
  id: string,
  ...[from, next, by, drafts, rows]: Parameters<HeldBatches['move']> extends [string, ...infer Rest]
    ? Rest
    : never
): Script<boolean> {
  const moved = yield* moveBatch(next, id, from, by);
  if (!moved) return false;
  if (rows) {
    yield* write(
      'UPDATE drift SET state = ?, why = coalesce(?, why) WHERE batch = ? AND state = ?',
      rows.to,
      rows.why ?? null,
      id,
      rows.from,
    );
  }
  yield* tell(drafts, { ...by, provider: moved.provider });
  return true;
}

/** The end of what somebody decided is no decision. */
const isUnderWay: ReadonlySet<BatchState> = new Set<BatchState>(['applying', 'undoing']);

export function* moveBatch(
  { state, done, body }: Parameters<HeldBatches['move']>[2],
  id: string,
  from: readonly BatchState[],
  { at, actor }: Change,
): Script<{ provider: string } | undefined> {
  const decided = from.every((each) => isUnderWay.has(each))
    ? [null, null]
    : [at, `${actor.kind}:${actor.id}`];
  return yield* one<{ provider: string }>(
    `UPDATE held_batches SET state = ?, done = coalesce(?, done), body = coalesce(?, body), decided_at = coalesce(?, decided_at),
       decided_by = coalesce(?, decided_by), revision = revision + 1, holder = NULL, lease_until = NULL
     WHERE id = ? AND state IN (${listMarks(from.length)}) RETURNING provider`,
    state,
    done ?? null,
    body ? JSON.stringify(body) : null,
    ...decided,
    id,
    ...from,
  );
}

// --- working ----------------------------------------------------------------------------------------------------

function* take(dialect: Dialect, holder: string): Script<Batch | null> {
  const row = yield* one<BatchColumns>(
    `UPDATE held_batches SET ${leased(dialect)} WHERE id = (
       SELECT id FROM held_batches WHERE source = 'reconciliation' AND ${beingDone} AND ${isFree(dialect)}
       ORDER BY decided_at, id LIMIT 1 ${dialect.skipLocked}) RETURNING ${columns}`,
    holder,
    holder,
  );
  return row ? readBatch(row) : null;
}

function* advance(dialect: Dialect, id: string, holder: string, done: number): Script<boolean> {
  const changed = yield* write(
    `UPDATE held_batches SET ${leaseRenewed(dialect)}, done = ? WHERE id = ? AND holder = ? AND ${beingDone}`,
    done,
    id,
    holder,
  );
  return changed === 1;
}

// --- looking ----------------------------------------------------------------------------------------------------

export function* findBatch(id: string): Script<Batch | null> {
  const row = yield* one<BatchColumns>(`SELECT ${columns} FROM held_batches WHERE id = ?`, id);
  return row ? readBatch(row) : null;
}

/** Of one source, in one of these states; a provider has few. */
export function* batchesOf(
  provider: string,
  source: Batch['source'],
  states: readonly BatchState[],
): Script<Batch[]> {
  const rows = yield* all<BatchColumns>(
    `SELECT ${columns} FROM held_batches WHERE provider = ? AND source = ? AND state IN (${listMarks(states.length)}) ORDER BY id`,
    provider,
    source,
    ...states,
  );
  return rows.map(readBatch);
}

function* list({
  provider,
  states,
  after,
  limit,
}: Parameters<HeldBatches['list']>[0]): Script<Awaited<ReturnType<HeldBatches['list']>>> {
  const conditions: string[] = ['TRUE'];
  const values: Value[] = [];
  if (provider !== undefined) {
    conditions.push('provider = ?');
    values.push(provider);
  }
  if (states !== undefined) {
    conditions.push(`state IN (${listMarks(states.length)})`);
    values.push(...states);
  }
  const whole = conditions.join(' AND ');
  const rows = yield* all<BatchColumns>(
    `SELECT ${columns} FROM held_batches WHERE ${whole}${after === null ? '' : ' AND id < ?'} ORDER BY id DESC LIMIT (? + 0)`,
    ...values,
    ...(after === null ? [] : [after]),
    limit + 1,
  );
  const items = rows.slice(0, limit).map(readBatch);
  const next = rows.length > limit ? items.at(-1)!.id : null;
  return { items, next, ...(yield* counted(`SELECT 1 AS one FROM held_batches WHERE ${whole}`, values)) };
}

function readBatch(row: BatchColumns): Batch {
  return {
    id: row.id,
    provider: row.provider,
    source: row.source,
    origin: row.origin,
    people: row.people,
    active: row.active,
    body: JSON.parse(row.body) as Record<string, unknown>,
    createdAt: row.created_at,
    state: row.state,
    decidedAt: row.decided_at,
    decidedBy: row.decided_by,
    done: row.done,
    revision: row.revision,
  };
}

// --- the rolling day --------------------------------------------------------------------------------------------

const DAY_MS = 86_400_000;

type Source = Parameters<HeldBatches['taken']>[1];

export function* taken(provider: string, source: Source, since: number): Script<number> {
  const row = yield* one<{ n: number }>(
    `SELECT CAST(coalesce(sum(people), 0) AS BIGINT) AS n FROM guard_takings WHERE provider = ? AND source = ? AND at > ?`,
    provider,
    source,
    since,
  );
  return row?.n ?? 0;
}

export function* noteTaken(provider: string, source: Source, people: number, at: number): Script<void> {
  yield* write(
    `INSERT INTO guard_takings (provider, source, at, people) VALUES (?, ?, ?, ?)
     ON CONFLICT (provider, source, at) DO UPDATE SET people = guard_takings.people + excluded.people`,
    provider,
    source,
    at,
    people,
  );
}

/** Under which an alarm stands among what was taken, with nobody. */
const ALARM = 'alarm';

function* noteWave(
  { tell }: Hands,
  provider: string,
  taking: number,
  by: Change,
  about: Parameters<HeldBatches['noteWave']>[3],
): Script<boolean> {
  yield* noteTaken(provider, 'scim', taking, by.at);
  const rows = yield* all<{ source: string; at: number; people: number }>(
    'SELECT source, at, people FROM guard_takings WHERE provider = ? AND at > ? AND source IN (?, ?) ORDER BY at',
    provider,
    by.at - DAY_MS,
    'scim' satisfies Source,
    ALARM,
  );
  const waves = rows.filter(({ source }) => source !== ALARM);
  const [first] = waves;
  if (!first || waves.length < rows.length) return false;
  const people = waves.reduce((sum, wave) => sum + wave.people, 0);
  const draft = about({ people, since: first.at, active: yield* countActive(provider) });
  if (!draft) return false;
  yield* write(
    'INSERT INTO guard_takings (provider, source, at, people) VALUES (?, ?, ?, 0) ON CONFLICT DO NOTHING',
    provider,
    ALARM,
    by.at,
  );
  yield* tell([draft], { ...by, provider });
  return true;
}

/** Each of the two is counted in an index that holds nobody else. */
export function* countActive(provider: string): Script<number> {
  const row = yield* one<{ n: number }>(
    `SELECT (SELECT count(*) FROM users WHERE provider = ? AND removed_at IS NULL)
       - (SELECT count(*) FROM users WHERE provider = ? AND status = 'suspended') AS n`,
    provider,
    provider,
  );
  return row?.n ?? 0;
}
