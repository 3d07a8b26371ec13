// Who did something, by the name that people know: a person, a key, or what acts without being one.

import type { Actor } from '../../identity/event.ts';
import type { Parts } from '../parts.ts';

export type NameParts = Pick<Parts, 'ledger' | 'apiKeys'>;
export type Names = ReadonlyMap<string, string>;

/** What people call these, keys of the configuration file among them. */
export async function namesOf({ ledger, apiKeys }: NameParts, ids: readonly string[]): Promise<Names> {
  const names = new Map(ids.length === 0 ? [] : await ledger.names(ids));
  for (const { id, name } of apiKeys) names.set(id, name);
  return names;
}

/** Who acts without being a person, a key or SCIM. */
const ourselves: Readonly<Record<string, string>> = {
  local: "The operator's shell",
  configuration: 'The configuration file',
  start: 'The start of the server',
  'set-up': 'The set-up link',
  'sign-in': 'Signing in',
  'sign-out': 'Signing out',
  'front-channel': 'Signing out at the provider',
  refresh: 'A refresh of claims',
  reconciliation: 'Reconciliation',
  import: 'The import',
  guard: 'The guard',
  batch: 'A held batch',
  job: 'A change of rules',
  retention: 'Retention',
};

export function actorName({ kind, id }: Actor, names: Names): string {
  if (kind === 'token') return 'SCIM';
  if (kind === 'system') return ourselves[id] ?? 'The server';
  const name = names.get(id);
  if (kind === 'key') return `The API key ${name ?? id}`;
  return name ?? 'Somebody who is not here any more';
}
