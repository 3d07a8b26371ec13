// All people in Graph, page by page.

import { jsonReply, type Reply, textReply } from '../http-message.ts';
import type { TenantUser } from '../tenant.ts';
import { listOf, usersInOrder } from './directory-order.ts';
import { showUser, USER_DEFAULTS } from './directory-rows.ts';
import { contextOf, type GraphCall, pageOf, selected } from './graph-call.ts';
import { countOf, filterOf, filterText, needEventual } from './list-query.ts';

export function getUsers(call: GraphCall): Reply {
  const found = filtered(call);
  const { items, nextLink } = pageOf(call, found);
  const rows = items.map((user) => selected(call, showUser(user), USER_DEFAULTS));
  return jsonReply(200, {
    '@odata.context': contextOf(call, 'users', rows[0]?.names ?? USER_DEFAULTS),
    ...countOf(call, found.length),
    ...nextLink,
    value: rows.map(({ values }) => values),
  });
}

/** A number as text. */
export function countUsers(call: GraphCall): Reply {
  needEventual(call, '$count');
  return textReply(200, String(filtered(call).length));
}

function filtered(call: GraphCall): readonly TenantUser[] {
  const all = usersInOrder(call.tenant);
  const fits = filterOf(call);
  if (!fits) return all;
  return listOf(call.tenant, `users ${filterText(call)}`, () => all.filter((user) => fits(showUser(user))));
}
