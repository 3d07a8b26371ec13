// Entra's default attribute mapping of a non-gallery application, and the difference between what the tenant says
// and what the application answered. The verb of a difference follows what was read, as Entra's does.

import type { AppRole, TenantGroup, TenantUser } from '../tenant.ts';
import {
  ENTERPRISE_URN,
  GROUP_URN,
  isJson,
  type Json,
  placeAt,
  readAt,
  type Target,
  target,
  USER_URN,
} from './target.ts';

export interface MappingSettings {
  /** What goes into a user's externalId: Entra's own default is the nickname, most vendors ask for the object id. */
  readonly externalId: 'objectId' | 'mailNickname';
  /** The expression for app roles, if one is mapped: SingleAppRoleAssignment, …Complex, Assertive…Complex. */
  readonly roles: 'none' | 'single' | 'complex' | 'assertive';
  /** Whether the recycle bin puts `<32 hex of the object id>` before the user name, and before mail too. */
  readonly recycleBin: 'rename' | 'rename-mail' | 'keep';
  /** What an emptied source attribute sends. Seen in the field: nothing, `""`, `null`, and a remove. */
  readonly clearing: 'silence' | 'empty' | 'null' | 'remove';
}

/** A person as the mapping sees one: `active` already joins account, recycle bin and scope (the `Switch`). */
export interface UserView {
  readonly user: TenantUser;
  readonly active: boolean;
}

type Source = (view: UserView) => string | boolean | undefined;

interface MappedAttribute {
  readonly target: Target;
  readonly source: Source;
}

export interface Mapping {
  readonly settings: MappingSettings;
  readonly attributes: readonly MappedAttribute[];
  readonly appRoles: readonly AppRole[];
}

/** One attribute to write. `roles` as a whole list is the only value that is not a single one. */
export interface Change {
  readonly verb: 'add' | 'replace' | 'remove';
  readonly target: Target;
  readonly value: string | boolean | null | readonly Json[];
  /** What the application had shown instead. */
  readonly read: unknown;
}

const ROLES = target('roles');
const GROUP_NAME = target('displayName');
const GROUP_EXTERNAL_ID = target('externalId');
const ROLE_TYPE = 'WindowsAzureActiveDirectoryRole';

export function userMapping(settings: MappingSettings, appRoles: readonly AppRole[]): Mapping {
  const rows: [string, Source][] = [
    ['externalId', ({ user }) => (settings.externalId === 'objectId' ? user.objectId : user.mailNickname)],
    ['userName', ({ user }) => userNameOf(user, settings)],
    ['active', ({ active }) => active],
    ['displayName', ({ user }) => user.displayName],
    ['emails[type eq "work"].value', ({ user }) => mailOf(user, settings)],
    ['name.givenName', ({ user }) => user.givenName],
    ['name.familyName', ({ user }) => user.surname],
    ['name.formatted', ({ user }) => `${user.givenName} ${user.surname}`],
    ['title', ({ user }) => user.jobTitle],
    ['preferredLanguage', ({ user }) => user.preferredLanguage],
    ['addresses[type eq "work"].formatted', ({ user }) => user.physicalDeliveryOfficeName],
    ['addresses[type eq "work"].streetAddress', ({ user }) => user.streetAddress],
    ['addresses[type eq "work"].locality', ({ user }) => user.city],
    ['addresses[type eq "work"].region', ({ user }) => user.state],
    ['addresses[type eq "work"].postalCode', ({ user }) => user.postalCode],
    ['addresses[type eq "work"].country', ({ user }) => user.country],
    ['phoneNumbers[type eq "work"].value', ({ user }) => user.telephoneNumber],
    ['phoneNumbers[type eq "mobile"].value', ({ user }) => user.mobile],
    ['phoneNumbers[type eq "fax"].value', ({ user }) => user.facsimileTelephoneNumber],
    [`${ENTERPRISE_URN}:employeeNumber`, ({ user }) => user.employeeId],
    [`${ENTERPRISE_URN}:department`, ({ user }) => user.department],
  ];
  if (settings.roles === 'single')
    rows.push(['roles[primary eq "True"].value', ({ user }) => user.appRoles[0]]);
  return { settings, appRoles, attributes: rows.map(([path, source]) => ({ target: target(path), source })) };
}

/** The form of a name in the recycle bin: Entra frees the name by putting the object id before it. */
function binned(objectId: string, name: string): string {
  return `${objectId.replaceAll('-', '')}${name}`;
}

