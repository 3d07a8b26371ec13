// The recycle bin of the directory in Graph. People stay there for 30 days (`recycle-bin.ts`), security groups not at all.

import { jsonReply, type Reply } from '../http-message.ts';
import { peopleInBin } from '../recycle-bin.ts';
import type { TenantUser } from '../tenant.ts';
import { type Row, showUser, USER_DEFAULTS } from './directory-rows.ts';
import { contextOf, type GraphCall, pageOf, selected } from './graph-call.ts';
import { GraphError, resourceMissing } from './graph-error.ts';

const DELETED_DEFAULTS = [...USER_DEFAULTS, 'deletedDateTime'];

export function getDeletedUsers(call: GraphCall): Reply {
  return showDeleted(call, 'users', peopleInBin(call.tenant));
}

export function getDeletedGroups(call: GraphCall): Reply {
  return showDeleted(call, 'groups', []);
}

function showDeleted(call: GraphCall, what: string, all: readonly TenantUser[]): Reply {
  const { items, nextLink } = pageOf(call, all);
  return jsonReply(200, {
    '@odata.context': contextOf(call, what),
    ...nextLink,
    value: items.map((user) => selected(call, withTime(user), DELETED_DEFAULTS).values),
  });
}

export function refuseUncast(): never {
  throw new GraphError(
    'Request_BadRequest',
    'The type of the deleted items is missing: add /microsoft.graph.user or /microsoft.graph.group.',
  );
}

export function getDeletedItem(call: GraphCall): Reply {
  const user = call.tenant.users.get((call.caught[0] ?? '').toLowerCase());
  if (!user?.softDeleted) throw resourceMissing(call.caught[0]);
  const context = contextOf(call, 'directoryObjects').concat('/$entity');
  const { values } = selected(call, withTime(user), DELETED_DEFAULTS);
  return jsonReply(200, { '@odata.context': context, '@odata.type': '#microsoft.graph.user', ...values });
}

function withTime(user: TenantUser): Row {
  const at = user.deletedAt === undefined ? null : new Date(user.deletedAt).toISOString();
  return { ...showUser(user), deletedDateTime: at };
}
