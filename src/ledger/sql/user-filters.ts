// What lists of users are filtered by. Of each filter: how to tell whether somebody fits, and where there is one, the way
// that leads to those who do by an index.

import { fold } from '../../fold.ts';
import type { UserListQuery } from '../ledger.ts';
import type { Dialect } from './dialect.ts';
import type { Value } from './statement.ts';

export interface Sql {
  text: string;
  values: Value[];
}

export interface UserFilter {
  /** Of the user `u`. */
  fits: Sql;
  /** Rows `w` with the `id` of each who fits, and of hardly anybody else. */
  way: Sql | null;
  /** The way leads to those who fit and to nobody else, as far as they are there. */
  isExact?: boolean;
  /** It is a stretch of what the list is sorted by. */
  isStretch?: true;
}

/** `provider`: a list of several providers is put together of one for each. */
export type OneProvider = UserListQuery & { provider: string };

const sql = (text: string, ...values: Value[]): Sql => ({ text, values });

const users = (provider: string, where: string, ...values: Value[]): Sql =>
  sql(`(SELECT s.id FROM users s WHERE s.provider = ? AND ${where}) AS w`, provider, ...values);

export function userFilters(dialect: Dialect, query: OneProvider): UserFilter[] {
  const { provider, role, team, businessUnit, source } = query;
  const isOfLiving = query.status !== 'removed';
  const filters: UserFilter[] = [...statusFilters(query)];
  if (role === 'none') {
    const way = isOfLiving ? users(provider, 's.role IS NULL AND s.removed_at IS NULL') : null;
    filters.push({ fits: sql('u.role IS NULL'), way, isExact: true });
  } else if (role !== undefined) {
    // A holding may be of a role that another outweighs: people gave it, and it stands ready.
    filters.push({ fits: sql('u.role = ?', role), way: holders(provider, role) });
  }
  for (const target of [team, businessUnit]) {
    if (target === undefined) continue;
    const held = '(SELECT 1 FROM holdings h WHERE h.target = ? AND h."user" = u.id) IS NOT NULL';
    filters.push({
      fits: sql(held, target),
      way: holders(provider, target),
      isExact: query.status !== 'removed',
    });
  }
  if (source !== undefined) {
    const way = source === 'scim' ? null : users(provider, "s.source <> 'scim' AND s.source = ?", source);
    filters.push({ fits: sql('u.source = ?', source), way });
  }
  if (query.canSignIn === false) {
    const shutOut = (row: string) => `(${row}.role IS NULL OR ${row}.status <> 'active')`;
    const way = isOfLiving ? users(provider, `s.removed_at IS NULL AND ${shutOut('s')}`) : null;
    filters.push({ fits: sql(shutOut('u')), way, isExact: true });
  }
  if (query.search !== undefined) filters.push(searchFilter(dialect, query, fold(query.search)));
  return filters;
}

/** As words of ours within the text: a plan for any status has no use for the index of one. */
function statusFilters({ provider, status }: OneProvider): UserFilter[] {
  if (status === undefined) return [];
  const fits = sql(`u.status = '${status}'`);
  return [
    { fits, way: status === 'active' ? null : users(provider, `s.status = '${status}'`), isExact: true },
  ];
}

/** Ids of targets are of one provider; those of roles are not. */
function holders(provider: string, target: string): Sql {
  const from = '(SELECT h."user" AS id FROM holdings h WHERE h.target = ? AND h.provider = ?) AS w';
  return sql(from, target, provider);
}

// --- search -----------------------------------------------------------------------------------------------------

/** So many letters have an index of their own. */
const PART = 3;

function searchFilter(dialect: Dialect, query: OneProvider, search: string): UserFilter {
  if ([...search].length < PART) return beginningFilter(query, search);
  const names = ['u.sign_in_name_folded', 'u.display_name_folded', 'u.work_email_folded'];
  const has = names.map((name) => `${dialect.position}(coalesce(${name}, ''), ?) > 0`);
  return {
    fits: sql(`(${has.join(' OR ')})`, search, search, search),
    way: { text: dialect.usersByParts, values: dialect.partsOf(query.provider, search) },
  };
}

/** Of the name that the list is sorted by, the user name where it is neither. */
function beginningFilter({ provider, sort, status }: OneProvider, search: string): UserFilter {
  const column = sort.by === 'displayName' ? 'display_name_folded' : 'user_name_folded';
  const stretch = (row: string) => `${row}.${column} >= ? AND ${row}.${column} < ?`;
  const ends = [search, `${search}\u{10ffff}`];
  const fits = sql(stretch('u'), ...ends);
  const living = status === 'removed' ? "s.status = 'removed'" : 's.removed_at IS NULL';
  const way = users(provider, `${living} AND ${stretch('s')}`, ...ends);
  return sort.by === 'displayName' || sort.by === 'userName' ? { fits, way, isStretch: true } : { fits, way };
}
