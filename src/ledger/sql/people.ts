// Lists for people and scripts: users, with what the API shows of them.

import { fold } from '../../fold.ts';
import type { GrantRow } from '../../identity/grant.ts';
import type { FullUser, ListedUser, PageKey, UserListQuery } from '../ledger.ts';
import type { Dialect } from './dialect.ts';
import { counted } from './events.ts';
import { readUserRow, type UserColumns, userColumns } from './rows.ts';
import { all, type Script, type Value } from './statement.ts';
import type { StoredSettings } from './stored-settings.ts';
import { loadUsers, UNSETTLED, unsettledAmong } from './users.ts';

/** Each is what an index of one provider is ordered by. Ids sort by time of creation. */
const sortColumns = {
  userName: 'u.user_name_folded',
  createdAt: 'u.id',
  lastProvisionedAt: 'u.last_provisioned_at',
} as const;

export interface UserPage {
  items: ListedUser[];
  total: number;
  totalIsCapped: boolean;
  next: PageKey | null;
}

export function* listUsers(
  dialect: Dialect,
  settings: StoredSettings,
  query: UserListQuery,
): Script<UserPage> {
  const [only, another] = [...settings.states.keys()];
  const asked = only !== undefined && another === undefined ? { provider: only, ...query } : query;
  const { where, values } = userConditions(dialect, asked);
  const column = sortColumns[query.sort.by];
  const direction = query.sort.descending ? 'DESC' : 'ASC';
  const beyond = query.sort.descending ? '<' : '>';
  // Nobody lacks what is sorted by but a user whom SCIM never provisioned: 0 puts them at the early end.
  const sorted = query.sort.by === 'lastProvisionedAt' ? `coalesce(${column}, 0)` : column;
  const order = query.sort.by === 'lastProvisionedAt' ? dialect.lastProvisionedOrder : sorted;
  const paged = query.after === null ? '' : `AND (${sorted}, u.id) ${beyond} (?, ?)`;
  const sql = `SELECT ${userColumns}, ${sorted} AS sorted FROM users u WHERE ${where} ${paged}
    ORDER BY ${order} ${direction}, u.id ${direction} LIMIT (? + 0)`;
  const start: Value[] = query.after === null ? [] : [query.after.sorted, query.after.id];
  const rows = yield* all<UserColumns & { sorted: string | number }>(
    sql,
    ...values,
    ...start,
    query.limit + 1,
  );
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    items: yield* listed(dialect, settings, page),
    ...(yield* counted(`SELECT 1 AS one FROM users u WHERE ${where}`, values)),
    next: rows.length > query.limit && last ? { sorted: last.sorted, id: last.id } : null,
  };
}

interface TargetName {
  id: string;
  kind: string;
  name: string;
}

function* listed(
  dialect: Dialect,
  settings: StoredSettings,
  rows: readonly UserColumns[],
): Script<ListedUser[]> {
  const targets = new Map<string, TargetName>();
  const unsettled = new Set<string>();
  for (const provider of new Set(rows.map((row) => row.provider))) {
    const ofProvider = rows.filter((row) => row.provider === provider);
    for (const target of yield* targetsHeld(dialect, provider, ofProvider)) targets.set(target.id, target);
    const ids = ofProvider.map((row) => row.id);
    const some = yield* unsettledAmong(dialect, provider, ids, settings.unsettled.get(provider));
    for (const id of some) unsettled.add(id);
  }
  return rows.map((row) => {
    const role = row.role === null ? undefined : settings.roles.find((each) => each.id === row.role);
    const held = [...heldBy(row)]
      .map((id) => targets.get(id))
      .filter((each) => each !== undefined)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const of = (kind: string) =>
      held.filter((each) => each.kind === kind).map(({ id, name }) => ({ id, name }));
    return {
      user: readUserRow(row),
      ruleset: unsettled.has(row.id) ? UNSETTLED : row.ruleset,
      role: role ? { id: role.id, name: role.name } : null,
      teams: of('team'),
      businessUnits: of('businessUnit'),
    };
  });
}

function heldBy(row: Pick<UserColumns, 'grants'>): Set<string> {
  const grants = JSON.parse(row.grants) as GrantRow[];
  return new Set(grants.filter((grant) => grant.kind !== 'role').map((grant) => grant.target));
}

function* targetsHeld(
  dialect: Dialect,
  provider: string,
  rows: readonly Pick<UserColumns, 'grants'>[],
): Script<TargetName[]> {
  const ids = new Set(rows.flatMap((row) => [...heldBy(row)]));
  if (ids.size === 0) return [];
  return yield* all<TargetName>(
    `SELECT t.id, t.kind, t.name FROM ${dialect.texts} CROSS JOIN targets t WHERE t.provider = ? AND t.id = j.value`,
    JSON.stringify([...ids]),
    provider,
  );
}

