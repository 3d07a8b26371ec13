// resolve: facts + groups + rules + manual grants = access with reasons. Pure and total. The plan of a rule change,
// "why", the doctor and the consistency check are this function on other inputs; nothing else decides access.

import { fold } from '../fold.ts';
import { namedId } from '../id.ts';
import type { Channel } from '../identity/event.ts';
import type { GrantReason } from '../identity/grant.ts';

export type { GrantReason };

import { factBesideScim, factOf } from '../identity/facts.ts';
import { statusOf, type User } from '../identity/user.ts';
import { cutText, type TargetKind, targetName } from './rule.ts';
import { type CompiledRule, type CompiledRuleset, type Role, scimAttributeFor } from './ruleset.ts';

/** What the rules see of a group that the user is a direct member of. */
export interface GroupFact {
  id: string;
  displayName: string;
}

export interface Target {
  kind: TargetKind;
  id: string;
  name: string;
  /** What identifies a derived target: `group:<id>` for one born of a group, `name:<folded>` otherwise. */
  key: string;
}

export interface Grant {
  target: Target;
  reason: GrantReason;
  /** Two grants are the same when target and reason key are. */
  reasonKey: string;
}

/** A stored grant that people gave, or that a sticky rule left; only people withdraw it. */
export interface StandingGrant {
  target: Target;
  reason: GrantReason;
  reasonKey: string;
}

export interface RoleCandidate {
  role: Role;
  grant: Grant;
  /** Why this one did not win; null for the winner. */
  lost: 'to-manual' | 'fewer-permissions' | 'later-rule' | null;
}

export interface Access {
  role: Role | null;
  /** Everything that stands: the winning role's grants, all teams, all business units; sorted. */
  grants: Grant[];
  /** Winners and losers, for the explanation; the winner first. */
  candidates: RoleCandidate[];
}

export interface ResolveInputs {
  user: User;
  groups: readonly GroupFact[];
  ruleset: CompiledRuleset;
  standing: readonly StandingGrant[];
  /** Roles by id, for standing role grants. */
  roles: readonly Role[];
}

const noAccess: Access = { role: null, grants: [], candidates: [] };

export function resolve(inputs: ResolveInputs): Access {
  // Access of a removed user is gone; that of a suspended one is dormant, not gone.
  if (statusOf(inputs.user) === 'removed') return noAccess;
  const { ruleset } = inputs;
  const values = new Map<string, ClaimValue[]>();
  const candidates = decideRole(roleCandidates(inputs, values), ruleset);
  const role = candidates[0]?.role ?? null;
  const grants = candidates.filter((each) => each.lost === null).map((each) => each.grant);
  for (const standing of inputs.standing) if (standing.target.kind !== 'role') grants.push(standing);
  for (const kind of ['team', 'businessUnit'] as const) {
    for (const rule of ruleset.byKind[kind]) {
      for (const value of claimValues(inputs, rule.attribute, values)) {
        const grant = derivedGrant(rule, value, ruleset.provider);
        if (grant) grants.push(grant);
      }
    }
  }
  return { role, grants: unique(grants), candidates };
}

// --- values of a claim ------------------------------------------------------------------------------------------

/** One text that a claim holds for a user, and where it came from. */
export interface ClaimValue {
  text: string;
  channel: Channel;
  group: string | null;
}

function claimValues(inputs: ResolveInputs, claim: string, known: Map<string, ClaimValue[]>): ClaimValue[] {
  let found = known.get(claim);
  if (!found) {
    found = readClaim(inputs, claim);
    known.set(claim, found);
  }
  return found;
}

/** What the rules compare for a claim name: shared by resolve, the explanation and the doctor. */
export function readClaim(
  inputs: Pick<ResolveInputs, 'user' | 'groups' | 'ruleset'>,
  claim: string,
): ClaimValue[] {
  const { user, groups, ruleset } = inputs;
  const source = scimAttributeFor(ruleset, claim);
  const known = ruleset.scimRests ? factBesideScim : factOf;
  const textsOf = (name: string) => factTexts(known, user, name, []);
  if (source.attributeType === 'group') {
    if (ruleset.groupsByScim) {
      return groups.map((group) => ({ text: group.displayName, channel: 'scim', group: group.id }));
    }
    return textsOf(claim);
  }
  const byScim = textsOf(source.attributeValue);
  if (byScim.length > 0 || source.attributeValue === claim) return byScim;
  // A claim whose SCIM attribute was never supplied keeps the word of the token or the directory.
  return known(user, source.attributeValue)?.channel === 'scim' ? [] : textsOf(claim);
}

/** Follows dots into objects: the longest name that is a fact first, so that names may hold dots themselves. */
function factTexts(known: typeof factOf, user: User, name: string, rest: string[]): ClaimValue[] {
  const fact = known(user, name);
  if (fact) return textsAt(fact.value, rest).map((text) => ({ text, channel: fact.channel, group: null }));
  const dot = name.lastIndexOf('.');
  if (dot <= 0 || rest.length >= 8) return [];
  return factTexts(known, user, name.slice(0, dot), [name.slice(dot + 1), ...rest]);
}

/** Texts, numbers and booleans as text; lists element by element; objects by their `value` (SCIM's complex values). */
function textsAt(value: unknown, path: readonly string[]): string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.slice(0, 1000).flatMap((element) => textsAt(element, path));
  if (typeof value === 'object') {
    const [key = 'value', ...rest] = path;
    return Object.hasOwn(value, key) ? textsAt((value as Record<string, unknown>)[key], rest) : [];
  }
  return path.length === 0 ? [String(value)] : [];
}