function userNameOf(user: TenantUser, settings: MappingSettings): string {
  const isBinned = user.softDeleted && settings.recycleBin !== 'keep';
  return isBinned ? binned(user.objectId, user.userPrincipalName) : user.userPrincipalName;
}

function mailOf(user: TenantUser, settings: MappingSettings): string | undefined {
  const isBinned = user.softDeleted && settings.recycleBin === 'rename-mail';
  return isBinned && user.mail !== undefined ? binned(user.objectId, user.mail) : user.mail;
}

/** The value by which an object is looked for; compared by `eq` with this attribute. */
export function matchingValue(mapping: Mapping, attribute: string, view: UserView): string | undefined {
  const value = mapping.attributes.find((one) => one.target.path === attribute)?.source(view);
  return typeof value === 'string' ? value : undefined;
}

// Empty source attributes are left out of a POST; `roles` is there even when it is empty.
export function userBody(mapping: Mapping, view: UserView): Json {
  const body: Json = {
    schemas: [USER_URN, ENTERPRISE_URN],
    meta: { resourceType: 'User' },
    roles: listsRoles(mapping) ? roleElements(mapping, view.user.appRoles) : [],
  };
  for (const { target: at, source } of mapping.attributes) {
    const value = source(view);
    if (value !== undefined && value !== '') placeAt(body, at, value);
  }
  if (mapping.settings.roles === 'single') {
    for (const role of body.roles as Json[]) role.type = ROLE_TYPE;
  }
  return body;
}

export function groupBody(group: TenantGroup): Json {
  return {
    // The second URI is Microsoft's own and names no schema that a server could know.
    schemas: [GROUP_URN, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
    externalId: group.objectId,
    displayName: group.displayName,
    meta: { resourceType: 'Group' },
  };
}

export function userChanges(mapping: Mapping, view: UserView, read: Json): Change[] {
  const changes: Change[] = [];
  for (const { target: at, source } of mapping.attributes) {
    const change = changeOf(at, source(view), readAt(read, at), mapping.settings.clearing);
    if (change) changes.push(change);
  }
  const roles = listsRoles(mapping) ? roleChange(mapping, view.user.appRoles, read.roles) : null;
  if (roles) changes.push(roles);
  return changes;
}

export function groupChanges(group: TenantGroup, read: Json): Change[] {
  return [
    changeOf(GROUP_NAME, group.displayName, readAt(read, GROUP_NAME), 'silence'),
    changeOf(GROUP_EXTERNAL_ID, group.objectId, readAt(read, GROUP_EXTERNAL_ID), 'silence'),
  ].filter((change) => change !== null);
}

function changeOf(
  at: Target,
  wanted: string | boolean | undefined,
  read: unknown,
  clearing: MappingSettings['clearing'],
): Change | null {
  const isEmpty = read === undefined || read === null || read === '';
  if (wanted === undefined || wanted === '') {
    if (isEmpty || clearing === 'silence') return null;
    if (clearing === 'remove') return { verb: 'remove', target: at, value: null, read };
    return { verb: 'replace', target: at, value: clearing === 'empty' ? '' : null, read };
  }
  if (read === wanted) return null;
  return { verb: isEmpty ? 'add' : 'replace', target: at, value: wanted, read };
}

function listsRoles(mapping: Mapping): boolean {
  return mapping.settings.roles === 'complex' || mapping.settings.roles === 'assertive';
}

function roleElements(mapping: Mapping, values: readonly string[]): Json[] {
  return values.map((value) => ({
    primary: false,
    type: ROLE_TYPE,
    value,
    display: mapping.appRoles.find((role) => role.value === value)?.displayName ?? value,
  }));
}

/** AppRoleAssignmentsComplex only ever adds; the assertive function sends the whole list when anything differs. */
function roleChange(mapping: Mapping, wanted: readonly string[], read: unknown): Change | null {
  const held = (Array.isArray(read) ? read : []).map((role) => (isJson(role) ? role.value : role));
  const missing = wanted.filter((value) => !held.includes(value));
  if (mapping.settings.roles === 'complex') {
    return missing.length === 0
      ? null
      : { verb: 'add', target: ROLES, value: roleElements(mapping, missing), read: held };
  }
  if (missing.length === 0 && held.length === wanted.length) return null;
  return { verb: 'replace', target: ROLES, value: roleElements(mapping, wanted), read: held };
}
