// SCIM resources by id and by query. Documents leave as the JSON text they are stored as; nobody parses them here.

import type { GroupRow, MemberRow, PageKey, ResourcePage, ResourceQuery, UserRow } from '../ledger.ts';
import { conditionSql, sortSql } from './condition-sql.ts';
import type { Database } from './open.ts';
import type { Sql, Table } from './operator-sql.ts';
import { groupVersion, userVersion, type Value } from './rows.ts';
import type { Totals } from './totals.ts';

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

export interface ResourceReader {
  user(provider: string, id: string): UserRow | null;
  group(provider: string, id: string, withMembers: boolean): GroupRow | null;
  users(query: ResourceQuery): ResourcePage<UserRow>;
  groups(query: ResourceQuery & { withMembers: boolean }): ResourcePage<GroupRow>;
}

const userResource = 'r.id, r.revision, r.document, r.created_at, r.modified_at';
const groupResource = `${userResource}, r.membership_version`;

/** Prepared statements by their text: look-ups repeat the same few shapes all day. */
const STATEMENTS_KEPT = 200;

export function resourceReader(database: Database, total: Totals): ResourceReader {
  const userById = database.prepare(
    `SELECT ${userResource} FROM users r WHERE provider = ? AND id = ? AND removed_at IS NULL`,
  );
  const groupById = database.prepare(
    `SELECT ${groupResource} FROM directory_groups r WHERE provider = ? AND id = ?`,
  );
  const groupsOf = database.prepare(
    `SELECT g.id, g.display_name AS displayName FROM memberships m
     JOIN directory_groups g ON g.provider = m.provider AND g.id = m.group_id
     WHERE m.provider = ? AND m.member = ? ORDER BY g.display_name_folded, g.id`,
  );
  const membersOf = database.prepare(
    `SELECT m.member AS id, m.member_kind AS kind, coalesce(m.display, CASE m.member_kind
       WHEN 'User' THEN (SELECT json_extract(u.document, '$.displayName') FROM users u WHERE u.provider = m.provider AND u.id = m.member)
       ELSE (SELECT g.display_name FROM directory_groups g WHERE g.provider = m.provider AND g.id = m.member) END) AS display
     FROM memberships m WHERE m.provider = ? AND m.group_id = ? ORDER BY m.member`,
  );
  const prepare = preparedByText(database);

  function asUser(provider: string, row: UserResource): UserRow {
    return {
      id: row.id,
      version: userVersion(row.revision),
      document: row.document,
      createdAt: row.created_at,
      modifiedAt: row.modified_at,
      groups: groupsOf.all(provider, row.id) as unknown as UserRow['groups'],
    };
  }

  function asGroup(provider: string, row: GroupResource, withMembers: boolean): GroupRow {
    return {
      id: row.id,
      version: groupVersion(row.revision, row.membership_version),
      document: row.document,
      createdAt: row.created_at,
      modifiedAt: row.modified_at,
      ...(withMembers ? { members: membersOf.all(provider, row.id) as unknown as MemberRow[] } : {}),
    };
  }

  function run(table: Table, query: ResourceQuery): ResourcePage<UserResource & GroupResource> {
    const { page, count } = pageSql(table, query);
    const rows = (findsOne(table, query)
      ? optional(prepare(page.text).get(...page.values))
      : prepare(page.text).all(...page.values)) as unknown as (UserResource &
      GroupResource & { sorted: PageKey['sorted'] })[];
    const shown = rows.slice(0, query.limit);
    const last = shown.at(-1);
    return {
      rows: shown,
      total: countOf(table, count, query, rows.length),
      next: rows.length > query.limit && last ? { sorted: last.sorted ?? null, id: last.id } : null,
    };
  }

  /** A first page that is not full has been counted by reading it. */
  function countOf(table: Table, count: Sql, query: ResourceQuery, read: number): number {
    const first = 'offset' in query.start ? query.start.offset === 0 : query.start.after === null;
    if (first && read <= query.limit) return read;
    if (query.condition === null) return total.of(table, query.provider);
    return (prepare(count.text).get(...count.values) as { n: number }).n;
  }

  return {
    user: (provider, id) => {
      const row = userById.get(provider, id) as UserResource | undefined;
      return row ? asUser(provider, row) : null;
    },
    group: (provider, id, withMembers) => {
      const row = groupById.get(provider, id) as GroupResource | undefined;
      return row ? asGroup(provider, row, withMembers) : null;
    },
    users: (query) => {
      const page = run('users', query);
      return { ...page, rows: page.rows.map((row) => asUser(query.provider, row)) };
    },
    groups: (query) => {
      const page = run('groups', query);
      return { ...page, rows: page.rows.map((row) => asGroup(query.provider, row, query.withMembers)) };
    },
  };
}

