// People in Graph: one person with `$select`, and the groups somebody is in, as the overage of the groups claim needs them.

import { jsonReply, type Reply } from '../http-message.ts';
import type { TenantGroup, TenantUser } from '../tenant.ts';
import { directGroups, transitiveGroups } from '../tenant-access.ts';
import { userByName } from './directory-order.ts';
import { contextOf, type GraphCall, pageOf, selected } from './graph-call.ts';
import { GraphError } from './graph-error.ts';
import { showGroup } from './group-routes.ts';
import { countOf, needAdvanced } from './list-query.ts';

export const DEFAULT_PROPERTIES = [
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
  'id',
];

/** By object id or user name. The recycle bin is elsewhere. */
export function userAt(call: GraphCall): TenantUser {
  const name = (call.caught[0] ?? '').toLowerCase();
  const user = call.tenant.users.get(name) ?? userByName(call.tenant, name);
  if (user && !user.softDeleted) return user;
  throw new GraphError(
    'Request_ResourceNotFound',
    `Resource '${call.caught[0]}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

export function showUser(user: TenantUser): Record<string, unknown> {
  return {
    id: user.objectId,
    accountEnabled: user.accountEnabled,
    businessPhones: user.telephoneNumber === undefined ? [] : [user.telephoneNumber],
    city: user.city,
    country: user.country,
    department: user.department,
    displayName: user.displayName,
    employeeId: user.employeeId,
    faxNumber: user.facsimileTelephoneNumber,
    givenName: user.givenName,
    jobTitle: user.jobTitle,
    mail: user.mail,
    mailNickname: user.mailNickname,
    mobilePhone: user.mobile,
    officeLocation: user.physicalDeliveryOfficeName,
    postalCode: user.postalCode,
    preferredLanguage: user.preferredLanguage,
    state: user.state,
    streetAddress: user.streetAddress,
    surname: user.surname,
    userPrincipalName: user.userPrincipalName,
    userType: user.userType,
  };
}

/** `accountEnabled` is not among the defaults: who wants to know has to ask. */
export function getUser(call: GraphCall): Reply {
  const { names, values } = selected(call, showUser(userAt(call)), DEFAULT_PROPERTIES);
  return jsonReply(200, { '@odata.context': contextOf(call, 'users', names).concat('/$entity'), ...values });
}

export function getMemberObjects(call: GraphCall): Reply {
  const { securityEnabledOnly } = readBody(call);
  if (typeof securityEnabledOnly !== 'boolean') {
    throw new GraphError('Request_BadRequest', 'securityEnabledOnly is missing.');
  }
  const groups = transitiveGroups(call.tenant, userAt(call).objectId);
  const value = groups
    .filter((group) => !securityEnabledOnly || group.securityEnabled !== false)
    .map((group) => group.objectId);
  return jsonReply(200, { '@odata.context': contextOf(call, 'Collection(Edm.String)'), value });
}

function readBody(call: GraphCall): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(call.request.body);
    if (typeof body === 'object' && body !== null) return { ...body };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new GraphError('Request_BadRequest', 'Unable to read JSON request payload.');
}

export function getTransitiveMemberOf(call: GraphCall): Reply {
  const groups = transitiveGroups(call.tenant, userAt(call).objectId);
  const { items, nextLink } = pageOf(call, groups);
  return jsonReply(200, {
    '@odata.context': contextOf(call, 'directoryObjects'),
    ...nextLink,
    value: items.map((group) => shownGroup(call, group)),
  });
}

/** Direct ones; the cast is answered as an advanced query only. */
export function getMemberOf(call: GraphCall): Reply {
  if (call.caught[1] !== undefined) needAdvanced(call, 'The cast of memberOf');
  const groups = directGroups(call.tenant, userAt(call).objectId);
  const { items, nextLink } = pageOf(call, groups);
  return jsonReply(200, {
    '@odata.context': contextOf(call, 'directoryObjects'),
    ...countOf(call, groups.length),
    ...nextLink,
    value: items.map((group) => shownGroup(call, group)),
  });
}

function shownGroup(call: GraphCall, group: TenantGroup): Record<string, unknown> {
  const all = showGroup(group);
  return { '@odata.type': '#microsoft.graph.group', ...selected(call, all, Object.keys(all)).values };
}

/** The endpoint that discovery names `userinfo_endpoint`; only for a token that a person delegated. */
export function getUserInfo(call: GraphCall): Reply {
  const user = call.caller.userId === null ? undefined : call.tenant.users.get(call.caller.userId);
  if (!user) throw new GraphError('Authorization_RequestDenied', 'Insufficient privileges. Missing: openid.');
  return jsonReply(200, {
    sub: call.caller.subject,
    name: user.displayName,
    family_name: user.surname,
    given_name: user.givenName,
    ...(user.mail !== undefined && call.caller.permissions.includes('email') ? { email: user.mail } : {}),
  });
}
