// Lists of teams and business units, and of who is in them.

import { fold } from '../../fold.ts';
import type { GrantRow } from '../../identity/grant.ts';
import type { ListedTarget, PageKey, TargetListQuery, TargetMember } from '../ledger.ts';
import type { Dialect } from './dialect.ts';
import { readUserRow, type UserColumns, userColumns } from './rows.ts';
import { all, one, type Script, type Value } from './statement.ts';
import type { StoredSettings } from './stored-settings.ts';
import { UNSETTLED, unsettledAmong } from './users.ts';

interface TargetColumns {
  provider: string;
  id: string;
  kind: 'team' | 'businessUnit';
  name: string;
  name_folded: string;
  key: string;
  created_at: number;
  members: number;
}

const columns = `t.provider, t.id, t.kind, t.name, t.name_folded, t.key, t.created_at,
  (SELECT count(*) FROM holdings h WHERE h.target = t.id) AS members`;

function readTarget({ created_at: createdAt, name_folded: _, ...row }: TargetColumns): ListedTarget {
  return { ...row, createdAt };
}

export interface TargetPage {
  items: ListedTarget[];
  total: number;
  next: PageKey | null;
}

export function* listTargets(dialect: Dialect, query: TargetListQuery): Script<TargetPage> {
  const where = ['t.kind = ?'];
  const values: Value[] = [query.kind];
  if (query.provider !== undefined) {
    where.push('t.provider = ?');
    values.push(query.provider);
  }
  if (query.search !== undefined) {
    where.push(`${dialect.position}(t.name_folded, ?) > 0`);
    values.push(fold(query.search));
  }
  const counted = yield* one<{ n: number }>(
    `SELECT count(*) AS n FROM targets t WHERE ${where.join(' AND ')}`,
    ...values,
  );
  if (query.after) {
    where.push(`(t.name_folded, t.id) ${query.descending ? '<' : '>'} (?, ?)`);
    values.push(query.after.sorted, query.after.id);
  }
  const order = query.descending ? 'DESC' : 'ASC';
  const sql = `SELECT ${columns} FROM targets t WHERE ${where.join(' AND ')}
    ORDER BY t.name_folded ${order}, t.id ${order} LIMIT (? + 0)`;
  const rows = yield* all<TargetColumns>(sql, ...values, query.limit + 1);
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    items: page.map(readTarget),
    total: counted?.n ?? 0,
    next: rows.length > query.limit && last ? { sorted: last.name_folded, id: last.id } : null,
  };
}

export function* readTargetById(id: string): Script<ListedTarget | null> {
  const row = yield* one<TargetColumns>(`SELECT ${columns} FROM targets t WHERE t.id = ?`, id);
  return row ? readTarget(row) : null;
}

export interface MemberPage {
  items: TargetMember[];
  next: string | null;
  total: number;
}

export function* targetMembers(
  dialect: Dialect,
  settings: StoredSettings,
  id: string,
  after: string | null,
  limit: number,
): Script<MemberPage> {
  const rows = yield* all<UserColumns>(
    `SELECT ${userColumns} FROM (SELECT h.provider, h."user" AS id FROM holdings h WHERE h.target = ? AND h."user" > ?
       ORDER BY h."user" LIMIT (? + 0)) AS held CROSS JOIN users u WHERE u.provider = held.provider AND u.id = held.id
     ORDER BY u.id`,
    id,
    after ?? '',
    limit + 1,
  );
  const page = rows.slice(0, limit);
  const unsettled = new Set<string>();
  for (const provider of new Set(page.map((row) => row.provider))) {
    const ids = page.filter((row) => row.provider === provider).map((row) => row.id);
    for (const each of yield* unsettledAmong(dialect, provider, ids, settings.unsettled.get(provider)))
      unsettled.add(each);
  }
  const counted = yield* one<{ n: number }>('SELECT count(*) AS n FROM holdings WHERE target = ?', id);
  const items = page.map((row) => ({
    user: readUserRow(row),
    ruleset: unsettled.has(row.id) ? UNSETTLED : row.ruleset,
    reasons: (JSON.parse(row.grants) as GrantRow[])
      .filter((grant) => grant.target === id)
      .map(({ reason, since }) => ({ reason, since })),
  }));
  return { items, next: rows.length > limit ? (page.at(-1)?.id ?? null) : null, total: counted?.n ?? 0 };
}