/** A look-up by a unique name, Entra's most frequent request by far: one row or none, and no order to keep. */
function findsOne(table: Table, { condition, start, limit }: ResourceQuery): boolean {
  const atStart = 'offset' in start ? start.offset === 0 : start.after === null;
  if (!atStart || limit === 0 || condition?.kind !== 'compare' || condition.operator !== 'eq') return false;
  const { urn, attribute } = condition.place;
  return urn === null && (attribute === 'id' || (attribute === 'userName' && table === 'users'));
}

function optional<Row>(row: Row | undefined): Row[] {
  return row === undefined ? [] : [row];
}

function preparedByText(database: Database) {
  const known = new Map<string, ReturnType<Database['prepare']>>();
  return (text: string) => {
    let statement = known.get(text);
    if (!statement) {
      if (known.size >= STATEMENTS_KEPT) known.clear();
      statement = database.prepare(text);
      known.set(text, statement);
    }
    return statement;
  };
}

/** `LIMIT (? + 0)`: a bare parameter there makes SQLite plan the statement anew on each run (docs/decisions/0003). */
function pageSql(table: Table, query: ResourceQuery): { page: Sql; count: Sql } {
  const from = table === 'users' ? 'users r' : 'directory_groups r';
  const alive = table === 'users' ? ' AND r.removed_at IS NULL' : '';
  const condition = query.condition ? conditionSql(query.condition, table) : { text: '1', values: [] };
  const where = `r.provider = ?${alive} AND ${condition.text}`;
  const values: Value[] = [query.provider, ...condition.values];
  const { order, behind, sorted } = orderSql(table, query);
  const columns = `${table === 'users' ? userResource : groupResource}, ${sorted} AS sorted`;
  const skipped = 'offset' in query.start ? query.start.offset : 0;
  const count = { text: `SELECT count(*) AS n FROM ${from} WHERE ${where}`, values };
  if (skipped > 0 && !query.condition && !query.sort) {
    // Far into the list: rows are skipped in the index, and only those of the page are read.
    const page = `SELECT rowid FROM ${from} WHERE ${where} ORDER BY r.id LIMIT (? + 0) OFFSET ?`;
    return {
      page: {
        text: `SELECT ${columns} FROM ${from} WHERE r.rowid IN (${page}) ORDER BY r.id`,
        values: [...values, query.limit + 1, skipped],
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
function orderSql(table: Table, query: ResourceQuery): { order: string; behind: Sql; sorted: string } {
  const after = 'after' in query.start ? query.start.after : null;
  if (!query.sort) {
    const behind = after ? { text: ' AND r.id > ?', values: [after.id] } : { text: '', values: [] };
    return { order: 'r.id', behind, sorted: 'NULL' };
  }
  const expression = sortSql(query.sort, table);
  const direction = query.sort.descending ? 'DESC' : 'ASC';
  const order = `(${expression} IS NULL) ${direction}, ${expression} ${direction}, r.id ${direction}`;
  if (!after) return { order, behind: { text: '', values: [] }, sorted: expression };
  const beyond = query.sort.descending ? '<' : '>';
  const missing = after.sorted === null ? 1 : 0;
  return {
    order,
    sorted: expression,
    behind: {
      text: ` AND (${expression} IS NULL, coalesce(${expression}, ''), r.id) ${beyond} (?, ?, ?)`,
      values: [missing, after.sorted ?? '', after.id],
    },
  };
}
