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
    for (const id of ids) {
      if (found.has(id)) continue;
      const loaded = users(provider, id);
      if (loaded && loaded.user.removedAt === null) found.set(id, { kind: 'User', loaded });
      else if (group.get(provider, id)) found.set(id, { kind: 'Group', id });
    }
    return found;
  }

  function usersInGroup(provider: string, id: string, most: number): LoadedUser[] | 'many' {
    const rows = userMembers.all(provider, id, most + 1) as { member: string }[];
    if (rows.length > most) return 'many';
    return rows.map((row) => users(provider, row.member)).filter((loaded) => loaded !== null);
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
    const inGroup = new Set(
      (groupRow ? (needs.members ?? []) : []).filter(
        (id) => isMember.get(provider, groupId!, id) !== undefined,
      ),
    );
    return {
      state,
      user: user === undefined ? null : users(provider, user),
      formerly: (former as { id: string } | undefined)?.id ?? null,
      group: groupRow ? readGroupRow(groupRow) : null,
      members: needs.members ? members(provider, needs.members) : nobody,
      inGroup,
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
    user: users,
    load,
  };
}

// --- users ------------------------------------------------------------------------------------------------------

function userLoader(database: Database) {
  const userById = database.prepare(`SELECT ${userColumns} FROM users WHERE provider = ? AND id = ?`);
  const groupsOf = database.prepare(
    `SELECT g.id, g.display_name FROM memberships m JOIN directory_groups g ON g.provider = m.provider AND g.id = m.group_id
     WHERE m.provider = ? AND m.member = ?`,
  );
  const targetById = database.prepare('SELECT name, key FROM targets WHERE provider = ? AND id = ?');

  return function loadUser(provider: string, id: string): LoadedUser | null {
    const row = userById.get(provider, id) as UserColumns | undefined;
    if (!row) return null;
    const groups: GroupFact[] = (groupsOf.all(provider, id) as { id: string; display_name: string }[]).map(
      (each) => ({
        id: each.id,
        displayName: each.display_name,
      }),
    );
    const grants = JSON.parse(row.grants) as GrantRow[];
    const standing = grants.filter(isStanding).map(({ kind, target, reasonKey, reason }) => {
      const known = targetById.get(provider, target) as { name: string; key: string } | undefined;
      return {
        target: { kind, id: target, name: known?.name ?? target, key: known?.key ?? target },
        reason,
        reasonKey,
      };
    });
    return { user: readUserRow(row), role: row.role, ruleset: row.ruleset, groups, grants, standing };
  };
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
