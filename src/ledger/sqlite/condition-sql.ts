// A SCIM condition as SQL over the users and groups tables: what an identity provider looks up meets an index, the
// rest reads the JSON of the document. `holds` in scim/condition is the same meaning in memory; a property test
// keeps the two together.

import { fold } from '../../fold.ts';
import type { Condition } from '../../scim/condition.ts';
import type { Place } from '../../scim/place.ts';
import type { Sort } from '../../scim/sort.ts';
import {
  anyElementSql,
  anyPresentSql,
  anyValueSql,
  documentPath,
  elementsOf,
  firstValueSql,
  isList,
  madeNotStored,
  sortedText,
} from './element-sql.ts';
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
        condition.kind,
      );
    case 'not':
      return negated(conditionSql(condition.part, table));
    case 'present':
      return presentSql(condition.place, table);
    case 'compare':
      return compareSql(condition, table);
    case 'element':
      return elementSql(condition, table);
  }
}

/** The expression that a list is ordered by; NULL where a resource has nothing there. */
export function sortSql({ place }: Sort, table: Table): string {
  const column = columnOf(place, table);
  if (column) return column.folded ?? column.exact;
  if (isList(place, table)) return firstValueSql(place, elementsOf(place, table));
  return sortedText(place, `json_extract(r.document, ${documentPath(place, place.sub)})`);
}

// --- columns ----------------------------------------------------------------------------------------------------

interface Column {
  exact: string;
  folded?: string;
}

/** What has a column, or is made from columns. */
function columnOf(place: Place, table: Table): Column | null {
  if (place.urn !== null) return null;
  if (place.attribute === 'id') return { exact: 'r.id' };
  if (place.attribute === 'externalId') return { exact: 'r.external_id' };
  if (place.attribute === 'meta') return metaColumn(place.sub, table);
  if (table === 'users' && place.attribute === 'userName') {
    return { exact: "json_extract(r.document, '$.userName')", folded: 'r.user_name_folded' };
  }
  if (table === 'groups' && place.attribute === 'displayName') {
    return { exact: 'r.display_name', folded: 'r.display_name_folded' };
  }
  return null;
}

function metaColumn(sub: string | null, table: Table): Column {
  switch (sub) {
    case 'created':
      return { exact: 'r.created_at' };
    case 'lastModified':
      return { exact: 'r.modified_at' };
    case 'version':
      return table === 'users'
        ? { exact: `('W/"' || r.revision || '"')` }
        : { exact: `('W/"' || r.revision || '.' || r.membership_version || '"')` };
    case 'resourceType':
      return { exact: table === 'users' ? "'User'" : "'Group'" };
    default:
      return { exact: 'r.id' }; // the location ends in it
  }
}

// --- comparisons ------------------------------------------------------------------------------------------------

function compareSql(condition: Compare, table: Table): Sql {
  const { place } = condition;
  const column = columnOf(place, table);
  if (column) {
    if (place.attribute === 'meta' && place.sub === 'location') throw madeNotStored(place);
    return column.folded !== undefined && !place.caseExact
      ? comparison(column.folded, condition, 'folded')
      : typedComparison(condition, column.exact);
  }
  if (isList(place, table)) return anyValueSql(condition, elementsOf(place, table));
  return typedComparison(condition, `json_extract(r.document, ${documentPath(place, place.sub)})`);
}

function presentSql(place: Place, table: Table): Sql {
  const column = columnOf(place, table);
  if (column) return { text: `${column.exact} IS NOT NULL`, values: [] };
  if (isList(place, table)) return anyPresentSql(place, elementsOf(place, table));
  return { text: `json_type(r.document, ${documentPath(place, place.sub)}) IS NOT NULL`, values: [] };
}

function elementSql(condition: Element, table: Table): Sql {
  const { place, part } = condition;
  // The one element of a single value is the value itself: `name[familyName eq "x"]`.
  if (!isList(place, table)) return joined([presentSql(place, table), conditionSql(part, table)], 'and');
  return workEmailSql(condition, table) ?? anyElementSql(part, elementsOf(place, table));
}

/**
 * `emails[type eq "work"].value eq "x"`: Entra's usual look-up. The first work address has a column and an index;
 * the few people with several are looked at one by one.
 */
function workEmailSql(condition: Element, table: Table): Sql | null {
  const { place, part } = condition;
  if (table !== 'users' || place.urn !== null || place.attribute !== 'emails') return null;
  if (part.kind !== 'and' || part.parts.length !== 2) return null;
  const equal = (sub: string) =>
    part.parts.find(
      (each): each is Compare => each.kind === 'compare' && each.operator === 'eq' && each.place.sub === sub,
    );
  const [type, value] = [equal('type'), equal('value')];
  if (!type || !value || fold(String(type.value)) !== 'work') return null;
  const rest = anyElementSql(part, elementsOf(place, table));
  return {
    text: `(r.work_email_folded = ? OR (r.several_work_emails = 1 AND ${rest.text}))`,
    values: [fold(String(value.value)), ...rest.values],
  };
}
