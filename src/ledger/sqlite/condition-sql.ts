// A SCIM condition as SQL over the users and groups tables: what an identity provider looks up meets an index, the
// rest reads the JSON of the document. `holds` in scim/condition is the same meaning in memory; a property test
// keeps the two together.

import { fold } from '../../fold.ts';
import type { Condition } from '../../scim/condition.ts';
import type { Place } from '../../scim/place.ts';
import type { Sort } from '../../scim/sort.ts';
import type { Value } from './rows.ts';

export interface Sql {
  text: string;
  values: Value[];
}

export type Table = 'users' | 'groups';

type Compare = Extract<Condition, { kind: 'compare' }>;
type CompareOperator = Compare['operator'];

const never: Sql = { text: '0', values: [] };
const always: Sql = { text: '1', values: [] };

/** For a table aliased `r`. */
export function conditionSql(condition: Condition, table: Table): Sql {
  switch (condition.kind) {
    case 'always':
      return always;
    case 'never':
      return never;
    case 'and':
    case 'or':
      return joined(
        condition.parts.map((part) => conditionSql(part, table)),
        condition.kind === 'and' ? ' AND ' : ' OR ',
      );
    case 'not': {
      const part = conditionSql(condition.part, table);
      return { text: `NOT coalesce(${part.text}, 0)`, values: part.values };
    }
    case 'present':
      return presentSql(condition.place, table);
    case 'compare':
      return compareSql(condition, table);
    case 'element':
      return elementSql(condition, table);
  }
}

/** The expression that a list is ordered by, and whether it can be absent. */
export function sortSql(sort: Sort, table: Table): string {
  const { place } = sort;
  const column = columnOf(place, table);
  if (column) return column.folded ?? column.exact;
  const folded = (expression: string) =>
    place.caseExact || isOrderedAsStored(place) ? expression : `fold(${expression})`;
  const at = jsonPath(place, false);
  if (at === null) return 'NULL';
  if (!place.multiValued) return folded(`json_extract(r.document, ${at})`);
  const sub = quoteText(`$."${place.sub ?? 'value'}"`);
  return folded(
    `(SELECT json_extract(e.value, ${sub}) FROM json_each(r.document, ${at}) e ORDER BY coalesce(json_extract(e.value, '$.primary'), 0) DESC, e.key LIMIT 1)`,
  );
}

// --- places -----------------------------------------------------------------------------------------------------

interface Column {
  exact: string;
  folded?: string;
}

const timeColumns: Record<string, string> = { created: 'r.created_at', lastModified: 'r.modified_at' };

function columnOf(place: Place, table: Table): Column | null {
  if (place.urn !== null) return null;
  if (place.attribute === 'id') return { exact: 'r.id' };
  if (place.attribute === 'externalId') return { exact: 'r.external_id' };
  if (place.attribute === 'meta') {
    const time = timeColumns[place.sub ?? ''];
    return time ? { exact: time } : null;
  }
  if (table === 'users' && place.attribute === 'userName') {
    return { exact: "json_extract(r.document, '$.userName')", folded: 'r.user_name_folded' };
  }
  if (table === 'groups' && place.attribute === 'displayName') {
    return { exact: 'r.display_name', folded: 'r.display_name_folded' };
  }
  return null;
}

function isOrderedAsStored(place: Place): boolean {
  return place.type !== 'string' && place.type !== 'reference' && place.type !== 'dynamic';
}

