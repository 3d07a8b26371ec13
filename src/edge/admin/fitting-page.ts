// Pages of people by what they have, right also while a change of rules has not reached everybody: stored access says
// whom to look at, what they have now says who is shown, and the page is filled up from those behind them.

import type { Ledger } from '../../ledger/ledger.ts';

/** Further reads for one page, so that a rule that took from everybody does not make one request read everybody. */
const FURTHER_READS = 10;

interface Read<Item, Key> {
  /** null in the place of whoever does not fit any more. */
  items: (Item | null)[];
  next: Key | null;
}

/** Has no items and a `next` only where the last of the further reads found nobody either. */
export async function fittingPage<Item, Key>(
  from: { after: Key | null; limit: number },
  read: (after: Key | null, limit: number) => Promise<Read<Item, Key>>,
): Promise<{ items: Item[]; next: Key | null }> {
  const found: Item[] = [];
  let next = from.after;
  for (let reads = 0; reads <= FURTHER_READS; reads++) {
    const page = await read(next, from.limit - found.length);
    for (const item of page.items) if (item !== null) found.push(item);
    next = page.next;
    if (next === null || found.length >= from.limit) break;
  }
  return { items: found, next };
}

/** What a list says of itself while people are still to be resolved anew. */
export async function showPending(ledger: Ledger): Promise<{ pending?: true; totalIsCapped?: true }> {
  return (await ledger.staleUsers()) > 0 ? { pending: true, totalIsCapped: true } : {};
}
