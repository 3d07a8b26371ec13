// How much there is of everything, counted in stretches along an index: others are served between them, and no single
// look takes longer than a page of a list.

import type { Counts } from '../ledger.ts';
import { one, type Script, type Value } from './statement.ts';

/** A millisecond or two. */
const ROWS_AT_ONCE = 5_000;

interface Counted {
  from: string;
  /** In the order of the index that holds nothing else. */
  key: readonly string[];
  where?: string;
}

const counted = {
  users: { from: 'users', key: ['provider', 'id'], where: 'removed_at IS NULL' },
  groups: { from: 'directory_groups', key: ['provider', 'id'] },
  memberships: { from: 'memberships', key: ['provider', 'group_id', 'member'] },
  holdings: { from: 'holdings', key: ['target', '"user"'] },
} satisfies Record<Exclude<keyof Counts, 'events'>, Counted>;

/** `run`: how the engine runs a script. Not of one moment, where somebody writes meanwhile. */
export async function countEverything(
  run: <Answer>(script: () => Script<Answer>) => Promise<Answer>,
): Promise<Counts> {
  const count = async (what: Counted): Promise<number> => {
    let sum = 0;
    for (let after: readonly Value[] | null = []; after !== null; ) {
      const begin: readonly Value[] = after;
      const next: Stretch = await run(() => stretch(what, begin));
      sum += next.rows;
      after = next.after;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return sum;
  };
  return {
    users: await count(counted.users),
    groups: await count(counted.groups),
    memberships: await count(counted.memberships),
    holdings: await count(counted.holdings),
    // One sequence without gaps; nothing is ever taken out of it.
    events: await run(lastPosition),
  };
}

interface Stretch {
  rows: number;
  /** The key of the last row that was counted; null: there is nothing behind it. */
  after: readonly Value[] | null;
}

function* stretch({ from, key, where }: Counted, after: readonly Value[]): Script<Stretch> {
  const columns = key.join(', ');
  const beyond = after.length > 0 ? `(${columns}) > (${key.map(() => '?').join(', ')})` : null;
  const conditions = [where, beyond].filter((each) => each != null);
  // The order keeps the end, too, on that index.
  const rest = `FROM ${from}${conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''} ORDER BY ${columns}`;
  const last = yield* one<Record<string, Value>>(
    `SELECT ${columns} ${rest} LIMIT 1 OFFSET (? + 0)`,
    ...after,
    ROWS_AT_ONCE - 1,
  );
  if (last) return { rows: ROWS_AT_ONCE, after: Object.values(last) };
  const left = yield* one<{ n: number }>(
    `SELECT count(*) AS n FROM (SELECT 1 AS one ${rest} LIMIT (? + 0)) AS the_last`,
    ...after,
    ROWS_AT_ONCE,
  );
  return { rows: left?.n ?? 0, after: null };
}

function* lastPosition(): Script<number> {
  return (yield* one<{ n: number | null }>('SELECT max(position) AS n FROM events'))?.n ?? 0;
}
