// Lists for people and scripts: users, teams, business units, with what the API shows of them.

import { fold } from '../../fold.ts';
import type { GrantRow } from '../../identity/grant.ts';
import type {
  ListedTarget,
  ListedUser,
  PageKey,
  StoredRole,
  TargetListQuery,
  TargetMember,
  UserListQuery,
} from '../ledger.ts';
import type { Database } from './open.ts';
import { readUserRow, type UserColumns, userColumns, type Value } from './rows.ts';

/** Counting stops there: a page of 50 does not wait for a count over a million (`totalIsCapped`). */
const COUNTED_AT_MOST = 10_000;

/** Each is what an index of one provider is ordered by. Ids sort by time of creation. */
const sortColumns = {
  userName: 'u.user_name_folded',
  createdAt: 'u.id',
  lastProvisionedAt: 'u.last_provisioned_at',
} as const;

interface TargetColumns {
  provider: string;
  id: string;
  kind: 'team' | 'businessUnit';
  name: string;
  key: string;
  created_at: number;
}

export interface PeopleLists {
  users(query: UserListQuery): {
    items: ListedUser[];
    total: number;
    totalIsCapped: boolean;
    next: PageKey | null;
  };
  targets(query: TargetListQuery): { items: ListedTarget[]; total: number; next: PageKey | null };
  target(id: string): ListedTarget | null;
  members(
    id: string,
    after: string | null,
    limit: number,
  ): { items: TargetMember[]; next: string | null; total: number };
  /** Ids of users by the names that apps know them by. */
  find(by: { userName?: string; externalId?: string; provider?: string }): string[];
}

export function peopleLists(
  database: Database,
  roles: () => readonly StoredRole[],
  providers: () => readonly string[],
): PeopleLists {
  const finder = peopleFinder(database);
  const memberCount = database.prepare('SELECT count(*) AS n FROM holdings WHERE target = ?');
  const targetById = database.prepare(
    'SELECT provider, id, kind, name, key, created_at FROM targets WHERE id = ?',
  );
  const membersOf = database.prepare(
    'SELECT provider, user FROM holdings WHERE target = ? AND user > ? ORDER BY user LIMIT (? + 0)',
  );
  const userById = database.prepare(`SELECT ${userColumns} FROM users u WHERE provider = ? AND id = ?`);

  function listed(row: UserColumns): ListedUser {
    const role = row.role === null ? undefined : roles().find((each) => each.id === row.role);
    const held = new Set(
      (JSON.parse(row.grants) as GrantRow[])
        .filter((grant) => grant.kind !== 'role')
        .map((grant) => grant.target),
    );
    const targets = [...held]
      .map((id) => targetById.get(id) as unknown as TargetColumns | undefined)
      .filter((each) => each !== undefined)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const of = (kind: TargetColumns['kind']) =>
      targets.filter((each) => each.kind === kind).map(({ id, name }) => ({ id, name }));
    return {
      user: readUserRow(row),
      ruleset: row.ruleset,
      role: role ? { id: role.id, name: role.name } : null,
      teams: of('team'),
      businessUnits: of('businessUnit'),
    };
  }

  function users(query: UserListQuery): ReturnType<PeopleLists['users']> {
    const only = providers().length === 1 ? { provider: providers()[0]! } : {};
    const { where, values } = userConditions({ ...only, ...query });
    const column = sortColumns[query.sort.by];
    const direction = query.sort.descending ? 'DESC' : 'ASC';
    const beyond = query.sort.descending ? '<' : '>';
    // Nobody lacks what is sorted by but a user whom SCIM never provisioned: 0 puts them at the early end.
    const sorted = query.sort.by === 'lastProvisionedAt' ? `coalesce(${column}, 0)` : column;
    const order = query.sort.by === 'lastProvisionedAt' ? column : sorted;
    const paged = query.after === null ? '' : `AND (${sorted}, u.id) ${beyond} (?, ?)`;
    const sql = `SELECT ${userColumns}, ${sorted} AS sorted FROM users u WHERE ${where} ${paged}
      ORDER BY ${order} ${direction}, u.id ${direction} LIMIT (? + 0)`;
    const start: Value[] = query.after === null ? [] : [query.after.sorted, query.after.id];
    const rows = database
      .prepare(sql)
      .all(...values, ...start, query.limit + 1) as unknown as (UserColumns & {
      sorted: string | number;
    })[];
    const page = rows.slice(0, query.limit);
    const count = database.prepare(
      `SELECT count(*) AS n FROM (SELECT 1 FROM users u WHERE ${where} LIMIT (? + 0))`,
    );
    const { n } = count.get(...values, COUNTED_AT_MOST + 1) as { n: number };
    const last = page.at(-1);
    return {
      items: page.map(listed),
      total: Math.min(n, COUNTED_AT_MOST),
      totalIsCapped: n > COUNTED_AT_MOST,
      next: rows.length > query.limit && last ? { sorted: last.sorted, id: last.id } : null,
    };
  }

  function listedTarget({ created_at: createdAt, ...row }: TargetColumns): ListedTarget {
    const { n } = memberCount.get(row.id) as { n: number };
    return { ...row, members: n, createdAt };
  }

  function targets(query: TargetListQuery): ReturnType<PeopleLists['targets']> {
    const where = ['kind = ?'];
    const values: Value[] = [query.kind];
    if (query.provider !== undefined) {
      where.push('provider = ?');
      values.push(query.provider);
    }
    if (query.search !== undefined) {
      where.push('instr(name_folded, ?) > 0');
      values.push(fold(query.search));
    }
    const { n } = database
      .prepare(`SELECT count(*) AS n FROM targets WHERE ${where.join(' AND ')}`)
      .get(...values) as { n: number };
    if (query.after) {
      where.push('(name_folded, id) > (?, ?)');
      values.push(query.after.sorted, query.after.id);
    }
    const sql = `SELECT provider, id, kind, name, name_folded, key, created_at FROM targets WHERE ${where.join(' AND ')}
      ORDER BY name_folded, id LIMIT (? + 0)`;
    const rows = database.prepare(sql).all(...values, query.limit + 1) as unknown as (TargetColumns & {
      name_folded: string;
    })[];
    const page = rows.slice(0, query.limit);
    const last = page.at(-1);
    return {
      items: page.map(({ name_folded: _, ...row }) => listedTarget(row)),
      total: n,
      next: rows.length > query.limit && last ? { sorted: last.name_folded, id: last.id } : null,
    };
  }

  function members(id: string, after: string | null, limit: number): ReturnType<PeopleLists['members']> {
    const rows = membersOf.all(id, after ?? '', limit + 1) as { provider: string; user: string }[];
    const items = rows.slice(0, limit).map((row) => {
      const columns = userById.get(row.provider, row.user) as unknown as UserColumns;
      const grants = (JSON.parse(columns.grants) as GrantRow[]).filter((grant) => grant.target === id);
      return {
        user: readUserRow(columns),
        ruleset: columns.ruleset,
        reasons: grants.map(({ reason, since }) => ({ reason, since })),
      };
    });
    const { n } = memberCount.get(id) as { n: number };
    return { items, next: rows.length > limit ? (items.at(-1)?.user.id ?? null) : null, total: n };
  }

  return {
    users,
    targets,
    members,
    target: (id) => {
      const row = targetById.get(id);
      return row ? listedTarget(row as unknown as TargetColumns) : null;
    },
    find: (by) => (by.provider === undefined ? providers() : [by.provider]).flatMap((id) => finder(id, by)),
  };
}

