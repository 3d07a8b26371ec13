// Who did something, by the name that people know: a person, a key, or what acts without being one.

import type { Actor } from '../../identity/event.ts';
import { displayNameOf } from '../../identity/user.ts';
import type { Parts } from '../parts.ts';

type Known = Pick<Parts, 'ledger' | 'apiKeys'>;

/** Each is looked up once. */
export function actorNames(parts: Known): (actor: Actor) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  return (actor) => {
    const key = `${actor.kind}:${actor.id}`;
    const found = known.get(key) ?? nameOf(parts, actor);
    known.set(key, found);
    return found;
  };
}

const systems: Readonly<Record<string, string>> = {
  local: "The operator's shell",
  configuration: 'The configuration file',
};

async function nameOf({ ledger, apiKeys }: Known, { kind, id }: Actor): Promise<string> {
  if (kind === 'system') return systems[id] ?? 'The server';
  if (kind === 'key') return `The API key ${apiKeys.find((key) => key.id === id)?.name ?? id}`;
  if (kind === 'admin') return (await ledger.localAdmins.find(id))?.name ?? 'An administrator who is gone';
  const full = await ledger.fullUser(id);
  return full ? displayNameOf(full.loaded.user) : 'Somebody who is gone';
}
