// All people in Graph, page by page.

import { jsonReply, type Reply } from '../http-message.ts';
import type { Tenant, TenantUser } from '../tenant.ts';
import { usersInOrder } from './directory-order.ts';
import { contextOf, type GraphCall, pageOf, selected } from './graph-call.ts';
import { countOf, filterOf, needAdvanced } from './list-query.ts';
import { DEFAULT_PROPERTIES, showUser } from './user-routes.ts';

export function getUsers(call: GraphCall): Reply {
  const found = filtered(call);
  const { items, nextLink } = pageOf(call, found);
  const rows = items.map((user) => selected(call, showUser(user), DEFAULT_PROPERTIES));
  return jsonReply(200, {
    '@odata.context': contextOf(call, 'users', rows[0]?.names ?? DEFAULT_PROPERTIES),
    ...countOf(call, found.length),
    ...nextLink,
    value: rows.map(({ values }) => values),
  });
}

export function countUsers(call: GraphCall): Reply {
  call.request.query.set('$count', 'true');
  needAdvanced(call, '$count');
  const body = String(filtered(call).length);
  return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

/** The last filter of each state of a directory: its pages are asked one after the other. */
const filters = new WeakMap<Tenant['users'], { text: string; found: readonly TenantUser[] }>();

function filtered(call: GraphCall): readonly TenantUser[] {
  const all = usersInOrder(call.tenant);
  const fits = filterOf(call);
  if (!fits) return all;
  const text = call.request.query.get('$filter')!;
  const known = filters.get(call.tenant.users);
  if (known?.text === text) return known.found;
  const found = all.filter((user) => fits(showUser(user)));
  filters.set(call.tenant.users, { text, found });
  return found;
}
