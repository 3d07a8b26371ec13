// From a settled user or group to the whole change: access resolved, grants compared, events in order.
// Every channel ends here; nothing else writes grants.

import { type ChangeSet, emptyChangeSet, type TargetRow } from '../identity/change-set.ts';
import type { Actor, Cause, EventDraft } from '../identity/event.ts';
import type { GrantReason, GrantRow } from '../identity/grant.ts';
import { createGroup, type Group, groupName, settleGroup } from '../identity/group.ts';
import type { Provider } from '../identity/provider.ts';
import {
  createUser,
  externalIdOf,
  hasSameKeys,
  removeUser,
  type Settled,
  settleUser,
  type User,
  type WantedUser,
} from '../identity/user.ts';
import { equalJson } from '../scim/json.ts';
import type { Document } from '../scim/resource.ts';
import { derivedGrant, type Grant, type GroupFact, resolve, type StandingGrant } from './resolve.ts';
import { type CompiledRule, type CompiledRuleset, type Role, scimAttributeFor } from './ruleset.ts';

/** A provider as a decision sees it: its settings and its rules, of one moment. */
export interface ProviderState {
  provider: Provider;
  ruleset: CompiledRuleset;
  roles: readonly Role[];
  /** While the provider or its SCIM goes: the rules of before, which count for whom the job has not reached (retire.ts). */
  former?: CompiledRuleset;
}

/** A user with everything that decides their access, and the access that is stored. */
export interface LoadedUser {
  user: User;
  role: string | null;
  /** The ruleset the stored access was resolved with. */
  ruleset: number;
  groups: GroupFact[];
  grants: GrantRow[];
  standing: StandingGrant[];
}

/** What somebody's access follows from, without what is stored of it. */
export type LoadedPerson = Pick<LoadedUser, 'user' | 'ruleset' | 'groups' | 'standing'>;

export interface DecisionContext {
  state: ProviderState;
  at: number;
  actor: Actor;
  cause: Cause | null;
}

/** A member that joins or leaves: a user with what decides their access, or a nested group, which grants nothing. */
export type LoadedMember = ({ kind: 'User'; loaded: LoadedUser } | { kind: 'Group'; id: string }) & {
  /** What the provider wants shown for the member. */
  display?: string;
};

function newChangeSet(context: DecisionContext): ChangeSet {
  return emptyChangeSet(context.state.provider.id, context.at, context.actor, context.cause);
}

// --- users ------------------------------------------------------------------------------------------------------

export function decideUserCreate(
  context: DecisionContext,
  made: { id: string; formerly: string | null },
  wanted: WantedUser,
): { changes: ChangeSet; user: User } {
  const settled = createUser({ provider: context.state.provider.id, ...made }, wanted, context.at);
  return { changes: decideUserCreated(context, settled), user: settled.after };
}

export function decideUserCreated(context: DecisionContext, settled: Settled): ChangeSet {
  const changes = newChangeSet(context);
  writeUser(context, changes, emptyLoaded(settled.after, context.state), settled, 0);
  return changes;
}

/** null when the provider said what already is. */
export function decideUserWrite(
  context: DecisionContext,
  loaded: LoadedUser,
  wanted: WantedUser,
): { changes: ChangeSet | null; user: User } {
  return decideUserSettled(context, loaded, settleUser(loaded.user, wanted, context.at));
}

export function decideUserSettled(
  context: DecisionContext,
  loaded: LoadedUser,
  settled: Settled,
): { changes: ChangeSet | null; user: User } {
  if (settled.after === loaded.user) return { changes: null, user: loaded.user };
  const changes = newChangeSet(context);
  writeUser(context, changes, loaded, settled, loaded.user.revision);
  return { changes, user: settled.after };
}

export function decideUserRemoval(context: DecisionContext, loaded: LoadedUser): ChangeSet {
  const settled = removeUser(loaded.user, context.at);
  const changes = newChangeSet(context);
  for (const group of loaded.groups) {
    changes.leaves.push({ group: group.id, member: loaded.user.id, memberKind: 'User', display: null });
    changes.events.push(membershipEvent('membership.removed', loaded.user.id, group));
  }
  writeUser(context, changes, loaded, settled, loaded.user.revision);
  return changes;
}

