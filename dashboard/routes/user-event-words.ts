// What an event says of the user whose timeline it stands in.

import type { EventJson } from '../../src/edge/admin/contract.ts';

type Data = Readonly<Record<string, unknown>>;
type Say = (data: Data, event: EventJson) => string;

const kinds: Readonly<Record<string, string>> = { role: 'role', team: 'team', businessUnit: 'business unit' };

const says: Readonly<Record<string, Say>> = {
  'user.created': () => 'Came to be',
  'user.updated': ({ before, after }) => {
    const names = [...new Set([...keysOf(before), ...keysOf(after)])];
    return names.length === 0 ? 'Attributes changed' : `Changed: ${names.join(', ')}`;
  },
  'user.suspended': ({ reason }) => `Suspended${by(reason)}`,
  'user.reactivated': () => 'Active again: the last reason of the suspension is gone',
  'user.suspension_changed': ({ reasons }) =>
    `Still suspended, for other reasons: ${Array.isArray(reasons) ? reasons.join(', ') : 'unknown'}`,
  'user.binned': () => 'Put into the recycle bin of the provider',
  'user.restored': () => 'Taken out of the recycle bin of the provider',
  'user.removed': () => 'Removed',
  'user.purged': () => 'What was personal was erased',
  'user.adopted': () => 'SCIM took over what a sign-in had made',
  'user.signed_in': () => 'Signed in',
  'user.linked': () => 'Linked with who they are at the provider',
  'user.unlinked': () => 'That link was taken away',
  'membership.added': ({ name }) => `Joined a group${named(name)}`,
  'membership.removed': ({ name }) => `Left a group${named(name)}`,
  'grant.added': (data, event) => `Got the ${targetOf(data, event)}: ${because(data.reason)}`,
  'grant.removed': (data, event) =>
    data.stillHeld === true
      ? `Keeps a ${kindOf(event)}, for one reason less: not any more ${because(data.reason)}`
      : `Lost a ${kindOf(event)}: not any more ${because(data.reason)}`,
  'sign_in.refused': ({ reason }) => `Signing in was refused: ${spelt(reason)}`,
  'session.ended': ({ reason }) =>
    reason === 'signed-out' ? 'Signed out' : `A session ended: ${spelt(reason)}`,
  'api_key.created': ({ name }) => `Made an API key${named(name)}`,
  'api_key.revoked': ({ name }) => `An API key was revoked${named(name)}`,
  'link.requested': () => 'A sign-in asks to be linked with them: somebody has to decide',
  'link.refused': () => 'Such a link was refused',
};

/** A type that is not in the table says itself. */
export function eventWords(event: EventJson): string {
  return says[event.type]?.((event.data ?? {}) as Data, event) ?? spelt(event.type);
}

const suspendedBy: Readonly<Record<string, string>> = {
  scim: ' by the provider',
  directory: ', as the directory says',
  admin: ' here, by hand',
};

function by(reason: unknown): string {
  return suspendedBy[String(reason)] ?? '';
}

function because(reason: unknown): string {
  if (typeof reason !== 'object' || reason === null) return 'for a reason that is not told';
  const { by: how, attribute, value, group } = reason as Data;
  if (how === 'manual') return 'given by hand';
  return group === undefined ? `${attribute} is "${value}"` : `in the group "${value}"`;
}

function kindOf({ object }: EventJson): string {
  return kinds[object?.kind ?? ''] ?? 'grant';
}

function targetOf({ name }: Data, event: EventJson): string {
  return `${kindOf(event)}${named(name)}`;
}

function named(name: unknown): string {
  return typeof name === 'string' ? ` ${name}` : '';
}

function keysOf(side: unknown): string[] {
  return typeof side === 'object' && side !== null
    ? Object.keys(side).map((name) => name.split(':').at(-1)!)
    : [];
}

function spelt(text: unknown): string {
  return typeof text === 'string' ? text.replaceAll(/[-_.]/g, ' ') : 'no reason was given';
}
