// What an attribute mapping can take its values from, by the names that the portal shows: attributes of people and groups, the
// expressions that the agent knows, and constants. Also Entra's default rows of a non-gallery application.

import type { TenantGroup, TenantUser } from '../tenant.ts';
import { ENTERPRISE_URN } from './target.ts';

/** A person as the mapping sees one: `active` already joins account, recycle bin and scope (the `Switch`). */
export interface UserView {
  readonly user: TenantUser;
  readonly active: boolean;
}

export type Source<From> = (from: From) => string | boolean | undefined;

/** One row of an attribute mapping, as the portal has it. */
export interface MappingRow {
  /** A name below, or a constant in double quotes. */
  readonly source: string;
  readonly target: string;
}

export interface RecycleBinNames {
  /** Whether the recycle bin puts `<32 hex of the object id>` before the user name, and before mail too. */
  readonly recycleBin: 'rename' | 'rename-mail' | 'keep';
}

const ACTIVE_EXPRESSION = 'Switch([IsSoftDeleted], , "False", "True", "True", "False")';
const FULL_NAME_EXPRESSION = 'Join(" ", [givenName], [surname])';
export const SINGLE_ROLE_EXPRESSION = 'SingleAppRoleAssignment([appRoleAssignments])';
/** The functions that send whole role objects: a setting of the mapping rather than a value. */
export const ROLE_LIST_EXPRESSIONS = {
  'AppRoleAssignmentsComplex([appRoleAssignments])': 'complex',
  'AssertiveAppRoleAssignmentsComplex([appRoleAssignments])': 'assertive',
} as const;

/** The form of a name in the recycle bin: Entra frees the name by putting the object id before it. */
function binned(objectId: string, name: string): string {
  return `${objectId.replaceAll('-', '')}${name}`;
}

function userNameOf(user: TenantUser, { recycleBin }: RecycleBinNames): string {
  const isBinned = user.softDeleted && recycleBin !== 'keep';
  return isBinned ? binned(user.objectId, user.userPrincipalName) : user.userPrincipalName;
}

function mailOf(user: TenantUser, { recycleBin }: RecycleBinNames): string | undefined {
  const isBinned = user.softDeleted && recycleBin === 'rename-mail';
  return isBinned && user.mail !== undefined ? binned(user.objectId, user.mail) : user.mail;
}

type UserSource = (view: UserView, names: RecycleBinNames) => string | boolean | undefined;

const plain = (name: PlainAttribute): [string, UserSource] => [name, ({ user }) => user[name]];

type PlainAttribute = {
  [Name in keyof TenantUser]-?: TenantUser[Name] extends string | undefined ? Name : never;
}[keyof TenantUser];

const PLAIN: readonly PlainAttribute[] = [
  'objectId',
  'mailNickname',
  'displayName',
  'givenName',
  'surname',
  'jobTitle',
  'department',
  'employeeId',
  'preferredLanguage',
  'physicalDeliveryOfficeName',
  'streetAddress',
  'city',
  'state',
  'postalCode',
  'country',
  'telephoneNumber',
  'mobile',
  'facsimileTelephoneNumber',
  'userType',
];

export const USER_SOURCES: ReadonlyMap<string, UserSource> = new Map<string, UserSource>([
  ['userPrincipalName', ({ user }, names) => userNameOf(user, names)],
  ['mail', ({ user }, names) => mailOf(user, names)],
  ...PLAIN.map(plain),
  ['accountEnabled', ({ user }) => user.accountEnabled],
  [ACTIVE_EXPRESSION, ({ active }) => active],
  [FULL_NAME_EXPRESSION, ({ user }) => `${user.givenName} ${user.surname}`],
  [SINGLE_ROLE_EXPRESSION, ({ user }) => user.appRoles[0]],
]);

export const GROUP_SOURCES: ReadonlyMap<string, Source<TenantGroup>> = new Map([
  ['displayName', (group: TenantGroup) => group.displayName],
  ['objectId', (group: TenantGroup) => group.objectId],
]);

const CONSTANT = /^"(.*)"$/;

/** Null where it is no constant. */
export function constantIn(source: string): string | null {
  return CONSTANT.exec(source)?.[1] ?? null;
}

/** What goes into externalId: Entra's own default is the nickname, most vendors ask for the object id. */
export function defaultUserRows(externalId: 'objectId' | 'mailNickname'): MappingRow[] {
  return [
    { source: externalId, target: 'externalId' },
    { source: 'userPrincipalName', target: 'userName' },
    { source: ACTIVE_EXPRESSION, target: 'active' },
    { source: 'displayName', target: 'displayName' },
    { source: 'mail', target: 'emails[type eq "work"].value' },
    { source: 'givenName', target: 'name.givenName' },
    { source: 'surname', target: 'name.familyName' },
    { source: FULL_NAME_EXPRESSION, target: 'name.formatted' },
    { source: 'jobTitle', target: 'title' },
    { source: 'preferredLanguage', target: 'preferredLanguage' },
    { source: 'physicalDeliveryOfficeName', target: 'addresses[type eq "work"].formatted' },
    { source: 'streetAddress', target: 'addresses[type eq "work"].streetAddress' },
    { source: 'city', target: 'addresses[type eq "work"].locality' },
    { source: 'state', target: 'addresses[type eq "work"].region' },
    { source: 'postalCode', target: 'addresses[type eq "work"].postalCode' },
    { source: 'country', target: 'addresses[type eq "work"].country' },
    { source: 'telephoneNumber', target: 'phoneNumbers[type eq "work"].value' },
    { source: 'mobile', target: 'phoneNumbers[type eq "mobile"].value' },
    { source: 'facsimileTelephoneNumber', target: 'phoneNumbers[type eq "fax"].value' },
    { source: 'employeeId', target: `${ENTERPRISE_URN}:employeeNumber` },
    { source: 'department', target: `${ENTERPRISE_URN}:department` },
  ];
}

export const DEFAULT_GROUP_ROWS: readonly MappingRow[] = [
  { source: 'objectId', target: 'externalId' },
  { source: 'displayName', target: 'displayName' },
];
