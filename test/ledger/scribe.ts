// Writes through a ledger as the SCIM endpoint does, without HTTP: wanted resources are read, decided and committed
// with their request row. Owns the provider, the roles and the clock that the ledger's own tests share.

import { fold } from '../../src/fold.ts';
import { newId } from '../../src/id.ts';
import type { ChangeSet } from '../../src/identity/change-set.ts';
import type { Provider } from '../../src/identity/provider.ts';
import type { Settled, User, WantedUser } from '../../src/identity/user.ts';
import type { Change, Ledger, Loaded, RequestRow, StoredEvent } from '../../src/ledger/ledger.ts';
import {
  type DecisionContext,
  decideGroupCreate,
  decideGroupRemoval,
  decideGroupWrite,
  decideUserCreate,
  decideUserRemoval,
  decideUserSettled,
  decideUserWrite,
  type LoadedMember,
} from '../../src/mapping/decide.ts';
import type { Rule } from '../../src/mapping/rule.ts';
import { ruleId } from '../../src/mapping/ruleset.ts';
import { Refusal } from '../../src/refusal.ts';
import { readResource } from '../../src/scim/resource.ts';
import { groupKind, userKind } from '../../src/scim/schema.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const PROVIDER = 'contoso';

/** Users of a group that are resolved at once in these tests; more are left to the sweep. */
export const AT_ONCE = 5;

let now = Date.parse('2026-03-01T08:00:00Z');

/** Later than any time given before. */
export function tick(ms = 1): number {
  now += ms;
  return now;
}

export function by(id = 'test'): Change {
  return { at: tick(), actor: { kind: 'system', id }, cause: { kind: 'command', id: newId(now) } };
}

export function providerNamed(id: string, more: Partial<Provider['settings']> = {}): Provider {
  return {
    id,
    name: id,
    enabled: true,
    scimEnabled: true,
    declared: false,
    revision: 1,
    createdAt: tick(),
    settings: {
      kind: 'entra',
      claimsSyncMode: 'both',
      scope: 'assigned',
      groupsMatchedBy: 'displayName',
      memberReplaceIsAdd: false,
      guard: { percent: 20, count: 500 },
      reconcile: { mode: 'heal', everyMs: 86_400_000 },
      connection: {},
      ...more,
    },
  };
}

export type RuleWords = Omit<Rule, 'id' | 'sticky'> & { sticky?: boolean };

export function rule(words: RuleWords, provider = PROVIDER): Rule {
  return { sticky: false, ...words, id: ruleId(provider, words) };
}

export const everyGroup = rule({ kind: 'team', attribute: 'groups', value: '*', target: '*' });
export const everyDepartment = rule({
  kind: 'businessUnit',
  attribute: 'department',
  value: '*',
  target: '*',
});
export const adminsRule = rule({ kind: 'role', attribute: 'roles', value: 'admin', target: 'Admin' });
const viewersRule = rule({ kind: 'role', attribute: 'department', value: '*', target: 'Viewer' });

/** Roles, one provider, and one rule of each kind (two of roles). */
export async function seed(ledger: Ledger, rules?: readonly Rule[]): Promise<void> {
  const roles = {
    Admin: ['a:read', 'a:edit', 'a:delete'],
    Developer: ['a:read', 'a:edit'],
    Viewer: ['a:read'],
  };
  const seeds = Object.entries(roles).map(([name, permissions]) => ({
    id: name.toLowerCase(),
    name,
    description: '',
    permissions,
  }));
  await ledger.seedRoles(seeds, by());
  await ledger.saveProvider(providerNamed(PROVIDER), 0, by());
  await applyRules(ledger, rules ?? [adminsRule, viewersRule, everyGroup, everyDepartment]);
}

export function applyRules(ledger: Ledger, rules: readonly Rule[], provider = PROVIDER): Promise<number> {
  return ledger.applyRuleset({ provider, strategy: 'most-permissions', rules, scimAttributes: {} }, by());
}

export async function sweepAll(ledger: Ledger): Promise<void> {
  while (await ledger.work(tick()));
}

/** What one operation did: the resource it was about and the request that caused it. */
export interface Done {
  id: string;
  request: string;
}

export interface GroupChange {
  name?: string;
  joins?: readonly string[];
  leaves?: readonly string[];
}

export function requestRow(id: string, more: Partial<RequestRow> = {}): RequestRow {
  return {
    id,
    at: tick(),
    provider: PROVIDER,
    token: null,
    method: 'PATCH',
    path: '/scim/v2/Users/x',
    action: 'Did something',
    body: null,
    status: 200,
    durationMs: 1.5,
    tags: [],
    detail: null,
    remote: null,
    resource: null,
    ...more,
  };
}

export function wantedUser(attributes: Record<string, unknown>): WantedUser {
  return readResource(userKind, { schemas: [USER], ...attributes }, { require: true });
}

function groupDocument(name: string, more: Record<string, unknown> = {}) {
  return readResource(groupKind, { schemas: [GROUP], displayName: name, ...more }, { require: true })
    .document;
}

