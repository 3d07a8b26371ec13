// What readers of a directory by a plain JSON API share: what a failed request means for a part, rows out of a body that
// nothing is known of yet, and several requests at a time. Each API: okta-directory.ts, keycloak-directory.ts.

import type { DirectoryPerson } from '../identity/directory.ts';
import { readClaims } from '../provider/claims.ts';
import type { ApiFailure } from '../provider/directory-api.ts';
import { isObject, own } from '../scim/json.ts';
import type { PageOutcome, ReadingCost } from './directory.ts';

export type Row = Readonly<Record<string, unknown>>;

/** For one page or one person, while nobody waits. */
export const READING_PATIENCE_MS = 5 * 60_000;

/**
 * `needs`: what gives the permission that is missing; `mayBeGone`: the part is of one object, without which it is over.
 * Where it is not, an absence is a setting that is wrong: no rows would mean that nobody is there.
 */
export function outcomeOf(
  failure: ApiFailure,
  { needs, from, mayBeGone }: { needs: string; from: string | null; mayBeGone: boolean },
): PageOutcome {
  const { kind, status, message: why } = failure;
  if (kind === 'notFound') return { ok: false, kind: mayBeGone ? 'gone' : 'refused', why };
  if (kind === 'forbidden') return { ok: false, kind: 'refused', why: `${why} ${needs}` };
  if (kind === 'credentials') return { ok: false, kind: 'refused', why };
  // What it gave us itself it does not take any more.
  const isOld = kind === 'refused' && from !== null && (status === 400 || status === 410);
  return { ok: false, kind: isOld ? 'expired' : 'failed', why };
}

/** Null where it is no list of objects (`one`: no object): then nothing at all was said. */
export function rowsOf(body: unknown, one = false): readonly Row[] | null {
  if (one) return isObject(body) ? [body] : null;
  return Array.isArray(body) && body.every(isObject) ? body : null;
}

export function noRows(name: string): PageOutcome {
  return { ok: false, kind: 'failed', why: `${name} answered with something else than what was asked for.` };
}

/** Null where it is missing, empty or no text. */
export function textOf(row: unknown, name: string): string | null {
  const value = isObject(row) ? own(row, name) : null;
  return typeof value === 'string' && value !== '' ? value : null;
}

export function objectOf(row: unknown, name: string): Row {
  const value = isObject(row) ? own(row, name) : null;
  return isObject(value) ? value : {};
}

/** Bounded as claims of a token are, and without what follows from assignments and memberships. */
export function attributesOf(values: Row): DirectoryPerson['attributes'] {
  const { roles: _, groups: __, ...attributes } = readClaims(values).claims;
  return attributes;
}

export function noCost(): ReadingCost {
  return { requests: 0, resourceUnits: null, throttled: 0 };
}

/** In the order of `items`. */
export async function eachOf<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  one: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += atOnce) {
    results.push(...(await Promise.all(items.slice(at, at + atOnce).map(one))));
  }
  return results;
}
