// Conditions on lists: which rows stand for the elements of an attribute, and what one element has under a name. Three
// kinds of list are asked alike: those in the document, those of extensions that we do not know, and memberships.

import { fold } from '../../fold.ts';
import { Refusal } from '../../refusal.ts';
import type { Condition } from '../../scim/condition.ts';
import type { Place } from '../../scim/place.ts';
import {
  always,
  type Compare,
  comparison,
  joined,
  negated,
  never,
  quoteText,
  type Sql,
  someRow,
  type Table,
  typedComparison,
} from './operator-sql.ts';

/** One row for each element. */
export interface Elements {
  from: string;
  where: string;
  /** The primary element first, where there can be one; then the order in which the wire shows them. */
  primary: string | null;
  order: string;
  values(sub: string | null): Values;
}

/** What an element has under a name. */
interface Values {
  /** Further rows, where one element may have several values. */
  from: string | null;
  /** NULL where there is none. */
  expression: string;
  /** The value as lists are sorted by it; NULL for what has no order. */
  sorted(place: Place): string;
  compare(condition: Compare): Sql;
}

export function elementsOf(place: Place, table: Table): Elements {
  if (isEdge(place, table)) return table === 'users' ? groupsOfUser : membersOfGroup;
  return place.type === 'dynamic' ? foreignElements(place) : documentElements(place);
}

/** Some value of some element compares so; `ne`: there is no value, or some value differs. */
export function anyValueSql(condition: Compare, elements: Elements): Sql {
  const { from, where } = elements;
  return comparedRows(condition, valuesIn(condition.place, elements), from, where);
}

/** Some element, or with `sub` some value under that name, is there. */
export function anyPresentSql(place: Place, elements: Elements): Sql {
  const { from, where } = elements;
  if (place.sub === null) return { text: someRow(from, where), values: [] };
  const values = elements.values(place.sub);
  return { text: someRow(rows(from, values), `${where} AND ${values.expression} IS NOT NULL`), values: [] };
}

/** One and the same element satisfies the whole part. */
export function anyElementSql(part: Condition, elements: Elements): Sql {
  const inner = partSql(part, elements);
  return { text: someRow(elements.from, `${elements.where} AND ${inner.text}`), values: inner.values };
}

/** What a list is sorted by: the value of the primary element, else the first value (RFC 7644 3.4.2.3). */
export function firstValueSql(place: Place, elements: Elements): string {
  const values = elements.values(place.sub);
  const sorted = values.sorted(place);
  const order = [elements.primary, `${sorted} IS NULL`, elements.order].filter((each) => each !== null);
  return `(SELECT ${sorted} FROM ${rows(elements.from, values)} WHERE ${elements.where} ORDER BY ${order.join(', ')} LIMIT 1)`;
}

function partSql(part: Condition, elements: Elements): Sql {
  switch (part.kind) {
    case 'always':
      return always;
    case 'never':
      return never;
    case 'and':
    case 'or':
      return joined(
        part.parts.map((each) => partSql(each, elements)),
        part.kind,
      );
    case 'not':
      return negated(partSql(part.part, elements));
    case 'present': {
      const { from, expression } = valuesIn(part.place, elements);
      if (from === null) return { text: `${expression} IS NOT NULL`, values: [] };
      return { text: someRow(from, `${expression} IS NOT NULL`), values: [] };
    }
    case 'compare': {
      const values = valuesIn(part.place, elements);
      return values.from === null ? values.compare(part) : comparedRows(part, values, null, '1');
    }
    case 'element':
      return never; // the grammar has no list within an element
  }
}

function valuesIn(place: Place, elements: Elements): Values {
  return elements.values(place.sub);
}

function comparedRows(condition: Compare, values: Values, from: string | null, where: string): Sql {
  const all = rows(from, values);
  const compared = values.compare(condition);
  if (condition.operator !== 'ne') {
    return { text: someRow(all, `${where} AND ${compared.text}`), values: compared.values };
  }
  return {
    text: `coalesce((SELECT max(${compared.text}) FROM ${all} WHERE ${where} AND ${values.expression} IS NOT NULL), 1)`,
    values: compared.values,
  };
}

function rows(from: string | null, values: Values): string {
  return [from, values.from].filter((each) => each !== null).join(', ');
}

// --- lists in the document --------------------------------------------------------------------------------------

/** The JSON path of an attribute of the schema, as an SQL text. */
export function documentPath(place: Place, sub: string | null): string {
  const keys = [place.urn, place.attribute, sub].filter((key) => key !== null);
  return quoteText(`$${keys.map((key) => `."${key}"`).join('')}`);
}

function documentElements(place: Place): Elements {
  const list = `json_each(r.document, ${documentPath(place, null)}) e`;
  return { from: list, where: '1', primary: primaryFirst, order: 'e.key', values: documentValues };
}

const primaryFirst =
  "CASE WHEN e.type = 'object' THEN coalesce(json_extract(e.value, '$.primary'), 0) ELSE 0 END DESC";

function documentValues(sub: string | null): Values {
  // Lists of simple values (`schemas`) have no names within.
  const expression = sub === null ? 'e.value' : `json_extract(e.value, ${quoteText(`$."${sub}"`)})`;
  return {
    from: null,
    expression,
    sorted: (place) => sortedText(place, expression),
    compare: (condition) => typedComparison(condition, expression),
  };
}

