// Enterprise applications in Graph: by application id or object id, with the roles that can be assigned, and to whom they are.

import { createHash } from 'node:crypto';
import { jsonReply, type Reply } from '../http-message.ts';
import { type Assignment, assignmentsInPerson, assignmentsOf } from '../tenant-access.ts';
import type { Row } from './directory-rows.ts';
import { contextOf, type GraphCall, pageOf, type ServicePrincipal, selected } from './graph-call.ts';
import { resourceMissing } from './graph-error.ts';
import { filterOf } from './list-query.ts';
import { userAt } from './user-routes.ts';

const DEFAULT_PROPERTIES = [
  'id',
  'accountEnabled',
  'appDisplayName',
  'appId',
  'appRoleAssignmentRequired',
  'appRoles',
  'displayName',
  'servicePrincipalType',
];

function byAppId(call: GraphCall): ServicePrincipal {
  return found(call, ({ appId }, name) => appId === name);
}

function byObjectId(call: GraphCall): ServicePrincipal {
  return found(call, ({ id }, name) => id === name);
}

function found(call: GraphCall, isMeant: (one: ServicePrincipal, name: string) => boolean): ServicePrincipal {
  const name = (call.caught[0] ?? '').toLowerCase();
  const one = call.source.servicePrincipals(call.tenant.tenantId).find((other) => isMeant(other, name));
  if (one) return one;
  throw resourceMissing(call.caught[0]);
}

export function showServicePrincipal(call: GraphCall, one: ServicePrincipal): Row {
  return {
    id: one.id,
    appId: one.appId,
    displayName: one.displayName,
    accountEnabled: one.accountEnabled,
    appRoleAssignmentRequired: one.appRoleAssignmentRequired,
    appDisplayName: one.displayName,
    servicePrincipalType: 'Application',
    appRoles: one.ownsAssignments ? call.tenant.appRoles.map(showAppRole) : [],
  };
}

export function getServicePrincipal(call: GraphCall): Reply {
  return replyWith(call, byAppId(call));
}

export function getServicePrincipalById(call: GraphCall): Reply {
  return replyWith(call, byObjectId(call));
}

/** The registration, as far as it tells of its secrets: of each so much that people know which it is. */
export function getApplication(call: GraphCall): Reply {
  const one = byAppId(call);
  const passwordCredentials = (one.secrets ?? []).map(({ id, displayName, value, expiresAt }) => ({
    keyId: id,
    displayName,
    hint: value.slice(0, 3),
    endDateTime: new Date(expiresAt).toISOString(),
    secretText: null,
  }));
  const row = { id: one.id, appId: one.appId, displayName: one.displayName, passwordCredentials };
  const { names, values } = selected(call, row, ['id', 'appId', 'displayName', 'passwordCredentials']);
  return jsonReply(200, {
    '@odata.context': contextOf(call, 'applications', names).concat('/$entity'),
    ...values,
  });
}

function replyWith(call: GraphCall, one: ServicePrincipal): Reply {
  const { names, values } = selected(call, showServicePrincipal(call, one), DEFAULT_PROPERTIES);
  const context = contextOf(call, 'servicePrincipals', names).concat('/$entity');
  return jsonReply(200, { '@odata.context': context, ...values });
}

export function getAppRoleAssignedTo(call: GraphCall): Reply {
  return assignedTo(call, byAppId(call));
}

export function getAppRoleAssignedToById(call: GraphCall): Reply {
  return assignedTo(call, byObjectId(call));
}

/** One row for each role of each principal; the id of a row follows from both. */
function assignedTo(call: GraphCall, resource: ServicePrincipal): Reply {
  const { items, nextLink } = pageOf(call, resource.ownsAssignments ? assignmentsOf(call.tenant) : []);
  return jsonReply(200, {
    '@odata.context': contextOf(call, 'appRoleAssignments'),
    ...nextLink,
    value: items.map((assignment) => showAssignment(resource, assignment)),
  });
}

/** Of one person, those in person alone: what groups bring is shown with the groups. */
export function getAppRoleAssignments(call: GraphCall): Reply {
  const user = userAt(call);
  const fits = filterOf(call);
  const resources = call.source.servicePrincipals(call.tenant.tenantId).filter((one) => one.ownsAssignments);
  const rows = resources
    .flatMap((resource) =>
      assignmentsInPerson(call.tenant, user).map((assignment) => showAssignment(resource, assignment)),
    )
    .filter((row) => !fits || fits(row));
  const { items, nextLink } = pageOf(call, rows);
  return jsonReply(200, {
    '@odata.context': contextOf(call, 'appRoleAssignments'),
    ...nextLink,
    value: items,
  });
}

function showAssignment(resource: ServicePrincipal, { appRoleId, principal }: Assignment): Row {
  const { objectId, displayName } = principal.of;
  return {
    id: createHash('sha256').update(`${objectId} ${appRoleId}`).digest('base64url'),
    appRoleId,
    createdDateTime: null,
    deletedDateTime: null,
    principalDisplayName: displayName,
    principalId: objectId,
    principalType: principal.type,
    resourceDisplayName: resource.displayName,
    resourceId: resource.id,
  };
}

function showAppRole(role: GraphCall['tenant']['appRoles'][number]): Row {
  return {
    allowedMemberTypes: ['User'],
    description: role.displayName,
    displayName: role.displayName,
    id: role.id,
    isEnabled: role.isEnabled !== false,
    origin: 'Application',
    value: role.value,
  };
}
