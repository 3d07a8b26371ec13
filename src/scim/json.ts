// JSON as it arrives from outside: the types, and the checks that every reader needs. Only own properties are ever
// looked at; keys that could reach a prototype are dropped by the readers before anything is built from them.

export type Json = null | boolean | number | string | Json[] | JsonObject;

export interface JsonObject {
  [name: string]: Json;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keys that are never taken from a request: assigning them could change a prototype. */
export function isReservedKey(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype';
}

/** The value under that name, own properties only. */
export function own(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined;
}

/** The value under that name in any letter case (RFC 7643 2.1); the exact spelling wins. */
export function ownAnyCase(object: Record<string, unknown>, name: string): unknown {
  const key = keyAnyCase(object, name);
  return key === undefined ? undefined : object[key];
}

/** The own key that equals the name without regard to case; the exact spelling wins. */
export function keyAnyCase(object: object, name: string): string | undefined {
  if (Object.hasOwn(object, name)) return name;
  const lower = name.toLowerCase();
  for (const key of Object.keys(object)) {
    if (key.length === name.length && key.toLowerCase() === lower) return key;
  }
  return undefined;
}

const SHOWN_CHARACTERS = 60;

/** A value as it is quoted in a refusal: JSON, cut to 60 characters; lists and objects are named, not shown. */
export function shorten(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  const text = JSON.stringify(value.slice(0, SHOWN_CHARACTERS).toWellFormed());
  return value.length > SHOWN_CHARACTERS ? `${text.slice(0, -1)}..."` : text;
}

/** A copy that shares nothing. For canonical documents only: their depth is bounded by the readers. */
export function copyJson<T extends Json>(value: T): T {
  return copy(value) as T;
}

function copy(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const list = new Array<Json>(value.length);
    for (let i = 0; i < value.length; i++) list[i] = copy(value[i]!);
    return list;
  }
  const object: JsonObject = {};
  for (const key of Object.keys(value)) object[key] = copy(value[key]!);
  return object;
}

/** Equal as JSON, without regard to the order of keys. */
export function equalJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => equalJson(item, b[i]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && equalJson(a[key], b[key]));
}

/** A text that two values share when they are equal as JSON. For values whose depth is bounded. */
export function jsonKey(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(jsonKey).join()}]`;
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${jsonKey(value[name]!)}`).join()}}`;
}
