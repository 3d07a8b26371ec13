// The request log: what arrived, with what came of it.

import { fold } from '../../fold.ts';
import type {
  Ledger,
  RejectedCredential,
  RequestCounts,
  RequestQuery,
  RequestRow,
  RequestSpan,
  StoredRequest,
  Total,
} from '../ledger.ts';
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

type RequestStores = Pick<
  Ledger,
  'requests' | 'request' | 'newestRequest' | 'countRequests' | 'rejectedCredentials'
>;

/** `read`: what waits to be written is part of the answer. */
export function requestStores(
  dialect: Dialect,
  read: <Answer>(script: () => Script<Answer>) => Promise<Answer>,
): RequestStores {
  return {
    requests: (query) => read(() => findRequests(dialect, query)),
    request: (id) => read(() => readOneRequest(id)),
    newestRequest: (provider) => read(() => newestRequest(provider)),
    countRequests: (span) => read(() => countRequests(span)),
    rejectedCredentials: (limit) => read(() => rejectedCredentials(limit)),
  };
}

interface RequestColumns extends Omit<StoredRequest, 'durationMs' | 'tags'> {
  duration_ms: number;
  tags: string | null;
  first_event: number | null;
}

/** Rows that one page looks at, and that are counted, where no index leads to what is wanted. */
const ROWS_AT_ONCE = 50_000;

export function* findRequests(
  dialect: Dialect,
  query: RequestQuery,
): Script<{ items: StoredRequest[]; next: string | null } & Total> {
  const found = yield* matching(dialect, query, query.limit + 1);
  const items = found.rows.slice(0, query.limit).map(readRequest);
  const next = found.rows.length > query.limit ? items.at(-1)!.id : yield* lastLookedAt(found.among);
  const total = yield* countFound(dialect, { ...query, before: null });
  return { items, next, ...total };
}

interface Among {
  sql: string;
  values: Value[];
}

/** What an index finds, so many rows of it, and among these what else is wanted: a page is bounded, however rare that is. */
function* matching(
  dialect: Dialect,
  query: RequestQuery,
  limit: number,
): Script<{ rows: RequestColumns[]; among: Among }> {
  const among = indexed(query);
  const { where, values } = conditions(dialect, query);
  const sql = `SELECT ${columns} FROM (SELECT * ${among.sql} ORDER BY id DESC LIMIT (? + 0)) AS looked_at ${where} ORDER BY id DESC LIMIT (? + 0)`;
  const rows = yield* all<RequestColumns>(sql, ...among.values, ROWS_AT_ONCE, ...values, limit);
  return { rows, among };
}

/** Where the page that was not filled ended; null where there was nothing behind it. */
function* lastLookedAt({ sql, values }: Among): Script<string | null> {
  const row = yield* one<{ id: string }>(
    `SELECT id ${sql} ORDER BY id DESC LIMIT 1 OFFSET (? + 0)`,
    ...values,
    ROWS_AT_ONCE - 1,
  );
  return row?.id ?? null;
}

function* countFound(dialect: Dialect, query: RequestQuery): Script<Total> {
  const among = indexed(query);
  const { where, values } = conditions(dialect, query);
  if (where === '') return yield* counted(`SELECT 1 AS one ${among.sql}`, among.values);
  const sql = `SELECT 1 AS one FROM (SELECT * ${among.sql} ORDER BY id DESC LIMIT (? + 0)) AS looked_at ${where}`;
  const total = yield* counted(sql, [...among.values, ROWS_AT_ONCE, ...values]);
  const isCut = (yield* lastLookedAt(among)) !== null;
  return { ...total, totalIsCapped: total.totalIsCapped || isCut };
}

function* readOneRequest(id: string): Script<StoredRequest | null> {
  const row = yield* one<RequestColumns>(`SELECT ${columns} FROM requests WHERE id = ?`, id);
  return row ? readRequest(row) : null;
}

/** The first entry of the index by provider; of several in one millisecond the last that came. */
function* newestRequest(provider: string): Script<StoredRequest | null> {
  const row = yield* one<RequestColumns>(
    `SELECT ${columns} FROM requests WHERE provider = ? AND at = (
       SELECT at FROM requests WHERE provider = ? ORDER BY at DESC LIMIT 1
     ) ORDER BY id DESC LIMIT 1`,
    provider,
    provider,
  );
  return row ? readRequest(row) : null;
}

