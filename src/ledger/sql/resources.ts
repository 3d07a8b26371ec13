// SCIM resources by id and by query. Documents leave as the JSON text they are stored as; nobody parses them here.

import type { GroupRow, MemberRow, PageKey, ResourcePage, ResourceQuery, UserRow } from '../ledger.ts';
import { conditionSql, sortSql } from './condition-sql.ts';
import type { Dialect } from './dialect.ts';
import type { Sql, Table } from './operator-sql.ts';
import { groupVersion, userVersion } from './rows.ts';
import { all, one, type Script, type Value } from './statement.ts';

interface UserResource {
  id: string;
  revision: number;
  document: string;
  created_at: number;
  modified_at: number;
}

interface GroupResource extends UserResource {
  membership_version: number;
}

type Row = UserResource & GroupResource;

const userResource = 'r.id, r.revision, r.document, r.created_at, r.modified_at';
const groupResource = `${userResource}, r.membership_version`;

/** How many users or groups a provider has: engines know better ways than to count them each time. */
export type CountAll = (table: Table, provider: string) => Script<number>;

export function* readUser(dialect: Dialect, provider: string, id: string): Script<UserRow | null> {
  const row = yield* one<UserResource>(
    `SELECT ${userResource} FROM users r WHERE r.provider = ? AND r.id = ? AND r.removed_at IS NULL`,
    provider,
    id,
  );
  return row ? (yield* asUsers(dialect, provider, [row]))[0]! : null;
}

export function* readGroup(
  dialect: Dialect,
  provider: string,
  id: string,
  withMembers: boolean,
): Script<GroupRow | null> {
  const row = yield* one<GroupResource>(
    `SELECT ${groupResource} FROM directory_groups r WHERE r.provider = ? AND r.id = ?`,
    provider,
    id,
  );
  return row ? (yield* asGroups(dialect, provider, [row], withMembers))[0]! : null;
}

export function* queryUsers(
  dialect: Dialect,
  query: ResourceQuery,
  countAll: CountAll,
): Script<ResourcePage<UserRow>> {
  const page = yield* run(dialect, 'users', query, countAll);
  return { ...page, rows: yield* asUsers(dialect, query.provider, page.rows) };
}

export function* queryGroups(
  dialect: Dialect,
  query: ResourceQuery & { withMembers: boolean },
  countAll: CountAll,
): Script<ResourcePage<GroupRow>> {
  const page = yield* run(dialect, 'groups', query, countAll);
  return { ...page, rows: yield* asGroups(dialect, query.provider, page.rows, query.withMembers) };
}

function* asUsers(dialect: Dialect, provider: string, rows: readonly UserResource[]): Script<UserRow[]> {
  if (rows.length === 0) return [];
  const edges = yield* all<{ member: string; id: string; displayName: string }>(
    `SELECT m.member, g.id, g.display_name AS "displayName" FROM ${dialect.texts} CROSS JOIN memberships m
     CROSS JOIN directory_groups g WHERE m.provider = ? AND m.member = j.value AND g.provider = m.provider
     AND g.id = m.group_id ORDER BY g.display_name_folded, g.id`,
    JSON.stringify(rows.map((row) => row.id)),
    provider,
  );
  const groups = new Map<string, UserRow['groups']>(rows.map((row) => [row.id, []]));
  for (const { member, id, displayName } of edges) groups.get(member)?.push({ id, displayName });
  return rows.map((row) => ({
    id: row.id,
    version: userVersion(row.revision),
    document: row.document,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
    groups: groups.get(row.id)!,
  }));
}

function* asGroups(
  dialect: Dialect,
  provider: string,
  rows: readonly GroupResource[],
  withMembers: boolean,
): Script<GroupRow[]> {
  const groups: GroupRow[] = [];
  for (const row of rows) {
    groups.push({
      id: row.id,
      version: groupVersion(row.revision, row.membership_version),
      document: row.document,
      createdAt: row.created_at,
      modifiedAt: row.modified_at,
      ...(withMembers ? { members: yield* membersOf(dialect, provider, row.id) } : {}),
    });
  }
  return groups;
}

function* membersOf(dialect: Dialect, provider: string, group: string): Script<MemberRow[]> {
  return yield* all<MemberRow>(
    `SELECT m.member AS id, m.member_kind AS kind,
       coalesce(m.display, g.display_name, ${dialect.scalar(dialect.document('u'), ['displayName'])}) AS display
     FROM memberships m
     LEFT JOIN users u ON m.member_kind = 'User' AND m.display IS NULL AND u.provider = m.provider AND u.id = m.member
     LEFT JOIN directory_groups g ON m.member_kind = 'Group' AND g.provider = m.provider AND g.id = m.member
     WHERE m.provider = ? AND m.group_id = ? ORDER BY m.member`,
    provider,
    group,
  );
}

