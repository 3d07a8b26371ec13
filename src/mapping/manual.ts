// What people give and take back: a manual grant beside those of rules. It stands until people withdraw it; a manual
// role wins over every rule, and a user has one of them at most.

import type { ChangeSet } from '../identity/change-set.ts';
import type { Exempt } from '../identity/grant.ts';
import { Refusal } from '../refusal.ts';
import { type DecisionContext, decideAccess, type LoadedUser } from './decide.ts';
import type { StandingGrant, Target } from './resolve.ts';

/** One reason per target: two people giving the same is one gift. */
export const REASON_KEY = 'manual';

/** null when they have it from people already. */
export function decideManualGrant(
  context: DecisionContext,
  loaded: LoadedUser,
  target: Target,
  exempt?: Exempt,
): ChangeSet | null {
  refuseRemoved(loaded);
  const isThere = (each: StandingGrant) => isManual(each) && isFor(each, target.kind, target.id);
  if (loaded.standing.some(isThere)) return null;
  const { actor } = context;
  const given: StandingGrant = {
    target,
    reason: { by: 'manual', actor: `${actor.kind}:${actor.id}`, ...(exempt && { exempt }) },
    reasonKey: REASON_KEY,
  };
  const kept = loaded.standing.filter((each) => target.kind !== 'role' || !isManualRole(each));
  const changes = decideAccess(context, loaded, [...kept, given]);
  // The target is there, and has the name that its group has now, which may be newer than the one read for this.
  if (changes) changes.targets = changes.targets.filter((each) => each.id !== target.id);
  return changes;
}

/** Takes back what people gave, and what a sticky rule left. What rules give cannot be taken back here. */
export function decideManualWithdrawal(
  context: DecisionContext,
  loaded: LoadedUser,
  target: Pick<Target, 'kind' | 'id'>,
): ChangeSet | null {
  refuseRemoved(loaded);
  const kept = loaded.standing.filter((each) => !isFor(each, target.kind, target.id));
  if (kept.length === loaded.standing.length) {
    const byRule = loaded.grants.some((row) => row.kind === target.kind && row.target === target.id);
    throw byRule
      ? new Refusal('conflict', 'A rule gives them this, nobody by hand: change the rule, or the directory.')
      : new Refusal('notFound', 'They do not have this.');
  }
  return decideAccess(context, loaded, kept);
}

/**
 * Takes an exemption back whose rules were not applied; null where it is not there, and where other rules came in between that
 * leave them nothing else.
 */
export function decideExemptionEnd(
  context: DecisionContext,
  loaded: LoadedUser,
  { ruleset }: Exempt,
): ChangeSet | null {
  const kept = loaded.standing.filter(
    ({ reason }) => reason.by !== 'manual' || reason.exempt?.ruleset !== ruleset,
  );
  if (kept.length === loaded.standing.length) return null;
  const changes = decideAccess(context, loaded, kept);
  return changes?.resolved.every(({ role }) => role === loaded.role) ? changes : null;
}

function refuseRemoved(loaded: LoadedUser): void {
  if (loaded.user.removedAt === null) return;
  throw new Refusal('conflict', 'This user was removed and can be given nothing.');
}

function isFor(standing: StandingGrant, kind: Target['kind'], id: string): boolean {
  return standing.target.kind === kind && standing.target.id === id;
}

function isManual(standing: StandingGrant): boolean {
  return standing.reason.by === 'manual';
}

function isManualRole(standing: StandingGrant): boolean {
  return isManual(standing) && standing.target.kind === 'role';
}
