// Groups in Graph, and who is in them directly. A list of members holds what the caller may read of each: without the permission
// for people a row has its type and id, and null for the rest.

import { jsonReply, type Reply } from '../http-message.ts';
import type { TenantGroup } from '../tenant.ts';
import { groupsInOrder, membersInOrder } from './directory-order.ts';
import { contextOf, type GraphCall, pageOf, selected } from './graph-call.ts';
import { GraphError } from './graph-error.ts';
import { countOf, filterOf, needAdvanced } from './list-query.ts';
import { DEFAULT_PROPERTIES, showUser } from './user-routes.ts';

const GROUP_PROPERTIES = ['id', 'displayName', 'securityEnabled', 'mailEnabled'];
const READS_PEOPLE = ['User.Read.All', 'Directory.Read.All'];

function groupAt(call: GraphCall): TenantGroup {
  const id = (call.caught[0] ?? '').toLowerCase();
  const group = call.tenant.groups.get(id);
  if (group) return group;
  throw new GraphError(
    'Request_ResourceNotFound',
    `Resource '${call.caught[0]}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

export function showGroup(group: TenantGroup): Record<string, unknown> {
  return {
    id: group.objectId,
    displayName: group.displayName,
    securityEnabled: group.securityEnabled !== false,
    mailEnabled: group.securityEnabled === false,
  };
}

export function getGroups(call: GraphCall): Reply {
  const fits = filterOf(call);
  const all = groupsInOrder(call.tenant);
  const found = fits ? all.filter((group) => fits(showGroup(group))) : all;
  const { items, nextLink } = pageOf(call, found);
  return jsonReply(200, {
    '@odata.context': contextOf(call, 'groups'),
    ...countOf(call, found.length),
    ...nextLink,
    value: items.map((group) => selected(call, showGroup(group), GROUP_PROPERTIES).values),
  });
}

export function getGroup(call: GraphCall): Reply {
  const { values } = selected(call, showGroup(groupAt(call)), GROUP_PROPERTIES);
  return jsonReply(200, { '@odata.context': contextOf(call, 'groups').concat('/$entity'), ...values });
}

export function getMembers(call: GraphCall): Reply {
  return membersReply(
    call,
    memberIds(call, () => true),
  );
}

/** An OData cast, which Graph answers as an advanced query only: with the header on every page. */
export function getMembersOfType(call: GraphCall): Reply {
  needAdvanced(call, 'The cast of members');
  const { users, groups } = call.tenant;
  const type = call.caught[1] === 'user' ? users : groups;
  return membersReply(
    call,
    memberIds(call, (id) => type.has(id)),
  );
}

function memberIds(call: GraphCall, isMeant: (id: string) => boolean): readonly string[] {
  const { users, groups } = call.tenant;
  const group = groupAt(call);
  if (group.hiddenMembership && !call.caller.permissions.includes('Member.Read.Hidden')) return [];
  const isThere = (id: string) => (users.get(id)?.softDeleted ?? !groups.has(id)) === false;
  const all = membersInOrder(group);
  const fits = filterOf(call);
  return all.filter((id) => isThere(id) && isMeant(id) && (!fits || fits({ id })));
}

function membersReply(call: GraphCall, ids: readonly string[]): Reply {
  const { items, nextLink } = pageOf(call, ids);
  return jsonReply(200, {
    '@odata.context': contextOf(call, 'directoryObjects'),
    ...countOf(call, ids.length),
    ...nextLink,
    value: items.map((id) => showMember(call, id)),
  });
}

function showMember(call: GraphCall, id: string): Record<string, unknown> {
  const user = call.tenant.users.get(id);
  if (!user) {
    const group = showGroup(call.tenant.groups.get(id)!);
    return { '@odata.type': '#microsoft.graph.group', ...selected(call, group, GROUP_PROPERTIES).values };
  }
  const { values } = selected(call, showUser(user), DEFAULT_PROPERTIES);
  const mayRead = READS_PEOPLE.some((permission) => call.caller.permissions.includes(permission));
  const shown = mayRead ? values : Object.fromEntries(Object.keys(values).map((name) => [name, null]));
  return { '@odata.type': '#microsoft.graph.user', ...shown, id };
}
