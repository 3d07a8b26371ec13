// A run with the names that people know its provider and whoever began it by.

import { type Static, Type } from 'typebox';
import type { Run } from '../../ledger/reconciliation.ts';
import { orNull, text } from './contract.ts';
import { oneOf, ownersIn } from './owners.ts';
import { runShape, showRun } from './reconciliation-contract.ts';
import type { AdminParts } from './route.ts';

export const namedRunShape = Type.Object({
  ...runShape.properties,
  providerName: text(),
  startedByName: orNull(text('null: the clock, or somebody of whom nothing is kept any more.')),
});
type NamedRunJson = Static<typeof namedRunShape>;

type Named = Pick<AdminParts, 'ledger' | 'apiKeys'>;

/** Looks each name up once. */
export function runsNamedIn(parts: Named): (run: Run) => Promise<NamedRunJson> {
  const providers = new Map<string, Promise<string>>();
  const actors = new Map<string, Promise<string | null>>();
  return async (run) => {
    const providerName = once(providers, run.provider, async (id) => {
      const state = await parts.ledger.provider(id);
      return state?.provider.name ?? id;
    });
    const startedByName = once(actors, run.actor, starterNames(parts));
    return { ...showRun(run), providerName: await providerName, startedByName: await startedByName };
  };
}

function once<Value>(
  known: Map<string, Promise<Value>>,
  key: string,
  find: (key: string) => Promise<Value>,
): Promise<Value> {
  const found = known.get(key) ?? find(key);
  known.set(key, found);
  return found;
}

/** `actor` is a kind and an id: `user:0199...`. */
function starterNames({ ledger, apiKeys }: Named): (actor: string) => Promise<string | null> {
  const owner = ownersIn(ledger);
  return async (actor) => {
    const kind = actor.slice(0, actor.indexOf(':'));
    const id = actor.slice(kind.length + 1);
    if (kind === 'user' || kind === 'admin') {
      const { shown } = await owner({ provider: kind === 'admin' ? null : '', id });
      return shown.name || null;
    }
    if (actor === 'system:local') return "the operator's shell";
    if (kind !== 'key') return null;
    const declared = apiKeys.find((each) => each.id === id);
    if (declared) return declared.name;
    const key = await oneOf((query) => ledger.apiKeys.list(query), id);
    return key && `${key.name} of ${(await owner(key.owner)).shown.name}`;
  };
}
