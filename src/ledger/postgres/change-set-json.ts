// A change set as the commit function takes it: one JSON value, with a key for what there is to do and none for what
// there is not.

import { fold } from '../../fold.ts';
import type { ChangeSet } from '../../identity/change-set.ts';
import { statusOf } from '../../identity/user.ts';
import type { RequestRow } from '../ledger.ts';
import { requestColumns, requestValues } from '../sql/requests.ts';
import { groupWriteColumns, showGroupRow, showUserRow, userWriteColumns } from '../sql/rows.ts';
import { linkColumns, sessionWriteColumns, showLinkRow, showSessionRow } from '../sql/sign-in-rows.ts';
import type { Value } from '../sql/statement.ts';

type Row = Record<string, Value>;

export interface CommitValues {
  /** The parameters of `bifrost_commit`. */
  values: [changes: string, decided: string, events: number];
}

export function commitValues(
  changes: ChangeSet,
  settings: { version: number; nameIsUnique: boolean },
  request: RequestRow | undefined,
): CommitValues['values'] {
  const { provider, at, actor, cause } = changes;
  const payload: Record<string, unknown> = {
    provider,
    at,
    version: settings.version,
    actorKind: actor.kind,
    actor: actor.id,
    causeKind: cause?.kind ?? null,
    cause: cause?.id ?? null,
  };
  if (request) payload.request = requestJson(request);
  Object.assign(payload, signInJson(changes));
  for (const [name, list] of Object.entries(listsOf(changes, settings.nameIsUnique))) {
    if (list.length > 0) payload[name] = list;
  }
  return [JSON.stringify(payload), JSON.stringify(changes.events), changes.events.length];
}

function listsOf(changes: ChangeSet, nameIsUnique: boolean): Record<string, readonly unknown[]> {
  const users = changes.users.map((each) => ({
    ...named(userWriteColumns, showUserRow(each.after, each)),
    expected: each.expected,
  }));
  const resolved = changes.resolved.map(({ user, expected, role, grants, ruleset }) => ({
    id: user,
    expected,
    role,
    grants: JSON.stringify(grants),
    ruleset,
  }));
  return {
    people: peopleInOrder(changes),
    created: users.filter((each) => each.expected === 0),
    updated: users.filter((each) => each.expected !== 0),
    resolved,
    renumbered: changes.renumbered.map(({ user, ruleset }) => ({ id: user, ruleset })),
    groupsUsed: changes.groupsUsed,
    groups: changes.groups.map(({ expected, after }) => ({
      ...named(groupWriteColumns, showGroupRow(after, nameIsUnique)),
      expected,
    })),
    targets: changes.targets.map((target) => ({
      ...target,
      name_folded: fold(target.name),
      renames: changes.groups.some(({ after }) => isOfGroup(target.key, after.id)),
    })),
    joins: changes.joins,
    nested: [
      ...new Set(changes.joins.filter((edge) => edge.memberKind === 'Group').map((edge) => edge.member)),
    ],
    leaves: changes.leaves,
    lost: changes.lost,
    gained: changes.gained,
    removedGroups: removedGroups(changes),
    touched: touchedGroups(changes),
    reidentified: changes.reidentified,
    shutOut: changes.users.filter(({ after }) => statusOf(after) !== 'active').map(({ after }) => after.id),
  };
}

function signInJson({ provider, signIn }: ChangeSet): Record<string, unknown> {
  if (!signIn) return {};
  const { user, revision, key, link, session } = signIn;
  return {
    signIn: { user, revision, ...key },
    session: named(sessionWriteColumns, showSessionRow(session)),
    ...(link && { link: named(linkColumns, showLinkRow(provider, link)) }),
  };
}

/** Only who writes the group knows its name for certain; others have read it, and it may be another by now. */
function isOfGroup(key: string, group: string): boolean {
  return key === `group:${group}` || key.startsWith(`group:${group}:`);
}

/** Whose membership version moves; a group that is made here begins with its first members. */
function touchedGroups({ joins, leaves, groups }: ChangeSet): string[] {
  const made = new Set(groups.filter((each) => each.expected === 0).map((each) => each.after.id));
  const touched = new Set([...joins, ...leaves].map((edge) => edge.group));
  return [...touched].filter((group) => !made.has(group)).sort();
}

/** Those whom a change finds there and writes. */
export function peopleWritten({ users, resolved, renumbered }: ChangeSet): string[] {
  return [
    ...users.filter((each) => each.expected !== 0).map((each) => each.after.id),
    ...resolved.map((each) => each.user),
    ...renumbered.map((each) => each.user),
  ];
}

/** Those whose name or membership a change rests on, or writes. */
export function groupsWritten({ groups, groupsUsed, joins, leaves }: ChangeSet): string[] {
  const ids = [...groupsUsed, ...joins, ...leaves].map((each) => each.group);
  return [...new Set([...ids, ...groups.map((each) => each.after.id)])];
}

/** Whoever writes several people locks them in this order; one alone is locked by being written. */
function peopleInOrder(changes: ChangeSet): string[] {
  const ids = peopleWritten(changes);
  return ids.length > 1 ? ids.sort() : [];
}

function removedGroups({ removedGroups: ids, jobs }: ChangeSet): { id: string; later: boolean }[] {
  return ids.map((id) => ({
    id,
    later: jobs.some(({ kind, subject }) => kind === 'leave-group' && subject === id),
  }));
}

function named(names: readonly string[], values: readonly Value[]): Row {
  const row: Row = {};
  for (const [at, name] of names.entries()) row[name] = values[at]!;
  return row;
}

export function requestJson(row: RequestRow): Row {
  return named(requestColumns, requestValues(row, { effects: 0, first: null }));
}
