// Enterprise applications in Graph: by application id, with the roles that can be assigned.

import { jsonReply, type Reply } from '../http-message.ts';
import { contextOf, type GraphCall, selected } from './graph-call.ts';
import { GraphError } from './graph-error.ts';

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

export function getServicePrincipal(call: GraphCall): Reply {
  const appId = call.caught[0] ?? '';
  const found = call.source.servicePrincipal(call.tenant.tenantId, appId.toLowerCase());
  if (!found) {
    throw new GraphError(
      'Request_ResourceNotFound',
      `Resource '${appId}' does not exist or one of its queried reference-property objects are not present.`,
    );
  }
  const all = {
    ...found,
    appDisplayName: found.displayName,
    servicePrincipalType: 'Application',
    appRoles: found.ownsAssignments ? call.tenant.appRoles.map(showAppRole) : [],
  };
  const { names, values } = selected(call, all, DEFAULT_PROPERTIES);
  const context = contextOf(call, 'servicePrincipals', names).concat('/$entity');
  return jsonReply(200, { '@odata.context': context, ...values });
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
