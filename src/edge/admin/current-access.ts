// What a user has now, and how users are shown. A user whom the job after a rule change has not reached yet is
// resolved on reading, so that every answer is right at once.

import { type GrantReason, givenBy } from '../../identity/grant.ts';
import type { User } from '../../identity/user.ts';
import { displayNameOf, emailOf, externalIdOf, signInName, sourceOf, statusOf } from '../../identity/user.ts';
import type { FullUser, Ledger, ListedUser } from '../../ledger/ledger.ts';
import { type Access, resolve } from '../../mapping/resolve.ts';
import type { TargetKind } from '../../mapping/rule.ts';
import { type PersonJson, type ReferenceJson, rfc3339, type UserJson } from './contract.ts';

export interface CurrentAccess {
  role: ReferenceJson | null;
  roleBy: GrantReason['by'] | null;
  teams: ReferenceJson[];
  businessUnits: ReferenceJson[];
}

/** Resolved with other rules than those that hold now. */
export function isStale({ loaded, state }: FullUser): boolean {
  return loaded.ruleset !== state.ruleset.number;
}

export function resolveFull({ loaded, state }: FullUser): Access {
  const { user, groups, standing } = loaded;
  return resolve({ user, groups, standing, ruleset: state.ruleset, roles: state.roles });
}

export function currentAccess(full: FullUser): CurrentAccess {
  if (isStale(full)) return accessFrom(resolveFull(full));
  const { loaded, state, targets } = full;
  const role = state.roles.find((each) => each.id === loaded.role);
  const held = [...targets].map(([id, target]) => ({ id, ...target }));
  const of = (kind: TargetKind) => byName(held.filter((each) => each.kind === kind));
  return {
    role: role ? { id: role.id, name: role.name } : null,
    roleBy: givenBy(loaded.role, loaded.grants),
    teams: of('team'),
    businessUnits: of('businessUnit'),
  };
}

function accessFrom({ role, grants }: Access): CurrentAccess {
  const targets = new Map(grants.map(({ target }) => [target.id, target]));
  const of = (kind: TargetKind) => byName([...targets.values()].filter((each) => each.kind === kind));
  return {
    role: role ? { id: role.id, name: role.name } : null,
    roleBy: givenBy(
      role?.id ?? null,
      grants.map(({ target, reason }) => ({ target: target.id, reason })),
    ),
    teams: of('team'),
    businessUnits: of('businessUnit'),
  };
}

function byName(targets: readonly ReferenceJson[]): ReferenceJson[] {
  return targets
    .map(({ id, name }) => ({ id, name }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en') || (a.id < b.id ? -1 : 1));
}

export function showPerson(user: User): PersonJson {
  return {
    id: user.id,
    provider: user.provider,
    externalId: externalIdOf(user),
    userName: signInName(user),
    displayName: displayNameOf(user),
    email: emailOf(user),
    status: statusOf(user),
  };
}

function showUser(user: User, { role, roleBy, teams, businessUnits }: CurrentAccess): UserJson {
  return {
    ...showPerson(user),
    source: sourceOf(user),
    role,
    roleBy,
    teams,
    businessUnits,
    suspensions: Object.keys(user.suspensions) as UserJson['suspensions'],
    inRecycleBin: user.kept !== null,
    createdAt: rfc3339(user.createdAt),
    removedAt: rfc3339(user.removedAt),
    lastProvisionedAt: rfc3339(user.lastProvisionedAt),
    lastSignInAt: rfc3339(user.lastSignInAt),
    formerly: user.formerly,
  };
}

export function showFullUser(full: FullUser): UserJson {
  return showUser(full.loaded.user, currentAccess(full));
}

/** Rows of a list as they are now, also while a job is under way. */
export async function showListed(ledger: Ledger, rows: readonly ListedUser[]): Promise<UserJson[]> {
  const current = new Map(
    (await ledger.providers()).map(({ provider, ruleset }) => [provider.id, ruleset.number]),
  );
  return Promise.all(
    rows.map(async (row) => {
      if (row.ruleset === current.get(row.user.provider)) return showUser(row.user, row);
      const full = await ledger.fullUser(row.user.id);
      return full ? showFullUser(full) : showUser(row.user, row);
    }),
  );
}
