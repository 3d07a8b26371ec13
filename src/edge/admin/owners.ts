// Whose something is, as answers show it, and the one thing of somebody by its id.

import type { Person } from '../../identity/sign-in.ts';
import { displayNameOf, statusOf } from '../../identity/user.ts';
import type { FullUser, Ledger } from '../../ledger/ledger.ts';
import { Refusal } from '../../refusal.ts';
import { shorten } from '../../scim/json.ts';
import type { OwnerJson } from './sign-in-contract.ts';

export interface Owner {
  shown: OwnerJson;
  /** They may come in at this moment. */
  active: boolean;
}

const nobody = { name: '', active: false };

/** Looks each person up once. */
export function ownersIn(ledger: Ledger): (person: Person) => Promise<Owner> {
  const known = new Map<string, Promise<Owner>>();
  return (person) => {
    const key = `${person.provider ?? ''}/${person.id}`;
    const found = known.get(key) ?? lookUp(ledger, person);
    known.set(key, found);
    return found;
  };
}

async function lookUp(ledger: Ledger, { provider, id }: Person): Promise<Owner> {
  if (provider === null) {
    const admin = await ledger.localAdmins.find(id);
    const { name, active } = admin ? { name: admin.name, active: true } : nobody;
    return { shown: { kind: 'admin', provider, id, name }, active };
  }
  const full = await ledger.fullUser(id);
  const { name, active } = full ? { name: displayNameOf(full.loaded.user), active: isActive(full) } : nobody;
  return { shown: { kind: 'user', provider, id, name }, active };
}

function isActive({ loaded, state }: FullUser): boolean {
  return statusOf(loaded.user) === 'active' && state.provider.enabled;
}

/** By the id of a user or break-glass administrator, or by the exact name that one of them signs in with. */
export async function findPerson(ledger: Ledger, named: string): Promise<Person> {
  const ids = [named, ...(await ledger.findPeople({ userName: named }))];
  for (const id of ids) {
    const full = await ledger.fullUser(id);
    if (full) return { provider: full.loaded.user.provider, id };
  }
  const admin = (await ledger.localAdmins.find(named)) ?? (await ledger.localAdmins.named(named));
  if (admin) return { provider: null, id: admin.id };
  throw new Refusal('notFound', `There is nobody with the id or name ${shorten(named)}.`);
}

type Listed<Item> = (query: { after: string; limit: number }) => Promise<{ items: Item[] }>;

/** Of a list that goes back from the newest id: the page right behind this id begins with the one of this id. */
export async function oneOf<Item extends { id: string }>(
  list: Listed<Item>,
  id: string,
): Promise<Item | null> {
  const { items } = await list({ after: `${id}!`, limit: 1 });
  return items[0]?.id === id ? items[0] : null;
}
