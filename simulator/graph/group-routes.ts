// Groups in Graph, and who is in them. A list of members holds what the caller may read of each.

import { jsonReply, type Reply, textReply } from '../http-message.ts';
import type { TenantGroup } from '../tenant.ts';
import { groupsInOrder, isThere, listOf, transitiveMembers } from './directory-order.ts';
import { GROUP_DEFAULTS, showGroup, showTypedGroup, showTypedUser } from './directory-rows.ts';
import { contextOf, type GraphCall, pageOf, selected } from './graph-call.ts';
import { resourceMissing } from './graph-error.ts';
import { countOf, filterOf, filterText, needAdvanced, needEventual } from './list-query.ts';

/** Of the application; who lacks it finds such a group empty. */
export const READS_HIDDEN = 'Member.Read.Hidden';

function groupAt(call: GraphCall): TenantGroup {
  const group = call.tenant.groups.get((call.caught[0] ?? '').toLowerCase());
  if (group) return group;
  throw resourceMissing(call.caught[0]);
}

export function getGroups(call: GraphCall): Reply {
  const found = filtered(call);
  const { items, nextLink } = pageOf(call, found);
  const rows = items.map((group) => selected(call, showGroup(group), GROUP_DEFAULTS));
  return jsonReply(200, {
    '@odata.context': contextOf(call, 'groups', rows[0]?.names ?? GROUP_DEFAULTS),
    ...countOf(call, found.length),
    ...nextLink,
    value: rows.map(({ values }) => values),
  });
}

/** A number as text. */
export function countGroups(call: GraphCall): Reply {
  needEventual(call, '$count');
  return textReply(200, String(filtered(call).length));
}

function filtered(call: GraphCall): readonly TenantGroup[] {
  const all = groupsInOrder(call.tenant);
  const fits = filterOf(call);
  if (!fits) return all;
  return listOf(call.tenant, `groups ${filterText(call)}`, () =>
    all.filter((group) => fits(showGroup(group))),
  );
}

export function getGroup(call: GraphCall): Reply {
  const { names, values } = selected(call, showGroup(groupAt(call)), GROUP_DEFAULTS);
  return jsonReply(200, { '@odata.context': contextOf(call, 'groups', names).concat('/$entity'), ...values });
}

export function getMembers(call: GraphCall): Reply {
  return showMembers(call, 'members', ({ memberIds }) => memberIds);
}

export function getTransitiveMembers(call: GraphCall): Reply {
  return showMembers(call, 'transitiveMembers', (group) => transitiveMembers(call.tenant, group));
}

/** With a type behind it the address is an OData cast, which is an advanced query: with header and count on every page. */
function showMembers(call: GraphCall, list: string, idsOf: (group: TenantGroup) => Iterable<string>): Reply {
  const type = call.caught[1];
  if (type !== undefined) needAdvanced(call, `The cast of ${list}`);
  const group = groupAt(call);
  const isHidden = group.hiddenMembership && !call.caller.permissions.includes(READS_HIDDEN);
  const found = isHidden ? [] : membersOf(call, group, `${list} ${type}`, () => idsOf(group));
  const { items, nextLink } = pageOf(call, found);
  return jsonReply(200, {
    '@odata.context': contextOf(call, type === undefined ? 'directoryObjects' : `${type}s`),
    ...countOf(call, found.length),
    ...nextLink,
    value: items.map((id) => showMember(call, id)),
  });
}

function membersOf(
  call: GraphCall,
  group: TenantGroup,
  list: string,
  idsOf: () => Iterable<string>,
): readonly string[] {
  const { tenant } = call;
  const type = { user: tenant.users, group: tenant.groups }[call.caught[1] ?? ''];
  const fits = filterOf(call);
  return listOf(tenant, `${list} ${group.objectId} ${filterText(call)}`, () =>
    [...idsOf()].filter((id) => isThere(tenant, id) && (!type || type.has(id)) && (!fits || fits({ id }))),
  );
}

function showMember(call: GraphCall, id: string): unknown {
  const user = call.tenant.users.get(id);
  return user ? showTypedUser(call, user) : showTypedGroup(call, call.tenant.groups.get(id)!);
}