/** From the index by provider alone, without its rows. */
function* countRequests({ provider, since, until, most }: RequestSpan): Script<RequestCounts> {
  const within = 'FROM requests WHERE provider = ? AND at >= ? AND at < ? ORDER BY at';
  const row = yield* one<{ requests: number; refused: number }>(
    `SELECT count(*) AS requests, coalesce(sum(CASE WHEN status >= 400 THEN 1 ELSE 0 END), 0) AS refused
     FROM (SELECT status ${within} LIMIT (? + 0)) AS found`,
    ...[provider, since, until, most],
  );
  // PostgreSQL gives sums as text.
  const [requests, refused] = [Number(row!.requests), Number(row!.refused)];
  const more =
    requests === most
      ? yield* one(`SELECT at ${within} LIMIT 1 OFFSET (? + 0)`, ...[provider, since, until, most])
      : undefined;
  return { accepted: requests - refused, refused, isCapped: more !== undefined };
}

/** Deletes some of the rows that are older. Returns how many. */
export function* forgetRequests(before: number, most: number): Script<number> {
  return yield* write(
    'DELETE FROM requests WHERE id IN (SELECT id FROM requests WHERE id < ? ORDER BY id LIMIT (? + 0))',
    idAt(before),
    most,
  );
}

/** By the order of ids, which begin with their time, and by what has an index of its own. */
function indexed(query: RequestQuery): Among {
  const parts: string[] = [];
  const values: Value[] = [];
  const add = (sql: string, ...given: Value[]) => {
    parts.push(sql);
    values.push(...given);
  };
  if (query.before !== null) add('id < ?', query.before);
  if (query.since !== undefined) add('id >= ?', idAt(query.since));
  if (query.until !== undefined) add('id < ?', idAt(query.until));
  if (query.resource !== undefined) add('resource = ?', query.resource);
  if (query.status === 'failed') add('status >= 400 AND status <> 401');
  if (query.status === 'rejected') add('status = 401');
  return { sql: `FROM requests ${whereAll(parts)}`, values };
}

function conditions(dialect: Dialect, query: RequestQuery): { where: string; values: Value[] } {
  const parts: string[] = [];
  const values: Value[] = [];
  const add = (sql: string, ...given: Value[]) => {
    parts.push(sql);
    values.push(...given);
  };
  if (query.status === 'ok') add('status < 400');
  if (query.provider !== undefined) add('provider = ?', query.provider);
  if (query.method !== undefined) add('method = ?', query.method);
  if (query.token !== undefined) add('token = ?', query.token);
  if (query.hasEffects !== undefined) add(query.hasEffects ? 'effects > 0' : 'effects = 0');
  if (query.tag !== undefined) {
    // As it stands in the list, whole; or up to the colon of its family.
    const text = JSON.stringify(query.tag).slice(0, -1);
    const at = `${dialect.position}(tags, ?)`;
    add(`(${at} > 0 OR ${at} > 0)`, `${text}"`, `${text}:`);
  }
  if (query.actions !== undefined) {
    const begins = query.actions.map((each) => `substr(action, 1, ${each.length}) = ?`);
    add(`(${begins.join(' OR ') || '1 = 0'})`, ...query.actions);
  }
  if (query.search !== undefined) {
    add(`${dialect.position}(bifrost_fold(path || ' ' || action), ?) > 0`, fold(query.search));
  }
  return { where: whereAll(parts), values };
}

function whereAll(parts: readonly string[]): string {
  return parts.length > 0 ? `WHERE ${parts.join(' AND ')}` : '';
}

/** Of so many of the newest rejected requests. */
const REJECTED_LOOKED_AT = 20_000;

function* rejectedCredentials(limit: number): Script<RejectedCredential[]> {
  const rows = yield* all<
    Omit<RejectedCredential, 'firstAt' | 'lastAt'> & { first_at: number; last_at: number }
  >(
    `SELECT action, remote, detail, count(*) AS times, min(at) AS first_at, max(at) AS last_at, max(id) AS last
     FROM (SELECT id, at, action, remote, detail FROM requests WHERE status = 401 ORDER BY id DESC LIMIT (? + 0)) AS rejected
     GROUP BY action, remote, detail ORDER BY last DESC LIMIT (? + 0)`,
    REJECTED_LOOKED_AT,
    limit,
  );
  return rows.map(({ first_at: firstAt, last_at: lastAt, ...rest }) => ({ ...rest, firstAt, lastAt }));
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