/**
 * Access alone, for the job after a rule change. Where the new rules give what is there, the number alone moves:
 * no event, and no new version for whoever holds an ETag. null when not even the number differs.
 */
export function decideAccess(
  context: DecisionContext,
  loaded: LoadedUser,
  standing: readonly StandingGrant[] = loaded.standing,
): ChangeSet | null {
  const changes = newChangeSet(context);
  const resolved = applyAccess(context, changes, loaded, { ...loaded, standing });
  const user = loaded.user.id;
  const sameGrants =
    resolved.grants.length === loaded.grants.length &&
    resolved.grants.every((row, i) => row === loaded.grants[i]);
  if (resolved.role !== loaded.role || !sameGrants) {
    changes.resolved.push({ user, expected: loaded.user.revision, ...resolved });
    return changes;
  }
  if (loaded.ruleset === resolved.ruleset) return null;
  changes.renumbered.push({ user, ruleset: resolved.ruleset });
  return changes;
}

/**
 * What is left to do for a member of a group that was removed while it had too many: `loaded` lacks the group already,
 * its edge goes now.
 */
export function decideLeave(context: DecisionContext, loaded: LoadedUser, group: string): ChangeSet {
  const changes = decideAccess(context, loaded) ?? newChangeSet(context);
  const member = loaded.user.id;
  changes.leaves.push({ group, member, memberKind: 'User', display: null });
  const subject = { kind: 'user' as const, id: member };
  changes.events.unshift({ type: 'membership.removed', subject, object: { kind: 'group', id: group } });
  return changes;
}

/** Nothing was ever decided on them, so no rules are to be caught up with. */
function emptyLoaded(user: User, { ruleset }: ProviderState): LoadedUser {
  return { user, role: null, ruleset: ruleset.number, groups: [], grants: [], standing: [] };
}

function writeUser(
  context: DecisionContext,
  changes: ChangeSet,
  loaded: LoadedUser,
  settled: Settled,
  expected: number,
): void {
  changes.events.push(...settled.events);
  const groups = settled.after.removedAt === null ? loaded.groups : [];
  const resolved = applyAccess(context, changes, loaded, {
    ...loaded,
    user: settled.after,
    groups,
  });
  const keysChanged = expected === 0 || !hasSameKeys(loaded.user, settled.after);
  changes.users.push({ expected, after: settled.after, keysChanged, ...resolved });
  const externalId = externalIdOf(settled.after);
  if (expected !== 0 && externalId !== externalIdOf(loaded.user)) {
    changes.reidentified.push({ user: settled.after.id, externalId });
  }
}

// --- groups -----------------------------------------------------------------------------------------------------

export interface MembershipDecision {
  joins: LoadedMember[];
  leaves: LoadedMember[];
}

export function decideGroupCreate(
  context: DecisionContext,
  id: string,
  document: Document,
  members: LoadedMember[],
): { changes: ChangeSet; group: Group } {
  const { after, events } = createGroup({ provider: context.state.provider.id, id }, document, context.at);
  const changes = newChangeSet(context);
  changes.events.push(...events);
  changes.groups.push({ expected: 0, after });
  if (!context.state.ruleset.groupsByScim) {
    changes.groupsByScim = true;
    changes.jobs.push({ kind: 'resolve-others', subject: '' });
  }
  const now: GroupFact = { id, displayName: groupName(after) };
  addTargets(changes, targetsOfGroup(context.state.ruleset, now));
  applyMembership(withGroupsByScim(context), changes, now, { joins: members, leaves: [] });
  return { changes, group: after };
}

/** With its first group a provider's people have their groups from SCIM, the members of that very group included. */
function withGroupsByScim(context: DecisionContext): DecisionContext {
  const { state } = context;
  if (state.ruleset.groupsByScim) return context;
  return { ...context, state: { ...state, ruleset: { ...state.ruleset, groupsByScim: true } } };
}

/**
 * A group's own attributes and its membership, in one change. `members` are those who are in it now, wanted only for
 * a change of name that rules may notice; 'many' leaves them to a job.
 */
