// Pages of users for people, quick whoever is asked for: few are found by their filter and sorted; many are met soon enough
// by walking the list in its order. Which of both is decided by counting, not by guessing (docs/decisions/0018).

import type { ListedUser, PageKey, Total, UserListQuery } from '../ledger.ts';
import type { Dialect } from './dialect.ts';
import { COUNTED_AT_MOST } from './events.ts';
import { listed } from './listed-users.ts';
import { type UserColumns, userColumns } from './rows.ts';
import { all, one, type Script, type Value } from './statement.ts';
import type { StoredSettings } from './stored-settings.ts';
import { type OneProvider, type Sql, type UserFilter, userFilters } from './user-filters.ts';

/** Each is what an index of one provider is ordered by. Ids sort by time of creation; who never did comes at the early end. */
const sortColumns = {
  userName: 'u.user_name_folded',
  displayName: 'u.display_name_folded',
  createdAt: 'u.id',
  lastProvisionedAt: 'coalesce(u.last_provisioned_at, 0)',
  lastSignInAt: 'coalesce(u.last_sign_in_at, 0)',
} as const satisfies Record<UserListQuery['sort']['by'], string>;

/** Among a million, sorting so many costs as much as meeting a page of fifty of them on the walk. */
const FEW = 7_000;
/** As far as they are counted. Up to so many are sorted sooner than it is found out whether a walk met all of them. */
const MANY = 20_000;
/** Beyond these those who fit stand together somewhere: then they are sorted after all, however many. */
const WALKED_AT_MOST = 20_000;
/** PostgreSQL takes a number that is added to 0 for one of 32 bits. */
const EVERYBODY = 2 ** 31 - 1;

export interface UserPage extends Total {
  items: ListedUser[];
  next: PageKey | null;
}

interface Found {
  keys: PageKey[];
  total: Total;
}

export function* listUsers(
  dialect: Dialect,
  settings: StoredSettings,
  query: UserListQuery,
): Script<UserPage> {
  const providers = query.provider === undefined ? [...settings.states.keys()] : [query.provider];
  const keys: (PageKey & { provider: string })[] = [];
  const total = { total: 0, totalIsCapped: false };
  for (const provider of providers) {
    const found = yield* findIn(dialect, { ...query, provider });
    keys.push(...found.keys.map((key) => ({ ...key, provider })));
    total.total += found.total.total;
    total.totalIsCapped ||= found.total.totalIsCapped;
  }
  if (total.total > COUNTED_AT_MOST) Object.assign(total, { total: COUNTED_AT_MOST, totalIsCapped: true });
  if (providers.length > 1) keys.sort((a, b) => (query.sort.descending ? -1 : 1) * compareKeys(a, b));
  const page = keys.slice(0, query.limit);
  const last = page.at(-1);
  const items = yield* readPage(dialect, settings, page);
  return { items, ...total, next: keys.length > page.length && last ? asKey(last) : null };
}

function asKey({ sorted, id }: PageKey): PageKey {
  return { sorted, id };
}

/** As the engines order them: texts by their bytes. */
function compareKeys(a: PageKey, b: PageKey): number {
  return compareValues(a.sorted, b.sorted) || compareValues(a.id, b.id);
}

function compareValues(a: PageKey['sorted'], b: PageKey['sorted']): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return Number(a) - Number(b);
}

function* readPage(
  dialect: Dialect,
  settings: StoredSettings,
  page: readonly { id: string; provider: string }[],
): Script<ListedUser[]> {
  const rows: UserColumns[] = [];
  for (const provider of new Set(page.map((each) => each.provider))) {
    const ids = page.filter((each) => each.provider === provider).map(({ id }) => id);
    rows.push(
      ...(yield* all<UserColumns>(
        `SELECT ${userColumns} FROM ${dialect.texts} CROSS JOIN users u WHERE u.provider = ? AND u.id = j.value`,
        JSON.stringify(ids),
        provider,
      )),
    );
  }
  const place = new Map(page.map(({ id }, at) => [id, at]));
  rows.sort((a, b) => place.get(a.id)! - place.get(b.id)!);
  return yield* listed(dialect, settings, rows);
}

// --- those of one provider ----------------------------------------------------------------------------------------

function* findIn(dialect: Dialect, query: OneProvider): Script<Found> {
  const filters = userFilters(dialect, query);
  const narrowest = yield* narrowestOf(filters);
  if (narrowest && narrowest.n <= FEW) return yield* sortFew(narrowest.way, filters, query);
  // Where the way leads to nobody else, it has been counted with that.
  const [only, ...others] = filters;
  const isCounted = narrowest !== null && others.length === 0 && only?.isExact === true;
  const total = isCounted ? capped(narrowest.n) : yield* countMany(narrowest?.way ?? null, filters, query);
  // Where nobody is asked for, but how many there are, nobody need be met.
  return { keys: query.limit === 0 ? [] : yield* walk(narrowest, filters, query), total };
}

