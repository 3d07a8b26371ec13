// Lists of the API, read page after page up to what was asked for.

import type { Api, Query } from './api.ts';
import type { Arguments, Option } from './command.ts';

/** What the API gives at once at most. */
const PAGE_ITEMS = 500;
const ITEMS_BY_DEFAULT = 50;

export interface List<Item> {
  items: Item[];
  nextCursor: string | null;
  total: number;
  totalIsCapped?: boolean;
}

export const listOptions: Readonly<Record<string, Option>> = {
  limit: { value: '<n>', about: `how many at most (${ITEMS_BY_DEFAULT})`, atLeast: 1 },
  all: { about: 'as many as there are' },
  cursor: { value: '<cursor>', about: 'go on where a list ended: its "nextCursor"' },
};

export async function readList<Item>(
  api: Api,
  path: string,
  given: Arguments,
  query: Query,
): Promise<List<Item>> {
  const most = given.flag('all') ? Number.POSITIVE_INFINITY : (given.count('limit') ?? ITEMS_BY_DEFAULT);
  return readUpTo(api, path, { ...query, cursor: given.text('cursor') }, most);
}

/** All of them, whatever the command was given. */
export async function readAll<Item>(api: Api, path: string): Promise<Item[]> {
  return (await readUpTo<Item>(api, path, {}, Number.POSITIVE_INFINITY)).items;
}

async function readUpTo<Item>(api: Api, path: string, query: Query, most: number): Promise<List<Item>> {
  const items: Item[] = [];
  let { cursor } = query;
  for (;;) {
    const limit = Math.min(PAGE_ITEMS, most - items.length);
    const page = await api.get<List<Item>>(path, { ...query, limit, cursor });
    for (const item of page.items) items.push(item);
    if (page.nextCursor === null || items.length >= most) return { ...page, items };
    cursor = page.nextCursor;
  }
}

export function moreLine({ items, nextCursor, total, totalIsCapped }: List<unknown>): string {
  const all = totalIsCapped ? `more than ${total}` : String(total);
  if (nextCursor === null) return `${items.length} of ${all}`;
  return `${items.length} of ${all}; the others: --all, or --cursor=${nextCursor}`;
}
