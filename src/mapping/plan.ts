// What other rules, or roles that permit something else, would mean for one person: the one `resolve` on both inputs, and the
// difference. Nothing else tells beforehand what a change takes.

import { statusOf } from '../identity/user.ts';
import { equalJson } from '../scim/json.ts';
import type { LoadedPerson, ProviderState } from './decide.ts';
import { type Access, resolve, type Target } from './resolve.ts';
import type { TargetKind } from './rule.ts';
import type { CompiledRuleset, Role } from './ruleset.ts';

/** What access follows from beside the person. */
export type Grounds = Pick<ProviderState, 'ruleset' | 'roles'>;

export interface PersonPlan {
  readonly gained: readonly Target[];
  /** A role that gives way to one with more permissions is none. */
  readonly lost: readonly Target[];
  readonly roleBefore: Role | null;
  readonly roleAfter: Role | null;
  /** Could sign in, and could not any more. */
  readonly losesSignIn: boolean;
}

/**
 * The same difference with less to resolve: teams and business units of which the rules say the same in both are left out of
 * both. Roles stay, since who could sign in and who is an administrator is asked of everybody.
 */
export function whatDiffers(now: Grounds, wanted: Grounds): { now: Grounds; wanted: Grounds } {
  const [before, after] = [now.ruleset, wanted.ruleset];
  const isReadAlike =
    before.groupsByScim === after.groupsByScim &&
    before.scimRests === after.scimRests &&
    equalJson(before.scimAttributes, after.scimAttributes);
  const same = targetKindsBesideRole.filter((kind) => isReadAlike && giveTheSame(before, after, kind));
  const without = (grounds: Grounds): Grounds => {
    const left = Object.fromEntries(same.map((kind) => [kind, []]));
    return { ...grounds, ruleset: { ...grounds.ruleset, byKind: { ...grounds.ruleset.byKind, ...left } } };
  };
  return { now: without(now), wanted: without(wanted) };
}

const targetKindsBesideRole = ['team', 'businessUnit'] as const;

/** A rule's id is what it says; all that match apply, in whatever order. */
function giveTheSame(before: CompiledRuleset, after: CompiledRuleset, kind: TargetKind): boolean {
  const ids = (ruleset: CompiledRuleset) => ruleset.byKind[kind].map(({ id }) => id).sort();
  return equalJson(ids(before), ids(after));
}

export function planPerson(now: Grounds, wanted: Grounds, loaded: LoadedPerson): PersonPlan {
  const { user, groups, standing } = loaded;
  const before = resolve({ user, groups, standing, ruleset: now.ruleset, roles: now.roles });
  const after = resolve({ user, groups, standing, ruleset: wanted.ruleset, roles: wanted.roles });
  const [had, has] = [targetsOf(before), targetsOf(after)];
  return {
    gained: missingFrom(had, has),
    lost: missingFrom(has, had).filter(({ kind }) => kind !== 'role' || !isBetter(after.role, before.role)),
    roleBefore: before.role,
    roleAfter: after.role,
    losesSignIn: statusOf(user) === 'active' && before.role !== null && after.role === null,
  };
}

/** By how much they permit, as the strategy most-permissions has it. */
function isBetter(after: Role | null, before: Role | null): boolean {
  return after !== null && before !== null && after.permissionCount > before.permissionCount;
}

function targetsOf({ grants }: Access): ReadonlyMap<string, Target> {
  return new Map(grants.map(({ target }) => [target.id, target]));
}

function missingFrom(known: ReadonlyMap<string, Target>, all: ReadonlyMap<string, Target>): Target[] {
  const missing: Target[] = [];
  for (const [id, target] of all) if (!known.has(id)) missing.push(target);
  return missing;
}