const capped = (n: number): Total => ({
  total: Math.min(n, COUNTED_AT_MOST),
  totalIsCapped: n > COUNTED_AT_MOST,
});

interface Way {
  way: Sql;
  /** How many it leads to, as far as it matters. */
  n: number;
}

/** Of the ways to those who fit, the one to the fewest. */
function* narrowestOf(filters: readonly UserFilter[]): Script<Way | null> {
  let found: Way | null = null;
  for (const { way } of filters) {
    if (!way) continue;
    const counted = `SELECT count(*) AS n FROM (SELECT w.id FROM ${way.text} LIMIT (? + 0)) AS few`;
    const n = (yield* one<{ n: number }>(counted, ...way.values, MANY + 1))?.n ?? 0;
    if (!found || n < found.n) found = { way, n };
  }
  return found;
}

const isThere = ({ status }: UserListQuery) =>
  status === 'removed' ? "u.status = 'removed'" : 'u.removed_at IS NULL';

function joined(parts: readonly Sql[]): Sql {
  return {
    text: parts.map(({ text }) => ` AND ${text}`).join(''),
    values: parts.flatMap(({ values }) => values),
  };
}

/** Everybody who fits, with what the list is sorted by. */
function fitting(way: Sql, filters: readonly UserFilter[], query: OneProvider, also = ''): Sql {
  const fits = joined(filters.map((each) => each.fits));
  return {
    text: `SELECT u.id, ${sortColumns[query.sort.by]} AS sorted${also} FROM ${way.text} CROSS JOIN users u
      WHERE u.provider = ? AND u.id = w.id AND ${isThere(query)}${fits.text}`,
    values: [...way.values, query.provider, ...fits.values],
  };
}

const directionOf = ({ sort }: UserListQuery) =>
  sort.descending ? { order: 'DESC', beyond: '<' } : { order: 'ASC', beyond: '>' };

const startOf = ({ after }: UserListQuery): Value[] => (after ? [after.sorted, after.id] : []);

function* sortFew(way: Sql, filters: readonly UserFilter[], query: OneProvider): Script<Found> {
  const found = yield* sorted(fitting(way, filters, query, ', count(*) OVER () AS n'), query, ', f.n');
  const [first] = found;
  const keys = found.map(asKey);
  if (first) return { keys, total: { total: first.n, totalIsCapped: false } };
  return { keys, total: query.after ? yield* countFew(way, filters, query) : nobody };
}

const nobody: Total = { total: 0, totalIsCapped: false };

function* countFew(way: Sql, filters: readonly UserFilter[], query: OneProvider): Script<Total> {
  const { text, values } = fitting(way, filters, query);
  const counted = yield* one<{ n: number }>(`SELECT count(*) AS n FROM (${text}) AS found`, ...values);
  return { total: counted?.n ?? 0, totalIsCapped: false };
}

function sorted(found: Sql, query: OneProvider, also = ''): Script<(PageKey & { n: number })[]> {
  const { order, beyond } = directionOf(query);
  const behind = query.after ? ` WHERE (f.sorted, f.id) ${beyond} (?, ?)` : '';
  return all<PageKey & { n: number }>(
    `SELECT f.id, f.sorted${also} FROM (${found.text}) AS f${behind} ORDER BY f.sorted ${order}, f.id ${order} LIMIT (? + 0)`,
    ...found.values,
    ...startOf(query),
    query.limit + 1,
  );
}

// --- many -------------------------------------------------------------------------------------------------------

/** Looks at so many and no more; where that is not everybody, it says so. */
function* countMany(way: Sql | null, filters: readonly UserFilter[], query: OneProvider): Script<Total> {
  if (filters.length === 0) return yield* countEverybody(query);
  const fits = joined(filters.map((each) => each.fits));
  const from = way
    ? `(SELECT w.id FROM ${way.text} LIMIT (? + 0)) AS w CROSS JOIN users u WHERE u.provider = ? AND u.id = w.id`
    : `(SELECT * FROM users u WHERE u.provider = ? AND ${isThere(query)} ORDER BY u.id LIMIT (? + 0)) AS u WHERE TRUE`;
  const most = COUNTED_AT_MOST + 1;
  const place = way ? [...way.values, most, query.provider] : [query.provider, most];
  const counted = yield* one<{ looked: number; n: number | null }>(
    `SELECT count(*) AS looked, sum(CASE WHEN ${isThere(query)}${fits.text} THEN 1 ELSE 0 END) AS n FROM ${from}`,
    ...fits.values,
    ...place,
  );
  const { looked = 0, n = 0 } = counted ?? {};
  return { total: Math.min(Number(n), COUNTED_AT_MOST), totalIsCapped: looked >= most };
}

