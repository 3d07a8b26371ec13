// Reading one attribute's value by its schema: the JSON type that RFC 7643 2.3 asks for, or a refusal that names the
// path. What "unassigned" is (null, "", [], an object without content) is decided here and comes back as undefined.

import { Refusal } from '../refusal.ts';
import {
  booleanFromText,
  type Habit,
  isUnassigning,
  keepLastPrimary,
  note,
  objectFromText,
  soleElement,
  subIn,
  unpackRole,
} from './dialects.ts';
import { isObject, type Json, type JsonObject, own, shorten } from './json.ts';
import { LIST_ELEMENTS } from './limits.ts';
import type { Field } from './schema.ts';

const SINGLE = -1;

/** The canonical value, or undefined for unassigned. Read-only parts are left out, whatever they hold. */
export function readField(field: Field, raw: unknown, habits: Habit[]): Json | undefined {
  if (raw === null || raw === undefined) return undefined;
  if (field.multiValued) return readList(field, raw, habits);
  let sole: unknown = raw;
  if (Array.isArray(raw)) {
    sole = soleElement(raw, field.type === 'complex' ? 'complex' : 'simple');
    if (sole === raw) return wrong(field, 'a single value', raw);
    if (sole === null || sole === undefined) return undefined;
    note(habits, 'single-in-list');
  }
  if (field.type !== 'complex') return readSimple(field, sole, habits, SINGLE);
  if (sole === '') return undefined;
  return readComplex(field, objectOf(field, sole, habits), habits, SINGLE);
}

/** The object that a client means for a single complex value. */
export function objectOf(field: Field, raw: unknown, habits: Habit[]): Record<string, unknown> {
  if (isObject(raw)) return raw;
  const object = typeof raw === 'string' ? objectFromText(field, raw) : undefined;
  if (!object) return wrong(field, 'an object', raw);
  note(habits, 'text-for-complex');
  return object;
}

function readComplex(
  field: Field,
  raw: Record<string, unknown>,
  habits: Habit[],
  index: number,
): JsonObject | undefined {
  const subs = field.subs!;
  const slots = new Array<Json | undefined>(subs.list.length);
  for (const key of Object.keys(raw)) {
    const sub = subIn(subs, key, habits);
    if (sub === undefined || sub.dropped) continue;
    const value = raw[key];
    slots[sub.position] =
      sub.multiValued || Array.isArray(value)
        ? readField(sub, value, habits)
        : readSimple(sub, value, habits, index);
  }
  const object: JsonObject = {};
  let empty = true;
  for (let i = 0; i < slots.length; i++) {
    const value = slots[i];
    if (value === undefined) continue;
    object[subs.list[i]!.name] = value;
    empty = false;
  }
  if (empty) return undefined;
  for (const required of subs.required) {
    if (slots[required.position] === undefined) wrong(required, 'a value', undefined, index);
  }
  return object;
}

function readList(field: Field, raw: unknown, habits: Habit[]): Json[] | undefined {
  if (raw === '') return undefined;
  const list = Array.isArray(raw) ? raw : soleAsList(field, raw, habits);
  if (list.length > LIST_ELEMENTS) wrong(field, `at most ${LIST_ELEMENTS} elements`, raw);
  const read: Json[] = [];
  for (let i = 0; i < list.length; i++) {
    const element = readElement(field, list[i], habits, i);
    if (element !== undefined) read.push(element);
  }
  if (read.length === 0) return undefined;
  return read.length === 1 ? read : settleList(field, read, habits);
}

/** RFC 7644 3.5.2.1 lets `add` give one element; some clients do so everywhere (Q26). */
function soleAsList(field: Field, raw: unknown, habits: Habit[]): unknown[] {
  if (field.type === 'complex' ? !isObject(raw) : isObject(raw)) wrong(field, 'a list', raw);
  note(habits, 'single-for-list');
  return [raw];
}

function readElement(field: Field, raw: unknown, habits: Habit[], index: number): Json | undefined {
  if (isUnassigning(raw)) return undefined;
  if (field.type !== 'complex') return readSimple(field, raw, habits, index);
  let object = raw;
  if (typeof raw === 'string') {
    object = objectFromText(field, raw);
    if (object) note(habits, 'text-for-element');
  }
  if (!isObject(object)) return wrong(field, 'an object', raw, index);
  const role = unpackRole(field, object);
  if (role) note(habits, 'role-as-json-text');
  const element = readComplex(field, role ?? object, habits, index);
  return element === undefined || isHollow(field, element) ? undefined : element;
}

/** Nothing left but what it was for: `{"type": "work"}` after its value was cleared (Q45; patch-remove-work-phone). */
function isHollow(field: Field, element: JsonObject): boolean {
  for (const name of Object.keys(element)) if (name !== 'type' && name !== 'primary') return false;
  return field.subs!.list.some((sub) => sub.name !== 'type' && sub.name !== 'primary');
}

