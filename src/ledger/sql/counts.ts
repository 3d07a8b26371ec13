// How much there is of everything.

import type { Counts } from '../ledger.ts';
import { one, type Script } from './statement.ts';

export function* countRows(): Script<Counts> {
  const count = function* (from: string): Script<number> {
    return (yield* one<{ n: number }>(`SELECT count(*) AS n FROM ${from}`))?.n ?? 0;
  };
  return {
    users: yield* count('users WHERE removed_at IS NULL'),
    groups: yield* count('directory_groups'),
    memberships: yield* count('memberships'),
    holdings: yield* count('holdings'),
    // One sequence without gaps; nothing is ever taken out of it.
    events: (yield* one<{ n: number | null }>('SELECT max(position) AS n FROM events'))?.n ?? 0,
  };
}