/** In an index alone. */
function* countEverybody(query: OneProvider): Script<Total> {
  const some = `SELECT 1 AS one FROM users u WHERE u.provider = ? AND ${isThere(query)} LIMIT (? + 0)`;
  const text = `SELECT count(*) AS n FROM (${some}) AS found`;
  return capped(Number((yield* one<{ n: number }>(text, query.provider, COUNTED_AT_MOST + 1))?.n ?? 0));
}

/** A page met on the way through the list, or, where few of those who fit stand there, taken from all who do. */
function* walk(narrowest: Way | null, filters: readonly UserFilter[], query: OneProvider): Script<PageKey[]> {
  const isSortedSooner = narrowest !== null && narrowest.n <= MANY;
  const most = isSortedSooner ? WALKED_AT_MOST / 2 : WALKED_AT_MOST;
  const some = yield* walkAtMost(most, filters, query);
  if (some.length > query.limit) return some;
  if (!isSortedSooner && !(yield* isLonger(filters, query))) return some;
  if (narrowest) return (yield* sorted(fitting(narrowest.way, filters, query), query)).map(asKey);
  return yield* walkAtMost(EVERYBODY, filters, query);
}

/** Looks at no more than `most` of each stretch. */
function* walkAtMost(most: number, filters: readonly UserFilter[], query: OneProvider): Script<PageKey[]> {
  const found: PageKey[] = [];
  for (const behind of stretchesOf(query)) {
    const wanted = { ...query, limit: query.limit - found.length };
    found.push(...(yield* all<PageKey>(...walkSql(filters, wanted, behind, most))).map(asKey));
    if (found.length > query.limit) break;
  }
  return found;
}

function walkSql(
  filters: readonly UserFilter[],
  query: OneProvider,
  behind: Stretch,
  most: number,
): [string, ...Value[]] {
  const list = inOrder(filters, query, behind);
  const fits = joined(filters.filter((each) => !each.isStretch).map((each) => each.fits));
  return [
    `SELECT u.id, u.sorted FROM (${list.text}) AS u WHERE TRUE${fits.text} LIMIT (? + 0)`,
    ...list.values,
    most,
    ...fits.values,
    query.limit + 1,
  ];
}

interface Stretch extends Sql {
  /** Everybody in it stands equal, so that ids alone are its order. */
  isOfEquals?: true;
}

const WHOLE: Stretch = { text: '', values: [] };

/**
 * Behind the start those who are equal to it, then the others: of a pair with an expression SQLite looks only for the first
 * in an index, and very many have never signed in.
 */
function stretchesOf({ sort, after, status }: OneProvider): Stretch[] {
  if (!after) return [WHOLE];
  const column = sortColumns[sort.by];
  const beyond = sort.descending ? '<' : '>';
  const others: Stretch = { text: ` AND ${column} ${beyond} ?`, values: [after.sorted] };
  const isUnique = sort.by === 'createdAt' || (sort.by === 'userName' && status !== 'removed');
  if (isUnique) return [others];
  const equals = ` AND ${column} = ? AND u.id ${beyond} ?`;
  return [{ text: equals, values: [after.sorted, after.id], isOfEquals: true }, others];
}

/** A stretch of the list, whoever is in it; a LIMIT and its value are the caller's. */
function inOrder(filters: readonly UserFilter[], query: OneProvider, behind: Stretch): Sql {
  const { order } = directionOf(query);
  const column = sortColumns[query.sort.by];
  // SQLite sorts for what stands equal by an expression.
  const byColumn = behind.isOfEquals ? '' : `${column} ${order}, `;
  const stretch = joined(filters.filter((each) => each.isStretch).map((each) => each.fits));
  const seen =
    'u.role, u.status, u.source, u.sign_in_name_folded, u.display_name_folded, u.work_email_folded';
  return {
    text: `SELECT u.id, ${column} AS sorted, ${seen}, u.user_name_folded FROM users u
      WHERE u.provider = ? AND ${isThere(query)}${stretch.text}${behind.text} ORDER BY ${byColumn}u.id ${order} LIMIT (? + 0)`,
    values: [query.provider, ...stretch.values, ...behind.values],
  };
}

/** Whether the walk may have ended before one of the stretches did. */
function* isLonger(filters: readonly UserFilter[], query: OneProvider): Script<boolean> {
  for (const behind of stretchesOf(query)) {
    const list = inOrder(filters, query, behind);
    const text = `SELECT u.id FROM (${list.text} OFFSET ?) AS u`;
    if (yield* one<{ id: string }>(text, ...list.values, 1, WALKED_AT_MOST)) return true;
  }
  return false;
}
