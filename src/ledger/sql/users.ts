// Users with everything that decides their access, many at once.

import type { GrantRow } from '../../identity/grant.ts';
import { whyNoScim } from '../../identity/provider.ts';
import type { LoadedUser, ProviderState } from '../../mapping/decide.ts';
import type { GroupFact, StandingGrant } from '../../mapping/resolve.ts';
import { asKept } from '../../mapping/retire.ts';
import { Refusal } from '../../refusal.ts';
import type { Needs } from '../ledger.ts';
import type { Dialect } from './dialect.ts';
import { readUserRow, type UserColumns, userColumns } from './rows.ts';
import { all, type Script } from './statement.ts';
import type { Unsettled } from './stored-settings.ts';

/** No ruleset has this number: access is resolved on reading. */
export const UNSETTLED = 0;

export type TargetNames = ReadonlyMap<string, { name: string; key: string }>;

export function* loadUsers(
  dialect: Dialect,
  state: ProviderState,
  ids: readonly string[],
): Script<Map<string, LoadedUser>> {
  const provider = state.provider.id;
  const asked = JSON.stringify([...new Set(ids)]);
  // CROSS JOIN keeps the order of the tables on SQLite: the few ids that are asked for lead.
  const rows = yield* all<UserColumns>(
    `SELECT ${userColumns} FROM ${dialect.texts} CROSS JOIN users u WHERE u.provider = ? AND u.id = j.value`,
    asked,
    provider,
  );
  return yield* loadedFrom(dialect, state, rows);
}

function* loadedFrom(
  dialect: Dialect,
  state: ProviderState,
  rows: readonly UserColumns[],
): Script<Map<string, LoadedUser>> {
  const groups = yield* groupsOf(dialect, state.provider.id, rows);
  const grants = new Map(rows.map((row) => [row.id, JSON.parse(row.grants) as GrantRow[]]));
  const standing = [...grants.values()].flat().filter(isStanding);
  const names = yield* targetNames(dialect, state.provider.id, standing);
  return new Map(
    rows.map((row) => [row.id, loadedUser(state, row, groups.get(row.id) ?? [], grants.get(row.id)!, names)]),
  );
}

function* groupsOf(
  dialect: Dialect,
  provider: string,
  rows: readonly UserColumns[],
): Script<Map<string, GroupFact[]>> {
  const memberships = yield* all<{ member: string; id: string; display_name: string }>(
    `SELECT m.member, g.id, g.display_name FROM ${dialect.texts} CROSS JOIN memberships m CROSS JOIN directory_groups g
     WHERE m.provider = ? AND m.member = j.value AND g.provider = m.provider AND g.id = m.group_id`,
    JSON.stringify(rows.map(({ id }) => id)),
    provider,
  );
  const groups = new Map<string, GroupFact[]>();
  for (const { member, id, display_name: displayName } of memberships) {
    const known = groups.get(member);
    if (known) known.push({ id, displayName });
    else groups.set(member, [{ id, displayName }]);
  }
  return groups;
}

export function* targetNames(
  dialect: Dialect,
  provider: string,
  grants: readonly GrantRow[],
): Script<TargetNames> {
  if (grants.length === 0) return new Map();
  const rows = yield* all<{ id: string; name: string; key: string }>(
    `SELECT t.id, t.name, t.key FROM ${dialect.texts} CROSS JOIN targets t WHERE t.provider = ? AND t.id = j.value`,
    JSON.stringify([...new Set(grants.map((grant) => grant.target))]),
    provider,
  );
  return new Map(rows.map(({ id, ...named }) => [id, named]));
}

export function loadedUser(
  state: ProviderState,
  row: UserColumns,
  groups: GroupFact[],
  grants: GrantRow[],
  names: TargetNames,
): LoadedUser {
  const standing = grants.filter(isStanding).map((grant) => standingGrant(grant, names));
  const { role, ruleset } = row;
  return asKept(state, { user: readUserRow(row), role, ruleset, groups, grants, standing });
}

export function standingGrant(
  { kind, target, reasonKey, reason }: GrantRow,
  names: TargetNames,
): StandingGrant {
  const known = names.get(target);
  const named = { kind, id: target, name: known?.name ?? target, key: known?.key ?? target };
  return { target: named, reason, reasonKey };
}

/** Only people withdraw these: they are an input of what follows, not an outcome. */
export function isStanding({ reason }: GrantRow): boolean {
  return reason.by === 'manual' || reason.sticky === true;
}

/** A request that was let in a moment before SCIM was switched off brings nobody whom the job would not find. */
export function refuseAfterScim({ token }: Needs, { provider }: ProviderState): void {
  const closed = token === undefined ? null : whyNoScim(provider);
  if (closed !== null) throw new Refusal('forbidden', closed);
}

/** Who of these may have stored access that a job has still to put right. */
export function* unsettledAmong(
  dialect: Dialect,
  provider: string,
  ids: readonly string[],
  unsettled: Unsettled | undefined,
): Script<ReadonlySet<string>> {
  if (!unsettled || ids.length === 0) return new Set();
  const asked = JSON.stringify(ids);
  const found = new Set<string>();
  if (unsettled.groups.length > 0) {
    const rows = yield* all<{ member: string }>(
      `SELECT m.member FROM ${dialect.texts} CROSS JOIN memberships m CROSS JOIN jobs k
       WHERE m.provider = ? AND m.member = j.value AND k.provider = m.provider AND k.subject = m.group_id
       AND k.finished_at IS NULL AND k.kind IN ('resolve-members', 'leave-group')`,
      asked,
      provider,
    );
    for (const { member } of rows) found.add(member);
  }
  if (unsettled.others) {
    const rows = yield* all<{ id: string }>(
      `SELECT u.id FROM ${dialect.texts} CROSS JOIN users u WHERE u.provider = ? AND u.id = j.value AND u.aside IS NOT NULL`,
      asked,
      provider,
    );
    for (const { id } of rows) found.add(id);
  }
  return found;
}