// --- queries ----------------------------------------------------------------------------------------------------

function* run(
  dialect: Dialect,
  table: Table,
  query: ResourceQuery,
  countAll: CountAll,
): Script<ResourcePage<Row>> {
  const { page, count } = pageSql(dialect, table, query);
  const rows = yield* all<Row & { sorted: PageKey['sorted'] }>(page.text, ...page.values);
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  return {
    rows: shown,
    total: yield* countOf(table, count, query, rows.length, countAll),
    next: rows.length > query.limit && last ? { sorted: last.sorted ?? null, id: last.id } : null,
  };
}

/** A first page that is not full has been counted by reading it. */
function* countOf(
  table: Table,
  count: Sql,
  query: ResourceQuery,
  read: number,
  countAll: CountAll,
): Script<number> {
  const first = 'offset' in query.start ? query.start.offset === 0 : query.start.after === null;
  if (first && read <= query.limit) return read;
  if (query.condition === null) return yield* countAll(table, query.provider);
  return (yield* one<{ n: number }>(count.text, ...count.values))?.n ?? 0;
}

/** `LIMIT (? + 0)`: a bare parameter there makes SQLite plan the statement anew on each run (docs/decisions/0003). */
function pageSql(dialect: Dialect, table: Table, query: ResourceQuery): { page: Sql; count: Sql } {
  const from = table === 'users' ? 'users r' : 'directory_groups r';
  const alive = table === 'users' ? ' AND r.removed_at IS NULL' : '';
  const condition = query.condition
    ? conditionSql(query.condition, table, dialect)
    : { text: 'TRUE', values: [] };
  const where = `r.provider = ?${alive} AND ${condition.text}`;
  const values: Value[] = [query.provider, ...condition.values];
  const { order, behind, sorted } = orderSql(dialect, table, query);
  const columns = `${table === 'users' ? userResource : groupResource}, ${sorted} AS sorted`;
  const skipped = 'offset' in query.start ? query.start.offset : 0;
  const count = { text: `SELECT count(*) AS n FROM ${from} WHERE ${where}`, values };
  if (skipped > 0 && !query.condition && !query.sort) {
    // Far into the list: rows are skipped in the index, and only those of the page are read.
    const page = `SELECT r.${dialect.rowKey} FROM ${from} WHERE ${where} ORDER BY r.id LIMIT (? + 0) OFFSET ?`;
    return {
      page: {
        text: `SELECT ${columns} FROM ${from} WHERE r.provider = ? AND r.${dialect.rowKey} IN (${page}) ORDER BY r.id`,
        values: [query.provider, ...values, query.limit + 1, skipped],
      },
      count,
    };
  }
  const offset = skipped > 0 ? ' OFFSET ?' : '';
  return {
    page: {
      text: `SELECT ${columns} FROM ${from} WHERE ${where}${behind.text} ORDER BY ${order} LIMIT (? + 0)${offset}`,
      values: [...values, ...behind.values, query.limit + 1, ...(skipped > 0 ? [skipped] : [])],
    },
    count,
  };
}

/** Ids sort by time of creation. Absent values come last ascending and first descending (RFC 7644 3.4.2.3). */
function orderSql(
  dialect: Dialect,
  table: Table,
  query: ResourceQuery,
): { order: string; behind: Sql; sorted: string } {
  const after = 'after' in query.start ? query.start.after : null;
  if (!query.sort) {
    const behind = after ? { text: ' AND r.id > ?', values: [after.id] } : { text: '', values: [] };
    return { order: 'r.id', behind, sorted: 'NULL' };
  }
  const expression = sortSql(query.sort, table, dialect);
  const direction = query.sort.descending ? 'DESC' : 'ASC';
  const absent = query.sort.descending ? 'NULLS FIRST' : 'NULLS LAST';
  const order = `${expression} ${direction} ${absent}, r.id ${direction}`;
  const behind = after ? behindSql(expression, after, query.sort.descending) : { text: '', values: [] };
  return { order, sorted: expression, behind };
}

function behindSql(expression: string, { sorted, id }: PageKey, descending: boolean): Sql {
  const beyond = descending ? '<' : '>';
  if (sorted !== null) {
    const present = `(${expression}, r.id) ${beyond} (?, ?)`;
    return {
      text: ` AND (${descending ? present : `${expression} IS NULL OR ${present}`})`,
      values: [sorted, id],
    };
  }
  const absent = `(${expression} IS NULL AND r.id ${beyond} ?)`;
  return { text: ` AND (${descending ? `${absent} OR ${expression} IS NOT NULL` : absent})`, values: [id] };
}
