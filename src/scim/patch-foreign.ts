// One PATCH operation in an extension that we do not know. Without a schema the stored value's shape decides: lists are
// added to, objects are merged, everything else is set. Names are matched without case; the first spelling stays.

import { Refusal } from '../refusal.ts';
import { type Condition, matchesElement } from './condition.ts';
import { type Habit, isUnassigning, note } from './dialects.ts';
import { addForeignExtension, cleanForeign, foreignKey } from './foreign.ts';
import {
  equalJson,
  isObject,
  isReservedKey,
  type Json,
  type JsonObject,
  jsonKey,
  keyAnyCase,
  own,
  shorten,
} from './json.ts';
import { FOREIGN_NODES } from './limits.ts';
import type { Change } from './patch-attribute.ts';
import type { PatchPath } from './path.ts';

export type ForeignPath = Extract<PatchPath, { kind: 'foreign' }>;

export function changeForeign(
  document: JsonObject,
  path: ForeignPath,
  change: Change,
  habits: Habit[],
): void {
  const held = keyAnyCase(document, path.urn);
  if (change.op === 'remove' && held === undefined) return;
  if (path.name === null) {
    changeWhole(document, path.urn, change);
    return;
  }
  const key = foreignKey(document, path.urn);
  const extension = isObject(document[key]) ? (document[key] as JsonObject) : {};
  changeName(extension, path.name, path, change, habits);
  if (Object.keys(extension).length > 0) document[key] = extension;
  else delete document[key];
}

function changeWhole(document: JsonObject, urn: string, change: Change): void {
  const key = foreignKey(document, urn);
  if (change.op === 'remove' || isUnassigning(change.value)) {
    delete document[key];
    return;
  }
  if (!isObject(change.value)) {
    throw new Refusal('invalidValue', `${urn}: expected an object, got ${shorten(change.value)}`);
  }
  const held = document[key];
  if (!isObject(held)) addForeignExtension(document, urn, change.value);
  else mergeObject(held as JsonObject, change.value, urn);
}

/** Names with null or "" are cleared, the others set; what is not named stays (Q09, Q45). */
function mergeObject(target: JsonObject, raw: Record<string, unknown>, path: string): void {
  for (const name of Object.keys(raw)) {
    if (isReservedKey(name)) continue;
    const key = keyAnyCase(target, name) ?? name;
    const value = cleanForeign(raw[name], `${path}:${name}`);
    if (value === undefined) delete target[key];
    else target[key] = value;
  }
}

function changeName(
  holder: JsonObject,
  name: string,
  path: ForeignPath,
  change: Change,
  habits: Habit[],
): void {
  const key = keyAnyCase(holder, name) ?? name;
  const where = `${path.urn}:${name}`;
  if (path.filter) changeElements(holder, key, path, path.filter, change, habits);
  else if (path.sub !== null) changePart(holder, key, path.sub, change, where);
  else if (change.op === 'remove') removeValue(holder, key, change.value, where);
  else setValue(holder, key, change, where);
}

function setValue(holder: JsonObject, key: string, change: Change, where: string): void {
  const held = own(holder, key);
  const value = cleanForeign(change.value, where);
  if (value === undefined) {
    if (change.op === 'replace' || isUnassigning(change.value)) delete holder[key];
  } else if (isObject(held) && isObject(change.value)) {
    mergeObject(held as JsonObject, change.value, where);
  } else if (change.op === 'add' && Array.isArray(held)) {
    holder[key] = appended(held, Array.isArray(value) ? value : [value], where);
  } else {
    holder[key] = value;
  }
}

function appended(held: readonly Json[], given: readonly Json[], where: string): Json[] {
  const seen = new Set(held.map(jsonKey));
  const list = [...held, ...given.filter((item) => !seen.has(jsonKey(item)))];
  if (list.length <= FOREIGN_NODES) return list;
  throw new Refusal('invalidValue', `${where}: expected at most ${FOREIGN_NODES} values, got ${list.length}`);
}

function removeValue(holder: JsonObject, key: string, raw: unknown, where: string): void {
  const held = own(holder, key);
  const given = cleanForeign(raw, where);
  if (isUnassigning(raw)) delete holder[key];
  else if (given === undefined || held === undefined) return;
  else if (Array.isArray(held)) {
    const gone = new Set((Array.isArray(given) ? given : [given]).map(jsonKey));
    keep(
      holder,
      key,
      held.filter((item) => !gone.has(jsonKey(item))),
    );
  } else if (equalJson(held, given)) delete holder[key];
}

function keep(holder: JsonObject, key: string, list: Json[]): void {
  if (list.length > 0) holder[key] = list;
  else delete holder[key];
}

function changePart(holder: JsonObject, key: string, sub: string, change: Change, where: string): void {
  const held = own(holder, key);
  const part = change.op === 'remove' ? undefined : cleanForeign(change.value, `${where}.${sub}`);
  const targets = (Array.isArray(held) ? held : [held]).filter(isObject) as JsonObject[];
  if (targets.length === 0 && part !== undefined) {
    const made: JsonObject = { [sub]: part };
    holder[key] = Array.isArray(held) ? [...held, made] : made;
  }
  for (const target of targets) setPart(target, sub, part);
  if (isObject(held) && Object.keys(held).length === 0) delete holder[key];
}

function setPart(target: JsonObject, sub: string, part: Json | undefined): void {
  const key = keyAnyCase(target, sub) ?? sub;
  if (part === undefined) delete target[key];
  else target[key] = part;
}

function changeElements(
  holder: JsonObject,
  key: string,
  path: ForeignPath,
  filter: Condition,
  change: Change,
  habits: Habit[],
): void {
  const where = `${path.urn}:${key}`;
  const held = own(holder, key);
  const list = held === undefined ? [] : Array.isArray(held) ? held : [held as Json];
  const value = change.op === 'remove' ? undefined : cleanForeign(change.value, where);
  const matched = new Set(list.filter((element) => matchesElement(filter, element)));
  if (matched.size === 0) {
    if (value !== undefined) holder[key] = [...list, created(path, filter, change, value, habits)];
    return;
  }
  const left: Json[] = [];
  for (const element of list) {
    if (!matched.has(element)) left.push(element);
    else if (path.sub === null) left.push(...(value === undefined ? [] : [value]));
    else if (!isObject(element)) left.push(element);
    else {
      const object = element as JsonObject;
      setPart(object, path.sub, value);
      if (Object.keys(object).length > 0) left.push(object);
    }
  }
  keep(holder, key, left);
}

/** As with attributes that we know: a single `eq` says what the new element is, everything else has no target. */
function created(path: ForeignPath, filter: Condition, change: Change, value: Json, habits: Habit[]): Json {
  const isFixed = filter.kind === 'compare' && filter.operator === 'eq' && filter.place.sub !== null;
  const object: Json = path.sub === null ? value : { [path.sub]: value };
  if (!isFixed || !isObject(object) || (path.sub === null && change.op === 'replace')) {
    throw new Refusal('noTarget', `no element of ${path.urn}:${path.name} matches the filter`);
  }
  if (isReservedKey(filter.place.sub!)) throw new Refusal('noTarget', 'no element matches the filter');
  note(habits, 'element-created');
  return { [filter.place.sub!]: filter.value, ...(object as JsonObject) };
}
