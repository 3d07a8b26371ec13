// People that lists are narrowed to: suspended, removed, without a role. They come beside the population, whose numbers the
// other measurements count on.

import type { Ledger, Operation } from '../../src/ledger/ledger.ts';
import { decideUserCreate, decideUserRemoval } from '../../src/mapping/decide.ts';
import { readResource } from '../../src/scim/resource.ts';
import { userKind } from '../../src/scim/schema.ts';
import { userBody } from '../person.ts';
import { contextOf, inParallel, userIdOf } from './population.ts';

type Odd = 'suspended' | 'removed' | 'without a role';

/** Shares of the population: at a million one kind has more people than a list sorts, one about as many, one fewer. */
const shares: Readonly<Record<Odd, number>> = { suspended: 0.012, removed: 0.007, 'without a role': 0.002 };
/** Far behind every number that a population or a measurement uses. */
const FIRST = 500_000_000;
const SPAN = 10_000_000;
const IN_FLIGHT = 256;

/** Those who are there stay as they are. */
export async function addOddPeople(
  ledger: Ledger,
  people: number,
  tell: (line: string) => void,
): Promise<void> {
  const [state] = await ledger.providers();
  if (!state) throw new Error('no provider there: start a server there first');
  const provider = state.provider.id;
  for (const [at, odd] of (Object.keys(shares) as Odd[]).entries()) {
    const from = FIRST + at * SPAN;
    const to = from + Math.ceil(people * shares[odd]);
    // They are made in this order: where the last one is, so is everybody but some of an interrupted run.
    if (await ledger.transact(look(provider, to - 1))) continue;
    await inParallel(from, to, IN_FLIGHT, tell, odd, async (n) => {
      const isNew = await ledger.transact(creation(provider, n, odd));
      if (odd === 'removed') await ledger.transact(removal(provider, n));
      return isNew;
    });
  }
}

function look(provider: string, n: number): Operation<boolean> {
  return {
    provider,
    needs: { user: userIdOf(n) },
    decide: ({ user }) => ({ changes: null, answer: user !== null }),
  };
}

function creation(provider: string, n: number, odd: Odd): Operation<boolean> {
  return {
    provider,
    needs: { user: userIdOf(n) },
    decide({ state, user }) {
      if (user) return { changes: null, answer: false };
      const { roles, ...others } = userBody(n);
      const body = { ...others, active: odd !== 'suspended', ...(odd !== 'without a role' && { roles }) };
      const wanted = readResource(userKind, body, { require: true });
      const { changes } = decideUserCreate(contextOf(state), { id: userIdOf(n), formerly: null }, wanted);
      return { changes, answer: true };
    },
  };
}

function removal(provider: string, n: number): Operation<null> {
  return {
    provider,
    needs: { user: userIdOf(n) },
    decide({ state, user }) {
      const isThere = user !== null && user.user.removedAt === null;
      return { changes: isThere ? decideUserRemoval(contextOf(state), user) : null, answer: null };
    },
  };
}
