// What other rules, or roles that permit something else, would mean for one person: the one `resolve` on both inputs, and the
// difference. Nothing else tells beforehand what a change takes.

import { statusOf } from '../identity/user.ts';
import type { LoadedUser, ProviderState } from './decide.ts';
import { type Access, resolve, type Target } from './resolve.ts';
import type { Role } from './ruleset.ts';

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

export function planPerson(now: Grounds, wanted: Grounds, loaded: LoadedUser): PersonPlan {
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
