// Comparisons of one SQL expression with one literal, and how conditions are joined: the leaves that condition-sql,
// element-sql and list-sql share. `?` stands for a parameter wherever it is written, so no literal may hold one.

import { fold } from '../../fold.ts';
import type { Condition } from '../../scim/condition.ts';
import type { Place } from '../../scim/place.ts';
import type { Dialect } from './dialect.ts';
import type { Value } from './statement.ts';

export interface Sql {
  text: string;
  values: Value[];
}

export type Table = 'users' | 'groups';

export type Compare = Extract<Condition, { kind: 'compare' }>;

export const never: Sql = { text: 'FALSE', values: [] };
export const always: Sql = { text: 'TRUE', values: [] };

export function joined(parts: readonly Sql[], by: 'and' | 'or'): Sql {
  return {
    text: `(${parts.map((part) => part.text).join(by === 'and' ? ' AND ' : ' OR ')})`,
    values: parts.flatMap((part) => part.values),
  };
}

/** Truth is two-valued here: what is unknown (NULL) does not hold, so its negation does. */
export function negated(part: Sql): Sql {
  return { text: `NOT coalesce(${part.text}, FALSE)`, values: part.values };
}

/** `fold` of src/fold.ts; each engine has it under this name. */
export function folded(expression: string): string {
  return `bifrost_fold(${expression})`;
}

/** A text that somebody else chose, as a literal. NUL ends SQL text, and no stored name has one. */
export function quoteText(text: string, { character }: Dialect): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\0', '')}'`;
  return quoted.includes('?') ? `(${quoted.replaceAll('?', `' || ${character}(63) || '`)})` : quoted;
}

/** The left side of a comparison. */
interface Operand {
  text: string;
  folded: boolean;
  /** A column, so that an index may serve a range of it. */
  column: boolean;
}

/** With a value out of a document or out of a membership. The expression has the type of the place, or is NULL. */
export function typedComparison(condition: Compare, expression: string, dialect: Dialect): Sql {
  const { place, value } = condition;
  const text = isFolded(place, value) ? folded(expression) : numbered(place, expression);
  return comparison(condition, { text, folded: isFolded(place, value), column: false }, dialect);
}

function isFolded(place: Place, value: Compare['value']): boolean {
  return typeof value === 'string' && !place.caseExact && place.type !== 'dateTime';
}

/** Texts of a document and numbers come out of it alike on PostgreSQL; the schema says which it is. */
export function numbered(place: Place, expression: string): string {
  return place.type === 'integer' || place.type === 'decimal' ? `CAST(${expression} AS NUMERIC)` : expression;
}

export function comparison(condition: Compare, operand: Operand, dialect: Dialect): Sql {
  const { operator, value } = condition;
  if (typeof value === 'boolean') return operatorSql[operator](operand, dialect.truth(value), dialect);
  return operatorSql[operator](operand, operand.folded ? fold(String(value)) : value, dialect);
}

type OperatorSql = (operand: Operand, value: Value, dialect: Dialect) => Sql;

const operatorSql: Record<Compare['operator'], OperatorSql> = {
  eq: ({ text }, value) => ({ text: `${text} = ?`, values: [value] }),
  ne: ({ text }, value) => ({ text: `${text} IS DISTINCT FROM ?`, values: [value] }),
  gt: ({ text }, value) => ({ text: `${text} > ?`, values: [value] }),
  ge: ({ text }, value) => ({ text: `${text} >= ?`, values: [value] }),
  lt: ({ text }, value) => ({ text: `${text} < ?`, values: [value] }),
  le: ({ text }, value) => ({ text: `${text} <= ?`, values: [value] }),
  co: ({ text }, value, { position }) => ({ text: `${position}(${text}, ?) > 0`, values: [value] }),
  sw: (operand, value) => startsWith(operand, String(value)),
  ew: ({ text }, value, dialect) => endsWith(text, String(value), dialect),
};

/** Of a column as a range where the end of it can be named, so that an index serves it. */
function startsWith({ text, column }: Operand, value: string): Sql {
  const last = value.codePointAt(value.length - 1);
  if (last === undefined) return { text: `${text} IS NOT NULL`, values: [] };
  if (!column || last >= 0x7f) return { text: `substr(${text}, 1, length(?)) = ?`, values: [value, value] };
  const end = value.slice(0, -1) + String.fromCodePoint(last + 1);
  return { text: `(${text} >= ? AND ${text} < ?)`, values: [value, end] };
}

/** SQLite's `substr(x, 0)` is the whole text, so nothing at the end is a case of its own. */
function endsWith(text: string, value: string, dialect: Dialect): Sql {
  if (value === '') return { text: `${text} IS NOT NULL`, values: [] };
  return { text: `${dialect.ending(text, 'length(?)')} = ?`, values: [value, value] };
}
