// What a filter asks of one kind of resource: every name resolved, every literal in the type of its attribute. The
// ledger compiles a condition to SQL, `holds` evaluates it in memory; both must agree, so each variant says exactly what
// it means. Truth is two-valued: a comparison with what is not there is false, except `ne`, which is true.

import { fold } from '../fold.ts';
import { bindElementFilter, bindFilter } from './binding.ts';
import { type CompareOperator, parseFilter } from './filter.ts';
import { isObject, keyAnyCase, own } from './json.ts';
import type { Place } from './place.ts';
import type { Field, ResourceKind } from './schema.ts';
import { readInstant } from './value.ts';

/**
 * Values of a place: those at `attribute` (in the extension `urn`), of each element where it is a list, then at `sub`.
 * For a 'dynamic' place without `sub`, an object among them stands for its `value`.
 */
export type Condition =
  /** Every resource: `id pr`, `schemas pr` and `meta pr`. */
  | { readonly kind: 'always' }
  /**
   * No resource. What an unknown attribute or the password is compared with decides nothing: neither the comparison
   * nor its negation holds, as with SQL's NULL, so a password cannot be guessed and nothing means "everything" (F40,
   * F43).
   */
  | { readonly kind: 'never' }
  /** All of two or more parts. */
  | { readonly kind: 'and'; readonly parts: readonly Condition[] }
  /** Any of two or more parts. */
  | { readonly kind: 'or'; readonly parts: readonly Condition[] }
  /** The part does not hold. The part is a 'present', 'compare' or 'element': negations stand at the leaves. */
  | { readonly kind: 'not'; readonly part: Condition }
  /** The place has at least one value. `eq null` is the negation of it. */
  | { readonly kind: 'present'; readonly place: Place }
  /**
   * Some value of the place compares so. `ne`: there is no value at all, or some value differs.
   * `value` has the type of the place: boolean for boolean, number for integer and decimal, milliseconds since 1970
   * (number) for dateTime, text for all others. For 'dynamic' it is the literal as written, and stored values of another
   * JSON type never match (they differ, for `ne`).
   * Texts are compared by `fold` on both sides unless the place is caseExact; co, sw and ew are literal (no wildcards);
   * the order of texts is by code point, as in UTF-8 bytes. Booleans have eq and ne only, binary too.
   */
  | {
      readonly kind: 'compare';
      readonly place: Place;
      readonly operator: CompareOperator;
      readonly value: string | number | boolean;
    }
  /**
   * One and the same element of the attribute (or its single value) satisfies `part`. Places inside `part` repeat the
   * attribute and name a `sub`, to be looked up in the element; `sub` null means the element itself, a simple value.
   */
  | { readonly kind: 'element'; readonly place: Place; readonly part: Condition };

/** Refuses with invalidFilter. */
export function readCondition(kind: ResourceKind, filterText: string): Condition {
  return bindFilter(kind, parseFilter(filterText));
}

/** The condition inside the brackets of a PATCH path; undefined `field`: of an extension that we do not know. */
export function readElementCondition(
  field: Field | undefined,
  foreign: Place | undefined,
  filterText: string,
): Condition {
  return bindElementFilter(field, foreign, parseFilter(filterText));
}

/** Whether the whole wire resource (with id, meta, groups, members as far as asked for) satisfies the condition. */
export function holds(condition: Condition, resource: object): boolean {
  switch (condition.kind) {
    case 'always':
      return true;
    case 'never':
      return false;
    case 'and':
      return condition.parts.every((part) => holds(part, resource));
    case 'or':
      return condition.parts.some((part) => holds(part, resource));
    case 'not':
      return !holds(condition.part, resource);
    case 'present':
      return isPresent(condition.place, resource);
    case 'compare':
      return compareValues(condition, valuesAt(condition.place, resource));
    case 'element':
      return elementsAt(condition.place, resource).some((element) => matchesElement(condition.part, element));
  }
}

