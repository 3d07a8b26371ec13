// What a decision needs, read inside the transaction that will write it: nothing can come between.

import type { GrantRow } from '../../identity/grant.ts';
import type { LoadedMember, LoadedUser, ProviderState } from '../../mapping/decide.ts';
import type { GroupFact } from '../../mapping/resolve.ts';
import { Refusal } from '../../refusal.ts';
import { isEnded, type Loaded, type Needs, type Token } from '../ledger.ts';
import { type GroupColumns, readGroupRow, type UserColumns, userColumns } from '../sql/rows.ts';
import type { Script } from '../sql/statement.ts';
import { readSettings, type StoredSettings } from '../sql/stored-settings.ts';
import { tokenByHash, tokenById } from '../sql/tokens.ts';
import { isStanding, loadedUser, loadUsers, refuseAfterScim } from '../sql/users.ts';
import { sqliteDialect } from './dialect.ts';
import type { Database } from './open.ts';
import type { RunScript } from './run-script.ts';

export interface Loader {
  settings(): StoredSettings;
  state(provider: string): ProviderState | null;
  tokenByHash(hash: string): Token | null;
  /** Providers, rules, roles or tokens changed: read them anew. */
  forget(): void;
  load(provider: string, needs: Needs): Loaded;
}

const nobody: ReadonlyMap<string, LoadedMember> = new Map();
const none: ReadonlySet<string> = new Set();

export function loader(database: Database, run: RunScript): Loader {
  const settings = settingsCache(run);
  const tokens = tokenCache(run);
  const stateOf = (provider: string) => settings.all().states.get(provider) ?? null;
  const users = userLoader(database, run, (provider) => stateOf(provider)!);
  const formerHolder = database.prepare(
    'SELECT id FROM users WHERE provider = ? AND sign_in_name_folded = ? AND removed_at IS NOT NULL ORDER BY removed_at DESC LIMIT 1',
  );
  const group = database.prepare('SELECT * FROM directory_groups WHERE provider = ? AND id = ?');
  const isMember = database.prepare(
    'SELECT 1 FROM memberships WHERE provider = ? AND group_id = ? AND member = ?',
  );
  const memberIds = database.prepare('SELECT member FROM memberships WHERE provider = ? AND group_id = ?');
  const userMembers = database.prepare(
    "SELECT member FROM memberships WHERE provider = ? AND group_id = ? AND member_kind = 'User' LIMIT ?",
  );

  function members(provider: string, ids: readonly string[]): Map<string, LoadedMember> {
    const found = new Map<string, LoadedMember>();
    const loaded = users.many(provider, ids);
    for (const id of ids) {
      const user = loaded.get(id);
      if (user && user.user.removedAt === null) found.set(id, { kind: 'User', loaded: user });
      else if (group.get(provider, id)) found.set(id, { kind: 'Group', id });
    }
    return found;
  }

  /** A user's groups are loaded with them; only a nested group is looked up by itself. */
  function membersNow(
    provider: string,
    groupId: string,
    among: ReadonlyMap<string, LoadedMember>,
  ): Set<string> {
    const inside = new Set<string>();
    for (const [id, member] of among) {
      const isInside =
        member.kind === 'User'
          ? member.loaded.groups.some((each) => each.id === groupId)
          : isMember.get(provider, groupId, id) !== undefined;
      if (isInside) inside.add(id);
    }
    return inside;
  }

  function usersInGroup(provider: string, id: string, most: number): LoadedUser[] | 'many' {
    const rows = userMembers.all(provider, id, most + 1) as { member: string }[];
    if (rows.length > most) return 'many';
    return [
      ...users
        .many(
          provider,
          rows.map((row) => row.member),
        )
        .values(),
    ];
  }

  function load(provider: string, needs: Needs): Loaded {
    const state = stateOf(provider);
    if (!state) throw new Refusal('notFound', `There is no provider ${provider}.`);
    if (needs.token !== undefined && !tokens.isLive(provider, needs.token.id, needs.token.at)) {
      throw new Refusal('unauthenticated', 'This provisioning token was revoked.');
    }
    refuseAfterScim(needs, state);
    const { user, formerHolderOf, group: groupId } = needs;
    const groupRow =
      groupId === undefined ? undefined : (group.get(provider, groupId) as GroupColumns | undefined);
    const former = formerHolderOf === undefined ? undefined : formerHolder.get(provider, formerHolderOf);
    const wanted = needs.members ? members(provider, needs.members) : nobody;
    return {
      state,
      user: user === undefined ? null : users.one(provider, user),
      formerly: (former as { id: string } | undefined)?.id ?? null,
      group: groupRow ? readGroupRow(groupRow) : null,
      members: wanted,
      inGroup: groupRow ? membersNow(provider, groupId!, wanted) : none,
      usersInGroup: (most) => (groupRow ? usersInGroup(provider, groupId!, most) : []),
      memberIds:
        groupRow && needs.memberIds
          ? new Set((memberIds.all(provider, groupId!) as { member: string }[]).map((row) => row.member))
          : none,
      loadMembers: (ids) => members(provider, ids),
    };
  }

  return {
    settings: settings.all,
    state: stateOf,
    tokenByHash: tokens.byHash,
    forget: () => {
      settings.forget();
      tokens.forget();
    },
    load,
  };
}

