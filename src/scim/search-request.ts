// What a list is asked for, from the query of a GET (RFC 7644 3.4.2) or the body of a POST to .search (3.4.3): one form.

import { Refusal } from '../refusal.ts';
import { isObject, ownAnyCase, shorten } from './json.ts';
import { PAGE_NUMBER } from './limits.ts';
import { searchRequestUrn } from './messages.ts';

export interface ListQuery {
  /** null: not given. An empty one is given, and is refused by the filter parser. */
  readonly filter: string | null;
  readonly attributes: string | readonly string[] | undefined;
  readonly excludedAttributes: string | readonly string[] | undefined;
  readonly sortBy: string | undefined;
  readonly sortOrder: string | undefined;
  /** From 1; what is smaller counts as 1 (PG03). */
  readonly startIndex: number;
  /** null: not given. Negative counts as 0 (PG05). */
  readonly count: number | null;
  /** null: not given; '' asks for the first page (RFC 9865 2). */
  readonly cursor: string | null;
}

/** Refuses with invalidSyntax (no SearchRequest, Q04) or invalidValue. */
export function readSearch(body: unknown): ListQuery {
  if (!isObject(body)) throw new Refusal('invalidSyntax', `expected a SearchRequest, got ${shorten(body)}`);
  const schemas = ownAnyCase(body, 'schemas');
  const urns: unknown[] = Array.isArray(schemas) ? schemas : [];
  if (!urns.some((urn) => typeof urn === 'string' && urn.toLowerCase() === searchRequestUrn.toLowerCase())) {
    throw new Refusal('invalidSyntax', `schemas: expected ${searchRequestUrn}, got ${shorten(urns[0])}`);
  }
  return {
    filter: textIn(body, 'filter') ?? null,
    attributes: namesIn(body, 'attributes'),
    excludedAttributes: namesIn(body, 'excludedAttributes'),
    sortBy: textIn(body, 'sortBy'),
    sortOrder: textIn(body, 'sortOrder'),
    startIndex: startIndexOf(ownAnyCase(body, 'startIndex')),
    count: countOf(ownAnyCase(body, 'count')),
    cursor: textIn(body, 'cursor') ?? null,
  };
}

/** Of a parameter that comes twice the first one counts (R14). Unknown parameters are nobody's business (Q40). */
export function readListQuery(query: Record<string, string | string[] | undefined>): ListQuery {
  return {
    filter: first(query, 'filter') ?? null,
    attributes: first(query, 'attributes'),
    excludedAttributes: first(query, 'excludedAttributes'),
    sortBy: first(query, 'sortBy'),
    sortOrder: first(query, 'sortOrder'),
    startIndex: startIndexOf(first(query, 'startIndex')),
    count: countOf(first(query, 'count')),
    cursor: first(query, 'cursor') ?? null,
  };
}

function first(query: Record<string, string | string[] | undefined>, name: string): string | undefined {
  const value = ownAnyCase(query, name);
  const sole: unknown = Array.isArray(value) ? value[0] : value;
  return typeof sole === 'string' ? sole : undefined;
}

function textIn(body: Record<string, unknown>, name: string): string | undefined {
  const value = ownAnyCase(body, name);
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw new Refusal('invalidValue', `${name}: expected a text, got ${shorten(value)}`);
}

function namesIn(body: Record<string, unknown>, name: string): string | string[] | undefined {
  const value = ownAnyCase(body, name);
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw new Refusal('invalidValue', `${name}: expected a list of names, got ${shorten(value)}`);
}

function startIndexOf(raw: unknown): number {
  return Math.max(1, numberOf('startIndex', raw) ?? 1);
}

function countOf(raw: unknown): number | null {
  const count = numberOf('count', raw);
  return count === null ? null : Math.max(0, count);
}

/** Huge numbers are cut to a size that storage can count to (PG12). */
function numberOf(name: string, raw: unknown): number | null {
  if (raw === undefined || raw === null || raw === '') return null;
  const text = typeof raw === 'number' || typeof raw === 'string' ? String(raw).trim() : '';
  const value = /^[+-]?\d{1,400}$/.test(text) || Number.isInteger(raw) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) {
    throw new Refusal('invalidValue', `${name}: expected a whole number, got ${shorten(raw)}`);
  }
  return Math.min(PAGE_NUMBER, Math.max(-PAGE_NUMBER, value));
}
