// Single persons of Keycloak, to be sure of an absence or a difference. Their roles are those that count in a token:
// in person, by any group, and by other roles.

import type { Whereabouts } from '../identity/directory.ts';
import type { DirectoryReader } from './directory.ts';
import type { Ask } from './keycloak-api.ts';
import { personOf } from './keycloak-rows.ts';
import { eachOf, type Row, rowsOf, textOf } from './page-outcome.ts';

type Client = { readonly id: string; readonly hasRoles: boolean };

/** Nobody is in more groups than that; whose page is full is not known whole. */
const GROUPS_MOST = 1_000;

export function keycloakPeople(
  ask: Ask,
  clientId: string,
  atOnce: number,
): Pick<DirectoryReader, 'lookAt' | 'lookFor'> {
  return {
    lookAt: async (ids, signal) => {
      const client = await clientOf(ask, clientId, signal);
      return eachOf(ids, atOnce, async (id) => {
        const answer = await ask(`/users/${encodeURIComponent(id)}`, signal);
        if (answer.ok) return whereabouts(ask, client, answer.body as Row, signal);
        return answer.kind === 'notFound' ? { kind: 'gone' } : unknown(answer.message);
      });
    },
    lookFor: async (userNames, signal) => {
      const client = await clientOf(ask, clientId, signal);
      return eachOf(userNames, atOnce, (userName) => lookFor(ask, client, userName, signal));
    },
  };
}

async function lookFor(ask: Ask, client: Client | null, userName: string, signal: AbortSignal) {
  const answer = await ask(`/users?username=${encodeURIComponent(userName)}&exact=true`, signal);
  const rows = answer.ok ? rowsOf(answer.body) : null;
  if (rows === null) {
    return { id: null, found: unknown(answer.ok ? 'Keycloak answered with no list.' : answer.message) };
  }
  // Older versions do not know `exact` and list whoever has it in a longer name.
  const user = rows.find((row) => textOf(row, 'username')?.toLowerCase() === userName.toLowerCase());
  const id = user ? textOf(user, 'id') : null;
  if (!user || id === null) return { id: null, found: await absence(ask, signal) };
  return { id, found: await whereabouts(ask, client, user, signal) };
}

/** With `query-users` alone every list is empty, and says nothing of anybody. */
async function absence(ask: Ask, signal: AbortSignal): Promise<Whereabouts> {
  const answer = await ask('/users?first=0&max=1&briefRepresentation=true', signal);
  const isListed = answer.ok && (rowsOf(answer.body)?.length ?? 0) > 0;
  return isListed ? { kind: 'gone' } : unknown('Keycloak lists nobody at all.');
}

async function whereabouts(
  ask: Ask,
  client: Client | null,
  user: Row,
  signal: AbortSignal,
): Promise<Whereabouts> {
  const own = `/users/${encodeURIComponent(textOf(user, 'id') ?? '')}`;
  const person = personOf(user);
  if (person === null) return unknown('Keycloak answered with something else than a person.');
  const [roles, groups] = await Promise.all([
    client === null ? null : rolesOf(ask, client, own, signal),
    groupsOf(ask, own, signal),
  ]);
  // Where the client has no roles, everybody is meant.
  const assigned = client?.hasRoles === false ? true : roles && roles.length > 0;
  return { kind: 'there', person, assigned, groups, roles };
}

async function rolesOf(
  ask: Ask,
  { id, hasRoles }: Client,
  own: string,
  signal: AbortSignal,
): Promise<string[] | null> {
  if (!hasRoles) return [];
  const answer = await ask(`${own}/role-mappings/clients/${encodeURIComponent(id)}/composite`, signal);
  const rows = answer.ok ? rowsOf(answer.body) : null;
  return rows === null ? null : rows.flatMap((row) => textOf(row, 'name') ?? []);
}

async function groupsOf(ask: Ask, own: string, signal: AbortSignal): Promise<string[] | null> {
  const answer = await ask(`${own}/groups?first=0&max=${GROUPS_MOST}&briefRepresentation=true`, signal);
  const rows = answer.ok ? rowsOf(answer.body) : null;
  if (rows === null || rows.length === GROUPS_MOST) return null;
  return rows.flatMap((row) => textOf(row, 'id') ?? []);
}

/** Null where it is not known: then nobody is "not assigned". */
async function clientOf(ask: Ask, clientId: string, signal: AbortSignal): Promise<Client | null> {
  const answer = await ask(`/clients?clientId=${encodeURIComponent(clientId)}`, signal);
  const client = answer.ok ? rowsOf(answer.body)?.find((row) => row.clientId === clientId) : undefined;
  const id = client && textOf(client, 'id');
  if (!id) return null;
  const roles = await ask(`/clients/${encodeURIComponent(id)}/roles`, signal);
  const rows = roles.ok ? rowsOf(roles.body) : null;
  return rows && { id, hasRoles: rows.length > 0 };
}

function unknown(why: string): Whereabouts {
  return { kind: 'unknown', why: `The person could not be looked up. ${why}` };
}
