// One PATCH operation on one attribute that we know (RFC 7644 3.5.2.1 to 3.5.2.3), on a working copy. Values are read
// as they go in, so that a later operation finds what an earlier one wrote; the rules about the resource as a whole
// (required, one primary, hollow elements) are applied by the reader at the end.

import { Refusal } from '../refusal.ts';
import { type Condition, matchesElement } from './condition.ts';
import { type Habit, isUnassigning, note, soleElement, subIn } from './dialects.ts';
import { isObject, type Json, type JsonObject, jsonKey, own } from './json.ts';
import { LIST_ELEMENTS } from './limits.ts';
import type { PatchPath } from './path.ts';
import type { Field } from './schema.ts';
import { objectOf, readField, settleList, wrong } from './value.ts';

export type AttributePath = Extract<PatchPath, { kind: 'attribute' }>;

export interface Change {
  readonly op: 'add' | 'replace' | 'remove';
  readonly value: unknown;
}

/** `holder` is the document, or the extension's object. */
export function changeAttribute(
  holder: JsonObject,
  path: AttributePath,
  change: Change,
  habits: Habit[],
): void {
  const { field, sub, filter } = path;
  if (field.dropped || sub?.dropped) return;
  if (filter) changeElements(holder, path, filter, change, habits);
  else if (sub) changePart(holder, field, sub, change, habits);
  else if (change.op === 'remove') removeWhole(holder, field, change.value, habits);
  else if (isUnassigning(change.value)) delete holder[field.name];
  else if (field.multiValued) changeList(holder, field, change, habits);
  else if (field.type === 'complex') merge(holder, field, change.value, habits);
  else assign(holder, field, change.value, habits);
}

function assign(holder: JsonObject, field: Field, raw: unknown, habits: Habit[]): void {
  const value = readField(field, raw, habits);
  if (value === undefined) delete holder[field.name];
  else holder[field.name] = value;
}

/** add and replace alike keep the sub-attributes that the value does not name (P12, P13); "" and null clear one (Q45). */
function merge(holder: JsonObject, field: Field, raw: unknown, habits: Habit[]): void {
  const sole = Array.isArray(raw) ? soleElement(raw, 'complex') : raw;
  if (sole !== raw) note(habits, 'single-in-list');
  if (isUnassigning(sole)) delete holder[field.name];
  else mergeParts(objectAt(holder, field), field, objectOf(field, sole, habits), habits);
}

function mergeParts(target: JsonObject, field: Field, parts: Record<string, unknown>, habits: Habit[]): void {
  for (const key of Object.keys(parts)) {
    const sub = field.subs && subIn(field.subs, key, habits);
    if (sub && !sub.dropped) assign(target, sub, parts[key], habits);
  }
}

function objectAt(holder: JsonObject, field: Field): JsonObject {
  const held = own(holder, field.name);
  if (isObject(held)) return held as JsonObject;
  const made: JsonObject = {};
  holder[field.name] = made;
  return made;
}

function listAt(holder: JsonObject, field: Field): Json[] {
  const held = own(holder, field.name);
  if (held === undefined) return [];
  return Array.isArray(held) ? held : [held as Json];
}

function changeList(holder: JsonObject, field: Field, change: Change, habits: Habit[]): void {
  const given = readField(field, change.value, habits) as Json[] | undefined;
  if (change.op === 'replace') {
    if (given === undefined) delete holder[field.name];
    else holder[field.name] = given;
  } else if (given !== undefined) {
    append(holder, field, given, habits);
  }
}

/** P37: what is added as primary turns the others off. P09: what is there already is not added again. */
function append(holder: JsonObject, field: Field, given: readonly Json[], habits: Habit[]): void {
  const list = listAt(holder, field);
  if (given.some(isPrimary)) demote(list);
  const settled = settleList(field, [...list, ...given], habits);
  if (settled.length > LIST_ELEMENTS) wrong(field, `at most ${LIST_ELEMENTS} elements`, settled);
  holder[field.name] = settled;
}

function isPrimary(element: Json): boolean {
  return isObject(element) && own(element, 'primary') === true;
}

function demote(list: readonly Json[]): void {
  for (const element of list) if (isPrimary(element)) (element as JsonObject).primary = false;
}

/** `name.familyName`; and `emails.value` without a filter, which means every element, or a new one. */
function changePart(holder: JsonObject, field: Field, sub: Field, change: Change, habits: Habit[]): void {
  const clears = change.op === 'remove' || isUnassigning(change.value);
  if (!field.multiValued) {
    if (!clears) assign(objectAt(holder, field), sub, change.value, habits);
    else if (isObject(own(holder, field.name)))
      removeWhole(
        holder[field.name] as JsonObject,
        sub,
        change.op === 'remove' ? change.value : null,
        habits,
      );
    return;
  }
  const list = listAt(holder, field);
  if (list.length === 0 && !clears) {
    list.push({});
    holder[field.name] = list;
  }
  for (const element of list) {
    if (clears) delete (element as JsonObject)[sub.name];
    else assign(element as JsonObject, sub, change.value, habits);
  }
}

/** `remove` takes no value in the RFC. With one, only what equals it goes (Q46); an empty list names nothing (Q24). */
function removeWhole(holder: JsonObject, field: Field, raw: unknown, habits: Habit[]): void {
  const held = own(holder, field.name);
  if (held === undefined) return;
  if (isUnassigning(raw)) {
    delete holder[field.name];
    return;
  }
  note(habits, 'remove-with-value');
  const given = readField(field, raw, habits);
  if (given === undefined) return;
  const isNamed = namedBy(Array.isArray(given) ? given : [given]);
  keep(
    holder,
    field,
    listAt(holder, field).filter((element) => !isNamed(element)),
  );
}

