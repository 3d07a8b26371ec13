// What a decision needs, in one statement: one moment of the database, with the number of the settings of that moment.
// What a decision asks for beyond that is loaded when it asks, and it decides again.

import type { GrantRow } from '../../identity/grant.ts';
import type { LoadedMember, LoadedUser } from '../../mapping/decide.ts';
import { Refusal } from '../../refusal.ts';
import type { Loaded, Needs } from '../ledger.ts';
import { type GroupColumns, readGroupRow, type UserColumns, userColumns } from '../sql/rows.ts';
import { loadedUser, refuseAfterScim, type TargetNames } from '../sql/users.ts';
import type { Pool } from './pool.ts';
import type { SettingsCache, Snapshot } from './settings.ts';

/** A decision asked for what was not loaded: load it, and decide again. */
export class NeedsMore extends Error {
  override readonly name = 'NeedsMore';
  readonly more: Partial<Extra>;
  constructor(more: Partial<Extra>) {
    super('more is to be loaded');
    this.more = more;
  }
}

export interface Extra {
  /** Ids asked for while deciding. */
  members: readonly string[];
  /** Users in the group, up to so many. */
  usersInGroup: number;
}

interface LoadedRow {
  version: number;
  token_is_live: boolean | null;
  users: UserJson[] | null;
  formerly: string | null;
  group: GroupColumns | null;
  member_groups: string[] | null;
  member_ids: string[] | null;
  in_group: string[] | null;
  users_in_group: string[] | null;
}

export interface UserJson extends UserColumns {
  /** Without a name: those that are gone, while a job takes people out of them. */
  groups: [id: string, displayName: string | null][] | null;
  targets: [id: string, name: string, key: string][] | null;
}

/** The user `u` with what decides their access; `more`: further names and values, in SQL. */
export const userJsonWith = (more: string) => `json_build_object(${userColumns
  .split(', ')
  .flatMap((column) => [`'${column.slice(2)}'`, column])
  .join(', ')},
  'groups', (SELECT json_agg(json_build_array(m.group_id, d.display_name)) FROM memberships m LEFT JOIN directory_groups d
    ON d.provider = m.provider AND d.id = m.group_id WHERE m.provider = u.provider AND m.member = u.id),
  ${more})`;

/** One that several grants give stands there as often. */
export const targetsOfUser = (columns: string) =>
  `(SELECT json_agg(json_build_array(${columns})) FROM json_array_elements(u.grants::json) g(value)
      JOIN targets t ON t.provider = u.provider AND t.id = g.value ->> 'target')`;

/** Names of targets only where people granted something. */
const userJson =
  userJsonWith(`'targets', CASE WHEN u.grants LIKE '%"by":"manual"%' OR u.grants LIKE '%"sticky":true%' THEN
    ${targetsOfUser('t.id, t.name, t.key')} END`);

/** A load reads by keys alone. */
const LOAD_MS = 15_000;

interface Asked {
  token: string | null;
  at: number;
  users: readonly string[];
  formerHolderOf: string | null;
  group: string | null;
  memberIds: boolean;
  usersInGroup: number;
}

/** The statement has a part for each thing that is asked for, so that what is not asked for costs nothing. */
function loadText(asked: Asked): string {
  const parts = ['v.version'];
  if (asked.token !== null) {
    parts.push(
      '(SELECT t.ended = 0 AND (t.revoked_at IS NULL OR t.revoked_at > $3::bigint) FROM tokens t WHERE t.provider = $1 AND t.id = $2) AS token_is_live',
    );
  }
  if (asked.users.length === 1) {
    parts.push(
      `(SELECT json_build_array(${userJson}) FROM users u WHERE u.provider = $1 AND u.id = ($4::text[])[1]) AS users`,
    );
  } else if (asked.users.length > 1) {
    parts.push(
      `(SELECT json_agg(${userJson}) FROM users u WHERE u.provider = $1 AND u.id = ANY($4::text[])) AS users`,
    );
  }
  if (asked.users.length > 0 && asked.group !== null) {
    parts.push(
      '(SELECT json_agg(m.member) FROM memberships m WHERE m.provider = $1 AND m.group_id = $6 AND m.member = ANY($4::text[])) AS in_group',
    );
  }
  if (asked.users.length > 0) {
    parts.push(
      '(SELECT json_agg(d.id) FROM directory_groups d WHERE d.provider = $1 AND d.id = ANY($4::text[])) AS member_groups',
    );
  }
  if (asked.formerHolderOf !== null) {
    parts.push(
      '(SELECT f.id FROM users f WHERE f.provider = $1 AND f.sign_in_name_folded = $5 AND f.removed_at IS NOT NULL ORDER BY f.removed_at DESC LIMIT 1) AS formerly',
    );
  }
  if (asked.group !== null) {
    parts.push(
      '(SELECT row_to_json(d) FROM directory_groups d WHERE d.provider = $1 AND d.id = $6) AS "group"',
    );
  }
  if (asked.memberIds) {
    parts.push(
      '(SELECT json_agg(m.member) FROM memberships m WHERE m.provider = $1 AND m.group_id = $6) AS member_ids',
    );
  }
  if (asked.usersInGroup > 0) {
    parts.push(
      `(SELECT json_agg(x.member) FROM (SELECT m.member FROM memberships m WHERE m.provider = $1 AND m.group_id = $6 AND m.member_kind = 'User' ORDER BY m.member LIMIT $7::bigint) x) AS users_in_group`,
    );
  }
  // Every value has a type and a place in each of the statements, whether it is used or not.
  return `SELECT ${parts.join(',\n')} FROM settings_version v
    WHERE ($1::text, $2::text, $3::bigint, $4::text[], $5::text, $6::text, $7::bigint) IS DISTINCT FROM (NULL, NULL, NULL, NULL, NULL, NULL, NULL)`;
}

