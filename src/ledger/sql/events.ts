// Events, read in their one order.

import type { Actor, Cause, EventType, SubjectKind } from '../../identity/event.ts';
import type { EventQuery, StoredEvent, Total } from '../ledger.ts';
import type { Dialect } from './dialect.ts';
import { all, listMarks, one, type Script, type Value } from './statement.ts';

export interface EventColumns {
  position: number;
  at: number;
  provider: string | null;
  type: string;
  actor_kind: string;
  actor: string;
  subject_kind: string;
  subject: string;
  object_kind: string | null;
  object: string | null;
  cause_kind: string | null;
  cause: string | null;
  data: string | null;
  hash: string;
}

export const eventColumns =
  'position, at, provider, type, actor_kind, actor, subject_kind, subject, object_kind, object, cause_kind, cause, data, hash';

export function* readEvents(dialect: Dialect, query: EventQuery): Script<StoredEvent[]> {
  const { where, values } = yield* eventConditions(dialect, query);
  const order = query.newestFirst ? 'DESC' : 'ASC';
  // `(? + 0)`: a bare parameter there makes SQLite plan the statement anew on each run (docs/decisions/0003).
  const sql = `SELECT ${eventColumns} FROM events WHERE ${where} ORDER BY position ${order} LIMIT (? + 0)`;
  return (yield* all<EventColumns>(sql, ...values, query.limit)).map(readEvent);
}

export function* countEvents(dialect: Dialect, query: Omit<EventQuery, 'limit'>): Script<Total> {
  const { where, values } = yield* eventConditions(dialect, { ...query, limit: 0 });
  return yield* counted(`SELECT 1 AS one FROM events WHERE ${where}`, values);
}

/** Counting stops there: nobody waits for a count over a million (`totalIsCapped`). */
export const COUNTED_AT_MOST = 10_000;

export function* counted(sql: string, values: readonly Value[]): Script<Total> {
  const row = yield* one<{ n: number }>(
    `SELECT count(*) AS n FROM (${sql} LIMIT (? + 0)) AS found`,
    ...values,
    COUNTED_AT_MOST + 1,
  );
  const n = row?.n ?? 0;
  return { total: Math.min(n, COUNTED_AT_MOST), totalIsCapped: n > COUNTED_AT_MOST };
}

interface Conditions {
  where: string;
  values: Value[];
}

function* eventConditions(dialect: Dialect, query: EventQuery): Script<Conditions> {
  const where = [query.newestFirst ? 'position < ?' : 'position > ?'];
  const values: Value[] = [query.newestFirst && query.after === 0 ? Number.MAX_SAFE_INTEGER : query.after];
  for (const [column, value] of [
    ['provider', query.provider],
    ['subject', query.subject],
    ['object', query.object],
  ] as const) {
    if (value === undefined) continue;
    where.push(`${column} = ?`);
    values.push(value);
  }
  if (query.types && query.types.length > 0) {
    where.push(`type IN (${listMarks(query.types.length)})`);
    values.push(...query.types);
  }
  if (query.actor !== undefined) {
    where.push('(actor = ? OR actor_kind = ?)');
    values.push(query.actor, query.actor);
  }
  if (query.among) {
    where.push('position > ? AND position <= ?');
    values.push(query.among.above, query.among.upTo);
  }
  const time = yield* timeConditions(query);
  where.push(...time.where);
  values.push(...time.values);
  if (query.cause !== undefined) {
    const cause = yield* causeCondition(dialect, query.cause);
    where.push(cause.where);
    values.push(...cause.values);
  }
  return { where: where.join(' AND '), values };
}

/** Events of one moment may stand in another order than they happened, by as long as a commit takes. */
const DISORDER_MS = 10 * 60_000;

/** There is no index by time: places follow it nearly, so the place is looked for, and then the time is compared. */
function* timeConditions({
  since,
  until,
}: Pick<EventQuery, 'since' | 'until'>): Script<{ where: string[]; values: Value[] }> {
  const where: string[] = [];
  const values: Value[] = [];
  if (since !== undefined) {
    where.push('position >= ? AND at >= ?');
    values.push(yield* placeOf(since - DISORDER_MS), since);
  }
  if (until !== undefined) {
    where.push('position < ? AND at < ?');
    values.push(yield* placeOf(until + DISORDER_MS), until);
  }
  return { where, values };
}

/** The first place at that time or later, one behind the last where there is none: found by halving. */
export function* placeOf(at: number): Script<number> {
  const last = yield* one<{ last: number | null }>('SELECT max(position) AS last FROM events');
  let [low, high] = [1, (last?.last ?? 0) + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = yield* one<{ at: number }>('SELECT at FROM events WHERE position = ?', middle);
    if (found && found.at < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Where positions are given with the change, a SCIM request's effects stand together and its own row says where; what a
 * job did later, and other causes, have an index.
 */
function* causeCondition(dialect: Dialect, cause: string): Script<Conditions> {
  const request = yield* one<{ effects: number; first_event: number | null }>(
    'SELECT effects, first_event FROM requests WHERE id = ?',
    cause,
  );
  const first = request?.first_event;
  // A row that came from the other engine tells how many there are, not where: they are looked for.
  if (request && request.effects > 0 && first === null) return { where: 'cause = ?', values: [cause] };
  if (!request || typeof first !== 'number') return { where: dialect.byCause, values: [cause] };
  return {
    where: `((position >= ? AND position < ?) OR ${dialect.byCause})`,
    values: [first, first + request.effects, cause],
  };
}

export function readEvent(row: EventColumns): StoredEvent {
  return {
    position: row.position,
    id: `evt_${row.position}`,
    at: row.at,
    provider: row.provider,
    type: row.type as EventType,
    actor: { kind: row.actor_kind as Actor['kind'], id: row.actor },
    subject: { kind: row.subject_kind as SubjectKind, id: row.subject },
    ...(row.object === null
      ? {}
      : { object: { kind: row.object_kind as SubjectKind | 'role', id: row.object } }),
    cause: row.cause === null ? null : { kind: row.cause_kind as Cause['kind'], id: row.cause },
    ...(row.data === null ? {} : { data: JSON.parse(row.data) as Record<string, unknown> }),
    hash: row.hash,
  };
}
