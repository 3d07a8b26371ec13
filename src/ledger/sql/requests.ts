// The request log: what arrived, with what came of it.

import { fold } from '../../fold.ts';
import type { RequestQuery, RequestRow, StoredRequest, Total } from '../ledger.ts';
import type { Dialect } from './dialect.ts';
import { counted } from './events.ts';
import { all, one, type Script, type Value, write } from './statement.ts';

export const requestColumns = [
  'id',
  'at',
  'provider',
  'token',
  'method',
  'path',
  'action',
  'body',
  'status',
  'duration_ms',
  'tags',
  'detail',
  'remote',
  'resource',
  'effects',
  'first_event',
] as const;

const columns = requestColumns.join(', ');

/** In the order of `requestColumns`. `made`: how many events, from which position on (null where none has one yet). */
export function requestValues(row: RequestRow, made: { effects: number; first: number | null }): Value[] {
  return [
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
    made.effects,
    made.first,
  ].map((value) => (typeof value === 'string' ? storable(value) : value));
}

/** What arrived may hold anything; a text that every engine and every export takes has no NUL and no half characters. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

interface RequestColumns extends Omit<StoredRequest, 'durationMs' | 'tags'> {
  duration_ms: number;
  tags: string | null;
  first_event: number | null;
}

export function* findRequests(
  dialect: Dialect,
  query: RequestQuery,
): Script<{ items: StoredRequest[]; next: string | null } & Total> {
  const { where, values } = requestConditions(dialect, query);
  const sql = `SELECT ${columns} FROM requests ${where} ORDER BY id DESC LIMIT (? + 0)`;
  const rows = yield* all<RequestColumns>(sql, ...values, query.limit + 1);
  const items = rows.slice(0, query.limit).map(readRequest);
  const conditions = requestConditions(dialect, { ...query, before: null });
  const total = yield* counted(`SELECT 1 AS one FROM requests ${conditions.where}`, conditions.values);
  return { items, next: rows.length > query.limit ? items.at(-1)!.id : null, ...total };
}

export function* readOneRequest(id: string): Script<StoredRequest | null> {
  const row = yield* one<RequestColumns>(`SELECT ${columns} FROM requests WHERE id = ?`, id);
  return row ? readRequest(row) : null;
}

/** Deletes some of the rows that are older. Returns how many. */
export function* forgetRequests(before: number, most: number): Script<number> {
  return yield* write(
    'DELETE FROM requests WHERE id IN (SELECT id FROM requests WHERE id < ? ORDER BY id LIMIT (? + 0))',
    idAt(before),
    most,
  );
}

function requestConditions(dialect: Dialect, query: RequestQuery): { where: string; values: Value[] } {
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
    add(`${dialect.position}(bifrost_fold(path || ' ' || action), ?) > 0`, fold(query.search));
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
