// From what a directory says of one person to the facts that are told of them. A directory that was read in part speaks of a
// part alone: what lies outside it stays as whoever spoke of it last left it.

import type { RowTold } from '../identity/claims.ts';
import type { DirectoryPerson } from '../identity/directory.ts';
import { factBesideScim } from '../identity/facts.ts';
import type { User } from '../identity/user.ts';

/** A group of the directory, and the group here that SCIM pushed for it. */
export interface KnownGroup {
  readonly displayName: string | null;
  /** All of its members were read: whoever is not among them is not in it. */
  readonly isWhole: boolean;
  readonly here: { readonly id: string; readonly displayName: string; readonly revision: number } | null;
}

/** What one reading of a directory can speak of. */
export interface DirectoryKnown {
  readonly channel: RowTold['channel'];
  readonly groups: ReadonlyMap<string, KnownGroup>;
  /** Their ids by displayName, for tokens that carry names. */
  readonly groupsByName: ReadonlyMap<string, string>;
  /** Values of the application's roles; whoever does not have one of these by an assignment does not have it. */
  readonly roles: ReadonlySet<string>;
  /** Everybody's assignments were read, and the members of every assigned group. */
  readonly rolesAreWhole: boolean;
}

/** One person as a page, or a second look at them, has them. null: not known. */
export interface SeenPerson {
  readonly person: DirectoryPerson;
  readonly groups: readonly string[] | null;
  readonly roles: readonly string[] | null;
  /** That list has every group they are in, also those of which the reading did not see all members. */
  readonly isGroupsWhole: boolean;
}

export function rowTold(known: DirectoryKnown, seen: SeenPerson, user: User | null): RowTold {
  const { person } = seen;
  const roles = rolesOf(known, seen, countedTexts(user, 'roles'));
  const groups = groupsOf(known, seen, countedTexts(user, 'groups'));
  return {
    channel: known.channel,
    subject: person.id,
    claims: {
      ...person.attributes,
      ...(roles && { roles }),
      ...(groups && { groups }),
    },
  };
}

/** The list that counts now, as tokens and the directory told it; null where nobody spoke of it. */
function countedTexts(user: User | null, name: string): readonly string[] | null {
  const value = user && factBesideScim(user, name)?.value;
  if (value === undefined || value === null) return null;
  return [value].flat().filter((each) => typeof each === 'string');
}

/** null: no news. */
function rolesOf(
  known: DirectoryKnown,
  { roles }: SeenPerson,
  counted: readonly string[] | null,
): readonly string[] | null {
  if (roles === null) return null;
  const kept = (counted ?? []).filter(
    (value) => !known.rolesAreWhole || !known.roles.has(value) || roles.includes(value),
  );
  return merged(counted, kept, roles);
}

/**
 * Ids, as Entra's tokens have them, or names where the tokens of this person were seen with names. Which groups a token carries
 * is a setting of the application that is not known here: of groups that the reading did not see it says nothing.
 */
function groupsOf(
  known: DirectoryKnown,
  { groups, isGroupsWhole }: SeenPerson,
  counted: readonly string[] | null,
): readonly string[] | null {
  if (groups === null) return null;
  const isNamed = (counted ?? []).some((value) => known.groupsByName.has(value));
  const member = new Set(groups.filter((id) => known.groups.has(id)));
  const kept = (counted ?? []).filter((value) => {
    const id = isNamed ? known.groupsByName.get(value) : value.toLowerCase();
    const group = id === undefined ? undefined : known.groups.get(id);
    return !group || member.has(id!) || !(group.isWhole || isGroupsWhole);
  });
  const names = [...member].sort().map((id) => (isNamed ? (known.groups.get(id)!.displayName ?? id) : id));
  return merged(counted, kept, names);
}

/** In the order that is there, so that the same set is the same word. */
function merged(
  counted: readonly string[] | null,
  kept: readonly string[],
  more: readonly string[],
): readonly string[] | null {
  const has = new Set(kept);
  const added = more.filter((value) => !has.has(value));
  if (counted === null && added.length === 0) return null;
  if (counted !== null && added.length === 0 && kept.length === counted.length) return counted;
  return [...kept, ...new Set(added)];
}