function userConditions(dialect: Dialect, query: UserListQuery): { where: string; values: Value[] } {
  const where: string[] = [];
  const values: Value[] = [];
  const add = (sql: string, ...given: Value[]) => {
    where.push(sql);
    values.push(...given);
  };
  if (query.provider !== undefined) add('u.provider = ?', query.provider);
  if (query.status === undefined) add('u.removed_at IS NULL');
  else if (query.status === 'active') add("u.removed_at IS NULL AND u.status = 'active'");
  // As a word of ours within the text: a plan for any status has no use for the index of one.
  else add(`u.status = '${query.status}'`);
  if (query.role === 'none') add('u.role IS NULL');
  for (const target of [query.role, query.team, query.businessUnit]) {
    if (target === undefined || target === 'none') continue;
    add('u.id IN (SELECT h."user" FROM holdings h WHERE h.target = ?)', target);
  }
  // A holding may be of a role that another outweighs: people gave it, and it stands ready.
  if (query.role !== undefined && query.role !== 'none') add('u.role = ?', query.role);
  if (query.search !== undefined) {
    const text = fold(query.search);
    const shown = `bifrost_fold(${dialect.scalar(dialect.document('u'), ['displayName'])})`;
    const places = ['u.sign_in_name_folded', "coalesce(u.work_email_folded, '')", shown];
    add(`(${places.map((place) => `${dialect.position}(${place}, ?) > 0`).join(' OR ')})`, text, text, text);
  }
  return { where: where.join(' AND ') || 'TRUE', values };
}

// --- one person -------------------------------------------------------------------------------------------------

/** Ids are of one provider each; the caller does not know which. */
export function* fullUser(dialect: Dialect, settings: StoredSettings, id: string): Script<FullUser | null> {
  for (const [provider, state] of settings.states) {
    const found = (yield* loadUsers(dialect, state, [id])).get(id);
    if (!found) continue;
    const unsettled = yield* unsettledAmong(dialect, provider, [id], settings.unsettled.get(provider));
    const loaded = unsettled.has(id) ? { ...found, ruleset: UNSETTLED } : found;
    const held = JSON.stringify([...new Set(loaded.grants.map((grant) => grant.target))]);
    const targets = yield* all<TargetName>(
      `SELECT t.id, t.name, t.kind FROM ${dialect.texts} CROSS JOIN targets t WHERE t.provider = ? AND t.id = j.value`,
      held,
      provider,
    );
    return { loaded, state, targets: new Map(targets.map(({ id, name, kind }) => [id, { name, kind }])) };
  }
  return null;
}

/** Ids of users by the names that apps know them by; the living before the removed, the last removed first. */
export function* findPeople(
  settings: StoredSettings,
  by: { userName?: string; externalId?: string; subject?: string; provider?: string },
): Script<string[]> {
  const found: string[] = [];
  for (const provider of by.provider === undefined ? settings.states.keys() : [by.provider]) {
    found.push(...(yield* findIn(provider, by)));
  }
  return found;
}

function* findIn(
  provider: string,
  by: { userName?: string; externalId?: string; subject?: string },
): Script<string[]> {
  const found: string[][] = [];
  if (by.subject !== undefined) {
    const rows = yield* all<{ person: string }>(
      'SELECT person FROM identities WHERE provider = ? AND subject = ? ORDER BY since, issuer LIMIT 50',
      provider,
      by.subject,
    );
    found.push(rows.map((row) => row.person));
  }
  if (by.userName !== undefined) {
    const name = fold(by.userName);
    // While somebody is in the provider's recycle bin nobody is looked up by the name they keep.
    const living = yield* all<{ id: string }>(
      'SELECT id FROM users WHERE provider = ? AND user_name_folded = ? AND sign_in_name_folded = user_name_folded AND removed_at IS NULL',
      provider,
      name,
    );
    const removed = yield* all<{ id: string }>(
      'SELECT id FROM users WHERE provider = ? AND sign_in_name_folded = ? AND removed_at IS NOT NULL ORDER BY removed_at DESC LIMIT 50',
      provider,
      name,
    );
    found.push([...living, ...removed].map((row) => row.id));
  }
  if (by.externalId !== undefined) {
    const rows = yield* all<{ id: string }>(
      'SELECT id FROM users WHERE provider = ? AND external_id = ? ORDER BY removed_at IS NOT NULL, removed_at DESC, id LIMIT 50',
      provider,
      by.externalId,
    );
    found.push(rows.map((row) => row.id));
  }
  const [first = [], ...others] = found;
  return first.filter((id) => others.every((each) => each.includes(id)));
}