export interface LoadedMoment {
  snapshot: Snapshot;
  loaded: Loaded;
}

/** The pool, or the connection that holds what is loaded. */
type Asking = Pick<Pool, 'query'>;

/** @throws Refusal where the provider is not there or the token was revoked. */
export function loader(pool: Pool, settings: SettingsCache) {
  async function rowOf(on: Asking, provider: string, asked: Asked): Promise<LoadedRow> {
    const { rows } = await on.query(
      loadText(asked),
      [provider, asked.token, asked.at, asked.users, asked.formerHolderOf, asked.group, asked.usersInGroup],
      LOAD_MS,
    );
    return rows[0] as LoadedRow;
  }

  /** Rows and settings of one moment. */
  async function read(
    on: Asking,
    provider: string,
    asked: Asked,
  ): Promise<{ row: LoadedRow; snapshot: Snapshot }> {
    for (;;) {
      const row = await rowOf(on, provider, asked);
      const snapshot = settings.at(row.version);
      if (snapshot) return { row, snapshot };
      await settings.fresh();
    }
  }

  /** Users in the group are known by their ids only when it was read: again, until all who are in it are there. */
  async function readWhole(on: Asking, provider: string, asked: Asked, most: number | undefined) {
    const users = new Set(asked.users);
    for (;;) {
      const moment = await read(on, provider, { ...asked, users: [...users] });
      const inside = moment.row.users_in_group ?? [];
      if (most === undefined || inside.length > most || inside.every((id) => users.has(id))) return moment;
      for (const id of inside) users.add(id);
    }
  }

  return async (
    provider: string,
    needs: Needs,
    extra: Partial<Extra>,
    on: Asking = pool,
  ): Promise<LoadedMoment> => {
    const { row, snapshot } = await readWhole(on, provider, askedBy(needs, extra), extra.usersInGroup);
    const state = snapshot.stored.states.get(provider);
    if (!state) throw new Refusal('notFound', `There is no provider ${provider}.`);
    if (needs.token !== undefined && row.token_is_live !== true) {
      throw new Refusal('unauthenticated', 'This provisioning token was revoked.');
    }
    refuseAfterScim(needs, state);
    return { snapshot, loaded: loadedOf(row, state, needs, extra) };
  };
}

function askedBy(needs: Needs, extra: Partial<Extra>): Asked {
  const users = new Set([...(needs.members ?? []), ...(extra.members ?? [])]);
  if (needs.user !== undefined) users.add(needs.user);
  return {
    token: needs.token?.id ?? null,
    at: needs.token?.at ?? 0,
    users: [...users],
    formerHolderOf: needs.formerHolderOf ?? null,
    group: needs.group ?? null,
    memberIds: needs.memberIds === true,
    // One more than is wanted tells that there are too many.
    usersInGroup: extra.usersInGroup === undefined ? 0 : extra.usersInGroup + 1,
  };
}

function loadedOf(row: LoadedRow, state: Loaded['state'], needs: Needs, extra: Partial<Extra>): Loaded {
  const users = new Map((row.users ?? []).map((each) => [each.id, readUser(state, each)]));
  const groups = new Set(row.member_groups ?? []);
  const inGroup = new Set(row.in_group ?? []);
  const known = new Set([...(needs.members ?? []), ...(extra.members ?? [])]);
  const members = (ids: readonly string[]) => membersAmong(ids, users, groups);
  const wanted = members(needs.members ?? []);
  return {
    state,
    user: needs.user === undefined ? null : (users.get(needs.user) ?? null),
    formerly: row.formerly ?? null,
    group: row.group ? readGroupRow(row.group) : null,
    members: wanted,
    inGroup: row.group ? new Set([...wanted.keys()].filter((id) => inGroup.has(id))) : new Set(),
    usersInGroup: (most) => {
      if (!row.group) return [];
      if (extra.usersInGroup === undefined) throw new NeedsMore({ usersInGroup: most });
      const inside = row.users_in_group ?? [];
      return inside.length > most ? 'many' : inside.map((id) => users.get(id)).filter((each) => !!each);
    },
    memberIds: new Set(row.member_ids ?? []),
    loadMembers: (ids) => {
      const missing = ids.filter((id) => !known.has(id));
      if (missing.length > 0) throw new NeedsMore({ members: missing });
      return members(ids);
    },
  };
}

function membersAmong(
  ids: readonly string[],
  users: ReadonlyMap<string, LoadedUser>,
  groups: ReadonlySet<string>,
): Map<string, LoadedMember> {
  const found = new Map<string, LoadedMember>();
  for (const id of ids) {
    const user = users.get(id);
    if (user && user.user.removedAt === null) found.set(id, { kind: 'User', loaded: user });
    else if (groups.has(id)) found.set(id, { kind: 'Group', id });
  }
  return found;
}

export function readUser(state: Loaded['state'], row: UserJson): LoadedUser {
  const groups = (row.groups ?? []).flatMap(([id, displayName]) =>
    displayName === null ? [] : [{ id, displayName }],
  );
  const names: TargetNames = new Map((row.targets ?? []).map(([id, name, key]) => [id, { name, key }]));
  return loadedUser(state, row, groups, JSON.parse(row.grants) as GrantRow[], names);
}
