// One person of the directory beside one user here: what differs, and what healing it makes of the user. Pure; who is read, whom
// it is about and whether so much may be taken at once is reconcile's. The same comparison is made of a staged row and of a
// second look, so that nothing is healed that is not so any more.

import type { ChangeSet } from '../identity/change-set.ts';
import { settleClaims } from '../identity/claims.ts';
import type { Drift } from '../identity/directory.ts';
import { isUnprovisioned, signInName, statusOf, type User } from '../identity/user.ts';
import { type DecisionContext, decideUserSettled, type LoadedUser } from './decide.ts';
import { type DirectoryKnown, rowTold, type SeenPerson } from './directory-facts.ts';
import { healPerson } from './heal-directory.ts';
import type { GroupFact } from './resolve.ts';
import { nameDifference, scimDifferences } from './scim-drift.ts';

/** How differences are dealt with in this run. */
export interface Dealing {
  /** false: everything is shown and nothing is healed. */
  readonly heals: boolean;
  /** Whoever is not assigned is to be kept out: scope `assigned`, and the application lets in those alone who are assigned. */
  readonly suspendsUnassigned: boolean;
  readonly known: DirectoryKnown;
}

/** A difference as it was found, before anybody decided on it. */
export type Found = Omit<Drift, 'state'> & {
  readonly action: PersonAction | null;
};

export type PersonAction =
  | { readonly does: 'suspend' | 'lift' | 'tell' | 'create' }
  | { readonly does: 'join' | 'leave'; readonly group: string };

export interface Compared {
  readonly found: readonly Found[];
  /** Facts to be told that take nothing; null where there is no news, or where telling them is a difference in `found`. */
  readonly changes: ChangeSet | null;
}

/** A second look, or a staged row, of somebody who is here. */
export interface SeenHere extends SeenPerson {
  /** null where it does not count or is not known. */
  readonly assigned: boolean | null;
  /** The name that the directory gives is somebody else's here. */
  readonly keepName?: boolean;
}

export function comparePerson(
  context: DecisionContext,
  loaded: LoadedUser,
  seen: SeenHere,
  dealing: Dealing,
): Compared {
  const { user } = loaded;
  const found: Found[] = [
    ...statusDifferences(user, seen, dealing),
    ...memberDifferences(context, loaded, seen, dealing),
  ];
  found.push(...(isUnprovisioned(user) ? takenName(user, seen) : told(user, seen)));
  const facts = factDifference(context, loaded, seen, dealing);
  if (facts && !facts.isHarmless) found.push(facts.found);
  const changes = facts?.isHarmless ? facts.changes : null;
  if (!takesTogether(context, loaded, seen, dealing, { found, isTold: facts !== null }))
    return { found, changes };
  const taking = found.map((each) => (each.action?.does === 'leave' ? { ...each, takes: true } : each));
  return { found: facts?.isHarmless ? [...taking, { ...facts.found, takes: true }] : taking, changes: null };
}

/**
 * Two of one person's differences may take what neither takes alone: a role that they have by two groups, or by a group and a
 * department. Then each counts as one that takes.
 */
function takesTogether(
  context: DecisionContext,
  loaded: LoadedUser,
  seen: SeenHere,
  { heals, known }: Dealing,
  { found, isTold }: { found: readonly Found[]; isTold: boolean },
): boolean {
  const edges = (does: 'join' | 'leave') =>
    found.flatMap(({ action }) => {
      const group = action?.does === does ? known.groups.get(action.group)?.here : null;
      return group ? [group] : [];
    });
  const leaves = edges('leave');
  if (!heals || leaves.length + Number(isTold) < 2 || found.some(({ takes }) => takes)) return false;
  const row = isTold ? rowTold(known, seen, loaded.user) : null;
  const keepName = seen.keepName === true;
  const changes = healPerson(context, loaded, {
    ...(row && { told: row, keepName }),
    joins: edges('join'),
    leaves,
  });
  return losses(context, loaded, changes).length > 0;
}

function about(user: User, seen: SeenPerson): Pick<Found, 'user' | 'directoryId' | 'name'> {
  return { user: user.id, directoryId: seen.person.id, name: signInName(user) };
}