/** Whether one element satisfies the inner part of an 'element' condition. */
export function matchesElement(condition: Condition, element: unknown): boolean {
  switch (condition.kind) {
    case 'always':
      return true;
    case 'never':
      return false;
    case 'and':
      return condition.parts.every((part) => matchesElement(part, element));
    case 'or':
      return condition.parts.some((part) => matchesElement(part, element));
    case 'not':
      return !matchesElement(condition.part, element);
    case 'present':
      return partsOf(condition.place, element).length > 0;
    case 'compare':
      return compareValues(condition, partsOf(condition.place, element));
    case 'element':
      return false;
  }
}

/** RFC 7644 3.4.2.2: a complex value counts when it holds anything, whether or not that is a `value`. */
function isPresent(place: Place, resource: object): boolean {
  const found = place.sub === null ? elementsAt(place, resource) : valuesAt(place, resource);
  return found.length > 0;
}

/** The values that a resource has at a place. */
export function valuesAt(place: Place, resource: object): unknown[] {
  const elements = elementsAt(place, resource);
  if (place.sub !== null) return elements.flatMap((element) => partsOf(place, element));
  if (place.type !== 'dynamic') return elements;
  return elements.flatMap((element) =>
    isObject(element) ? listed(ownOf(element, 'value', place)) : [element],
  );
}

function elementsAt(place: Place, resource: object): unknown[] {
  const holder = place.urn === null ? resource : ownOf(resource, place.urn, place);
  return typeof holder === 'object' && holder !== null ? listed(ownOf(holder, place.attribute, place)) : [];
}

function partsOf(place: Place, element: unknown): unknown[] {
  if (isObject(element)) return listed(ownOf(element, place.sub ?? 'value', place));
  // In a list of simple values, `value` is the element (RFC 7643 2.4).
  return place.sub === null || place.sub === 'value' ? [element] : [];
}

/** Documents spell what we know canonically; what we do not know is found in any letter case (RFC 7643 2.1). */
function ownOf(holder: object, name: string, place: Place): unknown {
  if (place.type !== 'dynamic') return own(holder, name);
  const key = keyAnyCase(holder, name);
  return key === undefined ? undefined : (holder as Record<string, unknown>)[key];
}

function listed(value: unknown): unknown[] {
  if (value === undefined || value === null || value === '') return [];
  return Array.isArray(value) ? value : [value];
}

type Compare = Extract<Condition, { kind: 'compare' }>;

function compareValues(condition: Compare, values: readonly unknown[]): boolean {
  if (condition.operator === 'ne') {
    return values.length === 0 || values.some((value) => !satisfies(condition, 'eq', value));
  }
  return values.some((value) => satisfies(condition, condition.operator, value));
}

function satisfies(condition: Compare, operator: CompareOperator, raw: unknown): boolean {
  const { place, value: wanted } = condition;
  const value = place.type === 'dateTime' && typeof raw === 'string' ? readInstant(raw) : raw;
  if (typeof value === 'string' && typeof wanted === 'string') {
    return place.caseExact
      ? compareTexts(operator, value, wanted)
      : compareTexts(operator, fold(value), fold(wanted));
  }
  if (typeof value === 'number' && typeof wanted === 'number') return inOrder(operator, value - wanted);
  return operator === 'eq' && value === wanted;
}

function compareTexts(operator: CompareOperator, value: string, wanted: string): boolean {
  switch (operator) {
    case 'co':
      return value.includes(wanted);
    case 'sw':
      return value.startsWith(wanted);
    case 'ew':
      return value.endsWith(wanted);
    default:
      return inOrder(operator, orderOfTexts(value, wanted));
  }
}

function inOrder(operator: CompareOperator, order: number): boolean {
  switch (operator) {
    case 'eq':
      return order === 0;
    case 'gt':
      return order > 0;
    case 'ge':
      return order >= 0;
    case 'lt':
      return order < 0;
    case 'le':
      return order <= 0;
    default:
      return false;
  }
}

/** By code point, as databases compare UTF-8 bytes; JavaScript's own order differs beyond the basic plane. */
export function orderOfTexts(a: string, b: string): number {
  if (a === b) return 0;
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return codePointRank(x) - codePointRank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others. */
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
