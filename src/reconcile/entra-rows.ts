// What Graph's rows say: from unknown JSON to people, groups and assignments. Pure. Graph answers 200 with null for what it
// does not let us read, so null is "no value" only in a row that shows that it was readable.

import type { DirectoryAssignment, DirectoryGroup, DirectoryPerson } from '../identity/directory.ts';
import { GUID } from '../provider/endpoints.ts';
import { isObject, own } from '../scim/json.ts';

/** Of a user, as attributes: Graph's name, and the one that rules and tokens have. */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  userPrincipalName: 'preferred_username',
  displayName: 'name',
  givenName: 'given_name',
  surname: 'family_name',
  mail: 'email',
  department: 'department',
  jobTitle: 'jobTitle',
  companyName: 'companyName',
  employeeId: 'employeeId',
  userType: 'userType',
  officeLocation: 'officeLocation',
  country: 'country',
};

/** Without `accountEnabled` in it Graph leaves that out: it is not among the default properties. */
export const USER_PROPERTIES = [
  'id',
  'accountEnabled',
  ...Object.keys(ATTRIBUTES),
  'onPremisesExtensionAttributes',
].join(',');

const USER_TYPE = '#microsoft.graph.user';
const EXTENSION = /^extensionAttribute([1-9]|1[0-5])$/;
/** Of an assignment without a role: "Default Access". */
const NO_ROLE = '00000000-0000-0000-0000-000000000000';

/** In lower case; null for anything but an id. */
function readId(value: unknown): string | null {
  return typeof value === 'string' && GUID.test(value) ? value.toLowerCase() : null;
}

export function readIds(rows: readonly unknown[]): { ids: readonly string[]; limited: string | null } {
  const ids = rows.map((row) => (isObject(row) ? readId(own(row, 'id')) : null)).filter((id) => id !== null);
  const unnamed = rows.length - ids.length;
  return { ids, limited: unnamed > 0 ? withoutId(unnamed) : null };
}

/** Null for a list that is none. */
export function readRows(body: Readonly<Record<string, unknown>>): readonly unknown[] | null {
  const rows = own(body, 'value');
  return Array.isArray(rows) ? rows : null;
}

export interface People {
  readonly people: readonly DirectoryPerson[];
  /** Rows that were not readable whole; null where there was none. */
  readonly limited: string | null;
}

/** Rows of another type than people are left out without a word: a group can hold devices and groups too. */
export function readPeople(rows: readonly unknown[]): People {
  const people: DirectoryPerson[] = [];
  let [unnamed, unreadable] = [0, 0];
  for (const row of rows) {
    const type = isObject(row) ? own(row, '@odata.type') : null;
    if (typeof type === 'string' && type !== USER_TYPE) continue;
    const person = isObject(row) ? readPerson(row) : null;
    if (person === null) unnamed++;
    else {
      if (person.enabled === null) unreadable++;
      people.push(person);
    }
  }
  const said = [
    unreadable > 0 &&
      `Graph does not show ${unreadable} of ${rows.length} people whole: the application permission User.Read.All is missing.`,
    unnamed > 0 && withoutId(unnamed),
  ];
  return { people, limited: said.filter((each) => each !== false).join(' ') || null };
}

/** Null without an id. */
export function readPerson(row: Readonly<Record<string, unknown>>): DirectoryPerson | null {
  const id = readId(own(row, 'id'));
  if (id === null) return null;
  const enabled = own(row, 'accountEnabled');
  const isReadable = typeof enabled === 'boolean';
  const attributes: Record<string, unknown> = {};
  const take = (name: string, value: unknown) => {
    if (typeof value === 'string' && value !== '') attributes[name] = value;
    else if (isReadable && (value === null || value === '')) attributes[name] = null;
  };
  for (const [property, name] of Object.entries(ATTRIBUTES)) take(name, own(row, property));
  const extension = own(row, 'onPremisesExtensionAttributes');
  for (const [name, value] of Object.entries(isObject(extension) ? extension : {})) {
    if (EXTENSION.test(name)) take(name, value);
  }
  const userName = own(row, 'userPrincipalName');
  return {
    id,
    userName: typeof userName === 'string' && userName !== '' ? userName : null,
    enabled: isReadable ? enabled : null,
    attributes,
  };
}

export function readGroups(rows: readonly unknown[]): { groups: DirectoryGroup[]; limited: string | null } {
  const groups = rows.map((row) => (isObject(row) ? readGroup(row) : null)).filter((each) => each !== null);
  const unnamed = rows.length - groups.length;
  return { groups, limited: unnamed > 0 ? withoutId(unnamed) : null };
}

export function readGroup(row: Readonly<Record<string, unknown>>): DirectoryGroup | null {
  const id = readId(own(row, 'id'));
  return id === null ? null : { id, displayName: textOf(row, 'displayName') };
}

export interface Application {
  readonly assignmentRequired: boolean | null;
  /** By id, in lower case; null for a role without a value. Disabled ones too: who has one keeps it. */
  readonly roles: ReadonlyMap<string, string | null>;
}

/** Null where the roles are not readable: then no assignment can be told from another. */
export function readApplication(body: Readonly<Record<string, unknown>>): Application | null {
  const rows = own(body, 'appRoles');
  if (!Array.isArray(rows)) return null;
  const roles = rows.filter(isObject).flatMap((row): [string, string | null][] => {
    const id = readId(own(row, 'id'));
    return id === null ? [] : [[id, textOf(row, 'value')]];
  });
  const required = own(body, 'appRoleAssignmentRequired');
  return {
    assignmentRequired: typeof required === 'boolean' ? required : null,
    roles: new Map(roles),
  };
}

/** A row of `appRoleAssignedTo`, of a person or a group. */
export interface AssignmentRow {
  readonly principal: string;
  readonly kind: DirectoryAssignment['kind'];
  readonly name: string | null;
  /** Null for "Default Access". */
  readonly roleId: string | null;
}

/** Service principals are left out: they do not sign in as people. */
export function readAssignments(rows: readonly unknown[]): {
  found: AssignmentRow[];
  limited: string | null;
} {
  const found: AssignmentRow[] = [];
  let unreadable = 0;
  for (const row of rows) {
    const type = isObject(row) ? own(row, 'principalType') : null;
    if (type === 'ServicePrincipal') continue;
    const assignment = isObject(row) ? readAssignment(row, type) : null;
    if (assignment === null) unreadable++;
    else found.push(assignment);
  }
  const limited = `Graph does not show to whom ${unreadable} of ${rows.length} assignments are given.`;
  return { found, limited: unreadable > 0 ? limited : null };
}

function readAssignment(row: Readonly<Record<string, unknown>>, type: unknown): AssignmentRow | null {
  const principal = readId(own(row, 'principalId'));
  const role = readId(own(row, 'appRoleId'));
  const kind = type === 'User' ? 'person' : type === 'Group' ? 'group' : null;
  if (principal === null || role === null || kind === null) return null;
  const roleId = role === NO_ROLE ? null : role;
  return { principal, kind, name: textOf(row, 'principalDisplayName'), roleId };
}

function textOf(row: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = own(row, name);
  return typeof value === 'string' && value !== '' ? value : null;
}

function withoutId(rows: number): string {
  return `Graph sent ${rows} ${rows === 1 ? 'row' : 'rows'} without an id.`;
}
