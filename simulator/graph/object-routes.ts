// Directory objects of any type by their ids. Whoever is not found is left out of the answer without a word.

import { jsonReply, type Reply } from '../http-message.ts';
import { type Row, showTypedGroup, showTypedUser } from './directory-rows.ts';
import { contextOf, type GraphCall, idsIn, readBody } from './graph-call.ts';
import { GraphError } from './graph-error.ts';
import { showServicePrincipal } from './service-principal-routes.ts';

const IDS_MOST = 1_000;

type Find = (call: GraphCall, id: string) => Row | null;

const FINDERS: Readonly<Record<string, Find>> = {
  user(call, id) {
    const user = call.tenant.users.get(id);
    return user && !user.softDeleted ? showTypedUser(call, user) : null;
  },
  group(call, id) {
    const group = call.tenant.groups.get(id);
    return group ? showTypedGroup(call, group) : null;
  },
  serviceprincipal(call, id) {
    const found = call.source.servicePrincipals(call.tenant.tenantId).find((one) => one.id === id);
    const type = '#microsoft.graph.servicePrincipal';
    return found ? { '@odata.type': type, ...showServicePrincipal(call, found) } : null;
  },
};

export function getByIds(call: GraphCall): Reply {
  const body = readBody(call);
  const ids = new Set(idsIn(body.ids, 'ids', IDS_MOST));
  const finders = findersOf(body.types);
  const rows = [...ids].flatMap((id) => finders.map((find) => find(call, id)).filter((row) => row !== null));
  return jsonReply(200, { '@odata.context': contextOf(call, 'directoryObjects'), value: rows });
}

/** Without types, or with that of everything, of every type. One that the simulator does not have finds nothing. */
function findersOf(types: unknown): readonly Find[] {
  if (types === undefined || types === null) return Object.values(FINDERS);
  if (!Array.isArray(types) || !types.every((type) => typeof type === 'string')) {
    throw new GraphError('Request_BadRequest', 'types is not a list of names of types.');
  }
  const named = types.map((type) => type.toLowerCase());
  if (named.includes('directoryobject')) return Object.values(FINDERS);
  return Object.keys(FINDERS)
    .filter((type) => named.includes(type))
    .map((type) => FINDERS[type]!);
}