export function decideGroupWrite(
  context: DecisionContext,
  group: Group,
  wanted: {
    document: Document;
    membership: MembershipDecision;
    members: () => LoadedUser[] | 'many';
    /** The membership was decided on everybody who is in the group. */
    whole?: boolean;
  },
): { changes: ChangeSet | null; group: Group } {
  const { after, events } = settleGroup(group, wanted.document, context.at);
  const changes = newChangeSet(context);
  const now: GroupFact = { id: group.id, displayName: groupName(after) };
  const renamed = groupName(group) !== now.displayName;
  if (after !== group) {
    changes.events.push(...events);
    changes.groups.push({ expected: group.revision, after });
  }
  if (renamed) addTargets(changes, targetsOfGroup(context.state.ruleset, now));
  const resolveAll =
    renamed && nameDecides(context.state.ruleset, group.id, groupName(group), now.displayName);
  usesGroup(changes, group, resolveAll || wanted.whole === true);
  applyMembership(context, changes, now, wanted.membership, resolveAll);
  if (resolveAll) resolveMembers(context, changes, now, wanted);
  const nothing = changes.events.length === 0 && changes.groups.length === 0;
  return { changes: nothing ? null : changes, group: after };
}

export function decideGroupRemoval(
  context: DecisionContext,
  group: Group,
  members: LoadedUser[] | 'many',
): ChangeSet {
  const changes = newChangeSet(context);
  const subject = { kind: 'group' as const, id: group.id };
  changes.events.push({ type: 'group.removed', subject, data: { displayName: groupName(group) } });
  usesGroup(changes, group, members !== 'many');
  if (members === 'many') {
    changes.jobs.push({ kind: 'leave-group', subject: group.id });
  } else {
    const leaves = members.map((loaded) => ({ kind: 'User' as const, loaded }));
    applyMembership(context, changes, { id: group.id, displayName: groupName(group) }, { joins: [], leaves });
  }
  changes.removedGroups.push(group.id);
  return changes;
}

/** `whole`: who is in it counts, not its name alone. */
function usesGroup(changes: ChangeSet, { id, revision, membershipVersion }: Group, whole: boolean): void {
  changes.groupsUsed.push({ group: id, revision, membershipVersion: whole ? membershipVersion : null });
}

function applyMembership(
  context: DecisionContext,
  changes: ChangeSet,
  group: GroupFact,
  membership: MembershipDecision,
  resolvedLater = false,
): void {
  for (const [joining, members] of [
    [true, membership.joins],
    [false, membership.leaves],
  ] as const) {
    for (const member of members) {
      const id = member.kind === 'User' ? member.loaded.user.id : member.id;
      (joining ? changes.joins : changes.leaves).push({
        group: group.id,
        member: id,
        memberKind: member.kind,
        display: member.display ?? null,
      });
      changes.events.push(
        membershipEvent(joining ? 'membership.added' : 'membership.removed', id, group, member.kind),
      );
      if (member.kind === 'User' && !resolvedLater)
        resolveMember(context, changes, member.loaded, group, joining);
    }
  }
}

function resolveMember(
  context: DecisionContext,
  changes: ChangeSet,
  loaded: LoadedUser,
  group: GroupFact,
  joining: boolean,
): void {
  const others = loaded.groups.filter((each) => each.id !== group.id);
  const inside = joining ? [...others, group] : others;
  const resolved = applyAccess(context, changes, loaded, { ...loaded, groups: inside });
  changes.resolved.push({ user: loaded.user.id, expected: loaded.user.revision, ...resolved });
}

/** After a change of name that rules notice: everybody who stays, joins or leaves is resolved with the new name. */
function resolveMembers(
  context: DecisionContext,
  changes: ChangeSet,
  group: GroupFact,
  wanted: { membership: MembershipDecision; members: () => LoadedUser[] | 'many' },
): void {
  const leaving = usersAmong(wanted.membership.leaves);
  const inside = usersAmong(wanted.membership.joins);
  const members = wanted.members();
  if (members === 'many') changes.jobs.push({ kind: 'resolve-members', subject: group.id });
  else for (const loaded of members) inside.set(loaded.user.id, loaded);
  for (const [id, loaded] of inside)
    if (!leaving.has(id)) resolveMember(context, changes, loaded, group, true);
  // Those who leave are no members any more when the job comes for the others.
  for (const loaded of leaving.values()) resolveMember(context, changes, loaded, group, false);
}

