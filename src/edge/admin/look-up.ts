// From what people write to what is meant: an id or an exact name of a provider, a role, a team, a business unit.

import { fold } from '../../fold.ts';
import { isClosed } from '../../identity/provider.ts';
import type { FullUser, Ledger, ListedTarget, StoredRole, TargetListQuery } from '../../ledger/ledger.ts';
import type { ProviderState } from '../../mapping/decide.ts';
import { Refusal } from '../../refusal.ts';
import { shorten } from '../../scim/json.ts';

/** By name those before one that was removed, whose name is free. null when there is none. */
export async function findProvider(ledger: Ledger, idOrName: string): Promise<ProviderState | null> {
  const byId = await ledger.provider(idOrName);
  if (byId) return byId;
  const wanted = fold(idOrName);
  const named = (await ledger.providers()).filter((state) => fold(state.provider.name) === wanted);
  return named.find((state) => !isClosed(state.provider)) ?? named[0] ?? null;
}

export async function needProvider(ledger: Ledger, idOrName: string): Promise<ProviderState> {
  const state = await findProvider(ledger, idOrName);
  if (!state) throw new Refusal('notFound', `There is no provider ${shorten(idOrName)}.`);
  return state;
}

export async function needUser(ledger: Ledger, id: string): Promise<FullUser> {
  const full = await ledger.fullUser(id);
  if (!full) throw new Refusal('notFound', `There is no user with the id ${shorten(id)}.`);
  return full;
}

export async function findRole(ledger: Ledger, idOrName: string): Promise<StoredRole | null> {
  const roles = await ledger.roles();
  return roles.find((role) => role.id === idOrName) ?? roles.find((role) => role.name === idOrName) ?? null;
}

export async function needRole(ledger: Ledger, idOrName: string): Promise<StoredRole> {
  const role = await findRole(ledger, idOrName);
  if (!role) throw new Refusal('notFound', `There is no role ${shorten(idOrName)}.`);
  return role;
}

/** Of one kind, in one provider where one is named; a name that several have is refused with their ids. */
export async function findTarget(
  ledger: Ledger,
  kind: TargetListQuery['kind'],
  idOrName: string,
  provider?: string,
): Promise<ListedTarget | null> {
  const byId = await ledger.target(idOrName);
  if (byId && byId.kind === kind && (provider === undefined || byId.provider === provider)) return byId;
  // The list is in the order of folded names: what begins at this name begins with all that have it.
  const name = fold(idOrName);
  const from = { sorted: name, id: '' };
  const page = await ledger.listTargets({
    kind,
    after: from,
    limit: NAMESAKES,
    ...(provider !== undefined && { provider }),
  });
  const named = page.items.filter((target) => fold(target.name) === name);
  if (named.length > 1) {
    const detail = `Several have the name ${shorten(idOrName)}. Name the provider, or use an id.`;
    throw new Refusal('conflict', detail, { ids: named.map((target) => target.id) });
  }
  return named[0] ?? null;
}

const NAMESAKES = 20;
