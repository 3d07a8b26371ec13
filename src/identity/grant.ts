// A grant: one (user, target, reason) edge. Mapping decides which stand; they are stored with the user they belong to.

import type { Channel } from './event.ts';

export type TargetKind = 'role' | 'team' | 'businessUnit';

/** A rule, and the fact or group that satisfied it. */
export interface RuleReason {
  by: 'rule';
  rule: string;
  attribute: string;
  value: string;
  channel: Channel;
  group?: string;
  sticky?: true;
}

/** What a rule gave, kept when the provider or its SCIM went: from when on it is of people's hand. */
export interface Kept {
  of: 'provider' | 'scim';
  /** Name of the provider at that time. */
  provider: string;
  /** Why it stood before. */
  formerly: readonly RuleReason[];
}

/** A change of rules would have shut out whoever made it, or the last administrator: their role is of people's hand since. */
export interface Exempt {
  /** Number of the rules that would have taken it. */
  ruleset: number;
}

/** Why a grant stands. */
export type GrantReason = { by: 'manual'; actor: string; kept?: Kept; exempt?: Exempt } | RuleReason;

/** A grant as stored. */
export interface GrantRow {
  kind: TargetKind;
  target: string;
  /** Distinguishes the reasons for which one user has one target. */
  reasonKey: string;
  reason: GrantReason;
  since: number;
}

/** Whether people gave somebody's role, which then outweighs rules, or rules do. */
export function givenBy(
  role: string | null,
  grants: Iterable<{ target: string; reason: GrantReason }>,
): GrantReason['by'] | null {
  if (role === null) return null;
  for (const { target, reason } of grants) if (target === role && reason.by === 'manual') return 'manual';
  return 'rule';
}

/** That a user has a target, for whatever reasons: what lists of members are made of. */
export interface Holding {
  user: string;
  target: string;
}