/** Texts are sorted as they are compared. */
export function sortedText(place: Place, expression: string): string {
  const isText = place.type === 'string' || place.type === 'reference';
  return isText && !place.caseExact ? `fold(${expression})` : expression;
}

// --- extensions that we do not know -----------------------------------------------------------------------------

/** Names are found in any letter case, the exact spelling first; a single value is a list of one (RFC 7643 2.1, 2.4). */
function foreignElements(place: Place): Elements {
  const list = `(SELECT ${asList('a')} FROM json_each(r.document) u, json_each(CASE u.type WHEN 'object' THEN u.value END) a
    WHERE ${named('u', place.urn!)} AND ${named('a', place.attribute)} ORDER BY ${exactFirst('u', place.urn!)}, ${exactFirst('a', place.attribute)} LIMIT 1)`;
  return {
    from: `json_each(${list}) e`,
    where: '1',
    primary: primaryFirst,
    order: 'e.key',
    values: foreignValues,
  };
}

/** In a list of simple values, `value` is the element (RFC 7643 2.4). */
function foreignValues(sub: string | null): Values {
  const name = sub ?? 'value';
  const inObject = `(SELECT ${asList('p')} FROM json_each(e.value) p WHERE ${named('p', name)} ORDER BY ${exactFirst('p', name)} LIMIT 1)`;
  const itself = name === 'value' ? `'[' || ${asJson('e')} || ']'` : 'NULL';
  return {
    from: `json_each(CASE e.type WHEN 'object' THEN ${inObject} ELSE ${itself} END) v`,
    expression: 'v.value',
    sorted: () =>
      "CASE v.type WHEN 'text' THEN fold(v.value) WHEN 'object' THEN NULL WHEN 'array' THEN NULL ELSE v.value END",
    compare: dynamicComparison,
  };
}

/** A value of another type than the literal is not equal, and in no order with it. */
function dynamicComparison(condition: Compare): Sql {
  const { value, operator } = condition;
  if (operator === 'ne') return negated(dynamicComparison({ ...condition, operator: 'eq' }));
  if (typeof value === 'string') {
    const part = comparison('fold(v.value)', condition, 'folded');
    return { text: `(v.type = 'text' AND ${part.text})`, values: part.values };
  }
  const types = typeof value === 'number' ? "'integer', 'real'" : "'true', 'false'";
  const part = comparison('v.value', condition, 'exact');
  return { text: `(v.type IN (${types}) AND ${part.text})`, values: part.values };
}

function named(row: string, name: string): string {
  return `fold(${row}.key) = ${quoteText(fold(name))}`;
}

function exactFirst(row: string, name: string): string {
  return `${row}.key <> ${quoteText(name)}, ${row}.id`;
}

function asList(row: string): string {
  return `CASE ${row}.type WHEN 'array' THEN ${row}.value ELSE '[' || ${asJson(row)} || ']' END`;
}

function asJson(row: string): string {
  return `CASE ${row}.type WHEN 'object' THEN ${row}.value WHEN 'array' THEN ${row}.value WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE json_quote(${row}.value) END`;
}

// --- memberships ------------------------------------------------------------------------------------------------

/** members of a group, groups of a user: rows of their own, not part of the document. */
function isEdge(place: Place, table: Table): boolean {
  return place.urn === null && place.attribute === (table === 'users' ? 'groups' : 'members');
}

/** Whether the attribute is a list of rows or elements rather than one value of the document. */
export function isList(place: Place, table: Table): boolean {
  return place.multiValued || place.type === 'dynamic' || isEdge(place, table);
}

const groupsOfUser: Elements = {
  from: 'memberships m JOIN directory_groups d ON d.provider = m.provider AND d.id = m.group_id',
  where: 'm.provider = r.provider AND m.member = r.id',
  primary: null,
  order: 'd.display_name_folded, d.id',
  values: (sub) =>
    edgeValues(sub, { value: 'm.group_id', display: 'd.display_name', type: "'direct'", $ref: 'm.group_id' }),
};

const membersOfGroup: Elements = {
  from: 'memberships m',
  where: 'm.provider = r.provider AND m.group_id = r.id',
  primary: null,
  order: 'm.member',
  values: (sub) =>
    edgeValues(sub, {
      value: 'm.member',
      display: memberDisplay(),
      type: 'm.member_kind',
      $ref: "m.member_kind || '/' || m.member",
    }),
};

function memberDisplay(): string {
  return `(CASE m.member_kind
    WHEN 'User' THEN (SELECT json_extract(u.document, '$.displayName') FROM users u WHERE u.provider = m.provider AND u.id = m.member)
    ELSE (SELECT g.display_name FROM directory_groups g WHERE g.provider = m.provider AND g.id = m.member) END)`;
}

function edgeValues(sub: string | null, columns: Readonly<Record<string, string>>): Values {
  const expression = columns[sub ?? 'value'] ?? 'NULL';
  return {
    from: null,
    expression,
    sorted: (place) => sortedText(place, expression),
    compare: (condition) => {
      // The address is made for each answer, and nothing stored holds it (DESIGN 5: unsupported is said, not guessed).
      if (sub === '$ref') throw madeNotStored(condition.place);
      return typedComparison(condition, expression);
    },
  };
}

export function madeNotStored(place: Place): Refusal {
  const path = place.sub === null ? place.attribute : `${place.attribute}.${place.sub}`;
  return new Refusal(
    'invalidFilter',
    `filter, ${path}: addresses cannot be compared; compare the id instead`,
  );
}
