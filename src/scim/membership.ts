// What a PATCH does to a group's members, folded in order into one difference or one whole set, so that nobody has to
// load a large group to change two people in it. Linear in the number of members that the request names.

import { Refusal } from '../refusal.ts';
import { type Condition, matchesElement } from './condition.ts';
import { type Habit, note, removedMembers } from './dialects.ts';
import { type MemberRef, readMembers } from './members.ts';
import type { Field } from './schema.ts';

/** null where nothing was said about members. */
export type Membership =
  | {
      readonly kind: 'difference';
      readonly joins: readonly MemberRef[];
      /** Ids; none of them is in `joins`. */
      readonly leaves: readonly string[];
      /** Also leaves: who is a member now, is not in `joins`, and matches one of these (`matchesElement`). */
      readonly leavesWhere: readonly Condition[];
    }
  | { readonly kind: 'whole'; readonly members: readonly MemberRef[] };

export interface MembershipFold {
  /** Those who are members for certain after the operations so far. */
  joins: Map<string, MemberRef>;
  leaves: Set<string>;
  leavesWhere: Condition[];
  /** Whether `joins` is everybody; the other two then say nothing more. */
  whole: boolean;
  replacedWithOne: boolean;
}

export function newMembershipFold(): MembershipFold {
  return { joins: new Map(), leaves: new Set(), leavesWhere: [], whole: false, replacedWithOne: false };
}

export interface MembershipOperation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly filter: Condition | null;
  readonly sub: Field | null;
  readonly value: unknown;
}

export function foldMembers(
  fold: MembershipFold,
  operation: MembershipOperation,
  options: { memberReplaceIsAdd: boolean; habits: Habit[] },
): void {
  const { op, filter, sub } = operation;
  // display, type and $ref follow from who the member is.
  if (sub !== null && sub.name !== 'value') return;
  if (filter !== null) foldFiltered(fold, operation, filter, options.habits);
  else if (op === 'remove') foldRemoval(fold, operation.value, options.habits);
  else foldRefs(fold, op, readMembers(operation.value, options.habits), options);
}

function foldRefs(
  fold: MembershipFold,
  op: 'add' | 'replace',
  refs: readonly MemberRef[],
  options: { memberReplaceIsAdd: boolean; habits: Habit[] },
): void {
  if (op === 'replace' && options.memberReplaceIsAdd) note(options.habits, 'replace-members-as-add');
  else if (op === 'replace') {
    empty(fold);
    fold.replacedWithOne ||= refs.length === 1;
  }
  join(fold, refs);
}

function join(fold: MembershipFold, refs: readonly MemberRef[]): void {
  for (const ref of refs) {
    fold.joins.set(ref.value, ref);
    fold.leaves.delete(ref.value);
  }
}

function leave(fold: MembershipFold, ids: Iterable<string>): void {
  for (const id of ids) {
    fold.joins.delete(id);
    fold.leaves.add(id);
  }
}

function empty(fold: MembershipFold): void {
  fold.joins.clear();
  fold.leaves.clear();
  fold.leavesWhere = [];
  fold.whole = true;
}

/** `remove members`: all, or those in the value (Q24, Q25). */
function foldRemoval(fold: MembershipFold, value: unknown, habits: Habit[]): void {
  const named = removedMembers(value, habits);
  if (named === null) empty(fold);
  else
    leave(
      fold,
      readMembers(named, habits).map((ref) => ref.value),
    );
}

function foldFiltered(
  fold: MembershipFold,
  operation: MembershipOperation,
  filter: Condition,
  habits: Habit[],
): void {
  const ids = idsOf(filter);
  if (operation.op === 'remove') {
    if (ids) leave(fold, ids);
    else leaveWhere(fold, filter);
    return;
  }
  const given = readMembers(operation.value, habits);
  const refs = given.length > 0 ? given : [...(ids ?? [])].map((value) => ({ value }));
  // The value of a member is immutable (RFC 7643 8.7.1): another id is another member.
  if (operation.op === 'replace' && ids && refs.some((ref) => !ids.has(ref.value))) {
    throw new Refusal('mutability', 'members are added and removed, never changed into one another');
  }
  // With any other filter the new value can only be somebody to add (validator-bogus-member-type).
  join(fold, refs);
}

/** Who is named in this request can be judged by what it says of them; all others by whoever loads them. */
function leaveWhere(fold: MembershipFold, filter: Condition): void {
  for (const [id, ref] of fold.joins) if (matchesElement(filter, ref)) fold.joins.delete(id);
  if (filter.kind !== 'never') fold.leavesWhere.push(filter);
}

/** The ids in `value eq "a" or value eq "b"`; null for every other filter. */
function idsOf(filter: Condition): Set<string> | null {
  if (filter.kind === 'or') {
    const ids = new Set<string>();
    for (const part of filter.parts) {
      const found = idsOf(part);
      if (found === null) return null;
      for (const id of found) ids.add(id);
    }
    return ids;
  }
  const isId = filter.kind === 'compare' && filter.operator === 'eq' && filter.place.sub === 'value';
  return isId ? new Set([String(filter.value)]) : null;
}

export function membershipOf(fold: MembershipFold): Membership | null {
  if (fold.whole) return { kind: 'whole', members: [...fold.joins.values()] };
  if (fold.joins.size === 0 && fold.leaves.size === 0 && fold.leavesWhere.length === 0) return null;
  return {
    kind: 'difference',
    joins: [...fold.joins.values()],
    leaves: [...fold.leaves],
    leavesWhere: fold.leavesWhere,
  };
}
