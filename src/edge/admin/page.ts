// Pages: opaque cursors, and the paging of lists that are short enough to stand in memory.

import { fold } from '../../fold.ts';
import type { PageKey, Total } from '../../ledger/ledger.ts';
import { Refusal } from '../../refusal.ts';

/** `order` names the list and its sorting, so that a cursor is good only where it was made. */
export function writeCursor(order: string, key: PageKey): string {
  return Buffer.from(JSON.stringify([order, key.sorted, key.id])).toString('base64url');
}

export function readCursor(order: string, cursor: string | undefined): PageKey | null {
  if (cursor === undefined) return null;
  const [madeFor, sorted, id, ...more] = parsed(cursor);
  const isKey = sorted === null || typeof sorted === 'string' || typeof sorted === 'number';
  const isText = [sorted, id].every((each) => typeof each !== 'string' || isStored(each));
  if (madeFor !== order || !isKey || typeof id !== 'string' || !isText || more.length > 0) {
    throw new Refusal(
      'invalidCursor',
      'This cursor was not made by this list in this order. Start without one.',
    );
  }
  return { sorted, id };
}

/** No stored text has a NUL, and not every storage can be asked for one. */
function isStored(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function parsed(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

/** The cursor of a list whose pages begin behind an id. */
export function writeIdCursor(order: string, id: string | null): string | null {
  return id === null ? null : writeCursor(order, { sorted: null, id });
}

export function readIdCursor(order: string, cursor: string | undefined): string | null {
  return readCursor(order, cursor)?.id ?? null;
}

/** The cursor of a list whose pages begin behind a place or below a number. */
export function writeNumberCursor(order: string, place: number | null): string | null {
  return place === null ? null : writeCursor(order, { sorted: place, id: '' });
}

export function readNumberCursor(order: string, cursor: string | undefined): number | null {
  const place = readCursor(order, cursor)?.sorted ?? null;
  if (place === null || Number.isSafeInteger(place)) return place as number | null;
  throw new Refusal('invalidCursor', 'This cursor was not made by this list. Start without one.');
}

export function showTotal({ total, totalIsCapped }: Total): { total: number; totalIsCapped?: true } {
  return totalIsCapped ? { total, totalIsCapped } : { total };
}

interface PageQuery {
  limit?: number;
  cursor?: string;
  search?: string;
  sort?: string;
}

/** A page of what is all in memory: by folded name, or by what `sortedOf` takes of an item. `-` turns it round. */
export function pageInMemory<Item extends { id: string; name: string }>(
  list: string,
  items: readonly Item[],
  { limit, cursor, search, sort = 'name' }: PageQuery,
  sortedOf = ({ name }: Item) => fold(name),
): { items: Item[]; nextCursor: string | null; total: number } {
  const order = `${list} ${sort}`;
  const after = readCursor(order, cursor);
  const wanted = fold(search ?? '');
  const sign = sort.startsWith('-') ? -1 : 1;
  const place = (a: PageKey, b: PageKey) =>
    sign * (compare(String(a.sorted), String(b.sorted)) || compare(a.id, b.id));
  const found = items
    .filter((item) => fold(item.name).includes(wanted))
    .map((item) => ({ item, key: { sorted: sortedOf(item), id: item.id } }))
    .sort((a, b) => place(a.key, b.key));
  const behind = found.filter(({ key }) => !after || place(key, after) > 0);
  const page = behind.slice(0, limit);
  const last = page.at(-1);
  const more = last !== undefined && behind.length > page.length;
  return {
    items: page.map((each) => each.item),
    nextCursor: more ? writeCursor(order, last.key) : null,
    total: found.length,
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
