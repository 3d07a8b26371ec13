// Rows of the users and groups tables, and the domain values they hold.

import { fold } from '../../fold.ts';
import type { UserWrite } from '../../identity/change-set.ts';
import { type Group, groupExternalId, groupName } from '../../identity/group.ts';
import {
  displayNameOf,
  externalIdOf,
  signInName,
  sourceOf,
  statusOf,
  type User,
  workEmails,
} from '../../identity/user.ts';
import type { Document } from '../../scim/resource.ts';
import type { Value } from './statement.ts';

export interface UserColumns {
  provider: string;
  id: string;
  revision: number;
  document: string;
  supplied: string;
  aside: string | null;
  role: string | null;
  grants: string;
  ruleset: number;
  created_at: number;
  modified_at: number;
  removed_at: number | null;
  last_provisioned_at: number | null;
  last_sign_in_at: number | null;
  formerly: string | null;
}

export interface GroupColumns {
  provider: string;
  id: string;
  revision: number;
  membership_version: number;
  document: string;
  created_at: number;
  modified_at: number;
}

/** Columns that `readUserRow` needs, of a table named `u`. */
export const userColumns =
  'u.provider, u.id, u.revision, u.document, u.supplied, u.aside, u.role, u.grants, u.ruleset, u.created_at, u.modified_at, u.removed_at, u.last_provisioned_at, u.last_sign_in_at, u.formerly';

/** What few users have: kept in one column that is null for everybody else. */
interface Aside {
  unlisted?: User['unlisted'];
  claims?: User['claims'];
  directory?: User['directory'];
  suspensions?: User['suspensions'];
  kept?: User['kept'];
}

export function readUserRow(row: UserColumns): User {
  const aside: Aside = row.aside === null ? {} : JSON.parse(row.aside);
  return {
    provider: row.provider,
    id: row.id,
    revision: row.revision,
    document: JSON.parse(row.document) as Document,
    supplied: readSupplied(row.supplied),
    unlisted: aside.unlisted ?? {},
    claims: aside.claims ?? {},
    directory: aside.directory ?? {},
    suspensions: aside.suspensions ?? {},
    kept: aside.kept ?? null,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
    removedAt: row.removed_at,
    lastProvisionedAt: row.last_provisioned_at,
    lastSignInAt: row.last_sign_in_at,
    formerly: row.formerly,
  };
}

/** What follows from a user's facts, as it is stored beside them. */
export type StoredAccess = Pick<UserWrite, 'role' | 'grants' | 'ruleset'>;

/** Everything of a user that the table holds, in the order of `userWriteColumns`. */
export function showUserRow(user: User, access: StoredAccess): Value[] {
  const mails = workEmails(user.document);
  return [
    user.revision,
    JSON.stringify(user.document),
    showSupplied(user.supplied),
    showAside(user),
    fold(String(user.document.userName)),
    fold(signInName(user)),
    externalIdOf(user),
    mails.length > 0 ? fold(mails[0]!) : null,
    mails.length > 1 ? 1 : 0,
    statusOf(user),
    access.role,
    JSON.stringify(access.grants),
    access.ruleset,
    user.createdAt,
    user.modifiedAt,
    user.removedAt,
    user.lastProvisionedAt,
    user.lastSignInAt,
    user.formerly,
    fold(displayNameOf(user)),
    sourceOf(user),
    user.provider,
    user.id,
  ];
}

export const userWriteColumns = [
  'revision',
  'document',
  'supplied',
  'aside',
  'user_name_folded',
  'sign_in_name_folded',
  'external_id',
  'work_email_folded',
  'several_work_emails',
  'status',
  'role',
  'grants',
  'ruleset',
  'created_at',
  'modified_at',
  'removed_at',
  'last_provisioned_at',
  'last_sign_in_at',
  'formerly',
  'display_name_folded',
  'source',
  'provider',
  'id',
] as const;

/**
 * What may differ while nobody is found by anything else: no index with a key of its own has to be touched. When somebody
 * last signed in is the sign-in's to say.
 */
const contentColumns = [
  'revision',
  'document',
  'supplied',
  'aside',
  'role',
  'grants',
  'ruleset',
  'modified_at',
  'last_provisioned_at',
  'source',
  'provider',
  'id',
] as const satisfies readonly (typeof userWriteColumns)[number][];

export const userContentSets = contentColumns.slice(0, -2).map((name) => `${name} = ?`);

const contentPlaces = contentColumns.map((name) => userWriteColumns.indexOf(name));

/** Of a row in the order of `userWriteColumns`, what `userContentSets` sets, then provider and id. */
export function userContent(row: readonly Value[]): Value[] {
  return contentPlaces.map((place) => row[place]!);
}

function showAside(user: User): string | null {
  const aside: Aside = {};
  if (hasKeys(user.unlisted)) aside.unlisted = user.unlisted;
  if (hasKeys(user.claims)) aside.claims = user.claims;
  if (hasKeys(user.directory)) aside.directory = user.directory;
  if (hasKeys(user.suspensions)) aside.suspensions = user.suspensions;
  if (user.kept) aside.kept = user.kept;
  return hasKeys(aside) ? JSON.stringify(aside) : null;
}

function hasKeys(object: object): boolean {
  for (const _ in object) return true;
  return false;
}

/** Grouped by time, since most attributes arrive together: `[[ms, "userName", "title"], ...]`. */
function showSupplied(supplied: User['supplied']): string {
  const byTime = new Map<number, (number | string)[]>();
  for (const [name, at] of supplied) {
    const names = byTime.get(at);
    if (names) names.push(name);
    else byTime.set(at, [at, name]);
  }
  return JSON.stringify([...byTime.values()]);
}

function readSupplied(text: string): User['supplied'] {
  const supplied = new Map<string, number>();
  for (const [at, ...names] of JSON.parse(text) as [number, ...string[]][]) {
    for (const name of names) supplied.set(name, at);
  }
  return supplied;
}

export function readGroupRow(row: GroupColumns): Group {
  return {
    provider: row.provider,
    id: row.id,
    revision: row.revision,
    membershipVersion: row.membership_version,
    document: JSON.parse(row.document) as Document,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
  };
}

/** In the order of `groupWriteColumns`. `nameIsUnique` follows the provider's `groupsMatchedBy`. */
export function showGroupRow(group: Group, nameIsUnique: boolean): Value[] {
  const name = groupName(group);
  const folded = fold(name);
  return [
    group.revision,
    JSON.stringify(group.document),
    name,
    folded,
    nameIsUnique ? folded : null,
    groupExternalId(group),
    group.modifiedAt,
    group.provider,
    group.id,
  ];
}

export const groupWriteColumns = [
  'revision',
  'document',
  'display_name',
  'display_name_folded',
  'unique_name',
  'external_id',
  'modified_at',
  'provider',
  'id',
] as const;

/** ETags: a user's counts its changes; a group's counts its own and those of its membership. */
export function userVersion(revision: number): string {
  return `W/"${revision}"`;
}

export function groupVersion(revision: number, membershipVersion: number): string {
  return `W/"${revision}.${membershipVersion}"`;
}
