// `$filter`, `$search`, `$count` and what Graph calls advanced queries: understood as far as directories are read with them, and
// refused where Graph refuses them.

import type { Row } from './directory-rows.ts';
import type { GraphCall } from './graph-call.ts';
import { GraphError } from './graph-error.ts';

type Fits = (row: Row) => boolean;

/** Advanced queries want this header with each page; links to the next page do not carry it. */
function isEventual({ request }: GraphCall): boolean {
  return request.headers.consistencylevel?.toString().toLowerCase() === 'eventual';
}

export function needEventual(call: GraphCall, what: string): void {
  if (isEventual(call)) return;
  throw new GraphError(
    'Request_UnsupportedQuery',
    `${what} is only supported with the header ConsistencyLevel: eventual.`,
  );
}

export function needAdvanced(call: GraphCall, what: string): void {
  if (isEventual(call) && call.request.query.get('$count') === 'true') return;
  throw new GraphError(
    'Request_UnsupportedQuery',
    `${what} is only supported with $count=true and the header ConsistencyLevel: eventual.`,
  );
}

/** On the first page alone, and only for whoever asks as advanced queries are asked. */
export function countOf(call: GraphCall, count: number): { '@odata.count'?: number } {
  const { query } = call.request;
  if (query.get('$count') !== 'true' || query.has('$skiptoken')) return {};
  needEventual(call, '$count');
  return { '@odata.count': count };
}

/** What a list was narrowed down by, for whoever remembers lists by name. */
export function filterText({ request: { query } }: GraphCall): string {
  return JSON.stringify([query.get('$filter'), query.get('$search')]);
}

const NAMED = String.raw`(\w+)`;
const LITERAL = String.raw`('\d+'|true|false|null|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})`;
const COMPARED = new RegExp(`^${NAMED}\\s+(eq|ne)\\s+${LITERAL}$`, 'i');
const CALLED = new RegExp(`^(startswith|endswith)\\(\\s*${NAMED}\\s*,\\s*${LITERAL}\\s*\\)$`, 'i');
const NEGATED = /^not(?:\s+|\s*(?=\())(.+)$/i;
const IN_BRACKETS = /^\((.*)\)$/;
const SEARCHED = /^"(\w+):([^"]+)"$/;

/** Conditions joined by `and`, and one search; null for everybody. */
export function filterOf(call: GraphCall): Fits | null {
  const { query } = call.request;
  const filter = query.get('$filter');
  const search = query.get('$search');
  const tests = [
    ...(filter === null ? [] : readFilter(call, filter)),
    ...(search === null ? [] : [readSearch(call, search)]),
  ];
  return tests.length === 0 ? null : (row) => tests.every((fits) => fits(row));
}

function readFilter(call: GraphCall, filter: string): Fits[] {
  // A text may hold anything, ' and ' among it: it is set aside before the clauses are parted.
  const texts: string[] = [];
  const shape = filter.replace(/'((?:[^']|'')*)'/g, (_, text: string) => {
    return `'${texts.push(text.replaceAll("''", "'")) - 1}'`;
  });
  return shape.split(/\s+and\s+/i).map((clause) => readClause(call, clause.trim(), texts));
}

function readClause(call: GraphCall, clause: string, texts: readonly string[]): Fits {
  const negated = NEGATED.exec(clause);
  if (negated) {
    needAdvanced(call, "The operator 'not'");
    const inner = negated[1]!.trim();
    const fits = readClause(call, IN_BRACKETS.exec(inner)?.[1]?.trim() ?? inner, texts);
    return (row) => !fits(row);
  }
  const compared = COMPARED.exec(clause);
  if (compared) return comparison(call, compared, texts);
  const called = CALLED.exec(clause);
  if (!called) throw new GraphError('Request_BadRequest', `Invalid filter clause: ${clause}`);
  const [, operation, name, literal] = called;
  const part = textOf(literalOf(literal!, texts));
  if (operation!.toLowerCase() === 'startswith') {
    return (row) => textOf(propertyOf(row, name!)).startsWith(part);
  }
  needAdvanced(call, "The function 'endswith'");
  return (row) => textOf(propertyOf(row, name!)).endsWith(part);
}

function comparison(call: GraphCall, compared: RegExpExecArray, texts: readonly string[]): Fits {
  const [, name, operator, literal] = compared;
  const isEqual = operator!.toLowerCase() === 'eq';
  if (!isEqual) needAdvanced(call, "The operator 'ne'");
  const value = literalOf(literal!, texts);
  return (row) => isSame(propertyOf(row, name!), value) === isEqual;
}

/** `"displayName:ali"`: any word of it begins so. */
function readSearch(call: GraphCall, search: string): Fits {
  needAdvanced(call, '$search');
  const [, name, text] = SEARCHED.exec(search) ?? [];
  if (name === undefined || text === undefined) {
    throw new GraphError('Request_BadRequest', `Invalid search clause: ${search}`);
  }
  const words = (row: Row): string[] => textOf(propertyOf(row, name)).split(/[\s.@-]+/);
  return (row) => words(row).some((word) => word.startsWith(text.trim().toLowerCase()));
}

function propertyOf(row: Row, name: string): unknown {
  if (Object.hasOwn(row, name)) return row[name];
  throw new GraphError('Request_BadRequest', `Invalid filter clause: there is no property '${name}'.`);
}

function literalOf(literal: string, texts: readonly string[]): unknown {
  if (literal.startsWith("'")) return texts[Number(literal.slice(1, -1))];
  if (literal === 'null') return null;
  return literal === 'true' || literal === 'false' ? literal === 'true' : literal;
}

function isSame(a: unknown, b: unknown): boolean {
  return typeof a === 'string' && typeof b === 'string' ? textOf(a) === textOf(b) : (a ?? null) === b;
}

function textOf(value: unknown): string {
  return String(value ?? '').toLowerCase();
}
