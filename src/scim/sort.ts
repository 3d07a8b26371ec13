// Sorting by RFC 7644 3.4.2.3, for lists in memory; the ledger sorts in SQL by the same place.

import { fold } from '../fold.ts';
import { orderOfTexts, valuesAt } from './condition.ts';
import { isObject, own } from './json.ts';
import { SORT_CHARACTERS } from './limits.ts';
import { foreignPlace, type Place, placeOf, readTarget } from './place.ts';
import type { ResourceKind } from './schema.ts';
import { readInstant } from './value.ts';

/**
 * A list sorts by its primary element, else by its first. Texts sort folded unless caseExact, by code point; false
 * before true; dateTimes by instant. Without a value: last ascending, first descending.
 */
export interface Sort {
  readonly place: Place;
  readonly descending: boolean;
}

/** null: nothing to sort by. What we do not know is ignored (S06), and so is an unknown order (S08). */
export function readSort(
  kind: ResourceKind,
  sortBy: string | undefined,
  sortOrder: string | undefined,
): Sort | null {
  if (!sortBy || sortBy.length > SORT_CHARACTERS) return null;
  const place = sortPlace(kind, sortBy.trim());
  return place && { place, descending: sortOrder?.trim().toLowerCase() === 'descending' };
}

function sortPlace(kind: ResourceKind, text: string): Place | null {
  const target = readTarget(kind, text);
  if (target?.kind === 'foreign' && target.name !== null) {
    return foreignPlace(target.urn, target.name, target.sub);
  }
  if (target?.kind !== 'field') return null;
  const { field } = target;
  const sub = target.sub ?? field.subs?.byName.get('value') ?? null;
  const leaf = sub ?? field;
  // `name` and `meta` have no value of their own to sort by.
  return leaf.type === 'complex' || leaf.attribute.returned === 'never' ? null : placeOf(field, sub);
}

export function compareBy(sort: Sort): (a: object, b: object) => number {
  const sign = sort.descending ? -1 : 1;
  return (a, b) => sign * compareKeys(sortKey(sort.place, a), sortKey(sort.place, b));
}

function sortKey(place: Place, resource: object): unknown {
  const holder = place.urn === null ? resource : own(resource, place.urn);
  const list = isObject(holder) ? own(holder, place.attribute) : undefined;
  const primary = Array.isArray(list)
    ? list.find((item) => isObject(item) && own(item, 'primary') === true)
    : undefined;
  const value =
    primary !== undefined && place.sub !== null ? own(primary, place.sub) : valuesAt(place, resource)[0];
  if (typeof value !== 'string') return value;
  if (place.type === 'dateTime') return readInstant(value);
  return place.caseExact ? value : fold(value);
}

function compareKeys(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  if (typeof a === 'string' && typeof b === 'string') return orderOfTexts(a, b);
  return Number(a) - Number(b) || 0;
}