// --- users ------------------------------------------------------------------------------------------------------

function userLoader(database: Database, run: RunScript, stateOf: (provider: string) => ProviderState) {
  const userById = database.prepare(`SELECT ${userColumns} FROM users u WHERE provider = ? AND id = ?`);
  const groupsOf = database.prepare(
    `SELECT g.id, g.display_name AS displayName FROM memberships m JOIN directory_groups g ON g.provider = m.provider AND g.id = m.group_id
     WHERE m.provider = ? AND m.member = ?`,
  );
  const targetById = database.prepare('SELECT name, key FROM targets WHERE provider = ? AND id = ?');

  function targetNames(provider: string, grants: readonly GrantRow[]) {
    const names = new Map<string, { name: string; key: string }>();
    for (const { target } of grants.filter(isStanding)) {
      const known = targetById.get(provider, target) as { name: string; key: string } | undefined;
      if (known) names.set(target, known);
    }
    return names;
  }

  function one(provider: string, id: string): LoadedUser | null {
    const row = userById.get(provider, id) as UserColumns | undefined;
    if (!row) return null;
    const grants = JSON.parse(row.grants) as GrantRow[];
    const groups = groupsOf.all(provider, id) as unknown as GroupFact[];
    return loadedUser(stateOf(provider), row, groups, grants, targetNames(provider, grants));
  }

  /** A few are quicker one by one. */
  function many(provider: string, ids: readonly string[]): Map<string, LoadedUser> {
    if (ids.length >= 3) return run(loadUsers(sqliteDialect, stateOf(provider), ids));
    const found = new Map<string, LoadedUser>();
    for (const id of ids) {
      const user = one(provider, id);
      if (user) found.set(id, user);
    }
    return found;
  }

  return { one, many };
}

// --- providers and their rules ----------------------------------------------------------------------------------

/** Read once and kept until something changes them: this process is the only one that writes the file. */
function settingsCache(run: RunScript) {
  let known: StoredSettings | null = null;
  return {
    all: () => {
      known ??= run(readSettings());
      return known;
    },
    forget: () => {
      known = null;
    },
  };
}

/** Every request asks for a token, so those in use are kept, as are the settings. */
function tokenCache(run: RunScript) {
  const known = new Map<string, Token>();

  function remembered(key: string, read: () => Script<Token | null>): Token | null {
    const kept = known.get(key);
    if (kept) return kept;
    const token = run(read());
    if (token) known.set(key, token); // what is not there is not remembered: anybody can ask for it
    return token;
  }

  return {
    byHash: (hash: string) => remembered(hash, () => tokenByHash(hash)),
    isLive: (provider: string, id: string, at: number) => {
      const token = remembered(`${provider}/${id}`, () => tokenById(provider, id));
      return token !== null && !isEnded(token, at);
    },
    forget: () => known.clear(),
  };
}