// --- whether they may come in -----------------------------------------------------------------------------------

function statusDifferences(user: User, seen: SeenHere, dealing: Dealing): Found[] {
  const { enabled } = seen.person;
  const base = { ...about(user, seen), about: '' };
  const isActive = statusOf(user) === 'active';
  if (enabled === false) {
    if (!isActive) return [];
    const why = 'The account is disabled in the directory.';
    const detail = { here: 'active', there: 'disabled' };
    const action = { does: 'suspend' } as const;
    return [{ ...base, category: 'disabled-there', takes: true, why, detail, action }];
  }
  if (enabled !== true) return [];
  if (seen.assigned === false) return unassigned(base, isActive, dealing);
  if (user.suspensions.directory === undefined) return scimSuspended(base, user);
  // Where it counts, only whoever is known to be assigned comes in again.
  return seen.assigned === true || !dealing.suspendsUnassigned ? lifted(base, user) : [];
}

function unassigned(
  base: Pick<Found, 'user' | 'directoryId' | 'name' | 'about'>,
  isActive: boolean,
  { suspendsUnassigned }: Dealing,
): Found[] {
  if (!isActive) return [];
  const detail = { here: 'active', there: 'not assigned' };
  const why = suspendsUnassigned
    ? 'They are not assigned to the application any more, in person or by a group that holds them directly.'
    : 'They are not assigned to the application. That suspends nobody where it does not require assignment.';
  const action = suspendsUnassigned ? ({ does: 'suspend' } as const) : null;
  return [{ ...base, category: 'unassigned', takes: suspendsUnassigned, why, detail, action }];
}

function lifted(base: Pick<Found, 'user' | 'directoryId' | 'name' | 'about'>, user: User): Found[] {
  const since = user.suspensions.directory;
  const why = 'The account may be used again in the directory, which had been the reason to suspend them.';
  const detail = { here: 'suspended', there: 'enabled', since };
  return [{ ...base, category: 'enabled-there', takes: false, why, detail, action: { does: 'lift' } }];
}

function scimSuspended(base: Pick<Found, 'user' | 'directoryId' | 'name' | 'about'>, user: User): Found[] {
  if (user.suspensions.scim === undefined || user.kept) return [];
  const why =
    'SCIM says that they are not active, and what SCIM says of that counts: provision them on demand, or restart provisioning.';
  const detail = { here: 'suspended', there: 'enabled', since: user.suspensions.scim };
  return [{ ...base, category: 'enabled-there', takes: false, why, detail, action: null }];
}

// --- memberships ------------------------------------------------------------------------------------------------

function memberDifferences(
  context: DecisionContext,
  loaded: LoadedUser,
  seen: SeenPerson,
  { known }: Dealing,
): Found[] {
  if (seen.groups === null || !context.state.ruleset.groupsByScim) return [];
  const member = new Set(seen.groups);
  const holds = new Set(loaded.groups.map((group) => group.id));
  const found: Found[] = [];
  for (const id of member) {
    const group = known.groups.get(id);
    if (!group?.here || holds.has(group.here.id)) continue;
    found.push(memberFound(context, loaded, seen, { id, here: group.here, joins: true }));
  }
  if (loaded.groups.length === 0) return found;
  for (const [id, { here, isWhole }] of known.groups) {
    if (!here || !holds.has(here.id) || member.has(id)) continue;
    if (isWhole || seen.isGroupsWhole) {
      found.push(memberFound(context, loaded, seen, { id, here, joins: false }));
    }
  }
  return found;
}

function memberFound(
  context: DecisionContext,
  loaded: LoadedUser,
  seen: SeenPerson,
  edge: { id: string; here: GroupFact; joins: boolean },
): Found {
  const { id, here, joins } = edge;
  const changes = healPerson(context, loaded, { joins: joins ? [here] : [], leaves: joins ? [] : [here] });
  const lost = losses(context, loaded, changes);
  const why = joins
    ? `The directory has them in ${here.displayName}, and SCIM has not said so.`
    : `The directory has them in ${here.displayName} no longer, and SCIM has not said so.`;
  return {
    ...about(loaded.user, seen),
    category: 'member-differs',
    about: id,
    takes: lost.length > 0,
    why,
    detail: { group: here.displayName, here: !joins, there: joins, ...showLost(lost, changes) },
    action: { does: joins ? 'join' : 'leave', group: id },
  };
}