/** Whether one of the given elements names another: by its value, and its type where one is given, else by everything. */
function namedBy(given: readonly Json[]): (element: Json) => boolean {
  const types = new Map<unknown, Set<unknown>>();
  const wholes = new Set<string>();
  for (const one of given) {
    const value = isObject(one) ? own(one, 'value') : undefined;
    if (value === undefined) wholes.add(jsonKey(one));
    else types.set(value, (types.get(value) ?? new Set()).add(own(one as JsonObject, 'type')));
  }
  return (element) => {
    const found = isObject(element) ? types.get(own(element, 'value')) : undefined;
    if (found) return found.has(undefined) || found.has(own(element as JsonObject, 'type'));
    return wholes.has(jsonKey(element));
  };
}

function keep(holder: JsonObject, field: Field, list: readonly Json[]): void {
  if (list.length === 0) delete holder[field.name];
  else holder[field.name] = field.multiValued ? [...list] : list[0]!;
}

function changeElements(
  holder: JsonObject,
  path: AttributePath,
  filter: Condition,
  change: Change,
  habits: Habit[],
): void {
  const { field, sub } = path;
  const list = listAt(holder, field);
  const matched = new Set(list.filter((element) => matchesElement(filter, element)));
  const clears = change.op === 'remove' || isUnassigning(change.value);
  if (matched.size === 0) {
    if (!clears) addElement(holder, path, filter, change, habits);
  } else if (sub !== null) {
    for (const element of matched) {
      if (clears) delete (element as JsonObject)[sub.name];
      else setPart(list, element as JsonObject, sub, change.value, habits);
    }
  } else if (clears) {
    keep(
      holder,
      field,
      list.filter((element) => !matched.has(element)),
    );
  } else {
    const renewed = (element: Json) => newElement(list, element, path, filter, change, habits);
    keep(
      holder,
      field,
      list.map((element) => (matched.has(element) ? renewed(element) : element)),
    );
  }
}

function setPart(
  list: readonly Json[],
  element: JsonObject,
  sub: Field,
  raw: unknown,
  habits: Habit[],
): void {
  const before = element[sub.name];
  assign(element, sub, raw, habits);
  if (sub.name === 'primary' && element.primary === true && before !== true) {
    demote(list.filter((other) => other !== element));
  }
}

/**
 * A value path without a sub-attribute: `replace` puts the new element in the place of the old one (P19), `add` merges
 * into it. What the filter fixed stays, so that the next operation of the same client finds the element again.
 */
function newElement(
  list: readonly Json[],
  element: Json,
  { field }: AttributePath,
  filter: Condition,
  change: Change,
  habits: Habit[],
): Json {
  const given = readOne(field, change.value, habits);
  if (given === undefined) return element;
  if (isPrimary(given)) demote(list);
  if (!isObject(given)) return given;
  const fixed = change.op === 'add' ? (element as JsonObject) : fixedPart(field, filter);
  return { ...fixed, ...(given as JsonObject) };
}

/** One element, whichever way the client wraps it. */
function readOne(field: Field, raw: unknown, habits: Habit[]): Json | undefined {
  const read = readField(field, raw, habits);
  if (!Array.isArray(read)) return read;
  if (read.length > 1) wrong(field, 'one element', raw);
  return read[0];
}

/**
 * No element matches. RFC 7644 3.5.2.3 has 400 noTarget; Entra counts on the element being made (Q04, Q05, Q06), so with
 * a single `eq` it is. SEMANTICS 13. `replace` of a whole element keeps to the RFC (P18).
 */
function addElement(
  holder: JsonObject,
  path: AttributePath,
  filter: Condition,
  change: Change,
  habits: Habit[],
): void {
  const { field, sub } = path;
  const fixed = fixedPart(field, filter);
  const isFree = field.multiValued || own(holder, field.name) === undefined;
  if (!fixed || !isFree || (sub === null && change.op === 'replace')) {
    throw new Refusal('noTarget', `no element of ${field.path} matches the filter`);
  }
  const given = sub === null ? readOne(field, change.value, habits) : partOf(sub, change.value, habits);
  if (!isObject(given) || Object.keys(given).length === 0) return;
  note(habits, 'element-created');
  const element = { ...fixed, ...(given as JsonObject) };
  if (field.multiValued) {
    const list = listAt(holder, field);
    if (isPrimary(element)) demote(list);
    holder[field.name] = [...list, element];
  } else {
    holder[field.name] = element;
  }
}

function partOf(sub: Field, raw: unknown, habits: Habit[]): JsonObject {
  const value = readField(sub, raw, habits);
  return value === undefined ? {} : { [sub.name]: value };
}

/** What a filter of a single `eq` says of an element; undefined for every other filter. */
function fixedPart(field: Field, filter: Condition): JsonObject | undefined {
  if (filter.kind !== 'compare' || filter.operator !== 'eq' || filter.place.sub === null) return undefined;
  const sub = field.subs?.byName.get(filter.place.sub);
  // A point in time is compared as a number; its spelling is not to be had from the condition.
  if (!sub || sub.dropped || sub.type === 'dateTime') return undefined;
  return { [sub.name]: filter.value };
}
