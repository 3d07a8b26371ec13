// When a provider goes, or its SCIM: what rules gave becomes the gift of people, and each person is kept, suspended or
// removed. Until the job has reached somebody, whoever loads them sees them as it will leave them, so that no answer and no
// decision in between takes away what is to be kept.

import { type ChangeSet, emptyChangeSet } from '../identity/change-set.ts';
import type { RuleReason } from '../identity/grant.ts';
import type { Retirement } from '../identity/provider.ts';
import { isUnprovisioned, statusOf, suspendByAdmin, type User } from '../identity/user.ts';
import {
  type DecisionContext,
  decideAccess,
  decideUserRemoval,
  decideUserSettled,
  type LoadedPerson,
  type LoadedUser,
  type ProviderState,
} from './decide.ts';
import { REASON_KEY } from './manual.ts';
import { type Grant, type GrantReason, resolve, type StandingGrant } from './resolve.ts';

/** Whom it is about: switching SCIM off leaves those alone whom only a sign-in has told of. */
function isMeant({ of }: Retirement, user: User): boolean {
  return of === 'provider' || !isUnprovisioned(user);
}

/** What claims give goes on by the rules where only SCIM goes. */
function isTurned({ of }: Retirement, reason: GrantReason): reason is RuleReason {
  return reason.by === 'rule' && (of === 'provider' || reason.channel === 'scim');
}

/** With what the former rules give as a standing grant; the same object for whom the job has reached. */
export function asKept<Loaded extends LoadedPerson>(state: ProviderState, loaded: Loaded): Loaded {
  const { former, provider, roles } = state;
  const { retirement } = provider.settings;
  if (!former || !retirement || loaded.ruleset > retirement.former) return loaded;
  const { user, groups, standing } = loaded;
  if (user.removedAt !== null || (retirement.people === 'remove' && isMeant(retirement, user))) return loaded;
  const { grants } = resolve({ user, groups, standing, ruleset: former, roles });
  const left = standing.filter(({ reason }) => !isTurned(retirement, reason));
  return { ...loaded, standing: [...left, ...turned(retirement, provider.name, left, grants)] };
}

/** One gift for each target, with all the reasons that it had; what people gave themselves stays theirs. */
function turned(
  retirement: Retirement,
  provider: string,
  left: readonly StandingGrant[],
  grants: readonly Grant[],
): StandingGrant[] {
  const reasons = new Map<string, { target: Grant['target']; formerly: RuleReason[] }>();
  for (const { target, reason } of grants) {
    if (!isTurned(retirement, reason)) continue;
    const known = reasons.get(target.id) ?? { target, formerly: [] };
    known.formerly.push(reason);
    reasons.set(target.id, known);
  }
  const isGiven = (id: string) =>
    left.some(({ target, reason }) => target.id === id && reason.by === 'manual');
  const { of, actor } = retirement;
  return [...reasons.values()]
    .filter(({ target }) => !isGiven(target.id))
    .map(({ target, formerly }) => ({
      target,
      reason: { by: 'manual', actor, kept: { of, provider, formerly } },
      reasonKey: REASON_KEY,
    }));
}

/** What the job does to one person; null where nothing is left to do. */
export function decideRetired(
  context: DecisionContext,
  retirement: Retirement,
  loaded: LoadedUser,
): ChangeSet | null {
  const { user } = loaded;
  if (user.removedAt !== null) return decideAccess(context, loaded);
  if (retirement.people === 'remove' && isMeant(retirement, user)) return decideUserRemoval(context, loaded);
  // Its groups go with a provider. What they gave is among the standing grants by now.
  const after = retirement.of === 'provider' ? { ...loaded, groups: [] } : loaded;
  const changes = isSuspended(retirement, user)
    ? decideUserSettled(context, after, suspendByAdmin(user, true, context.at)).changes
    : decideAccess(context, after);
  return after === loaded ? changes : withLeaves(context, loaded, changes);
}

function isSuspended(retirement: Retirement, user: User): boolean {
  return retirement.people === 'suspend' && isMeant(retirement, user) && statusOf(user) === 'active';
}

function withLeaves(
  context: DecisionContext,
  { user, groups }: LoadedUser,
  decided: ChangeSet | null,
): ChangeSet | null {
  if (groups.length === 0) return decided;
  const { state, at, actor, cause } = context;
  const changes = decided ?? emptyChangeSet(state.provider.id, at, actor, cause);
  const subject = { kind: 'user' as const, id: user.id };
  for (const { id, displayName } of groups) {
    changes.leaves.push({ group: id, member: user.id, memberKind: 'User', display: null });
    const object = { kind: 'group' as const, id };
    changes.events.push({ type: 'membership.removed', subject, object, data: { group: displayName } });
  }
  return changes;
}
