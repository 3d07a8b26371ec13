// What Graph says of one person: their groups, and whether they are still there. Whatever could not be read is unknown;
// no failure is ever an empty list or an absence.

import type { Provider } from '../identity/provider.ts';
import { own } from '../scim/json.ts';
import { GUID } from './endpoints.ts';
import { askGraph, type GraphFailure } from './graph.ts';
import type { Reach } from './reach.ts';

/** It could not be known; `why` is a sentence for an administrator. */
export interface Unknown {
  readonly known: false;
  readonly why: string;
}

export type Groups = { readonly known: true; readonly groups: readonly string[] } | Unknown;

export type PersonInGraph =
  | {
      readonly known: true;
      readonly found: true;
      readonly accountEnabled: boolean;
      readonly userPrincipalName: string | null;
    }
  /** `deleted`: among the deleted objects, where Entra keeps people for 30 days; else Graph has no trace of them. */
  | { readonly known: true; readonly found: false; readonly deleted: boolean }
  | Unknown;

/** getMemberObjects gives no more than this and refuses above it. */
const GROUPS_MOST = 11_000;

/**
 * Ids of the groups that a person is in, nested ones included. Asked of Graph by the object id, with the application's
 * own token: the pointer that a token carries instead of its groups may name a service that no longer exists.
 * `securityEnabledOnly`: security groups alone; else also others, and directory roles.
 */
export async function groupsOf(
  reach: Reach,
  provider: Provider,
  oid: string,
  { securityEnabledOnly = true }: { securityEnabledOnly?: boolean } = {},
): Promise<Groups> {
  if (!GUID.test(oid)) return unknown('The person has no object id.');
  const path = `/users/${oid}/getMemberObjects`;
  const answer = await askGraph(reach, provider, { method: 'POST', path, body: { securityEnabledOnly } });
  if (!answer.ok) return unknown(`The groups could not be read. ${answer.message}`);
  const groups = own(answer.body, 'value');
  const isWhole = Object.hasOwn(answer.body, '@odata.nextLink') === false;
  if (!Array.isArray(groups) || !isWhole || groups.length > GROUPS_MOST || !groups.every(isId)) {
    return unknown('The groups could not be read: Graph answered with something else than their ids.');
  }
  return { known: true, groups };
}

/** Whether Graph has the person, and whether the account may be used. */
export async function personInGraph(reach: Reach, provider: Provider, oid: string): Promise<PersonInGraph> {
  if (!GUID.test(oid)) return unknown('The person has no object id.');
  const path = `/users/${oid}?$select=id,accountEnabled,userPrincipalName`;
  const answer = await askGraph(reach, provider, { path });
  if (!answer.ok) return answer.kind === 'notFound' ? absent(reach, provider, oid) : unreadable(answer);
  const enabled = own(answer.body, 'accountEnabled');
  const name = own(answer.body, 'userPrincipalName');
  // Without permission for a property Graph answers 200 and null: that is no "disabled".
  if (typeof enabled !== 'boolean')
    return unknown('Graph does not let us read whether the account is enabled.');
  const userPrincipalName = typeof name === 'string' ? name : null;
  return { known: true, found: true, accountEnabled: enabled, userPrincipalName };
}

async function absent(reach: Reach, provider: Provider, oid: string): Promise<PersonInGraph> {
  const path = `/directory/deletedItems/${oid}?$select=id`;
  const answer = await askGraph(reach, provider, { path });
  if (answer.ok) return { known: true, found: false, deleted: true };
  return answer.kind === 'notFound' ? { known: true, found: false, deleted: false } : unreadable(answer);
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && GUID.test(value);
}

function unreadable({ message }: GraphFailure): Unknown {
  return unknown(`The person could not be looked up. ${message}`);
}

function unknown(why: string): Unknown {
  return { known: false, why };
}