export interface Scribe {
  createUser(attributes: Record<string, unknown>): Promise<Done>;
  replaceUser(id: string, attributes: Record<string, unknown>): Promise<Done>;
  /** What another channel than SCIM makes of a user. */
  settleUser(id: string, settle: (before: User, at: number) => Settled): Promise<Done>;
  removeUser(id: string): Promise<Done>;
  createGroup(name: string, members?: readonly string[], more?: Record<string, unknown>): Promise<Done>;
  changeGroup(id: string, change: GroupChange): Promise<Done>;
  /** The whole set, whoever is in it now. */
  setMembers(id: string, members: readonly string[]): Promise<Done>;
  removeGroup(id: string): Promise<Done>;
}

export function scribe(ledger: Ledger, provider = PROVIDER): Scribe {
  async function change(
    needs: Parameters<Ledger['transact']>[0]['needs'],
    decide: (context: DecisionContext, loaded: Loaded) => { changes: ChangeSet | null; id: string },
  ): Promise<Done> {
    const at = tick();
    const request = newId(at);
    return ledger.transact({
      provider,
      needs,
      decide(loaded) {
        const cause = { kind: 'request' as const, id: request };
        const context = { state: loaded.state, at, actor: { kind: 'token' as const, id: 'entra' }, cause };
        const { changes, id } = decide(context, loaded);
        const row = requestRow(request, { at, provider, resource: id });
        return { changes, request: row, answer: { id, request } };
      },
    });
  }

  return {
    createUser: (attributes) => {
      const wanted = wantedUser(attributes);
      const formerHolderOf = fold(String(wanted.document.userName));
      return change({ formerHolderOf }, (context, loaded) => {
        const made = { id: newId(context.at), formerly: loaded.formerly };
        const { changes, user } = decideUserCreate(context, made, wanted);
        return { changes, id: user.id };
      });
    },
    replaceUser: (id, attributes) =>
      change({ user: id }, (context, loaded) => {
        const { changes } = decideUserWrite(context, present(loaded.user), wantedUser(attributes));
        return { changes, id };
      }),
    settleUser: (id, settle) =>
      change({ user: id }, (context, loaded) => {
        const before = present(loaded.user);
        const { changes } = decideUserSettled(context, before, settle(before.user, context.at));
        return { changes, id };
      }),
    removeUser: (id) =>
      change({ user: id }, (context, loaded) => ({
        changes: decideUserRemoval(context, present(loaded.user)),
        id,
      })),
    createGroup: (name, members = [], more = {}) =>
      change({ members }, (context, loaded) => {
        const joins = members.map((id) => present(loaded.members.get(id)));
        const { changes, group } = decideGroupCreate(
          context,
          newId(context.at),
          groupDocument(name, more),
          joins,
        );
        return { changes, id: group.id };
      }),
    changeGroup: (id, { name, joins = [], leaves = [] }) =>
      change(
        { group: id, members: [...joins, ...leaves], usersInGroup: name !== undefined },
        (context, loaded) => {
          const group = present(loaded.group);
          const known = (ids: readonly string[]): LoadedMember[] =>
            ids.map((each) => present(loaded.members.get(each)));
          const { changes } = decideGroupWrite(context, group, {
            document: name === undefined ? group.document : { ...group.document, displayName: name },
            membership: {
              joins: known(joins.filter((each) => !loaded.inGroup.has(each))),
              leaves: known(leaves.filter((each) => loaded.inGroup.has(each))),
            },
            members: () => loaded.usersInGroup(AT_ONCE),
          });
          return { changes, id };
        },
      ),
    setMembers: (id, members) =>
      change({ group: id, members, memberIds: true }, (context, loaded) => {
        const group = present(loaded.group);
        const joins = members.filter((each) => !loaded.memberIds.has(each));
        const leaves = [...loaded.memberIds].filter((each) => !members.includes(each));
        const { changes } = decideGroupWrite(context, group, {
          document: group.document,
          membership: {
            joins: joins.map((each) => present(loaded.members.get(each))),
            leaves: [...loaded.loadMembers(leaves).values()],
          },
          members: () => 'many',
          whole: true,
        });
        return { changes, id };
      }),
    removeGroup: (id) =>
      change({ group: id, usersInGroup: true }, (context, loaded) => ({
        changes: decideGroupRemoval(context, present(loaded.group), loaded.usersInGroup(AT_ONCE)),
        id,
      })),
  };
}

function present<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Refusal('notFound', 'It is not there.');
  return value;
}

// --- what came of it --------------------------------------------------------------------------------------------

/** Events in words: `grant.added team` with the kind of the other end where there is one. */
export function inWords(events: readonly StoredEvent[]): string[] {
  return events.map((event) => (event.object ? `${event.type} ${event.object.kind}` : event.type));
}

export async function effectsOf(ledger: Ledger, { request }: Pick<Done, 'request'>): Promise<StoredEvent[]> {
  return ledger.events({ after: 0, limit: 100_000, cause: request });
}

/** Role, teams and business units by name, as the lists show them. */
export async function accessOf(ledger: Ledger, id: string) {
  const full = await ledger.fullUser(id);
  if (!full) return null;
  const named = (kind: string) =>
    [...full.targets.values()]
      .filter((each) => each.kind === kind)
      .map((each) => each.name)
      .sort();
  return { role: full.loaded.role, teams: named('team'), businessUnits: named('businessUnit') };
}
