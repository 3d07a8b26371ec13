// `$filter`, `$count` and what Graph calls advanced queries: understood as far as directories are read with them, and refused
// where Graph refuses them.

import type { GraphCall } from './graph-call.ts';
import { GraphError } from './graph-error.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Advanced queries want this header with each page; links to the next page do not carry it. */
function isEventual({ request }: Pick<GraphCall, 'request'>): boolean {
  return request.headers.consistencylevel?.toString().toLowerCase() === 'eventual';
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
  needAdvanced(call, '$count');
  return { '@odata.count': count };
}

const CONDITION = /^(\w+)\s+(eq|ne)\s+('(?:[^']|'')*'|true|false|null)$/;
const STARTS = /^startswith\((\w+),\s*('(?:[^']|'')*')\)$/;
const ENDS = /^endswith\((\w+),\s*('(?:[^']|'')*')\)$/;

/** Conditions joined by `and`; null for everybody. */
export function filterOf(call: GraphCall): ((row: Row) => boolean) | null {
  const { query } = call.request;
  if (query.has('$search')) needAdvanced(call, '$search');
  const text = query.get('$filter');
  if (text === null) return null;
  const parts = text.split(/\s+and\s+/i).map((part) => conditionOf(call, part.trim()));
  return (row) => parts.every((fits) => fits(row));
}

function conditionOf(call: GraphCall, text: string): (row: Row) => boolean {
  const compared = CONDITION.exec(text);
  if (compared) {
    const [, name, operator, literal] = compared;
    if (operator === 'ne') needAdvanced(call, "The operator 'ne'");
    const value = literalValue(literal!);
    return (row) => isSame(row[name!], value) === (operator === 'eq');
  }
  const starts = STARTS.exec(text);
  if (starts) return (row) => textOf(row[starts[1]!]).startsWith(textOf(literalValue(starts[2]!)));
  const ends = ENDS.exec(text);
  if (ends) {
    needAdvanced(call, "The function 'endswith'");
    return (row) => textOf(row[ends[1]!]).endsWith(textOf(literalValue(ends[2]!)));
  }
  throw new GraphError('Request_BadRequest', `Invalid filter clause: ${text}`);
}

function literalValue(literal: string): unknown {
  if (literal.startsWith("'")) return literal.slice(1, -1).replaceAll("''", "'");
  return literal === 'null' ? null : literal === 'true';
}

function isSame(a: unknown, b: unknown): boolean {
  return typeof a === 'string' && typeof b === 'string' ? textOf(a) === textOf(b) : (a ?? null) === b;
}

function textOf(value: unknown): string {
  return String(value ?? '').toLowerCase();
}