function userConditions(query: UserListQuery): { where: string; values: Value[] } {
  const where: string[] = [];
  const values: Value[] = [];
  const add = (sql: string, ...given: Value[]) => {
    where.push(sql);
    values.push(...given);
  };
  if (query.provider !== undefined) add('u.provider = ?', query.provider);
  if (query.status === undefined) add('u.removed_at IS NULL');
  else if (query.status === 'active') add("u.removed_at IS NULL AND u.status = 'active'");
  else add('u.status = ?', query.status);
  if (query.role === 'none') add('u.role IS NULL');
  for (const target of [query.role, query.team, query.businessUnit]) {
    if (target === undefined || target === 'none') continue;
    add('u.id IN (SELECT user FROM holdings WHERE target = ?)', target);
  }
  // A holding may be of a role that another outweighs: people gave it, and it stands ready.
  if (query.role !== undefined && query.role !== 'none') add('u.role = ?', query.role);
  if (query.search !== undefined) {
    const text = fold(query.search);
    add(
      "(instr(u.sign_in_name_folded, ?) > 0 OR instr(coalesce(u.work_email_folded, ''), ?) > 0 OR instr(fold(json_extract(u.document, '$.displayName')), ?) > 0)",
      text,
      text,
      text,
    );
  }
  return { where: where.join(' AND ') || '1', values };
}

/** In one provider, by a name or an externalId; the living before the removed, the last removed first. */
function peopleFinder(database: Database) {
  // While somebody is in the provider's recycle bin nobody is looked up by the name they keep.
  const byName = database.prepare(
    'SELECT id FROM users WHERE provider = ? AND user_name_folded = ? AND sign_in_name_folded = user_name_folded AND removed_at IS NULL',
  );
  const byFormerName = database.prepare(
    'SELECT id FROM users WHERE provider = ? AND sign_in_name_folded = ? AND removed_at IS NOT NULL ORDER BY removed_at DESC LIMIT 50',
  );
  const byExternalId = database.prepare(
    'SELECT id FROM users WHERE provider = ? AND external_id = ? ORDER BY removed_at IS NOT NULL, removed_at DESC, id LIMIT 50',
  );
  const ids = (rows: unknown) => (rows as { id: string }[]).map((row) => row.id);

  return (provider: string, by: { userName?: string; externalId?: string }): string[] => {
    const found: string[][] = [];
    if (by.userName !== undefined) {
      const name = fold(by.userName);
      found.push([...ids(byName.all(provider, name)), ...ids(byFormerName.all(provider, name))]);
    }
    if (by.externalId !== undefined) found.push(ids(byExternalId.all(provider, by.externalId)));
    const [first = [], ...others] = found;
    return first.filter((id) => others.every((each) => each.includes(id)));
  };
}
