// The body of a PATCH (RFC 7644 3.5.2), taken apart into single changes, each with one path. A value without a path holds
// attributes, and providers write its keys as paths (Q07, Q08, Q09), so each key becomes a change of its own.

import { Refusal } from '../refusal.ts';
import { type Habit, ignored, isUnassigning, note, operationsOf, readVerb, soleElement } from './dialects.ts';
import { isObject, ownAnyCase, shorten } from './json.ts';
import { PATCH_CHANGES, PATCH_FILTER_CHARACTERS, PATCH_OPERATIONS } from './limits.ts';
import { patchOpUrn } from './messages.ts';
import { type PatchPath, readPath } from './path.ts';
import type { Extension, ResourceKind } from './schema.ts';

/** One change to one target. */
export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: PatchPath;
  /** The path as written, with the URN in front where it stood inside an extension's object. */
  readonly text: string;
  /** undefined: none was sent. */
  readonly value: unknown;
  /** Whether the operation itself had a path; otherwise the text is a key of its value. */
  readonly hasPath: boolean;
  /** For refusals: `operation 2 of 3, path "title"`. */
  readonly label: string;
  readonly habits: readonly Habit[];
}

interface Reading {
  readonly kind: ResourceKind;
  readonly changes: PatchOperation[];
  filterCharacters: number;
}

interface Source {
  readonly op: PatchOperation['op'];
  readonly number: string;
  readonly hasPath: boolean;
  /** Whether this stands inside the object of a URN: no other URN is opened in there. */
  readonly opened: boolean;
  readonly habits: readonly Habit[];
}

/** Refuses with invalidSyntax, invalidPath, invalidValue or noTarget; the detail names the operation, from 1. */
export function readPatch(kind: ResourceKind, body: unknown): PatchOperation[] {
  if (!isObject(body)) {
    throw new Refusal('invalidSyntax', `expected an object with Operations, got ${shorten(body)}`);
  }
  const habits: Habit[] = [];
  checkSchemas(body, habits);
  const operations = operationsOf(body, habits);
  if (!Array.isArray(operations)) {
    throw new Refusal('invalidSyntax', `Operations: expected a list, got ${shorten(operations)}`);
  }
  if (operations.length > PATCH_OPERATIONS) {
    throw new Refusal(
      'tooLarge',
      `Operations: expected at most ${PATCH_OPERATIONS}, got ${operations.length}`,
    );
  }
  const reading: Reading = { kind, changes: [], filterCharacters: 0 };
  for (let i = 0; i < operations.length; i++) {
    readOperation(reading, operations[i], `operation ${i + 1} of ${operations.length}`, habits);
  }
  return reading.changes;
}

/** Left out: forgiven. There without the PatchOp URN: it is some other message (P01). */
function checkSchemas(body: Record<string, unknown>, habits: Habit[]): void {
  const schemas = ownAnyCase(body, 'schemas');
  if (schemas === undefined || schemas === null) {
    note(habits, 'missing-patch-schema');
    return;
  }
  const urns: unknown[] = Array.isArray(schemas) ? schemas : [schemas];
  const named = urns.some((urn) => typeof urn === 'string' && urn.toLowerCase() === patchOpUrn.toLowerCase());
  if (!named) throw new Refusal('invalidSyntax', `schemas: expected ${patchOpUrn}, got ${shorten(urns[0])}`);
}

function readOperation(reading: Reading, raw: unknown, number: string, shared: readonly Habit[]): void {
  if (!isObject(raw))
    throw new Refusal('invalidSyntax', `${number}: expected an object, got ${shorten(raw)}`);
  const habits = [...shared];
  const verb = ownAnyCase(raw, 'op');
  const op = readVerb(verb, habits);
  if (op === null) {
    throw new Refusal(
      'invalidSyntax',
      `${number}: op: expected add, replace or remove, got ${shorten(verb)}`,
    );
  }
  const path = ownAnyCase(raw, 'path');
  const value = ownAnyCase(raw, 'value');
  if (op !== 'remove' && value === undefined) {
    throw new Refusal('invalidValue', `${number}: ${op} needs a value`);
  }
  const source: Source = { op, number, habits, hasPath: !isUnassigning(path), opened: false };
  if (!source.hasPath) {
    readWithoutPath(reading, source, value);
  } else if (typeof path === 'string') {
    readChange(reading, source, path, value, null);
  } else {
    throw new Refusal('invalidPath', `${number}: path: expected a text, got ${shorten(path)}`);
  }
}

function readWithoutPath(reading: Reading, source: Source, value: unknown): void {
  // RFC 7644 3.5.2.2.
  if (source.op === 'remove') throw new Refusal('noTarget', `${source.number}: remove needs a path`);
  const attributes = Array.isArray(value) ? soleElement(value, 'complex') : value;
  if (!isObject(attributes)) {
    throw new Refusal(
      'invalidValue',
      `${source.number}: without a path the value must be an object, got ${shorten(value)}`,
    );
  }
  readKeys(reading, source, attributes, null);
}

/** `extension`: the object stood under its URN. */
function readKeys(
  reading: Reading,
  source: Source,
  attributes: Record<string, unknown>,
  extension: Extension | null,
): void {
  for (const key of Object.keys(attributes)) {
    readChange(reading, { ...source, hasPath: false }, key, attributes[key], extension);
  }
}

function readChange(
  reading: Reading,
  source: Source,
  written: string,
  value: unknown,
  extension: Extension | null,
): void {
  const text = extension ? `${extension.urn}:${written}` : written;
  const open = text.indexOf('[');
  if (open >= 0) reading.filterCharacters += text.length - open;
  const label = `${source.number}, ${source.hasPath ? 'path' : 'attribute'} ${shorten(text)}`;
  if (reading.filterCharacters > PATCH_FILTER_CHARACTERS || reading.changes.length >= PATCH_CHANGES) {
    throw new Refusal('tooLarge', `${label}: too many changes in one request`);
  }
  const habits = [...source.habits];
  const path = pathOf(reading.kind, source, text, value, habits, label);
  if (!source.hasPath && !extension) noteKey(written, habits);
  const opens = path.kind === 'core' || path.kind === 'extension';
  if (!opens || source.op === 'remove') {
    reading.changes.push({ op: source.op, path, text, value, hasPath: source.hasPath, label, habits });
  } else if (isUnassigning(value) && path.kind === 'extension') {
    reading.changes.push({ op: 'remove', path, text, value: null, hasPath: source.hasPath, label, habits });
  } else if (isObject(value) && !source.opened) {
    readKeys(
      reading,
      { ...source, habits, opened: true },
      value,
      path.kind === 'extension' ? path.extension : null,
    );
  } else {
    throw new Refusal('invalidValue', `${label}: expected an object, got ${shorten(value)}`);
  }
}

function noteKey(key: string, habits: Habit[]): void {
  if (key.includes(':')) note(habits, 'urn-key');
  else if (key.includes('.') || key.includes('[')) note(habits, 'dotted-key');
}

/** A key that is no path at all is some extra of the client's, unless it has a bracket and so was meant as one. */
function pathOf(
  kind: ResourceKind,
  source: Source,
  text: string,
  value: unknown,
  habits: Habit[],
  label: string,
): PatchPath {
  try {
    return readPath(kind, text, { whole: isObject(value), habits });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (source.hasPath || text.includes('[')) throw new Refusal(error.reason, `${label}: ${error.message}`);
    note(habits, ignored(text));
    return { kind: 'undefined' };
  }
}