/** What they would not have any more. Another role is no loss where it lets them do as much. */
export function losses(
  context: DecisionContext,
  loaded: LoadedUser,
  changes: ChangeSet | null,
): readonly string[] {
  if (!changes) return [];
  const write = changes.users[0] ?? changes.resolved[0];
  const allowed = (id: string | null | undefined) =>
    context.state.roles.find((role) => role.id === id)?.permissionCount ?? 0;
  const isLess = allowed(write?.role) < allowed(loaded.role);
  return changes.lost.map(({ target }) => target).filter((id) => id !== loaded.role || isLess);
}

function showLost(
  lost: readonly string[],
  changes: ChangeSet | null,
): { lost?: { kind: string; id: string }[] } {
  if (lost.length === 0) return {};
  const gone = changes!.events.filter(({ type, object }) => type === 'grant.removed' && object);
  const targets = new Map(gone.map(({ object }) => [object!.id, object!]));
  return { lost: [...targets.values()].filter(({ id }) => lost.includes(id)) };
}

// --- what SCIM told, and what rules read ------------------------------------------------------------------------

function told(user: User, seen: SeenPerson): Found[] {
  const why = 'What SCIM says of it counts: provision this person on demand, or restart provisioning.';
  const base = { ...about(user, seen), takes: false, why, action: null };
  const name = nameDifference(user, seen.person);
  return [
    ...(name
      ? [{ ...base, category: 'name-differs' as const, about: name.attribute, detail: show(name) }]
      : []),
    ...scimDifferences(user, seen.person).map((each) => ({
      ...base,
      category: 'attribute-differs' as const,
      about: each.attribute,
      detail: show(each),
    })),
  ];
}

function takenName(user: User, seen: SeenHere): Found[] {
  const name = seen.keepName ? nameDifference(user, seen.person) : null;
  if (!name) return [];
  const why = 'Somebody else here has the name that the directory gives them, so they keep theirs.';
  const base = { ...about(user, seen), takes: false, why, action: null };
  return [{ ...base, category: 'name-differs', about: name.attribute, detail: show(name) }];
}

function show({ here, there }: { here: string | null; there: string | null }): Record<string, unknown> {
  return { here, there };
}

/** Told at once where it takes nothing; else it is a difference like others, which the guard counts. */
function factDifference(
  context: DecisionContext,
  loaded: LoadedUser,
  seen: SeenHere,
  { heals, known }: Dealing,
): { found: Found; changes: ChangeSet; isHarmless: boolean } | null {
  const { user } = loaded;
  // Where the run changes nothing, what SCIM brought is compared with SCIM's own words alone.
  if (!heals && !isUnprovisioned(user)) return null;
  const row = rowTold(known, seen, user);
  const settled = settleClaims(user, row, context.at, { keepName: seen.keepName === true });
  const { changes } = decideUserSettled(context, loaded, settled);
  if (!changes) return null;
  const lost = losses(context, loaded, changes);
  const takes = lost.length > 0;
  const data = settled.events.find(({ type }) => type === 'user.updated')?.data ?? {};
  const names = Object.keys((data.after ?? {}) as object).sort();
  return {
    changes,
    isHarmless: heals && !takes,
    found: {
      ...about(user, seen),
      category: 'attribute-differs',
      about: FACTS,
      takes,
      why: takes
        ? `The directory says something else of ${names.join(', ')}, which takes from them what rules gave.`
        : `The directory says something else of ${names.join(', ')}.`,
      detail: { here: data.before ?? {}, there: data.after ?? {}, ...showLost(lost, changes) },
      action: { does: 'tell' },
    },
  };
}

/** What `about` of a row says that is about all facts of one person that differ. */
const FACTS = 'facts';