/**
 * RFC 7643 2.4: at most one primary, and a (type, value) pair once. A repeated pair is merged into its first place;
 * elements without a value (addresses) are the same only when everything in them is.
 */
export function settleList(field: Field, list: Json[], habits: Habit[]): Json[] {
  const seen = new Map<string, number>();
  const settled: Json[] = [];
  for (const element of list) {
    const key = identity(element);
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, settled.length);
      settled.push(element);
    } else {
      if (isObject(element))
        settled[first] = merged(field, settled[first] as JsonObject, element as JsonObject);
      note(habits, 'duplicate-values');
    }
  }
  if (field.type === 'complex' && keepLastPrimary(settled)) note(habits, 'several-primaries');
  return settled;
}

/** The parts of both, the later one's first, in schema order. */
function merged(field: Field, first: JsonObject, later: JsonObject): JsonObject {
  const object: JsonObject = {};
  for (const { name } of field.subs!.list) {
    const value = own(later, name) ?? own(first, name);
    if (value !== undefined) object[name] = value as Json;
  }
  return object;
}

/** NUL is never part of a text that was read, so it can stand between the two. */
function identity(element: Json): string {
  if (!isObject(element)) return `${typeof element}\0${String(element)}`;
  const value = own(element, 'value');
  if (value === undefined) return JSON.stringify(element);
  return `${String(own(element, 'type') ?? '')}\0${typeof value}\0${String(value)}`;
}

function readSimple(field: Field, raw: unknown, habits: Habit[], index: number): Json | undefined {
  if (raw === null || raw === undefined || raw === '') return undefined;
  switch (field.type) {
    case 'string':
      return readText(field, raw, 'a text', index);
    case 'boolean':
      return readBoolean(field, raw, habits, index);
    case 'integer':
      return Number.isSafeInteger(raw) ? (raw as number) : wrong(field, 'a whole number', raw, index);
    case 'decimal':
      return Number.isFinite(raw) ? (raw as number) : wrong(field, 'a number', raw, index);
    default:
      return readSpecialText(field, raw, index);
  }
}

function readBoolean(field: Field, raw: unknown, habits: Habit[], index: number): boolean {
  if (typeof raw === 'boolean') return raw;
  const value = typeof raw === 'string' ? booleanFromText(raw) : undefined;
  if (value === undefined) return wrong(field, 'true or false', raw, index);
  note(habits, 'boolean-as-text');
  return value;
}

function readText(field: Field, raw: unknown, expected: string, index: number): string {
  if (typeof raw !== 'string') return wrong(field, expected, raw, index);
  if (raw.length > field.characters) {
    return wrong(field, `at most ${field.characters} characters`, raw, index);
  }
  if (!isCleanText(raw)) wrong(field, 'a text without NUL and without half characters', raw, index);
  return raw;
}

/** NUL cannot be stored everywhere, and a lone surrogate is no character: both would come back as something else. */
export function isCleanText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** The texts of which RFC 7643 2.3.5 to 2.3.7 say more; they are kept as they came (Q47). */
function readSpecialText(field: Field, raw: unknown, index: number): string {
  if (field.type === 'dateTime') {
    const text = readText(field, raw, 'a date and time', index);
    if (readInstant(text) === undefined)
      wrong(field, 'a date and time such as 2026-01-31T08:00:00Z', raw, index);
    return text;
  }
  if (field.type === 'binary') {
    const text = readText(field, raw, 'a base64 text', index);
    return isBase64(text) ? text : wrong(field, 'a base64 text', raw, index);
  }
  const text = readText(field, raw, 'a URI', index);
  return /[\s<>"]/.test(text) ? wrong(field, 'a URI', raw, index) : text;
}

/** RFC 4648, section 4 or 5 alphabet, padded. */
function isBase64(text: string): boolean {
  return (
    text.length % 4 === 0 && (/^[A-Za-z0-9+/]*={0,2}$/.test(text) || /^[A-Za-z0-9_-]*={0,2}$/.test(text))
  );
}

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,12})?(Z|[+-]\d\d:\d\d)?$/;

/** Milliseconds since 1970 of an xsd:dateTime (RFC 7643 2.3.5); one without a zone is taken as UTC. */
export function readInstant(text: string): number | undefined {
  const match = DATE_TIME.exec(text);
  if (!match) return undefined;
  const instant = Date.parse(match[1] === undefined ? `${text}Z` : text);
  return Number.isNaN(instant) ? undefined : instant;
}

/** Refuses a value: what was expected where, and what came. */
export function wrong(field: Field, expected: string, raw: unknown, index: number = SINGLE): never {
  const where = index === SINGLE ? field.path : `${field.path} (element ${index + 1})`;
  throw new Refusal('invalidValue', `${where}: expected ${expected}, got ${shorten(raw)}`);
}
