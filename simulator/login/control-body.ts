// Reading the bodies of the control API: what may be set, and of which type it is.

import { isAnswerFault } from '../graph/graph-faults.ts';
import type { TenantUser } from '../tenant.ts';
import { AADSTS, type ErrorName } from './aadsts.ts';
import type { AppRegistration } from './app-registration.ts';
import { FAULT_POINTS, type Fault } from './faults.ts';
import { ControlError } from './login-control.ts';
import type { Policy } from './login-state.ts';

type Body = Readonly<Record<string, unknown>>;
type Kind = 'text' | 'flag' | 'number';

const USER_ATTRIBUTES: Readonly<Partial<Record<keyof TenantUser, Kind>>> = {
  accountEnabled: 'flag',
  department: 'text',
  displayName: 'text',
  employeeId: 'text',
  givenName: 'text',
  jobTitle: 'text',
  mail: 'text',
  mailNickname: 'text',
  softDeleted: 'flag',
  surname: 'text',
  userPrincipalName: 'text',
  userType: 'text',
};

/** Identity is not for changing: whoever wants other ids starts another simulator. */
const FIXED_APP_MEMBERS: ReadonlySet<string> = new Set([
  'clientId',
  'servicePrincipalId',
  'homeTenantId',
  'ownsAssignments',
]);

function isOfKind(value: unknown, kind: Kind): boolean {
  return typeof value === { text: 'string', flag: 'boolean', number: 'number' }[kind];
}

export function readUserChanges(body: Body): Partial<TenantUser> {
  for (const [name, value] of Object.entries(body)) {
    const kind = Object.hasOwn(USER_ATTRIBUTES, name) ? USER_ATTRIBUTES[name as keyof TenantUser] : undefined;
    if (kind === undefined) throw new ControlError(`${name}: not an attribute that can be set`);
    if (!isOfKind(value, kind)) throw new ControlError(`${name}: not a ${kind}`);
  }
  return body;
}

export function readPolicy(body: Body): Partial<Policy> {
  for (const [name, value] of Object.entries(body)) {
    const isFlag = (name === 'isBlocked' || name === 'requiresMfa') && typeof value === 'boolean';
    const isFrequency = name === 'signInFrequencyMs' && (value === null || typeof value === 'number');
    if (!isFlag && !isFrequency) throw new ControlError(`${name}: not a policy, or not of its type`);
  }
  return body;
}

/** A member keeps its JSON type; the three that can be null may become it. */
export function readAppChanges(app: AppRegistration, body: Body): Body {
  const nullable = ['logoutUrl', 'groupMembershipClaims', 'consentMissing'];
  for (const [name, value] of Object.entries(body)) {
    if (!Object.hasOwn(app, name) || FIXED_APP_MEMBERS.has(name)) {
      throw new ControlError(`${name}: not a setting that can be changed`);
    }
    const before = app[name as keyof AppRegistration];
    const fits = nullable.includes(name)
      ? value === null || typeof value === 'string'
      : typeof value === typeof before && Array.isArray(value) === Array.isArray(before);
    if (!fits) throw new ControlError(`${name}: not of the type it has`);
  }
  return body;
}

const FAULT_MEMBERS: Readonly<Record<Fault['kind'], Readonly<Record<string, Kind>>>> = {
  status: { status: 'number' },
  slow: { ms: 'number' },
  hang: {},
  reset: {},
  html: {},
  truncated: {},
  error: { error: 'text' },
  foreignNextLink: {},
  loopNextLink: {},
  endlessNextLink: {},
  stale: { snapshot: 'text' },
  emptyList: {},
  emptyMembers: {},
  missingPage: {},
  limitedRows: {},
  permissionRevoked: { permission: 'text' },
};
const OPTIONAL_FAULT_MEMBERS: Readonly<Record<string, Kind>> = {
  path: 'text',
  pattern: 'text',
  page: 'number',
  origin: 'text',
  retryAfterSeconds: 'number',
};

export function readFault(body: Body): Fault {
  const { at, kind, error } = body;
  if (!FAULT_POINTS.some((point) => point === at)) {
    throw new ControlError(`at: one of ${FAULT_POINTS.join(', ')}`);
  }
  if (typeof kind !== 'string' || !Object.hasOwn(FAULT_MEMBERS, kind)) {
    throw new ControlError(`kind: one of ${Object.keys(FAULT_MEMBERS).join(', ')}`);
  }
  for (const [name, type] of Object.entries(FAULT_MEMBERS[kind as Fault['kind']])) {
    if (!isOfKind(body[name], type)) throw new ControlError(`${name}: a ${type} is needed`);
  }
  if (kind === 'error' && !Object.hasOwn(AADSTS, error as ErrorName)) {
    throw new ControlError(`error: one of ${Object.keys(AADSTS).join(', ')}`);
  }
  const fault = body as Body & Fault;
  if (isAnswerFault(fault) && at !== 'graph') throw new ControlError(`at: ${kind} is a fault of graph`);
  checkWhere(body);
  return fault;
}

function checkWhere(body: Body): void {
  const { times, page, pattern } = body;
  for (const [name, type] of Object.entries(OPTIONAL_FAULT_MEMBERS)) {
    if (body[name] !== undefined && !isOfKind(body[name], type))
      throw new ControlError(`${name}: not a ${type}`);
  }
  if (times !== undefined && times !== null && typeof times !== 'number') {
    throw new ControlError('times: a number, or null for until cleared');
  }
  if (page !== undefined && (!Number.isInteger(page) || Number(page) < 1)) {
    throw new ControlError('page: 1 or more');
  }
  try {
    if (pattern !== undefined) new RegExp(String(pattern));
  } catch (error) {
    if (error instanceof SyntaxError) throw new ControlError(`pattern: ${error.message}`);
    throw error;
  }
}
