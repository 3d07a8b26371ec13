// What a delta round has to say of each person and group: nothing, the tracked properties, or that they were removed. Pure.

import { changedKeys, type Tenant } from '../tenant.ts';
import { directGroups } from '../tenant-access.ts';
import type { DeltaRound } from './delta-rounds.ts';
import { isThere } from './directory-order.ts';
import { GROUP_DEFAULTS, type Row, showGroup, showUser, USER_DEFAULTS } from './directory-rows.ts';

export interface Change {
  readonly row: Row;
  /** Of a group whose members are followed: who came and who went. */
  readonly members: readonly Row[];
}

type States = Pick<DeltaRound, 'before' | 'after'>;

const NOBODY: readonly Row[] = [];

function trackedNames({ kind, select }: Pick<DeltaRound, 'kind' | 'select'>): readonly string[] {
  if (select === null) return kind === 'users' ? USER_DEFAULTS : GROUP_DEFAULTS;
  return select.split(',').map((name) => name.trim());
}

/** Everything that may have changed: by identity, which is quick, and more than really has. */
export function candidatesOf(round: Pick<DeltaRound, 'kind' | 'select' | 'onlyIds'> & States): string[] {
  const { kind, before, after, onlyIds } = round;
  const changed = new Set(changedKeys<unknown>(before?.[kind], after[kind]));
  if (kind === 'groups' && before && trackedNames(round).includes('members')) {
    for (const id of groupsOfGone(before, after)) changed.add(id);
  }
  return onlyIds ? [...changed].filter((id) => onlyIds.has(id)) : [...changed];
}

/** A member that goes to the recycle bin, or comes back, leaves the group object as it is. */
function* groupsOfGone(before: Tenant, after: Tenant): Iterable<string> {
  const members = [
    ...changedKeys(before.users, after.users),
    ...changedKeys<unknown>(before.groups, after.groups),
  ];
  for (const id of members) {
    if (isThere(before, id) === isThere(after, id)) continue;
    for (const tenant of [before, after]) {
      for (const group of directGroups(tenant, id)) yield group.objectId;
    }
  }
}

/** `isMinimal`: properties that did not change are left out. */
export function userChange(
  { before, after, ...round }: DeltaRound,
  id: string,
  isMinimal: boolean,
): Row | null {
  const was = before?.users.get(id);
  const is = after.users.get(id);
  if (!is) return was ? removed(id, 'deleted') : null;
  if (is.softDeleted) return was?.softDeleted ? null : removed(id, 'changed');
  const { row, isChanged } = tracked(
    was && !was.softDeleted ? showUser(was) : null,
    showUser(is),
    trackedNames(round),
    isMinimal,
  );
  return isChanged ? row : null;
}

/** `seesMembers`: false of a group whose members are hidden from the caller. */
export function groupChange(
  round: DeltaRound,
  id: string,
  isMinimal: boolean,
  seesMembers: boolean,
): Change | null {
  const was = round.before?.groups.get(id);
  const is = round.after.groups.get(id);
  if (!is) return was ? { row: removed(id, 'deleted'), members: NOBODY } : null;
  const names = trackedNames(round);
  const members = seesMembers && names.includes('members') ? memberChanges(round, id) : NOBODY;
  const { row, isChanged } = tracked(was ? showGroup(was) : null, showGroup(is), names, isMinimal);
  return isChanged || members.length > 0 ? { row, members } : null;
}

/** What was never set is left out; what was set and no longer is comes as null. */
function tracked(
  before: Row | null,
  after: Row,
  names: readonly string[],
  isMinimal: boolean,
): { readonly row: Row; readonly isChanged: boolean } {
  const row: Record<string, unknown> = {};
  let isChanged = before === null;
  for (const name of names) {
    if (!Object.hasOwn(after, name)) continue;
    const was = before?.[name] ?? null;
    const is = after[name] ?? null;
    const differs = JSON.stringify(was) !== JSON.stringify(is);
    if (differs || (is !== null && !isMinimal)) row[name] = is;
    isChanged ||= differs;
  }
  return { row: { ...row, id: after.id }, isChanged };
}

/** Of the group that was looked at last in each round: a large one is asked for on many pages. */
const lastLooks = new WeakMap<DeltaRound, { readonly id: string; readonly rows: readonly Row[] }>();

function memberChanges(round: DeltaRound, id: string): readonly Row[] {
  const known = lastLooks.get(round);
  if (known?.id === id) return known.rows;
  const { before, after } = round;
  const had = membership(before, id);
  const has = membership(after, id);
  const rows: Row[] = [];
  for (const member of after.groups.get(id)?.memberIds ?? []) {
    if (has(member) && !had(member)) rows.push(memberRow(after, member));
  }
  for (const member of before?.groups.get(id)?.memberIds ?? []) {
    if (had(member) && !has(member))
      rows.push({ ...memberRow(before!, member), ...removed(member, 'deleted') });
  }
  lastLooks.set(round, { id, rows });
  return rows;
}

function membership(tenant: Tenant | null, groupId: string): (id: string) => boolean {
  const group = tenant?.groups.get(groupId);
  return group ? (id) => group.memberIds.has(id) && isThere(tenant!, id) : () => false;
}

function memberRow(tenant: Tenant, id: string): Row {
  return { '@odata.type': `#microsoft.graph.${tenant.users.has(id) ? 'user' : 'group'}`, id };
}

/** `changed` is the recycle bin, from which somebody can come back. */
function removed(id: string, reason: 'changed' | 'deleted'): Row {
  return { id, '@removed': { reason } };
}
