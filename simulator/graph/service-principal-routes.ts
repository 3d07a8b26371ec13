// Enterprise applications in Graph: by application id, with the roles that can be assigned, and to whom they are.

import { createHash } from 'node:crypto';
import { jsonReply, type Reply } from '../http-message.ts';
import { type Assignment, assignmentsInPerson, assignmentsOf } from '../tenant-access.ts';
import { contextOf, type GraphCall, pageOf, type ServicePrincipal, selected } from './graph-call.ts';
import { GraphError } from './graph-error.ts';
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

function servicePrincipalAt(call: GraphCall): ServicePrincipal {
  const appId = call.caught[0] ?? '';
  const found = call.source.servicePrincipal(call.tenant.tenantId, appId.toLowerCase());
  if (found) return found;
  throw new GraphError(
    'Request_ResourceNotFound',
    `Resource '${appId}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

export function getServicePrincipal(call: GraphCall): Reply {
  const found = servicePrincipalAt(call);
  const all = {
    id: found.id,
    appId: found.appId,
    displayName: found.displayName,
    accountEnabled: found.accountEnabled,
    appRoleAssignmentRequired: found.appRoleAssignmentRequired,
    appDisplayName: found.displayName,
    servicePrincipalType: 'Application',
    appRoles: found.ownsAssignments ? call.tenant.appRoles.map(showAppRole) : [],
  };
  const { names, values } = selected(call, all, DEFAULT_PROPERTIES);
  const context = contextOf(call, 'servicePrincipals', names).concat('/$entity');
  return jsonReply(200, { '@odata.context': context, ...values });
}

/** One row for each role of each principal; the id of a row follows from both. */
export function getAppRoleAssignedTo(call: GraphCall): Reply {
  const found = servicePrincipalAt(call);
  const { items, nextLink } = pageOf(call, found.ownsAssignments ? assignmentsOf(call.tenant) : []);
  return jsonReply(200, {
    '@odata.context': contextOf(call, 'appRoleAssignments'),
    ...nextLink,
    value: items.map((assignment) => showAssignment(found, assignment)),
  });
}

/** Of one person, those in person alone: what groups bring is shown with the groups. */
export function getAppRoleAssignments(call: GraphCall): Reply {
  const user = userAt(call);
  const fits = filterOf(call);
  const mine = call.source.servicePrincipal(call.tenant.tenantId, call.caller.appId);
  const rows = (mine?.ownsAssignments ? assignmentsInPerson(call.tenant, user) : [])
    .map((assignment) => showAssignment(mine!, assignment))
    .filter((row) => !fits || fits(row));
  const { items, nextLink } = pageOf(call, rows);
  return jsonReply(200, {
    '@odata.context': contextOf(call, 'appRoleAssignments'),
    ...nextLink,
    value: items,
  });
}

function showAssignment(
  resource: ServicePrincipal,
  { appRoleId, principal }: Assignment,
): Record<string, unknown> {
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

function showAppRole(role: GraphCall['tenant']['appRoles'][number]): Record<string, unknown> {
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