function usersAmong(members: readonly LoadedMember[]): Map<string, LoadedUser> {
  const users = new Map<string, LoadedUser>();
  for (const member of members) if (member.kind === 'User') users.set(member.loaded.user.id, member.loaded);
  return users;
}

/** Whether some rule treats the two names of a group differently, other than by the name it gives to its target. */
function nameDecides(ruleset: CompiledRuleset, group: string, was: string, is: string): boolean {
  return [...groupRules(ruleset)].some((rule) => {
    if (rule.kind === 'role') return (rule.matches(was) === null) !== (rule.matches(is) === null);
    return ruleTarget(rule, ruleset, group, was)?.id !== ruleTarget(rule, ruleset, group, is)?.id;
  });
}

function ruleTarget(rule: CompiledRule, ruleset: CompiledRuleset, group: string, name: string) {
  return derivedGrant(rule, { text: name, channel: 'scim', group }, ruleset.provider)?.target ?? null;
}

/** The rules that read the displayName of groups. */
function* groupRules(ruleset: CompiledRuleset): Generator<CompiledRule> {
  for (const rule of [...ruleset.byKind.role, ...ruleset.byKind.team, ...ruleset.byKind.businessUnit]) {
    if (scimAttributeFor(ruleset, rule.attribute).attributeType === 'group') yield rule;
  }
}

/** What a group becomes by the rules even before anybody is in it: a synced group is a team at once. */
export function targetsOfGroup(ruleset: CompiledRuleset, group: GroupFact): TargetRow[] {
  const targets: TargetRow[] = [];
  for (const rule of groupRules(ruleset)) {
    if (rule.kind === 'role' || !rule.derived) continue;
    const target = ruleTarget(rule, ruleset, group.id, group.displayName);
    if (target) targets.push({ kind: rule.kind, id: target.id, name: target.name, key: target.key });
  }
  return targets;
}

// --- access -----------------------------------------------------------------------------------------------------

interface ResolvedAccess {
  role: string | null;
  grants: GrantRow[];
  ruleset: number;
}

/** What access follows from once the change is made. */
interface Inputs {
  user: User;
  groups: readonly GroupFact[];
  standing: readonly StandingGrant[];
}

/** What somebody has, before or after. */
type Held = Pick<ResolvedAccess, 'role' | 'grants'>;

/**
 * Resolves, compares with what is stored, and adds the difference to the change. What newer rules alone make of somebody whom
 * they had not reached comes first, and its events name those rules: every answer has followed them since they were applied.
 */
function applyAccess(
  context: DecisionContext,
  changes: ChangeSet,
  loaded: LoadedUser,
  inputs: Inputs,
): ResolvedAccess {
  const { number } = context.state.ruleset;
  const isBehind = loaded.ruleset !== number;
  const isSame =
    inputs.user === loaded.user && inputs.groups === loaded.groups && inputs.standing === loaded.standing;
  const told: EventDraft[] = [];
  const caughtUp = isBehind ? compareAccess(context, changes, loaded, loaded, told) : loaded;
  changes.events.push(...told.map((event) => ({ ...event, data: { ...event.data, ruleset: number } })));
  const { role, grants } =
    isBehind && isSame ? caughtUp : compareAccess(context, changes, caughtUp, inputs, changes.events);
  const [held, holds] = [targetsIn(loaded.grants), targetsIn(grants)];
  const user = loaded.user.id;
  for (const target of holds) if (!held.has(target)) changes.gained.push({ user, target });
  for (const target of held) if (!holds.has(target)) changes.lost.push({ user, target });
  return { role, grants, ruleset: number };
}

