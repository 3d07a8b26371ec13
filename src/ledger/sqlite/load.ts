// What a decision needs, read inside the transaction that will write it: nothing can come between.

import type { GrantRow } from '../../identity/grant.ts';
import type { Provider, ProviderSettings } from '../../identity/provider.ts';
import type { LoadedMember, LoadedUser, ProviderState } from '../../mapping/decide.ts';
import type { GroupFact } from '../../mapping/resolve.ts';
import type { Rule } from '../../mapping/rule.ts';
import { compileRuleset, type RoleStrategy, type ScimAttribute } from '../../mapping/ruleset.ts';
import { Refusal } from '../../refusal.ts';
import type { Loaded, Needs, StoredRole, Token } from '../ledger.ts';
import type { Database } from './open.ts';
import { type GroupColumns, readGroupRow, readUserRow, type UserColumns, userColumns } from './rows.ts';
import { tokenReader } from './tokens.ts';

export interface Loader {
  state(provider: string): ProviderState | null;
  states(): ProviderState[];
  tokenByHash(hash: string): Token | null;
  roles(): StoredRole[];
  /** Providers, rules, roles or tokens changed: read them anew. */
  forget(): void;
  user(provider: string, id: string): LoadedUser | null;
  load(provider: string, needs: Needs): Loaded;
}

const nobody: ReadonlyMap<string, LoadedMember> = new Map();
const none: ReadonlySet<string> = new Set();

export function loader(database: Database): Loader {
  const users = userLoader(database);
  const states = stateLoader(database);
  const tokens = tokenReader(database);
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
    const state = states.one(provider);
    if (!state) throw new Refusal('notFound', `There is no provider ${provider}.`);
    if (needs.token !== undefined && !tokens.isLive(provider, needs.token.id, needs.token.at)) {
      throw new Refusal('unauthenticated', 'This provisioning token was revoked.');
    }
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
    state: states.one,
    states: states.all,
    roles: states.roles,
    tokenByHash: tokens.byHash,
    forget: () => {
      states.forget();
      tokens.forget();
    },
    user: users.one,
    load,
  };
}

// --- users ------------------------------------------------------------------------------------------------------

function userLoader(database: Database) {
  const userById = database.prepare(`SELECT ${userColumns} FROM users u WHERE provider = ? AND id = ?`);
  const groupsOf = database.prepare(
    `SELECT g.id, g.display_name FROM memberships m JOIN directory_groups g ON g.provider = m.provider AND g.id = m.group_id
     WHERE m.provider = ? AND m.member = ?`,
  );
  // CROSS JOIN keeps the order of the tables: the few ids that are asked for lead.
  const usersById = database.prepare(
    `SELECT ${userColumns} FROM json_each(?) j CROSS JOIN users u ON u.provider = ? AND u.id = j.value`,
  );
  const groupsOfAll = database.prepare(
    `SELECT m.member, g.id, g.display_name FROM json_each(?) j
     CROSS JOIN memberships m ON m.provider = ?2 AND m.member = j.value
     CROSS JOIN directory_groups g ON g.provider = ?2 AND g.id = m.group_id`,
  );
  const targetById = database.prepare('SELECT name, key FROM targets WHERE provider = ? AND id = ?');

  function loaded(row: UserColumns, groups: GroupFact[]): LoadedUser {
    const grants = JSON.parse(row.grants) as GrantRow[];
    const standing = grants.filter(isStanding).map(({ kind, target, reasonKey, reason }) => {
      const known = targetById.get(row.provider, target) as { name: string; key: string } | undefined;
      return {
        target: { kind, id: target, name: known?.name ?? target, key: known?.key ?? target },
        reason,
        reasonKey,
      };
    });
    return { user: readUserRow(row), role: row.role, ruleset: row.ruleset, groups, grants, standing };
  }

  function one(provider: string, id: string): LoadedUser | null {
    const row = userById.get(provider, id) as UserColumns | undefined;
    return row ? loaded(row, (groupsOf.all(provider, id) as unknown as GroupColumn[]).map(groupFact)) : null;
  }

  function many(provider: string, ids: readonly string[]): Map<string, LoadedUser> {
    if (ids.length < 3) return few(provider, ids);
    const asked = JSON.stringify([...new Set(ids)]);
    const groups = new Map<string, GroupFact[]>();
    for (const row of groupsOfAll.all(asked, provider) as unknown as (GroupColumn & { member: string })[]) {
      const known = groups.get(row.member);
      if (known) known.push(groupFact(row));
      else groups.set(row.member, [groupFact(row)]);
    }
    const rows = usersById.all(asked, provider) as unknown as UserColumns[];
    return new Map(rows.map((row) => [row.id, loaded(row, groups.get(row.id) ?? [])]));
  }

  function few(provider: string, ids: readonly string[]): Map<string, LoadedUser> {
    const found = new Map<string, LoadedUser>();
    for (const id of ids) {
      const user = one(provider, id);
      if (user) found.set(id, user);
    }
    return found;
  }

  return { one, many };
}

