// Staged people, a page of them with everything that was staged about them, and who they may be here. A few statements for
// the whole page, each by keys.

import { fold } from '../../../fold.ts';
import type { DirectoryPerson } from '../../../identity/directory.ts';
import type { Reconciliations, StagedPerson } from '../../reconciliation.ts';
import type { Dialect } from '../dialect.ts';
import type { Hands } from '../hands.ts';
import { purgedHash } from '../sign-in/identities.ts';
import { all, one, type Script } from '../statement.ts';
import { providerOf } from './runs.ts';
import { bucketOf } from './staged-place.ts';

export function stagedPeople(hands: Hands): Pick<Reconciliations, 'people'> {
  return { people: (run, after, limit) => hands.read(() => readPeople(hands.dialect, run, after, limit)) };
}

function* readPeople(dialect: Dialect, run: string, after: string, limit: number): Script<StagedPerson[]> {
  const provider = yield* providerOf(run);
  if (provider === null) return [];
  const bucket = after === '' ? '' : bucketOf(after);
  const rows = yield* all<{ bucket: string; body: string }>(
    `SELECT bucket, body FROM staged_people WHERE run = ? AND (bucket, id) > (?, ?) ORDER BY bucket, id LIMIT (? + 0)`,
    run,
    bucket,
    after,
    limit,
  );
  if (rows.length === 0) return [];
  const people = rows.map(({ body }) => JSON.parse(body) as DirectoryPerson);
  const groups = yield* groupsOf(dialect, run, rows, people);
  const assigned = yield* rolesOf(dialect, run, [
    ...people.map(({ id }) => id),
    ...new Set([...groups.values()].flat()),
  ]);
  const here = yield* whoIsHere(dialect, provider, people);
  return people.map((person) => {
    const theirs = groups.get(person.id) ?? [];
    const roles = [person.id, ...theirs].flatMap((principal) => assigned.get(principal) ?? []);
    return {
      person,
      groups: theirs,
      roles: [...new Set(roles)].filter((role) => role !== ''),
      assigned: roles.length > 0,
      ...here(person),
    };
  });
}

/**
 * Groups that hold them: of each bucket of the page, what stands between its first person and its last. A page of 200 has
 * some 3,000, which come faster as one text than as so many rows.
 */
function* groupsOf(
  dialect: Dialect,
  run: string,
  rows: readonly { bucket: string }[],
  people: readonly DirectoryPerson[],
): Script<ReadonlyMap<string, string[]>> {
  const [first, last] = [rows[0]!.bucket, rows.at(-1)!.bucket];
  const memberships = yield* one<{ found: string | null }>(
    `SELECT string_agg(CAST(m.list AS TEXT) || ' ' || m.member, ' ') AS found FROM staged_memberships m
     WHERE m.run = ? AND m.bucket >= ? AND m.bucket <= ? AND (m.bucket > ? OR m.member >= ?) AND (m.bucket < ? OR m.member <= ?)`,
    run,
    first,
    last,
    first,
    people[0]!.id,
    last,
    people.at(-1)!.id,
  );
  const found = memberships?.found?.split(' ') ?? [];
  const lists = new Set(found.filter((_, n) => n % 2 === 0));
  const groupIds = yield* groupsOfLists(dialect, run, [...lists]);
  const groups = new Map<string, string[]>(people.map(({ id }) => [id, []]));
  for (let n = 0; n < found.length; n += 2) groups.get(found[n + 1]!)?.push(groupIds.get(found[n]!)!);
  return groups;
}

function* groupsOfLists(
  { isGiven }: Dialect,
  run: string,
  lists: readonly string[],
): Script<ReadonlyMap<string, string>> {
  if (lists.length === 0) return new Map();
  const groups = yield* one<{ found: string }>(
    `SELECT string_agg(CAST(number AS TEXT) || ' ' || group_id, ' ') AS found
     FROM staged_lists WHERE run = ? AND ${isGiven('number', 'int')}`,
    run,
    `[${lists.join()}]`,
  );
  const found = groups!.found.split(' ');
  return new Map(lists.map((_, n) => [found[2 * n]!, found[2 * n + 1]!]));
}

