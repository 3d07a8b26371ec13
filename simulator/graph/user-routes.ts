// People in Graph: one person with `$select`, and the groups somebody is in, as the overage of the groups claim needs them.

import { jsonReply, type Reply } from '../http-message.ts';
import type { TenantUser } from '../tenant.ts';
import { directGroups, transitiveGroups } from '../tenant-access.ts';
import { userByName } from './directory-order.ts';
import { showTypedGroup, showUser, USER_DEFAULTS } from './directory-rows.ts';
import { contextOf, type GraphCall, idsIn, pageOf, readBody, selected } from './graph-call.ts';
import { GraphError, resourceMissing } from './graph-error.ts';
import { countOf, needAdvanced } from './list-query.ts';

const CHECKED_MOST = 20;

/** By object id or user name. The recycle bin is elsewhere. */
export function userAt(call: GraphCall): TenantUser {
  const name = (call.caught[0] ?? '').toLowerCase();
  const user = call.tenant.users.get(name) ?? userByName(call.tenant, name);
  if (user && !user.softDeleted) return user;
  throw resourceMissing(call.caught[0]);
}

export function getUser(call: GraphCall): Reply {
  const { names, values } = selected(call, showUser(userAt(call)), USER_DEFAULTS);
  return jsonReply(200, { '@odata.context': contextOf(call, 'users', names).concat('/$entity'), ...values });
}

/** Also `getMemberGroups`: the directory has no roles and no administrative units that only the one would name. */
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

/** Which of the groups named hold the person, directly or through others. */
export function checkMemberGroups(call: GraphCall): Reply {
  const groupIds = idsIn(readBody(call).groupIds, 'groupIds', CHECKED_MOST);
  const held = new Set(transitiveGroups(call.tenant, userAt(call).objectId).map((group) => group.objectId));
  const value = groupIds.filter((id) => held.has(id));
  return jsonReply(200, { '@odata.context': contextOf(call, 'Collection(Edm.String)'), value });
}

export function getTransitiveMemberOf(call: GraphCall): Reply {
  const groups = transitiveGroups(call.tenant, userAt(call).objectId);
  const { items, nextLink } = pageOf(call, groups);
  return jsonReply(200, {
    '@odata.context': contextOf(call, 'directoryObjects'),
    ...nextLink,
    value: items.map((group) => showTypedGroup(call, group)),
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
    value: items.map((group) => showTypedGroup(call, group)),
  });
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