function compareAccess(
  context: DecisionContext,
  changes: ChangeSet,
  before: Held,
  { user, groups, standing }: Inputs,
  events: EventDraft[],
): Held {
  const { ruleset, roles } = context.state;
  const access = resolve({ user, groups, ruleset, roles, standing });
  const role = access.role?.id ?? null;
  const wanted = new Map(
    access.grants.map((grant) => [grantKey(grant.target.kind, grant.target.id, grant.reasonKey), grant]),
  );
  const grants: GrantRow[] = [];
  const gone: GrantRow[] = [];
  const changed: EventDraft[] = [];
  for (const row of before.grants) {
    const key = grantKey(row.kind, row.target, row.reasonKey);
    const same = wanted.get(key);
    wanted.delete(key);
    // What people gave stays stored while another role outweighs it; only a removal of the user ends it.
    const stays = same !== undefined || (isStanding(row, standing) && user.removedAt === null);
    if (!stays) {
      gone.push(row);
      continue;
    }
    const told = same ? toldAgain(row, same) : row;
    grants.push(told);
    const isOutweighed = isOutweighedBy(role, row);
    if (told !== row || isOutweighed !== isOutweighedBy(before.role, row)) {
      changed.push(changedEvent(user.id, row, told, same?.target.name, isOutweighed));
    }
  }
  for (const grant of wanted.values()) {
    grants.push(grantRow(grant, context.at));
    if (grant.target.kind !== 'role') addTargets(changes, [{ ...grant.target, kind: grant.target.kind }]);
  }
  const holds = targetsIn(grants);
  for (const row of gone) events.push(removedEvent(user.id, row, holds.has(row.target)));
  events.push(...changed);
  for (const grant of wanted.values()) events.push(addedEvent(user.id, grant));
  return { role, grants };
}

function targetsIn(grants: readonly GrantRow[]): Set<string> {
  return new Set(grants.map((row) => row.target));
}

/** The same grant may be told otherwise by now: its rule was made sticky, another channel brought the value. */
function toldAgain(row: GrantRow, { reason }: Grant): GrantRow {
  return isSameReason(row.reason, reason) ? row : { ...row, reason };
}

/** A role that people gave, or a sticky rule left, is stored while another one is theirs. */
function isOutweighedBy(role: string | null, row: GrantRow): boolean {
  return row.kind === 'role' && row.target !== role;
}

/** The name of a group does not count: it is the group's id that the reason rests on, and a rename touches nobody. */
function isSameReason(a: GrantReason, b: GrantReason): boolean {
  if (a.by === 'rule' && b.by === 'rule' && a.group !== undefined && a.group === b.group) {
    return equalJson({ ...a, value: '' }, { ...b, value: '' });
  }
  return equalJson(a, b);
}

function isStanding(row: GrantRow, standing: readonly StandingGrant[]): boolean {
  return standing.some(
    (each) =>
      each.target.id === row.target && each.target.kind === row.kind && each.reasonKey === row.reasonKey,
  );
}

function grantKey(kind: string, target: string, reasonKey: string): string {
  return `${kind}/${target}/${reasonKey}`;
}

function grantRow({ target, reasonKey, reason }: Grant, since: number): GrantRow {
  return { kind: target.kind, target: target.id, reasonKey, reason, since };
}

function addTargets(changes: ChangeSet, targets: TargetRow[]): void {
  for (const target of targets) {
    if (!changes.targets.some((each) => each.id === target.id)) changes.targets.push(target);
  }
}

function addedEvent(user: string, grant: Grant): EventDraft {
  return {
    type: 'grant.added',
    subject: { kind: 'user', id: user },
    object: { kind: grant.target.kind, id: grant.target.id },
    data: { name: grant.target.name, reason: grant.reason },
  };
}

/** `stillHeld`: another reason keeps the target, so nothing is lost. */
function removedEvent(user: string, row: GrantRow, stillHeld: boolean): EventDraft {
  return {
    type: 'grant.removed',
    subject: { kind: 'user', id: user },
    object: { kind: row.kind, id: row.target },
    data: { reason: row.reason, stillHeld },
  };
}

/** Nothing is gained or lost. Without a name the target is called as before. */
function changedEvent(
  user: string,
  was: GrantRow,
  is: GrantRow,
  name: string | undefined,
  outweighed: boolean,
): EventDraft {
  return {
    type: 'grant.changed',
    subject: { kind: 'user', id: user },
    object: { kind: is.kind, id: is.target },
    data: { ...(name !== undefined && { name }), before: was.reason, after: is.reason, outweighed },
  };
}

function membershipEvent(
  type: 'membership.added' | 'membership.removed',
  member: string,
  group: GroupFact,
  kind: 'User' | 'Group' = 'User',
): EventDraft {
  return {
    type,
    subject: { kind: kind === 'User' ? 'user' : 'group', id: member },
    object: { kind: 'group', id: group.id },
    data: { group: group.displayName },
  };
}
