// Values whose schema we do not know: extensions with unknown URNs, and attributes that SCIM does not define. They are
// kept as they came, without what is unassigned, without keys that reach a prototype, and within bounds.

import { Refusal } from '../refusal.ts';
import { type Habit, ignored, note, unlistedAttribute } from './dialects.ts';
import { isObject, isReservedKey, type Json, type JsonObject, keyAnyCase, shorten } from './json.ts';
import {
  FOREIGN_DEPTH,
  FOREIGN_EXTENSIONS,
  FOREIGN_NODES,
  TEXT_CHARACTERS,
  UNLISTED_ATTRIBUTES,
  UNLISTED_NAME_CHARACTERS,
} from './limits.ts';
import { isCleanText } from './value.ts';

/** The value without what is unassigned in it; undefined when nothing is left. */
export function cleanForeign(raw: unknown, path: string): Json | undefined {
  return clean(raw, path, FOREIGN_DEPTH, { left: FOREIGN_NODES });
}

function clean(raw: unknown, path: string, depth: number, nodes: { left: number }): Json | undefined {
  if (raw === null || raw === undefined || raw === '') return undefined;
  if (--nodes.left < 0) refuse(path, `at most ${FOREIGN_NODES} values`, raw);
  if (typeof raw === 'string') {
    if (raw.length > TEXT_CHARACTERS) refuse(path, `at most ${TEXT_CHARACTERS} characters`, raw);
    return isCleanText(raw) ? raw : refuse(path, 'a text without NUL and without half characters', raw);
  }
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw : refuse(path, 'a number', raw);
  if (typeof raw === 'boolean') return raw;
  if (depth === 0) refuse(path, `at most ${FOREIGN_DEPTH} levels`, raw);
  if (Array.isArray(raw)) {
    const list: Json[] = [];
    for (const item of raw) {
      const value = clean(item, path, depth - 1, nodes);
      if (value !== undefined) list.push(value);
    }
    return list.length > 0 ? list : undefined;
  }
  return isObject(raw) ? cleanObject(raw, path, depth, nodes) : undefined;
}

function cleanObject(
  raw: Record<string, unknown>,
  path: string,
  depth: number,
  nodes: { left: number },
): JsonObject | undefined {
  const object: JsonObject = {};
  let empty = true;
  for (const key of Object.keys(raw)) {
    if (isReservedKey(key)) continue;
    if (key.length > UNLISTED_NAME_CHARACTERS || !isCleanText(key)) refuse(path, 'ordinary names', key);
    const value = clean(raw[key], path, depth - 1, nodes);
    if (value === undefined) continue;
    object[key] = value;
    empty = false;
  }
  return empty ? undefined : object;
}

/** Puts an extension with an unknown URN into the document, under the spelling that was seen first. */
export function addForeignExtension(document: JsonObject, urn: string, raw: unknown): void {
  const content = cleanForeign(raw, urn);
  if (content === undefined) return;
  if (!isObject(content)) refuse(urn, 'an object', raw);
  const key = foreignKey(document, urn);
  document[key] = {
    ...(isObject(document[key]) ? (document[key] as JsonObject) : {}),
    ...(content as JsonObject),
  };
}

/** The key under which the document holds that extension, or would. */
export function foreignKey(document: JsonObject, urn: string): string {
  const held = keyAnyCase(document, urn);
  if (held !== undefined) return held;
  if (urn.length > UNLISTED_NAME_CHARACTERS || !isCleanText(urn)) refuse(urn, 'a URN', urn);
  if (foreignUrns(document).length >= FOREIGN_EXTENSIONS) {
    refuse(urn, `at most ${FOREIGN_EXTENSIONS} extensions that are not in our schema`, undefined);
  }
  return urn;
}

/** Keys of the document that are URNs. Those of known extensions are among them, which does no harm to who asks. */
export function foreignUrns(document: object): string[] {
  return Object.keys(document).filter((key) => key.includes(':'));
}

/**
 * Notes an attribute that SCIM does not define. It becomes a fact elsewhere and is no part of the resource
 * (RFC 7644 3.3). More than the limit are read past, and the log says so.
 */
export function setUnlisted(
  unlisted: Record<string, unknown>,
  name: string,
  raw: unknown,
  habits: Habit[],
): void {
  if (isReservedKey(name)) return;
  const held = keyAnyCase(unlisted, name);
  const value = cleanForeign(raw, name);
  if (value === undefined) {
    if (held !== undefined) delete unlisted[held];
    return;
  }
  const isFull = held === undefined && Object.keys(unlisted).length >= UNLISTED_ATTRIBUTES;
  if (isFull || name.length > UNLISTED_NAME_CHARACTERS) {
    note(habits, ignored(name));
    return;
  }
  unlisted[held ?? name] = value;
  note(habits, unlistedAttribute(name));
}

function refuse(path: string, expected: string, raw: unknown): never {
  const shown = path.slice(0, 200).toWellFormed();
  throw new Refusal('invalidValue', `${shown}: expected ${expected}, got ${shorten(raw)}`);
}
