// Rows of a list of users, with what the API shows of each.

import { type GrantRow, givenBy } from '../../identity/grant.ts';
import type { ListedUser } from '../ledger.ts';
import type { Dialect } from './dialect.ts';
import { readUserRow, type UserColumns } from './rows.ts';
import { all, type Script } from './statement.ts';
import type { StoredSettings } from './stored-settings.ts';
import { UNSETTLED, unsettledAmong } from './users.ts';

interface TargetName {
  id: string;
  kind: string;
  name: string;
}

export function* listed(
  dialect: Dialect,
  settings: StoredSettings,
  rows: readonly UserColumns[],
): Script<ListedUser[]> {
  const targets = new Map<string, TargetName>();
  const unsettled = new Set<string>();
  for (const provider of new Set(rows.map((row) => row.provider))) {
    const ofProvider = rows.filter((row) => row.provider === provider);
    for (const target of yield* targetsHeld(dialect, provider, ofProvider)) targets.set(target.id, target);
    const ids = ofProvider.map((row) => row.id);
    const some = yield* unsettledAmong(dialect, provider, ids, settings.unsettled.get(provider));
    for (const id of some) unsettled.add(id);
  }
  return rows.map((row) => {
    const role = row.role === null ? undefined : settings.roles.find((each) => each.id === row.role);
    const held = [...heldBy(row)]
      .map((id) => targets.get(id))
      .filter((each) => each !== undefined)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const of = (kind: string) =>
      held.filter((each) => each.kind === kind).map(({ id, name }) => ({ id, name }));
    return {
      user: readUserRow(row),
      ruleset: unsettled.has(row.id) ? UNSETTLED : row.ruleset,
      role: role ? { id: role.id, name: role.name } : null,
      roleBy: givenBy(row.role, JSON.parse(row.grants) as GrantRow[]),
      teams: of('team'),
      businessUnits: of('businessUnit'),
    };
  });
}

function heldBy(row: Pick<UserColumns, 'grants'>): Set<string> {
  const grants = JSON.parse(row.grants) as GrantRow[];
  return new Set(grants.filter((grant) => grant.kind !== 'role').map((grant) => grant.target));
}

function* targetsHeld(
  dialect: Dialect,
  provider: string,
  rows: readonly Pick<UserColumns, 'grants'>[],
): Script<TargetName[]> {
  const ids = new Set(rows.flatMap((row) => [...heldBy(row)]));
  if (ids.size === 0) return [];
  return yield* all<TargetName>(
    `SELECT t.id, t.kind, t.name FROM ${dialect.texts} CROSS JOIN targets t WHERE t.provider = ? AND t.id = j.value`,
    JSON.stringify([...ids]),
    provider,
  );
}