// --- grants -----------------------------------------------------------------------------------------------------

function ruleReason(rule: CompiledRule, value: ClaimValue): GrantReason {
  return {
    by: 'rule',
    rule: rule.id,
    attribute: rule.attribute,
    value: cutText(value.text),
    channel: value.channel,
    ...(value.group === null ? {} : { group: value.group }),
    ...(rule.sticky ? { sticky: true as const } : {}),
  };
}

function reasonKey(rule: CompiledRule, value: ClaimValue): string {
  return `${rule.id}/${value.group === null ? cutText(fold(value.text)) : value.group}`;
}

function roleCandidates(inputs: ResolveInputs, values: Map<string, ClaimValue[]>): RoleCandidate[] {
  const standing = standingRoles(inputs);
  const left = standing.filter((each) => each.grant.reason.by === 'rule');
  const candidates = standing.filter((each) => each.grant.reason.by === 'manual');
  for (const rule of inputs.ruleset.byKind.role) {
    const role = rule.role!;
    const target: Target = { kind: 'role', id: role.id, name: role.name, key: role.id };
    const live = new Map<string, RoleCandidate>();
    for (const value of claimValues(inputs, rule.attribute, values)) {
      if (rule.matches(value.text) === null) continue;
      const grant = { target, reason: ruleReason(rule, value), reasonKey: reasonKey(rule, value) };
      live.set(grant.reasonKey, { role, grant, lost: null });
    }
    // What a sticky rule left behind competes in the place of its rule.
    candidates.push(...live.values(), ...left.filter((each) => isOf(each, rule) && !isIn(each, live)));
  }
  const orphans = left.filter((each) => !inputs.ruleset.byKind.role.some((rule) => isOf(each, rule)));
  return [...candidates, ...orphans];
}

function standingRoles(inputs: ResolveInputs): RoleCandidate[] {
  return inputs.standing.flatMap((grant) => {
    const role = grant.target.kind === 'role' && inputs.roles.find((each) => each.id === grant.target.id);
    // Stored by its id; it is called what it is called now.
    return role
      ? [{ role, grant: { ...grant, target: { ...grant.target, name: role.name } }, lost: null }]
      : [];
  });
}

function isOf({ grant: { reason } }: RoleCandidate, rule: CompiledRule): boolean {
  return reason.by === 'rule' && reason.rule === rule.id;
}

function isIn({ grant }: RoleCandidate, live: ReadonlyMap<string, RoleCandidate>): boolean {
  return live.get(grant.reasonKey)?.grant.target.id === grant.target.id;
}

/** A manual role wins over rules; among rules the strategy decides; ties go to the earlier rule. */
function decideRole(candidates: RoleCandidate[], ruleset: CompiledRuleset): RoleCandidate[] {
  if (candidates.length === 0) return candidates;
  const manual = candidates.find((each) => each.grant.reason.by === 'manual');
  let winner = manual ?? candidates[0]!;
  if (!manual && ruleset.strategy === 'most-permissions') {
    for (const each of candidates) {
      if (each.role.permissionCount > winner.role.permissionCount) winner = each;
    }
  }
  for (const each of candidates) {
    if (each.role.id === winner.role.id) continue; // both reasons stand
    if (manual) each.lost = 'to-manual';
    else
      each.lost =
        each.role.permissionCount < winner.role.permissionCount && ruleset.strategy === 'most-permissions'
          ? 'fewer-permissions'
          : 'later-rule';
  }
  return [winner, ...candidates.filter((each) => each !== winner)];
}

/** The team or business unit that a rule makes of a value; null when the value does not fit. */
export function derivedGrant(rule: CompiledRule, value: ClaimValue, provider: string): Grant | null {
  const captured = rule.matches(value.text);
  if (captured === null) return null;
  const name = targetName(rule.target, captured);
  if (name === '') return null;
  const key = targetKey(rule, value, name);
  return {
    target: { kind: rule.kind, id: targetId(provider, rule.kind, key), name, key },
    reason: ruleReason(rule, value),
    reasonKey: reasonKey(rule, value),
  };
}

/**
 * A target born of a group is the group's: a rename renames it. Two rules that make different names of one group make
 * two targets, so what the rule says of the name is part of the key unless it is the group's whole name.
 */
function targetKey(rule: CompiledRule, value: ClaimValue, name: string): string {
  if (!rule.derived || value.group === null) return `name:${fold(name)}`;
  return rule.target === '*' && rule.value === '*'
    ? `group:${value.group}`
    : `group:${value.group}:${rule.id}`;
}

const targetIds = new Map<string, string>();
const TARGET_IDS_REMEMBERED = 50_000;

/** Derived on every replica alike, so that two requests that create one team at once create one team. */
function targetId(provider: string, kind: TargetKind, key: string): string {
  const words = `${provider}\u0000${kind}\u0000${key}`;
  let id = targetIds.get(words);
  if (id === undefined) {
    id = namedId('target', provider, kind, key);
    if (targetIds.size >= TARGET_IDS_REMEMBERED) targetIds.clear();
    targetIds.set(words, id);
  }
  return id;
}

/** One grant per (kind, target, reason), in an order that does not depend on the order of the inputs. */
function unique(grants: Grant[]): Grant[] {
  if (grants.length < 2) return grants;
  const sorted = grants.sort(byTarget);
  return sorted.filter((grant, at) => at === 0 || byTarget(sorted[at - 1]!, grant) !== 0);
}

function byTarget(a: Grant, b: Grant): number {
  return (
    compare(a.target.kind, b.target.kind) ||
    compare(a.target.id, b.target.id) ||
    compare(a.reasonKey, b.reasonKey)
  );
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
