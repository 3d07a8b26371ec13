// A grant: one (user, target, reason) edge. Mapping decides which stand; they are stored with the user they belong to.

import type { Channel } from './event.ts';

export type TargetKind = 'role' | 'team' | 'businessUnit';

/** Why a grant stands. */
export type GrantReason =
  | { by: 'manual'; actor: string }
  | {
      by: 'rule';
      rule: string;
      attribute: string;
      value: string;
      channel: Channel;
      group?: string;
      sticky?: true;
    };

/** A grant as stored. */
export interface GrantRow {
  kind: TargetKind;
  target: string;
  /** Distinguishes the reasons for which one user has one target. */
  reasonKey: string;
  reason: GrantReason;
  since: number;
}

/** That a user has a target, for whatever reasons: what lists of members are made of. */
export interface Holding {
  user: string;
  target: string;
}