/** By principal; the empty text for an assignment without a role. */
function* rolesOf(
  { isGiven }: Dialect,
  run: string,
  principals: readonly string[],
): Script<ReadonlyMap<string, string[]>> {
  const rows = yield* all<{ principal: string; role: string }>(
    `SELECT principal, role FROM staged_assignments WHERE run = ? AND ${isGiven('principal')}`,
    run,
    JSON.stringify(principals),
  );
  const roles = new Map<string, string[]>();
  for (const { principal, role } of rows) append(roles, principal, role);
  return roles;
}

function append<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const known = lists.get(key);
  if (known) known.push(item);
  else lists.set(key, [item]);
}

// --- who they may be --------------------------------------------------------------------------------------------

/** Stored as they came: ids of objects are written in either case, and their index knows each spelling by itself. */
export function spellings(id: string): string[] {
  const upper = id.toUpperCase();
  return upper === id ? [id] : [id, upper];
}

interface Found {
  how: 'link' | 'externalId' | 'userName' | 'purged';
  key: string;
  id: string;
  removed_at: number | null;
}

/** Each part goes by a key of its own. */
const foundSql = ({ isGiven }: Dialect) => `
  SELECT 'link' AS how, i.subject AS key, u.id AS id, u.removed_at AS removed_at
    FROM identities i CROSS JOIN users u
    WHERE i.provider = ? AND ${isGiven('i.subject')} AND u.provider = i.provider AND u.id = i.person
  UNION ALL SELECT 'externalId', u.external_id, u.id, u.removed_at
    FROM users u WHERE u.provider = ? AND ${isGiven('u.external_id')}
  UNION ALL SELECT 'userName', u.user_name_folded, u.id, u.removed_at
    FROM users u
    WHERE u.provider = ? AND ${isGiven('u.user_name_folded')} AND u.removed_at IS NULL AND u.sign_in_name_folded = u.user_name_folded
      AND NOT EXISTS (SELECT 1 FROM identities l WHERE l.provider = u.provider AND l.person = u.id)
  UNION ALL SELECT 'purged', g.hash, g.hash, g.at
    FROM purged_identities g WHERE g.provider = ? AND ${isGiven('g.hash')}`;

type Here = Pick<StagedPerson, 'linked' | 'byExternalId' | 'byUserName' | 'removed' | 'purged'>;

function* whoIsHere(
  dialect: Dialect,
  provider: string,
  people: readonly DirectoryPerson[],
): Script<(person: DirectoryPerson) => Here> {
  const ids = people.flatMap(({ id }) => spellings(id));
  const names = people.flatMap(({ userName }) => (userName === null ? [] : [fold(userName)]));
  const hashes = new Map(ids.map((id) => [purgedHash(provider, id), id]));
  const asked = [ids, ids, names, [...hashes.keys()]].flatMap((each) => [provider, JSON.stringify(each)]);
  const rows = yield* all<Found>(foundSql(dialect), ...asked);
  const found = new Map<string, Found[]>();
  for (const row of rows) {
    const key = row.how === 'purged' ? hashes.get(row.key)! : row.key;
    append(found, `${row.how} ${key}`, row);
  }
  return ({ id, userName }) => {
    const of = (how: Found['how'], keys: readonly string[]) =>
      keys.flatMap((key) => found.get(`${how} ${key}`) ?? []);
    const links = of('link', spellings(id));
    const byId = of('externalId', spellings(id));
    return {
      linked: living(links),
      byExternalId: living(byId),
      byUserName: userName === null ? [] : living(of('userName', [fold(userName)])),
      removed: lastRemoved([...links, ...byId]),
      purged: of('purged', spellings(id)).length > 0,
    };
  };
}

function living(rows: readonly Found[]): string[] {
  return [...new Set(rows.filter((row) => row.removed_at === null).map((row) => row.id))];
}

function lastRemoved(rows: readonly Found[]): string | null {
  const removed = rows.filter((row) => row.removed_at !== null);
  return removed.sort((a, b) => b.removed_at! - a.removed_at!)[0]?.id ?? null;
}
