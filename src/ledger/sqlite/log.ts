// The two logs: events (read in their one order) and requests (what arrived, with what came of it).

import type { Actor, Cause, EventType, SubjectKind } from '../../identity/event.ts';
import type { EventQuery, RequestQuery, RequestRow, StoredEvent, StoredRequest, Total } from '../ledger.ts';
import type { Database } from './open.ts';
import type { Value } from './rows.ts';

interface EventColumns {
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

export function readEvents(database: Database, query: EventQuery): StoredEvent[] {
  const { where, values } = eventConditions(database, query);
  const order = query.newestFirst ? 'DESC' : 'ASC';
  const sql = `SELECT * FROM events WHERE ${where} ORDER BY position ${order} LIMIT (? + 0)`;
  return (database.prepare(sql).all(...values, query.limit) as unknown as EventColumns[]).map(readEvent);
}

const COUNTED_AT_MOST = 10_000;

export function countEvents(database: Database, query: Omit<EventQuery, 'limit'>): Total {
  const { where, values } = eventConditions(database, { ...query, limit: 0 });
  return counted(database, `SELECT 1 FROM events WHERE ${where}`, values);
}

function counted(database: Database, sql: string, values: Value[]): Total {
  const count = database.prepare(`SELECT count(*) AS n FROM (${sql} LIMIT (? + 0))`);
  const { n } = count.get(...values, COUNTED_AT_MOST + 1) as { n: number };
  return { total: Math.min(n, COUNTED_AT_MOST), totalIsCapped: n > COUNTED_AT_MOST };
}

function eventConditions(database: Database, query: EventQuery): { where: string; values: Value[] } {
  const where = [query.newestFirst ? 'position < ?' : 'position > ?'];
  const values: Value[] = [query.newestFirst && query.after === 0 ? Number.MAX_SAFE_INTEGER : query.after];
  for (const [column, value] of [
    ['provider', query.provider],
    ['subject', query.subject],
  ] as const) {
    if (value === undefined) continue;
    where.push(`${column} = ?`);
    values.push(value);
  }
  if (query.types && query.types.length > 0) {
    where.push(`type IN (${query.types.map(() => '?').join(', ')})`);
    values.push(...query.types);
  }
  if (query.cause !== undefined) {
    const cause = causeCondition(database, query.cause);
    where.push(cause.where);
    values.push(...cause.values);
  }
  return { where: where.join(' AND '), values };
}

/** A SCIM request's effects stand together, where its own row says; what the sweep did later and other causes have an index. */
function causeCondition(database: Database, cause: string): { where: string; values: Value[] } {
  const request = database.prepare('SELECT effects, first_event FROM requests WHERE id = ?').get(cause) as
    | { effects: number; first_event: number | null }
    | undefined;
  const indexed = "(cause = ? AND (cause_kind <> 'request' OR actor_kind <> 'token'))";
  if (!request) return { where: indexed, values: [cause] };
  const first = request.first_event ?? 1;
  return {
    where: `((position >= ? AND position < ?) OR ${indexed})`,
    values: [first, first + request.effects, cause],
  };
}

function readEvent(row: EventColumns): StoredEvent {
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

// --- requests ---------------------------------------------------------------------------------------------------

export interface RequestLog {
  /** `made`: the events of the request are those after one position up to another; null when it made none. */
  insert(row: RequestRow, made: { after: number; upTo: number } | null): void;
  find(query: RequestQuery): { items: StoredRequest[]; next: string | null } & Total;
  one(id: string): StoredRequest | null;
  forget(before: number, most: number): number;
}

interface RequestColumns extends Omit<StoredRequest, 'durationMs' | 'tags'> {
  duration_ms: number;
  tags: string | null;
  first_event: number | null;
}

export function requestLog(database: Database): RequestLog {
  const insert = database.prepare(
    `INSERT INTO requests (id, at, provider, token, method, path, action, body, status, duration_ms, tags, detail, remote, resource, effects, first_event)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  );
  const one = database.prepare('SELECT * FROM requests WHERE id = ?');
  const forget = database.prepare(
    'DELETE FROM requests WHERE rowid IN (SELECT rowid FROM requests WHERE id < ? ORDER BY id LIMIT (? + 0))',
  );

  return {
    insert(row, made) {
      insert.run(
        row.id,
        row.at,
        row.provider,
        row.token,
        row.method,
        row.path,
        row.action,
        row.body,
        row.status,
        row.durationMs,
        row.tags.length > 0 ? JSON.stringify(row.tags) : null,
        row.detail,
        row.remote,
        row.resource,
        made ? made.upTo - made.after : 0,
        made ? made.after + 1 : null,
      );
    },
    find(query) {
      const { where, values } = requestConditions(query);
      const conditions = requestConditions({ ...query, before: null });
      const sql = `SELECT * FROM requests ${where} ORDER BY id DESC LIMIT (? + 0)`;
      const rows = database.prepare(sql).all(...values, query.limit + 1) as unknown as RequestColumns[];
      const items = rows.slice(0, query.limit).map(readRequest);
      const total = counted(database, `SELECT 1 FROM requests ${conditions.where}`, conditions.values);
      return { items, next: rows.length > query.limit ? items.at(-1)!.id : null, ...total };
    },
    one(id) {
      const row = one.get(id) as unknown as RequestColumns | undefined;
      return row ? readRequest(row) : null;
    },
    forget: (before, most) => Number(forget.run(idAt(before), most).changes),
  };
}

function requestConditions(query: RequestQuery): { where: string; values: Value[] } {
  const parts: string[] = [];
  const values: Value[] = [];
  const add = (sql: string, ...given: Value[]) => {
    parts.push(sql);
    values.push(...given);
  };
  if (query.before !== null) add('id < ?', query.before);
  if (query.provider !== undefined) add('provider = ?', query.provider);
  if (query.resource !== undefined) add('resource = ?', query.resource);
  if (query.search !== undefined) {
    const literal = query.search.replace(/[\\%_]/g, '\\$&');
    add("(path || ' ' || action) LIKE '%' || ? || '%' ESCAPE '\\'", literal);
  }
  if (query.status === 'ok') add('status < 400');
  if (query.status === 'failed') add('status >= 400 AND status <> 401');
  if (query.status === 'rejected') add('status = 401');
  return { where: parts.length > 0 ? `WHERE ${parts.join(' AND ')}` : '', values };
}

function readRequest(row: RequestColumns): StoredRequest {
  const { duration_ms: durationMs, tags, first_event: _, ...rest } = row;
  return { ...rest, durationMs, tags: tags === null ? [] : (JSON.parse(tags) as string[]) };
}

/** The least id of that millisecond: request ids begin with their time, so an index finds what is older. */
function idAt(ms: number): string {
  const time = Math.max(0, ms).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}`;
}
