// Operations on the same user, group or name walk one after the other within this process, in the order in which they
// came: they would only meet in the database and decide again.

import type { Needs } from '../ledger.ts';

export function lanes() {
  const ends = new Map<string, Promise<unknown>>();

  return async <Answer>(lane: string | null, walk: () => Promise<Answer>): Promise<Answer> => {
    if (lane === null) return walk();
    const before = ends.get(lane);
    const mine = before ? before.then(walk, walk) : walk();
    ends.set(lane, mine);
    try {
      return await mine;
    } finally {
      if (ends.get(lane) === mine) ends.delete(lane);
    }
  };
}

export function laneOf(provider: string, { user, group, formerHolderOf }: Needs): string | null {
  if (user !== undefined) return `${provider}/user/${user}`;
  if (group !== undefined) return `${provider}/group/${group}`;
  if (formerHolderOf !== undefined) return `${provider}/name/${formerHolderOf}`;
  return null;
}
