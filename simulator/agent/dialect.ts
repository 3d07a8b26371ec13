// The bodies of PATCH requests in each of the forms in which Entra sends them. One row of the table per dialect;
// nothing else in the agent knows which one is spoken.

import type { AppRole } from '../tenant.ts';
import type { Change } from './mapping.ts';
import { ENTERPRISE_URN, type Json } from './target.ts';

const PATCH_URN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export type DialectName = 'legacy' | 'flag' | 'gallery' | 'verbose';
export type ManagerForm = 'list' | 'text' | 'object';
export type ManagerClearing = 'empty' | 'remove' | 'filter';

export interface Dialect {
  readonly verbs: Readonly<Record<Change['verb'], string>>;
  /** `each`: an operation per attribute; `simple`: those without a filter in one path-less; `all`: everything. */
  readonly batch: 'each' | 'simple' | 'all';
  readonly booleans: 'text' | 'json';
  readonly manager: ManagerForm;
  readonly managerClearing: ManagerClearing;
  /** Complex app roles: `text` is JSON within a text, as the old form sends them. */
  readonly addedRoles: 'text' | 'objects';
  readonly leaving: 'list' | 'filter';
}

const LOWER = { add: 'add', replace: 'replace', remove: 'remove' };
const COMPLIANT: Omit<Dialect, 'batch'> = {
  verbs: LOWER,
  booleans: 'json',
  manager: 'text',
  managerClearing: 'empty',
  addedRoles: 'objects',
  leaving: 'filter',
};

export const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  // Non-gallery applications by default, and provision-on-demand always.
  legacy: {
    verbs: { add: 'Add', replace: 'Replace', remove: 'Remove' },
    batch: 'each',
    booleans: 'text',
    manager: 'list',
    managerClearing: 'filter',
    addedRoles: 'text',
    leaving: 'list',
  },
  // Tenant URL with `aadOptscim062020`.
  flag: { ...COMPLIANT, batch: 'simple' },
  // Gallery jobs of 2026 without `patchBodyFormat`, and with it.
  gallery: { ...COMPLIANT, batch: 'all' },
  verbose: { ...COMPLIANT, batch: 'each' },
};

/** What a Tenant URL makes Entra speak: the flag in its query is how administrators ask for compliant bodies. */
export function dialectOf(tenantUrl: string): DialectName {
  return tenantUrl.includes('aadOptscim062020') ? 'flag' : 'legacy';
}

interface Operation {
  readonly op: string;
  readonly path?: string;
  readonly value?: unknown;
}

function patch(operations: readonly Operation[]): Json {
  return { schemas: [PATCH_URN], Operations: operations };
}

export function changesBody(
  dialect: Dialect,
  changes: readonly Change[],
  appRoles: readonly AppRole[],
): Json {
  const single: Operation[] = [];
  const batches = new Map<string, Json>();
  for (const change of changes) {
    const op = dialect.verbs[change.verb];
    const value = writtenValue(dialect, change, appRoles);
    if (!isBatched(dialect, change)) {
      single.push(
        change.verb === 'remove' ? { op, path: change.target.path } : { op, path: change.target.path, value },
      );
      continue;
    }
    const batch = batches.get(op) ?? {};
    batch[change.target.path] = value;
    batches.set(op, batch);
  }
  return patch([...single, ...[...batches].map(([op, value]) => ({ op, value }))]);
}

function isBatched(dialect: Dialect, change: Change): boolean {
  if (change.verb === 'remove' || dialect.batch === 'each') return false;
  // In the flag form a list keeps its own operation, like a filtered path.
  return dialect.batch === 'all' || !(change.target.filtered || Array.isArray(change.value));
}

function writtenValue(dialect: Dialect, change: Change, appRoles: readonly AppRole[]): unknown {
  if (typeof change.value === 'boolean')
    return dialect.booleans === 'text' ? pascal(change.value) : change.value;
  if (Array.isArray(change.value) && change.verb === 'add' && dialect.addedRoles === 'text') {
    return change.value.map((role: Json) => ({
      value: JSON.stringify(appRoles.find((known) => known.value === role.value) ?? { value: role.value }),
    }));
  }
  return change.value;
}

function pascal(value: boolean): string {
  return value ? 'True' : 'False';
}

/** The manager is a reference: it is written on its own, after everybody exists. */
export function managerBody(
  dialect: Dialect,
  verb: 'add' | 'replace',
  managerId: string,
  usersUrl: string,
): Json {
  const op = dialect.verbs[verb];
  const path = `${ENTERPRISE_URN}:manager`;
  if (dialect.manager === 'list') {
    return patch([{ op, path: 'manager', value: [{ $ref: `${usersUrl}/${managerId}`, value: managerId }] }]);
  }
  const value = dialect.manager === 'text' ? managerId : { value: managerId };
  return dialect.batch === 'each' ? patch([{ op, path, value }]) : patch([{ op, value: { [path]: value } }]);
}

export function managerClearingBody(dialect: Dialect, managerId: string): Json {
  const path = `${ENTERPRISE_URN}:manager`;
  switch (dialect.managerClearing) {
    case 'remove':
      return patch([{ op: dialect.verbs.remove, path }]);
    case 'filter':
      return patch([{ op: dialect.verbs.remove, path: `manager[value eq "${managerId}"]` }]);
    case 'empty':
      return dialect.batch === 'each'
        ? patch([{ op: dialect.verbs.replace, path, value: '' }])
        : patch([{ op: dialect.verbs.replace, value: { [path]: '' } }]);
  }
}

/** `replacing` is the deviation reported in 2026: one joiner sent as `replace members`. */
export function joinBody(dialect: Dialect, memberIds: readonly string[], replacing: boolean): Json {
  const value = memberIds.map((id) =>
    dialect.leaving === 'list' ? { $ref: null, value: id } : { value: id },
  );
  return patch([{ op: dialect.verbs[replacing ? 'replace' : 'add'], path: 'members', value }]);
}

export function leaveBody(dialect: Dialect, memberIds: readonly string[]): Json {
  const op = dialect.verbs.remove;
  if (dialect.leaving === 'filter') {
    return patch(memberIds.map((id) => ({ op, path: `members[value eq "${id}"]` })));
  }
  return patch([{ op, path: 'members', value: memberIds.map((id) => ({ $ref: null, value: id })) }]);
}
