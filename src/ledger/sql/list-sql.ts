// Which rows stand for the elements of an attribute, and what one element has under a name. Three kinds of list are
// described alike: those in the document, those of extensions that we do not know, and memberships.

import { fold } from '../../fold.ts';
import { Refusal } from '../../refusal.ts';
import type { Place } from '../../scim/place.ts';
import type { Dialect, JsonType } from './dialect.ts';
import {
  type Compare,
  comparison,
  folded,
  negated,
  numbered,
  quoteText,
  type Sql,
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
export interface Values {
  /** Further rows, where one element may have several values. */
  from: string | null;
  /** NULL where there is none. */
  expression: string;
  /** The value as lists are sorted by it; NULL for what has no order. */
  sorted(place: Place): string;
  compare(condition: Compare): Sql;
}

/** Whether the attribute is a list of rows or elements rather than one value of the document. */
export function isList(place: Place, table: Table): boolean {
  return place.multiValued || place.type === 'dynamic' || isEdge(place, table);
}

export function elementsOf(place: Place, table: Table, dialect: Dialect): Elements {
  if (isEdge(place, table)) return table === 'users' ? groupsOfUser(dialect) : membersOfGroup(dialect);
  return place.type === 'dynamic' ? foreignElements(place, dialect) : documentElements(place, dialect);
}

// --- lists in the document --------------------------------------------------------------------------------------

/** Where the document has an attribute of the schema. */
export function pathOf(place: Place, sub: string | null): string[] {
  return [place.urn, place.attribute, sub].filter((name) => name !== null);
}

function documentElements(place: Place, dialect: Dialect): Elements {
  return {
    from: dialect.elements(dialect.document('r'), pathOf(place, null), 'e'),
    where: 'TRUE',
    primary: `${dialect.isPrimary('e')} DESC`,
    order: 'e.key',
    values: (sub) => {
      // Lists of simple values (`schemas`) have no names within.
      const expression = dialect.scalar('e.value', sub === null ? [] : [sub]);
      return {
        from: null,
        expression,
        sorted: (sorted) => sortedValue(sorted, expression, dialect),
        compare: (condition) => typedComparison(condition, expression, dialect),
      };
    },
  };
}

/** Texts are sorted as they are compared. */
export function sortedValue(place: Place, expression: string, dialect: Dialect): string {
  if (place.type === 'integer' || place.type === 'decimal') {
    return dialect.sortedNumber(numbered(place, expression));
  }
  const isText = place.type === 'string' || place.type === 'reference';
  return isText && !place.caseExact ? folded(expression) : expression;
}

// --- extensions that we do not know -----------------------------------------------------------------------------

/** Names are found in any letter case, the exact spelling first; a single value is a list of one (RFC 7643 2.1, 2.4). */
function foreignElements(place: Place, dialect: Dialect): Elements {
  const [urn, attribute] = [foreignName(place.urn!, dialect), foreignName(place.attribute, dialect)];
  const extension = dialect.members(dialect.document('r'), 'u');
  const attributes = dialect.members(`CASE ${dialect.typeOf('u')} WHEN 'object' THEN u.value END`, 'a');
  const list = `(SELECT ${asList('a', dialect)} FROM ${extension}, ${attributes}
    WHERE ${urn.isKeyOf('u')} AND ${attribute.isKeyOf('a')} ORDER BY ${urn.exactFirst('u')}, ${attribute.exactFirst('a')} LIMIT 1)`;
  return {
    from: dialect.elements(list, [], 'e'),
    where: 'TRUE',
    primary: `${dialect.isPrimary('e')} DESC`,
    order: 'e.key',
    values: (sub) => foreignValues(sub, dialect),
  };
}

/** In a list of simple values, `value` is the element (RFC 7643 2.4). */
function foreignValues(sub: string | null, dialect: Dialect): Values {
  const name = foreignName(sub ?? 'value', dialect);
  const inObject = `(SELECT ${asList('p', dialect)} FROM ${dialect.members('e.value', 'p')} WHERE ${name.isKeyOf('p')} ORDER BY ${name.exactFirst('p')} LIMIT 1)`;
  const itself = (sub ?? 'value') === 'value' ? dialect.listOfOne('e') : 'NULL';
  const list = `CASE ${dialect.typeOf('e')} WHEN 'object' THEN ${inObject} ELSE ${itself} END`;
  return {
    from: dialect.elements(list, [], 'v'),
    expression: dialect.scalar('v.value', []),
    sorted: () => {
      const number = dialect.sortedNumber(typedValue('number', dialect));
      return `coalesce(${folded(typedValue('text', dialect))}, ${number}, ${typedValue('boolean', dialect)})`;
    },
    compare: (condition) => dynamicComparison(condition, dialect),
  };
}

/** A value of another type than the literal is not equal, and in no order with it. */
function dynamicComparison(condition: Compare, dialect: Dialect): Sql {
  const { value, operator } = condition;
  if (operator === 'ne') return negated(dynamicComparison({ ...condition, operator: 'eq' }, dialect));
  const isText = typeof value === 'string';
  const found = typedValue(isText ? 'text' : typeof value === 'number' ? 'number' : 'boolean', dialect);
  const operand = { text: isText ? folded(found) : found, folded: isText, column: false };
  return comparison(condition, operand, dialect);
}

/** The value of the row `v` if it is of that type, else NULL. */
function typedValue(type: JsonType, dialect: Dialect): string {
  const scalar = dialect.scalar('v.value', []);
  const typed = type === 'number' ? `CAST(${scalar} AS NUMERIC)` : scalar;
  return `CASE WHEN ${dialect.typeOf('v')} IN (${dialect.jsonTypes[type]}) THEN ${typed} END`;
}

/** As `keyAnyCase` finds names. The length is asked first: it spares folding nearly every other name of a document. */
function foreignName(name: string, dialect: Dialect) {
  const lowered = quoteText(fold(name), dialect);
  return {
    isKeyOf: (row: string) =>
      `length(${row}.key) = ${[...name].length} AND ${folded(`${row}.key`)} = ${lowered}`,
    exactFirst: (row: string) => `${row}.key <> ${quoteText(name, dialect)}, ${row}.id`,
  };
}

function asList(row: string, dialect: Dialect): string {
  return `CASE ${dialect.typeOf(row)} WHEN 'array' THEN ${row}.value ELSE ${dialect.listOfOne(row)} END`;
}

// --- memberships ------------------------------------------------------------------------------------------------

/** members of a group, groups of a user: rows of their own, not part of the document. */
function isEdge(place: Place, table: Table): boolean {
  return place.urn === null && place.attribute === (table === 'users' ? 'groups' : 'members');
}

function groupsOfUser(dialect: Dialect): Elements {
  const columns = {
    value: 'm.group_id',
    display: 'd.display_name',
    type: dialect.byBytes("'direct'"),
    $ref: 'm.group_id',
  };
  return {
    from: 'memberships m JOIN directory_groups d ON d.provider = m.provider AND d.id = m.group_id',
    where: 'm.provider = r.provider AND m.member = r.id',
    primary: null,
    order: 'd.display_name_folded, d.id',
    values: (sub) => edgeValues(sub, columns, dialect),
  };
}

function membersOfGroup(dialect: Dialect): Elements {
  const columns = {
    value: 'm.member',
    display: memberDisplay(dialect),
    type: 'm.member_kind',
    $ref: "m.member_kind || '/' || m.member",
  };
  return {
    from: 'memberships m',
    where: 'm.provider = r.provider AND m.group_id = r.id',
    primary: null,
    order: 'm.member',
    values: (sub) => edgeValues(sub, columns, dialect),
  };
}

function memberDisplay(dialect: Dialect): string {
  return `(CASE m.member_kind
    WHEN 'User' THEN (SELECT ${dialect.scalar(dialect.document('u'), ['displayName'])} FROM users u WHERE u.provider = m.provider AND u.id = m.member)
    ELSE (SELECT g.display_name FROM directory_groups g WHERE g.provider = m.provider AND g.id = m.member) END)`;
}

function edgeValues(sub: string | null, columns: Readonly<Record<string, string>>, dialect: Dialect): Values {
  const expression = columns[sub ?? 'value'] ?? 'NULL';
  return {
    from: null,
    expression,
    sorted: (place) => sortedValue(place, expression, dialect),
    compare: (condition) => {
      // The address is made for each answer, and nothing stored holds it (DESIGN 5: unsupported is said, not guessed).
      if (sub === '$ref') throw madeNotStored(condition.place);
      return typedComparison(condition, expression, dialect);
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