interface GroupColumn {
  id: string;
  display_name: string;
}

function groupFact({ id, display_name: displayName }: GroupColumn): GroupFact {
  return { id, displayName };
}

/** Only people withdraw these: they are an input of what follows, not an outcome. */
function isStanding({ reason }: GrantRow): boolean {
  return reason.by === 'manual' || reason.sticky === true;
}

// --- providers and their rules ----------------------------------------------------------------------------------

interface ProviderColumns {
  id: string;
  name: string;
  enabled: number;
  scim_enabled: number;
  declared: number;
  revision: number;
  settings: string;
  ruleset: number;
  groups_by_scim: number;
  created_at: number;
}

/** Read once and kept until something changes them: this process is the only one that writes the file. */
function stateLoader(database: Database) {
  const allProviders = database.prepare('SELECT * FROM providers ORDER BY created_at, id');
  const rulesetOf = database.prepare('SELECT * FROM rulesets WHERE provider = ? AND number = ?');
  const allRoles = database.prepare('SELECT id, name, system, permissions FROM roles ORDER BY name');
  let known: Map<string, ProviderState> | null = null;
  let knownRoles: StoredRole[] = [];

  function read(): Map<string, ProviderState> {
    if (known) return known;
    knownRoles = (allRoles.all() as { id: string; name: string; system: number; permissions: string }[]).map(
      (row) => {
        const permissions = JSON.parse(row.permissions) as string[];
        return {
          id: row.id,
          name: row.name,
          system: row.system === 1,
          permissions,
          permissionCount: permissions.length,
        };
      },
    );
    known = new Map();
    for (const row of allProviders.all() as unknown as ProviderColumns[]) known.set(row.id, readState(row));
    return known;
  }

  function readState(row: ProviderColumns): ProviderState {
    const provider: Provider = {
      id: row.id,
      name: row.name,
      enabled: row.enabled === 1,
      scimEnabled: row.scim_enabled === 1,
      declared: row.declared === 1,
      revision: row.revision,
      settings: JSON.parse(row.settings) as ProviderSettings,
      createdAt: row.created_at,
    };
    const stored = rulesetOf.get(row.id, row.ruleset) as
      | { strategy: RoleStrategy; rules: string; scim_attributes: string }
      | undefined;
    const ruleset = {
      provider: row.id,
      number: row.ruleset,
      strategy: stored?.strategy ?? ('most-permissions' as const),
      rules: stored ? (JSON.parse(stored.rules) as Rule[]) : [],
      scimAttributes: stored ? (JSON.parse(stored.scim_attributes) as Record<string, ScimAttribute>) : {},
    };
    return {
      provider,
      ruleset: compileRuleset(ruleset, knownRoles, row.groups_by_scim === 1),
      roles: knownRoles,
    };
  }

  return {
    one: (id: string) => read().get(id) ?? null,
    all: () => [...read().values()],
    roles: () => {
      read();
      return knownRoles;
    },
    forget: () => {
      known = null;
    },
  };
}
