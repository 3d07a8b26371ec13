// The recycle bin of the directory: people stay there for 30 days, security groups not at all.

import { jsonReply, type Reply } from '../http-message.ts';
import type { TenantUser } from '../tenant.ts';
import { contextOf, type GraphCall, pageOf, selected } from './graph-call.ts';
import { GraphError } from './graph-error.ts';
import { DEFAULT_PROPERTIES, showUser } from './user-routes.ts';

const KEPT_MS = 30 * 86_400_000;

/** Whoever was deleted at no known time was deleted now. */
function isKept({ softDeleted, deletedAt }: TenantUser, now: number): boolean {
  return softDeleted && now - (deletedAt ?? now) < KEPT_MS;
}

export function getDeletedUsers(call: GraphCall): Reply {
  const now = call.source.now();
  const found = [...call.tenant.users.values()].filter((user) => isKept(user, now));
  const { items, nextLink } = pageOf(call, found);
  return jsonReply(200, {
    '@odata.context': contextOf(call, 'directoryObjects'),
    ...nextLink,
    value: items.map((user) => selected(call, showDeleted(user), DEFAULT_PROPERTIES).values),
  });
}

export function getDeletedItem(call: GraphCall): Reply {
  const user = call.tenant.users.get((call.caught[0] ?? '').toLowerCase());
  if (!user || !isKept(user, call.source.now())) {
    throw new GraphError(
      'Request_ResourceNotFound',
      `Resource '${call.caught[0]}' does not exist or one of its queried reference-property objects are not present.`,
    );
  }
  const context = contextOf(call, 'directoryObjects').concat('/$entity');
  const { values } = selected(call, showDeleted(user), DEFAULT_PROPERTIES);
  return jsonReply(200, { '@odata.context': context, '@odata.type': '#microsoft.graph.user', ...values });
}

function showDeleted(user: TenantUser): Record<string, unknown> {
  const at = user.deletedAt === undefined ? null : new Date(user.deletedAt).toISOString();
  return { ...showUser(user), deletedDateTime: at };
}
