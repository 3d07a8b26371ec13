// Comparisons of one SQL expression with one literal, and how conditions are joined: the leaves that condition-sql,
// element-sql and edge-sql share.

import { fold } from '../../fold.ts';
import type { Condition } from '../../scim/condition.ts';
import type { Place } from '../../scim/place.ts';
import type { Value } from './rows.ts';

export interface Sql {
  text: string;
  values: Value[];
}

export type Table = 'users' | 'groups';

export type Compare = Extract<Condition, { kind: 'compare' }>;

export const never: Sql = { text: '0', values: [] };
export const always: Sql = { text: '1', values: [] };

export function joined(parts: readonly Sql[], by: 'and' | 'or'): Sql {
  return {
    text: `(${parts.map((part) => part.text).join(by === 'and' ? ' AND ' : ' OR ')})`,
    values: parts.flatMap((part) => part.values),
  };
}

/** Truth is two-valued here: what is unknown (NULL) does not hold, so its negation does. */
export function negated(part: Sql): Sql {
  return { text: `NOT coalesce(${part.text}, 0)`, values: part.values };
}

/**
 * Whether there is a row. Not written as EXISTS: SQLite 3.53 turns that into a join and then, where an OR within meets
 * several indexes, leaves each index after the first row that it finds, fitting or not.
 */
export function someRow(from: string, where: string): string {
  return `(SELECT 1 FROM ${from} WHERE ${where} LIMIT 1) IS NOT NULL`;
}

/** A text literal. NUL ends SQL text, and no stored name has one. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''").replaceAll('\0', '')}'`;
}

/** The expression has the type of the place, or is NULL. */
export function typedComparison(condition: Compare, expression: string): Sql {
  return isFolded(condition.place, condition.value)
    ? comparison(`fold(${expression})`, condition, 'folded')
    : comparison(expression, condition, 'exact');
}

function isFolded(place: Place, value: Compare['value']): boolean {
  return typeof value === 'string' && !place.caseExact && place.type !== 'dateTime';
}

/** `folded`: the expression is folded already, as stored folded columns are. */
export function comparison(expression: string, condition: Compare, form: 'exact' | 'folded'): Sql {
  const { operator, value } = condition;
  const given: Value =
    typeof value === 'boolean' ? (value ? 1 : 0) : form === 'folded' ? fold(String(value)) : value;
  return operatorSql[operator](expression, given);
}

const operatorSql: Record<Compare['operator'], (expression: string, value: Value) => Sql> = {
  eq: (x, value) => ({ text: `${x} = ?`, values: [value] }),
  ne: (x, value) => ({ text: `${x} IS NOT ?`, values: [value] }),
  gt: (x, value) => ({ text: `${x} > ?`, values: [value] }),
  ge: (x, value) => ({ text: `${x} >= ?`, values: [value] }),
  lt: (x, value) => ({ text: `${x} < ?`, values: [value] }),
  le: (x, value) => ({ text: `${x} <= ?`, values: [value] }),
  co: (x, value) => ({ text: `instr(${x}, ?) > 0`, values: [value] }),
  sw: (x, value) => startsWith(x, String(value)),
  ew: (x, value) => endsWith(x, String(value)),
};

/** As a range where the end of it can be named, so that an index serves it. */
function startsWith(x: string, value: string): Sql {
  const last = value.codePointAt(value.length - 1);
  if (last === undefined) return { text: `${x} IS NOT NULL`, values: [] };
  if (last >= 0x7f) return { text: `substr(${x}, 1, length(?)) = ?`, values: [value, value] };
  const end = value.slice(0, -1) + String.fromCodePoint(last + 1);
  return { text: `(${x} >= ? AND ${x} < ?)`, values: [value, end] };
}

/** `substr(x, 0)` is the whole text, so that nothing at the end is a case of its own. */
function endsWith(x: string, value: string): Sql {
  if (value === '') return { text: `${x} IS NOT NULL`, values: [] };
  return { text: `substr(${x}, -length(?)) = ?`, values: [value, value] };
}
