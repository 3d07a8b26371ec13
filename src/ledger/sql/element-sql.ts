// Conditions on lists, whichever kind of list it is: list-sql says which rows stand for the elements of an attribute,
// this asks them.

import type { Condition } from '../../scim/condition.ts';
import type { Place } from '../../scim/place.ts';
import type { Dialect } from './dialect.ts';
import type { Elements, Values } from './list-sql.ts';
import { always, type Compare, joined, negated, never, type Sql } from './operator-sql.ts';

/** Some value of some element compares so; `ne`: there is no value, or some value differs. */
export function anyValueSql(condition: Compare, elements: Elements, dialect: Dialect): Sql {
  const { from, where } = elements;
  return comparedRows(condition, valuesIn(condition.place, elements), { from, where }, dialect);
}

/** Some element, or with `sub` some value under that name, is there. */
export function anyPresentSql(place: Place, elements: Elements, dialect: Dialect): Sql {
  const { from, where } = elements;
  if (place.sub === null) return { text: dialect.someRow(from, where), values: [] };
  const values = elements.values(place.sub);
  const present = `${where} AND ${values.expression} IS NOT NULL`;
  return { text: dialect.someRow(rows(from, values), present), values: [] };
}

/** One and the same element satisfies the whole part. */
export function anyElementSql(part: Condition, elements: Elements, dialect: Dialect): Sql {
  const inner = partSql(part, elements, dialect);
  return {
    text: dialect.someRow(elements.from, `${elements.where} AND ${inner.text}`),
    values: inner.values,
  };
}

/** What a list is sorted by: the value of the primary element, else the first value (RFC 7644 3.4.2.3). */
export function firstValueSql(place: Place, elements: Elements): string {
  const values = elements.values(place.sub);
  const sorted = values.sorted(place);
  const order = [elements.primary, `${sorted} IS NULL`, elements.order].filter((each) => each !== null);
  return `(SELECT ${sorted} FROM ${rows(elements.from, values)} WHERE ${elements.where} ORDER BY ${order.join(', ')} LIMIT 1)`;
}

function partSql(part: Condition, elements: Elements, dialect: Dialect): Sql {
  switch (part.kind) {
    case 'always':
      return always;
    case 'never':
      return never;
    case 'and':
    case 'or':
      return joined(
        part.parts.map((each) => partSql(each, elements, dialect)),
        part.kind,
      );
    case 'not':
      return negated(partSql(part.part, elements, dialect));
    case 'present': {
      const { from, expression } = valuesIn(part.place, elements);
      const present = `${expression} IS NOT NULL`;
      return { text: from === null ? present : dialect.someRow(from, present), values: [] };
    }
    case 'compare': {
      const values = valuesIn(part.place, elements);
      if (values.from === null) return values.compare(part);
      return comparedRows(part, values, { from: null, where: 'TRUE' }, dialect);
    }
    case 'element':
      return never; // the grammar has no list within an element
  }
}

function valuesIn(place: Place, elements: Elements): Values {
  return elements.values(place.sub);
}

function comparedRows(
  condition: Compare,
  values: Values,
  { from, where }: { from: string | null; where: string },
  dialect: Dialect,
): Sql {
  const all = rows(from, values);
  const compared = values.compare(condition);
  if (condition.operator !== 'ne') {
    return { text: dialect.someRow(all, `${where} AND ${compared.text}`), values: compared.values };
  }
  // PostgreSQL has no greatest of booleans.
  const differs = `max(CASE WHEN ${compared.text} THEN 1 ELSE 0 END)`;
  return {
    text: `coalesce((SELECT ${differs} FROM ${all} WHERE ${where} AND ${values.expression} IS NOT NULL), 1) = 1`,
    values: compared.values,
  };
}

function rows(from: string | null, values: Values): string {
  return [from, values.from].filter((each) => each !== null).join(', ');
}
