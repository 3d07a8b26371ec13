// Entra's default attribute mapping of a non-gallery application, and the difference between what the tenant says
// and what the application answered. The verb of a difference follows what was read, as Entra's does.

import type { AppRole, TenantGroup } from '../tenant.ts';
import {
  constantIn,
  DEFAULT_GROUP_ROWS,
  defaultUserRows,
  GROUP_SOURCES,
  type MappingRow,
  type RecycleBinNames,
  SINGLE_ROLE_EXPRESSION,
  type Source,
  USER_SOURCES,
  type UserView,
} from './attribute-sources.ts';
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

export interface MappingSettings extends RecycleBinNames {
  /** What goes into a user's externalId: Entra's own default is the nickname, most vendors ask for the object id. */
  readonly externalId: 'objectId' | 'mailNickname';
  /** The expression for app roles, if one is mapped: SingleAppRoleAssignment, …Complex, Assertive…Complex. */
  readonly roles: 'none' | 'single' | 'complex' | 'assertive';
  /** What an emptied source attribute sends. Seen in the field: nothing, `""`, `null`, and a remove. */
  readonly clearing: 'silence' | 'empty' | 'null' | 'remove';
  /** In place of Entra's default rows, and then `externalId` above says nothing. */
  readonly users?: readonly MappingRow[];
  readonly groups?: readonly MappingRow[];
}

interface MappedAttribute<From> {
  readonly target: Target;
  readonly source: Source<From>;
}

export interface Mapping {
  readonly settings: MappingSettings;
  readonly attributes: readonly MappedAttribute<UserView>[];
  readonly groups: readonly MappedAttribute<TenantGroup>[];
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
const ROLE_TYPE = 'WindowsAzureActiveDirectoryRole';

export function userMapping(settings: MappingSettings, appRoles: readonly AppRole[]): Mapping {
  const rows = settings.users ?? defaultUserRows(settings.externalId);
  const single = { source: SINGLE_ROLE_EXPRESSION, target: 'roles[primary eq "True"].value' };
  return {
    settings,
    appRoles,
    attributes: (settings.roles === 'single' ? [...rows, single] : rows).map((row) => {
      const source = USER_SOURCES.get(row.source);
      return {
        target: target(row.target),
        source: (view) => (source ? source(view, settings) : (constantIn(row.source) ?? undefined)),
      };
    }),
    groups: groupAttributes(settings.groups ?? DEFAULT_GROUP_ROWS),
  };
}

function groupAttributes(rows: readonly MappingRow[]): MappedAttribute<TenantGroup>[] {
  return rows.map((row) => {
    const constant = constantIn(row.source) ?? undefined;
    return { target: target(row.target), source: GROUP_SOURCES.get(row.source) ?? (() => constant) };
  });
}

const DEFAULT_GROUP_ATTRIBUTES = groupAttributes(DEFAULT_GROUP_ROWS);

/** The value by which an object is looked for; compared by `eq` with this attribute. */
export function matchingValue(mapping: Mapping, attribute: string, view: UserView): string | undefined {
  const value = mapping.attributes.find((one) => one.target.path === attribute)?.source(view);
  return typeof value === 'string' ? value : undefined;
}

// Empty source attributes are left out of a POST; `roles` is there even when it is empty.
export function userBody(mapping: Mapping, view: UserView): Json {
  const body: Json = {
    schemas: [...new Set([USER_URN, ENTERPRISE_URN, ...customUrns(mapping)])],
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

export function groupBody(
  group: TenantGroup,
  attributes: readonly MappedAttribute<TenantGroup>[] = DEFAULT_GROUP_ATTRIBUTES,
): Json {
  const body: Json = {
    // The second URI is Microsoft's own and names no schema that a server could know.
    schemas: [GROUP_URN, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
    meta: { resourceType: 'Group' },
  };
  for (const { target: at, source } of attributes) {
    const value = source(group);
    if (value !== undefined && value !== '') placeAt(body, at, value);
  }
  return body;
}

function customUrns(mapping: Mapping): string[] {
  return mapping.attributes.map(({ target: { urn } }) => urn).filter((urn) => urn !== null);
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

export function groupChanges(
  group: TenantGroup,
  read: Json,
  attributes: readonly MappedAttribute<TenantGroup>[],
): Change[] {
  return attributes
    .map(({ target: at, source }) => changeOf(at, source(group), readAt(read, at), 'silence'))
    .filter((change) => change !== null);
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
