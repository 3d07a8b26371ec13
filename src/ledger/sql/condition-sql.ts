// A SCIM condition as SQL over the users and groups tables: what an identity provider looks up meets an index, the
// rest reads the JSON of the document. `holds` in scim/condition is the same meaning in memory; a property test
// keeps the two together.

import { fold } from '../../fold.ts';
import type { Condition } from '../../scim/condition.ts';
import type { Place } from '../../scim/place.ts';
import type { Sort } from '../../scim/sort.ts';
import type { Dialect } from './dialect.ts';
import { anyElementSql, anyPresentSql, anyValueSql, firstValueSql } from './element-sql.ts';
import { elementsOf, isList, madeNotStored, pathOf, sortedValue } from './list-sql.ts';
import {
  always,
  type Compare,
  comparison,
  joined,
  negated,
  never,
  type Sql,
  type Table,
  typedComparison,
} from './operator-sql.ts';

type Element = Extract<Condition, { kind: 'element' }>;

/** For a table aliased `r`. Refuses with invalidFilter what is made for each answer and stored nowhere. */
export function conditionSql(condition: Condition, table: Table, dialect: Dialect): Sql {
  switch (condition.kind) {
    case 'always':
      return always;
    case 'never':
      return never;
    case 'and':
    case 'or':
      return joined(
        condition.parts.map((part) => conditionSql(part, table, dialect)),
        condition.kind,
      );
    case 'not':
      return negated(conditionSql(condition.part, table, dialect));
    case 'present':
      return presentSql(condition.place, table, dialect);
    case 'compare':
      return compareSql(condition, table, dialect);
    case 'element':
      return elementSql(condition, table, dialect);
  }
}

/** The expression that a list is ordered by; NULL where a resource has nothing there. */
export function sortSql({ place }: Sort, table: Table, dialect: Dialect): string {
  const column = columnOf(place, table, dialect);
  if (column) return column.folded ?? column.exact;
  if (isList(place, table)) return firstValueSql(place, elementsOf(place, table, dialect));
  return sortedValue(place, valueSql(place, dialect), dialect);
}

// --- columns ----------------------------------------------------------------------------------------------------

interface Column {
  exact: string;
  folded?: string;
}

/** What has a column, or is made from columns. */
function columnOf(place: Place, table: Table, dialect: Dialect): Column | null {
  if (place.urn !== null) return null;
  if (place.attribute === 'id') return { exact: 'r.id' };
  if (place.attribute === 'externalId') return { exact: 'r.external_id' };
  if (place.attribute === 'meta') return metaColumn(place.sub, table, dialect);
  if (table === 'users' && place.attribute === 'userName') {
    return { exact: valueSql(place, dialect), folded: 'r.user_name_folded' };
  }
  if (table === 'groups' && place.attribute === 'displayName') {
    return { exact: 'r.display_name', folded: 'r.display_name_folded' };
  }
  return null;
}

/** The one value that a document has at a place. */
function valueSql(place: Place, dialect: Dialect): string {
  return dialect.scalar(dialect.document('r'), pathOf(place, place.sub));
}

function metaColumn(sub: string | null, table: Table, { byBytes }: Dialect): Column {
  switch (sub) {
    case 'created':
      return { exact: 'r.created_at' };
    case 'lastModified':
      return { exact: 'r.modified_at' };
    case 'version':
      return table === 'users'
        ? { exact: byBytes(`('W/"' || r.revision || '"')`) }
        : { exact: byBytes(`('W/"' || r.revision || '.' || r.membership_version || '"')`) };
    case 'resourceType':
      return { exact: byBytes(table === 'users' ? "'User'" : "'Group'") };
    default:
      return { exact: 'r.id' }; // the location ends in it
  }
}

// --- comparisons ------------------------------------------------------------------------------------------------

function compareSql(condition: Compare, table: Table, dialect: Dialect): Sql {
  const { place } = condition;
  const column = columnOf(place, table, dialect);
  if (column) {
    if (place.attribute === 'meta' && place.sub === 'location') throw madeNotStored(place);
    const folded = place.caseExact ? undefined : column.folded;
    const operand = { text: folded ?? column.exact, folded: folded !== undefined, column: true };
    return comparison(condition, operand, dialect);
  }
  if (isList(place, table)) return anyValueSql(condition, elementsOf(place, table, dialect), dialect);
  return typedComparison(condition, valueSql(place, dialect), dialect);
}

function presentSql(place: Place, table: Table, dialect: Dialect): Sql {
  const column = columnOf(place, table, dialect);
  if (column) return { text: `${column.exact} IS NOT NULL`, values: [] };
  if (isList(place, table)) return anyPresentSql(place, elementsOf(place, table, dialect), dialect);
  return { text: dialect.isThere(dialect.document('r'), pathOf(place, place.sub)), values: [] };
}

function elementSql(condition: Element, table: Table, dialect: Dialect): Sql {
  const { place, part } = condition;
  // The one element of a single value is the value itself: `name[familyName eq "x"]`.
  if (!isList(place, table))
    return joined([presentSql(place, table, dialect), conditionSql(part, table, dialect)], 'and');
  return (
    workEmailSql(condition, table, dialect) ?? anyElementSql(part, elementsOf(place, table, dialect), dialect)
  );
}

/**
 * `emails[type eq "work"].value eq "x"`: Entra's usual look-up. The first work address has a column and an index;
 * the few people with several are looked at one by one.
 */
function workEmailSql(condition: Element, table: Table, dialect: Dialect): Sql | null {
  const { place, part } = condition;
  if (table !== 'users' || place.urn !== null || place.attribute !== 'emails') return null;
  if (part.kind !== 'and' || part.parts.length !== 2) return null;
  const equal = (sub: string) =>
    part.parts.find(
      (each): each is Compare => each.kind === 'compare' && each.operator === 'eq' && each.place.sub === sub,
    );
  const [type, value] = [equal('type'), equal('value')];
  if (!type || !value || fold(String(type.value)) !== 'work') return null;
  const rest = anyElementSql(part, elementsOf(place, table, dialect), dialect);
  // PostgreSQL takes a bare condition on a list for true of every second row, and then walks everybody in the order of
  // the page in the hope of filling it; of a comparison it expects little, and goes to the two indexes.
  const among = `r.several_work_emails = 1 AND CASE WHEN ${rest.text} THEN 1 ELSE 0 END = 1`;
  return {
    text: `(r.work_email_folded = ? OR (${among}))`,
    values: [fold(String(value.value)), ...rest.values],
  };
}
