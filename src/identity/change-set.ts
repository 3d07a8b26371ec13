// What one decision wants written: state, grants and events together. The ledger writes it whole or not at all and
// adds nothing of its own but positions, counters, and the rows of targets that are not there yet.

import type { Actor, Cause, EventDraft } from './event.ts';
import type { GrantRow, Holding } from './grant.ts';
import type { Group } from './group.ts';
import type { SignInWrite } from './sign-in.ts';
import type { User } from './user.ts';

/** A team or business unit that a grant points to: made when it is missing, renamed when its source was. */
export interface TargetRow {
  kind: 'team' | 'businessUnit';
  id: string;
  name: string;
  key: string;
}

export interface MembershipEdge {
  group: string;
  member: string;
  memberKind: 'User' | 'Group';
  /** What the provider wants shown for the member; null for the member's own name. */
  display: string | null;
}

export interface UserWrite {
  /** The revision the decision was taken on; 0 makes the user. A different one in the store refuses the change set. */
  expected: number;
  after: User;
  /** Whether what people are looked up by may differ: userName, externalId, addresses, status. */
  keysChanged: boolean;
  role: string | null;
  /** All of the user's grants, from now on. */
  grants: readonly GrantRow[];
  /** The ruleset that `role` and the grants follow from. */
  ruleset: number;
}

export type ResolvedWrite = Pick<UserWrite, 'expected' | 'role' | 'grants' | 'ruleset'> & { user: string };

/**
 * A group whose name, or whose whole membership, a decision rests on. Another revision in the store (or, where it is
 * given, another membership version) refuses the change set: joining and leaving commute, a new name does not.
 */
export interface GroupUsed {
  group: string;
  revision: number;
  membershipVersion: number | null;
}

/**
 * Work that is too much for one commit, left to a job that begins with it. `resolve-members`: of a group whose name
 * changed; `leave-group`: the members of a removed group; `resolve-others`: people whose access rests on more than SCIM.
 */
export interface JobDraft {
  kind: 'resolve-members' | 'leave-group' | 'resolve-others';
  /** The group; empty for `resolve-others`. */
  subject: string;
}

export interface GroupWrite {
  expected: number;
  after: Group;
}

export interface ChangeSet {
  provider: string;
  at: number;
  actor: Actor;
  cause: Cause | null;
  users: UserWrite[];
  /** Users whose access alone was decided anew (a join, a leave, a rule): their revision is advanced and checked. */
  resolved: ResolvedWrite[];
  /** Users for whom newer rules give what they have: only the number moves, not the revision. */
  renumbered: { user: string; ruleset: number }[];
  groups: GroupWrite[];
  removedGroups: string[];
  joins: MembershipEdge[];
  leaves: MembershipEdge[];
  /** Who came to have a target, and who has it no longer. */
  gained: Holding[];
  lost: Holding[];
  targets: TargetRow[];
  groupsUsed: GroupUsed[];
  jobs: JobDraft[];
  /**
   * Users whose externalId is another now. Where they are linked with a sign-in of another subject, what was begun with that
   * sign-in (sessions, API keys) ends: it may be another person's.
   */
  reidentified: { user: string; externalId: string | null }[];
  /** A session that begins, and with it perhaps a link. */
  signIn: SignInWrite | null;
  /** Set when the first group of a provider arrives by SCIM: from then on its people's groups come from SCIM. */
  groupsByScim: boolean;
  events: EventDraft[];
}

export function emptyChangeSet(provider: string, at: number, actor: Actor, cause: Cause | null): ChangeSet {
  return {
    provider,
    at,
    actor,
    cause,
    users: [],
    resolved: [],
    renumbered: [],
    groups: [],
    removedGroups: [],
    joins: [],
    leaves: [],
    gained: [],
    lost: [],
    targets: [],
    groupsUsed: [],
    jobs: [],
    reidentified: [],
    signIn: null,
    groupsByScim: false,
    events: [],
  };
}

/** What was decided of one person, made part of a change about several. Each of them is in it once. */
export function addChanges(whole: ChangeSet, part: ChangeSet): void {
  whole.users.push(...part.users);
  whole.resolved.push(...part.resolved);
  whole.renumbered.push(...part.renumbered);
  whole.joins.push(...part.joins);
  whole.leaves.push(...part.leaves);
  whole.gained.push(...part.gained);
  whole.lost.push(...part.lost);
  for (const target of part.targets) {
    if (!whole.targets.some((each) => each.id === target.id)) whole.targets.push(target);
  }
  for (const used of part.groupsUsed) {
    if (!whole.groupsUsed.some((each) => each.group === used.group)) whole.groupsUsed.push(used);
  }
  whole.reidentified.push(...part.reidentified);
  whole.events.push(...part.events);
}