/** The JSON path of a place as an SQL text; null for a name that a path cannot hold. */
function jsonPath(place: Place, withSub = true): string | null {
  const keys = [
    ...(place.urn === null ? [] : [place.urn]),
    place.attribute,
    ...(withSub && place.sub !== null ? [place.sub] : []),
  ];
  if (keys.some((key) => key.includes('"') || key.includes('\\'))) return null;
  return quoteText(`$${keys.map((key) => `."${key}"`).join('')}`);
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

// --- comparisons ------------------------------------------------------------------------------------------------

function compareSql(condition: Compare, table: Table): Sql {
  const { place } = condition;
  const edge = edgeSql(place, table, condition);
  if (edge) return edge;
  if (place.urn === null && place.attribute === 'meta') return metaSql(condition, table);
  const column = columnOf(place, table);
  if (column) {
    const folded = !place.caseExact && column.folded !== undefined;
    return comparison(folded ? column.folded! : column.exact, condition, folded ? 'folded' : 'exact');
  }
  if (place.multiValued) return anyElement(place, valueIn(condition, 'e.value'), condition.operator === 'ne');
  const at = jsonPath(place);
  if (at === null) return condition.operator === 'ne' ? always : never;
  return typedComparison(condition, `json_extract(r.document, ${at})`, `json_type(r.document, ${at})`);
}

/** meta.resourceType, location and version are made, not stored; only their presence and the type are of use. */
function metaSql(condition: Compare, table: Table): Sql {
  const { place, operator, value } = condition;
  const column = columnOf(place, table);
  if (column) return comparison(column.exact, condition, 'exact');
  if (place.sub === 'version' && table === 'users') {
    return comparison(`'W/"' || r.revision || '"'`, condition, 'exact');
  }
  if (place.sub === 'version') {
    return comparison(`'W/"' || r.revision || '.' || r.membership_version || '"'`, condition, 'exact');
  }
  if (place.sub !== 'resourceType') return operator === 'ne' ? always : never;
  const name = quoteText(table === 'users' ? 'User' : 'Group');
  return place.caseExact || typeof value !== 'string'
    ? comparison(name, condition, 'exact')
    : comparison(`lower(${name})`, condition, 'folded');
}

/** The condition on one element of a list, given as an SQL expression of its JSON. */
function valueIn(condition: Compare, element: string): Sql {
  const { sub } = condition.place;
  if (sub?.includes('"')) return condition.operator === 'ne' ? always : never;
  const at = quoteText(sub === null ? '$' : `$."${sub}"`);
  // An element of an unknown extension's list may be a bare text, which is no JSON by itself.
  const json = `CASE WHEN e.type IN ('object', 'array') THEN ${element} ELSE json_quote(${element}) END`;
  return typedComparison(condition, `json_extract(${json}, ${at})`, `json_type(${json}, ${at})`);
}

function typedComparison(condition: Compare, expression: string, type: string): Sql {
  const { place, value } = condition;
  if (place.type === 'dynamic') return dynamicComparison(condition, expression, type);
  if (typeof value !== 'string' || place.caseExact || place.type === 'dateTime') {
    return comparison(expression, condition, 'exact');
  }
  return comparison(`fold(${expression})`, condition, 'folded');
}

/** A value of another type than the literal is not equal, and in no order with it. */
function dynamicComparison(condition: Compare, expression: string, type: string): Sql {
  const { value, operator } = condition;
  const types =
    typeof value === 'string'
      ? "'text'"
      : typeof value === 'number'
        ? "'integer', 'real'"
        : "'true', 'false'";
  const part =
    typeof value === 'string'
      ? comparison(`fold(${expression})`, condition, 'folded')
      : comparison(expression, condition, 'exact');
  if (operator === 'ne') {
    return { text: `(coalesce(${type} NOT IN (${types}), 1) OR ${part.text})`, values: part.values };
  }
  return { text: `(coalesce(${type}, '') IN (${types}) AND ${part.text})`, values: part.values };
}

function comparison(expression: string, condition: Compare, form: 'exact' | 'folded'): Sql {
  const { operator, value } = condition;
  const given: Value =
    typeof value === 'boolean' ? (value ? 1 : 0) : form === 'folded' ? fold(String(value)) : value;
  return operatorSql[operator](expression, given);
}

const operatorSql: Record<CompareOperator, (expression: string, value: Value) => Sql> = {
  eq: (x, value) => ({ text: `${x} = ?`, values: [value] }),
  ne: (x, value) => ({ text: `${x} IS NOT ?`, values: [value] }),
  gt: (x, value) => ({ text: `${x} > ?`, values: [value] }),
  ge: (x, value) => ({ text: `${x} >= ?`, values: [value] }),
  lt: (x, value) => ({ text: `${x} < ?`, values: [value] }),
  le: (x, value) => ({ text: `${x} <= ?`, values: [value] }),
  co: (x, value) => ({ text: `instr(${x}, ?) > 0`, values: [value] }),
  sw: (x, value) => startsWith(x, String(value)),
  ew: (x, value) => ({ text: `substr(${x}, -length(?)) = ?`, values: [value, value] }),
};

/** As a range where the end of it can be named, so that an index serves it. */
function startsWith(x: string, value: string): Sql {
  const last = value.codePointAt(value.length - 1);
  if (last === undefined) return { text: `${x} IS NOT NULL`, values: [] };
  if (last >= 0x7f) return { text: `substr(${x}, 1, length(?)) = ?`, values: [value, value] };
  const end = value.slice(0, -1) + String.fromCodePoint(last + 1);
  return { text: `(${x} >= ? AND ${x} < ?)`, values: [value, end] };
}

// --- lists ------------------------------------------------------------------------------------------------------

function anyElement(place: Place, part: Sql, orNone = false): Sql {
  const at = jsonPath(place, false);
  if (at === null) return orNone ? always : never;
  const some = `EXISTS (SELECT 1 FROM json_each(r.document, ${at}) e WHERE ${part.text})`;
  const none = orNone ? ` OR json_type(r.document, ${at}) IS NULL` : '';
  return { text: `(${some}${none})`, values: part.values };
}

function elementSql(condition: Extract<Condition, { kind: 'element' }>, table: Table): Sql {
  const { place, part } = condition;
  const work = table === 'users' ? workEmailSql(condition) : null;
  if (work) return work;
  if (isEdge(place, table)) return edgeElement(part, table);
  return anyElement(place, elementPart(part));
}

function elementPart(part: Condition): Sql {
  switch (part.kind) {
    case 'always':
      return always;
    case 'never':
      return never;
    case 'and':
    case 'or':
      return joined(part.parts.map(elementPart), part.kind === 'and' ? ' AND ' : ' OR ');
    case 'not': {
      const inner = elementPart(part.part);
      return { text: `NOT coalesce(${inner.text}, 0)`, values: inner.values };
    }
    case 'present': {
      const sub = part.place.sub;
      if (sub === null) return always;
      if (sub.includes('"')) return never;
      return {
        text: `(e.type = 'object' AND json_type(e.value, ${quoteText(`$."${sub}"`)}) IS NOT NULL)`,
        values: [],
      };
    }
    case 'compare':
      return valueIn(part, 'e.value');
    case 'element':
      return never; // the grammar has no list within an element
  }
}

/**
 * `emails[type eq "work"].value eq "x"`: Entra's usual look-up. The first work address has a column and an index;
 * the few people with several are looked at one by one.
 */
function workEmailSql(condition: Extract<Condition, { kind: 'element' }>): Sql | null {
  const { place, part } = condition;
  if (place.urn !== null || place.attribute !== 'emails' || part.kind !== 'and' || part.parts.length !== 2)
    return null;
  const equal = (sub: string) =>
    part.parts.find(
      (each): each is Compare => each.kind === 'compare' && each.operator === 'eq' && each.place.sub === sub,
    );
  const [type, value] = [equal('type'), equal('value')];
  if (!type || !value || fold(String(type.value)) !== 'work') return null;
  const rest = anyElement(place, elementPart(part));
  return {
    text: `(r.work_email_folded = ? OR (r.several_work_emails = 1 AND ${rest.text}))`,
    values: [fold(String(value.value)), ...rest.values],
  };
}

function presentSql(place: Place, table: Table): Sql {
  if (isEdge(place, table)) {
    const edges = edgeTable(table);
    return { text: `EXISTS (SELECT 1 FROM ${edges.from} WHERE ${edges.where})`, values: [] };
  }
  const column = columnOf(place, table);
  if (column) return { text: `${column.exact} IS NOT NULL`, values: [] };
  if (place.urn === null && place.attribute === 'meta') return always;
  if (place.multiValued && place.sub !== null) {
    if (place.sub.includes('"')) return never;
    return anyElement(place, {
      text: `(e.type = 'object' AND json_type(e.value, ${quoteText(`$."${place.sub}"`)}) IS NOT NULL)`,
      values: [],
    });
  }
  const at = jsonPath(place);
  return at === null ? never : { text: `json_type(r.document, ${at}) IS NOT NULL`, values: [] };
}

// --- memberships ------------------------------------------------------------------------------------------------

/** members of a group, groups of a user: rows of their own, not part of the document. */
function isEdge(place: Place, table: Table): boolean {
  return place.urn === null && place.attribute === (table === 'users' ? 'groups' : 'members');
}

function edgeTable(table: Table): {
  from: string;
  where: string;
  id: string;
  columns: Record<string, string>;
} {
  if (table === 'users') {
    return {
      from: 'memberships m JOIN directory_groups d ON d.provider = m.provider AND d.id = m.group_id',
      where: 'm.provider = r.provider AND m.member = r.id',
      id: 'm.group_id',
      columns: { value: 'm.group_id', display: 'fold(d.display_name)', type: "'direct'" },
    };
  }
  return {
    from: 'memberships m',
    where: 'm.provider = r.provider AND m.group_id = r.id',
    id: 'm.member',
    columns: { value: 'm.member', type: 'lower(m.member_kind)', display: memberDisplay },
  };
}

const memberDisplay = `fold(coalesce(
  (SELECT json_extract(u.document, '$.displayName') FROM users u WHERE u.provider = m.provider AND u.id = m.member),
  (SELECT d.display_name FROM directory_groups d WHERE d.provider = m.provider AND d.id = m.member)))`;

function edgeSql(place: Place, table: Table, condition: Compare): Sql | null {
  if (!isEdge(place, table)) return null;
  const part = edgeComparison(condition, table);
  const edges = edgeTable(table);
  const some = `EXISTS (SELECT 1 FROM ${edges.from} WHERE ${edges.where} AND ${part.text})`;
  if (condition.operator !== 'ne') return { text: some, values: part.values };
  return {
    text: `(${some} OR NOT EXISTS (SELECT 1 FROM ${edges.from} WHERE ${edges.where}))`,
    values: part.values,
  };
}

function edgeComparison(condition: Compare, table: Table): Sql {
  const expression = edgeTable(table).columns[condition.place.sub ?? 'value'];
  if (!expression) return condition.operator === 'ne' ? always : never;
  // Ids are case exact in the table; a foreign spelling of one simply is not there.
  return comparison(expression, condition, expression.startsWith('m.') ? 'exact' : 'folded');
}

function edgeElement(part: Condition, table: Table): Sql {
  const edges = edgeTable(table);
  const inner = edgePart(part, table);
  return {
    text: `EXISTS (SELECT 1 FROM ${edges.from} WHERE ${edges.where} AND ${inner.text})`,
    values: inner.values,
  };
}

function edgePart(part: Condition, table: Table): Sql {
  switch (part.kind) {
    case 'and':
    case 'or':
      return joined(
        part.parts.map((each) => edgePart(each, table)),
        part.kind === 'and' ? ' AND ' : ' OR ',
      );
    case 'not': {
      const inner = edgePart(part.part, table);
      return { text: `NOT coalesce(${inner.text}, 0)`, values: inner.values };
    }
    case 'compare':
      return edgeComparison(part, table);
    case 'present':
      return edgeTable(table).columns[part.place.sub ?? 'value'] ? always : never;
    case 'always':
      return always;
    default:
      return never;
  }
}

function joined(parts: Sql[], by: string): Sql {
  return {
    text: `(${parts.map((part) => part.text).join(by)})`,
    values: parts.flatMap((part) => part.values),
  };
}
