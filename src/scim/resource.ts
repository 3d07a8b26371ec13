// A resource as a client sends it, read once into its canonical document: tolerant in, canonical out. POST and PUT come
// here with the body, PATCH with what its operations made of the document. Leaves id, meta, groups and members of the
// answer to the edge, and says nothing about uniqueness, which the ledger knows.

import { Refusal } from '../refusal.ts';
import { flatField, type Habit, ignored, isMicrosoftGroupUrn, note } from './dialects.ts';
import { addForeignExtension, cleanForeign, foreignKey, foreignUrns, setUnlisted } from './foreign.ts';
import { equalJson, isObject, type Json, type JsonObject, keyAnyCase, own, shorten } from './json.ts';
import { RESOURCE_NAMES, SCHEMA_URNS } from './limits.ts';
import { type MemberRef, readMembers } from './members.ts';
import { isAttributeName, readTarget } from './place.ts';
import {
  type Extension,
  extensionOf,
  type Field,
  type FieldTable,
  fieldIn,
  type ResourceKind,
} from './schema.ts';
import { readField, wrong } from './value.ts';

/**
 * What a client may write of a resource, in canonical form: `schemas` first (the core URN and that of each extension
 * with content), then externalId and the core attributes in schema order, known extensions under their canonical URN,
 * unknown ones under the spelling that was seen first. Never id, meta, groups, password or members; never null, "",
 * an empty list or an empty object.
 */
export interface Document extends JsonObject {
  schemas: string[];
}

export interface ReadResource {
  document: Document;
  /**
   * Attributes that the schema does not have, by the spelling seen first, those of a known extension with its URN in
   * front: facts, but no part of the resource.
   */
  unlisted: Record<string, unknown>;
  /** Groups only; undefined when the body had no `members` key. */
  members?: MemberRef[];
  habits: Habit[];
}

export interface ReadMode {
  /** Whether required attributes must be there. */
  require: boolean;
  /** What was there before (PUT, PATCH), for immutable attributes. */
  before?: Document;
}

interface Draft {
  readonly kind: ResourceKind;
  /** Values of core attributes, by their position. */
  readonly core: (Json | undefined)[];
  /** Values of known extensions' attributes, by the extension and their position. */
  extensions: Map<Extension, (Json | undefined)[]> | null;
  readonly foreign: JsonObject;
  readonly unlisted: Record<string, unknown>;
  members: MemberRef[] | undefined;
  hasSchemas: boolean;
  readonly habits: Habit[];
}

/** Refuses with invalidSyntax (no object, no usable `schemas`), invalidValue or mutability. */
export function readResource(kind: ResourceKind, body: unknown, mode: ReadMode): ReadResource {
  if (!isObject(body))
    throw new Refusal('invalidSyntax', `expected a ${kind.name} object, got ${shorten(body)}`);
  const draft: Draft = {
    kind,
    core: new Array<Json | undefined>(kind.fields.list.length),
    extensions: null,
    foreign: {},
    unlisted: {},
    members: undefined,
    hasSchemas: false,
    habits: [],
  };
  const names = Object.keys(body);
  if (names.length > RESOURCE_NAMES)
    throw new Refusal('invalidValue', `expected at most ${RESOURCE_NAMES} attributes, got ${names.length}`);
  for (const key of names) {
    const field = fieldIn(kind.fields, key);
    if (field) readCore(draft, field, body[key], body);
    else readOther(draft, key, body[key]);
  }
  if (!draft.hasSchemas) refuseSchemas(kind, 'nothing');
  if (mode.require) checkRequired(draft);
  const document = assemble(draft);
  if (mode.before && kind.hasImmutable) checkImmutable(kind, mode.before, document);
  const { unlisted, members, habits } = draft;
  return members === undefined ? { document, unlisted, habits } : { document, unlisted, members, habits };
}

function readCore(draft: Draft, field: Field, raw: unknown, body: Record<string, unknown>): void {
  if (field.name === 'schemas') {
    readSchemas(draft, raw, body);
  } else if (field === draft.kind.membership) {
    draft.members = readMembers(raw, draft.habits);
  } else if (!field.dropped) {
    draft.core[field.position] = readField(field, raw, draft.habits);
  }
}

/**
 * RFC 7643 3: one URN of this kind of resource must be there. Others are forgiven: Entra's documentation misspells one
 * (Q13), lists its own Group URN (Q28), and names extensions that the body does not use.
 */
function readSchemas(draft: Draft, raw: unknown, body: Record<string, unknown>): void {
  const { kind, habits } = draft;
  if (!Array.isArray(raw) || raw.length > SCHEMA_URNS) refuseSchemas(kind, shorten(raw));
  const core = kind.core.id;
  let known = false;
  for (const urn of raw) {
    if (typeof urn !== 'string') refuseSchemas(kind, shorten(urn));
    if (urn === core || extensionOf(kind, urn) || urn.toLowerCase() === core.toLowerCase()) known = true;
    else if (isMicrosoftGroupUrn(urn)) note(habits, 'microsoft-group-urn');
    else if (keyAnyCase(body, urn) === undefined) note(habits, 'unknown-schema-urn');
  }
  if (!known) refuseSchemas(kind, raw.length === 0 ? 'an empty list' : shorten(raw[0]));
  draft.hasSchemas = true;
}

function refuseSchemas(kind: ResourceKind, came: string): never {
  throw new Refusal('invalidSyntax', `schemas: expected a list with ${kind.core.id}, got ${came}`);
}

function readOther(draft: Draft, key: string, raw: unknown): void {
  const extension = extensionOf(draft.kind, key);
  if (extension) {
    readExtension(draft, extension, raw);
  } else if (key.includes(':')) {
    readUrnKey(draft, key, raw);
  } else {
    const flat = flatField(draft.kind, key);
    if (flat) readFlat(draft, flat, raw, 'flat-enterprise');
    else readUndefined(draft, key, key, raw);
  }
}

/** What our schema does not have is no part of the resource (RFC 7644 3.3), yet rules may look at it. */
function readUndefined(draft: Draft, fullName: string, name: string, raw: unknown): void {
  if (isAttributeName(name)) setUnlisted(draft.unlisted, fullName, raw, draft.habits);
  else note(draft.habits, ignored(name));
}

function readExtension(draft: Draft, extension: Extension, raw: unknown): void {
  if (raw === null || raw === '') return;
  if (!isObject(raw)) {
    throw new Refusal('invalidValue', `${extension.urn}: expected an object, got ${shorten(raw)}`);
  }
  const slots = slotsOf(draft, extension);
  for (const key of Object.keys(raw)) {
    const field = fieldIn(extension.fields, key);
    if (!field) readUndefined(draft, `${extension.urn}:${key}`, key, raw[key]);
    else if (!field.dropped) slots[field.position] = readField(field, raw[key], draft.habits);
  }
}

function slotsOf(draft: Draft, extension: Extension): (Json | undefined)[] {
  draft.extensions ??= new Map();
  let slots = draft.extensions.get(extension);
  if (!slots) {
    slots = new Array<Json | undefined>(extension.fields.list.length);
    draft.extensions.set(extension, slots);
  }
  return slots;
}

/** A key with a colon: an extension that we do not know, or one attribute under its full name (Q08). */
function readUrnKey(draft: Draft, key: string, raw: unknown): void {
  const whole = isObject(raw);
  const target = readTarget(draft.kind, key, { whole, held: foreignUrns(draft.foreign) });
  if (target?.kind === 'field' && target.sub === null) {
    if (target.field.urn === null) readCore(draft, target.field, raw, {});
    else readFlat(draft, target.field, raw, 'urn-key');
  } else if (target?.kind === 'foreign' && (whole || raw === null)) {
    addForeignExtension(draft.foreign, key, raw);
  } else if (target?.kind === 'foreign' && target.name !== null) {
    readForeignAttribute(draft, target.urn, target.name, raw);
  } else if (target?.kind === 'unlisted') {
    setUnlisted(draft.unlisted, target.name, raw, draft.habits);
  } else {
    note(draft.habits, ignored(key));
  }
}

function readForeignAttribute(draft: Draft, urn: string, name: string, raw: unknown): void {
  const value = cleanForeign(raw, `${urn}:${name}`);
  if (value === undefined) return;
  addForeignExtension(draft.foreign, foreignKey(draft.foreign, urn), { [name]: value });
  note(draft.habits, 'urn-key');
}

/** An extension attribute outside its object; the object's own word counts more. */
function readFlat(draft: Draft, field: Field, raw: unknown, habit: Habit): void {
  const value = field.dropped ? undefined : readField(field, raw, draft.habits);
  if (value === undefined) return;
  const slots = slotsOf(draft, extensionOf(draft.kind, field.urn!)!);
  slots[field.position] ??= value;
  note(draft.habits, habit);
}

function checkRequired(draft: Draft): void {
  requireIn(draft.kind.fields, draft.core);
  for (const extension of draft.kind.extensions) {
    const slots = draft.extensions?.get(extension);
    const given = slots?.some((value) => value !== undefined) ?? false;
    if (given) requireIn(extension.fields, slots!);
    else if (extension.required) {
      throw new Refusal('invalidValue', `${extension.urn}: this extension is required, got nothing`);
    }
  }
}

function requireIn(table: FieldTable, slots: readonly (Json | undefined)[]): void {
  for (const field of table.required) {
    if (slots[field.position] === undefined) wrong(field, 'a value, it is required', undefined);
  }
}

function assemble(draft: Draft): Document {
  const { kind } = draft;
  const schemas = [kind.core.id];
  const document: Document = { schemas };
  fill(document, kind.fields, draft.core);
  if (draft.extensions) {
    for (const extension of kind.extensions) {
      const slots = draft.extensions.get(extension);
      const object: JsonObject = {};
      if (!slots || !fill(object, extension.fields, slots)) continue;
      schemas.push(extension.urn);
      document[extension.urn] = object;
    }
  }
  for (const urn of Object.keys(draft.foreign)) {
    schemas.push(urn);
    document[urn] = draft.foreign[urn]!;
  }
  return document;
}

function fill(object: JsonObject, table: FieldTable, slots: readonly (Json | undefined)[]): boolean {
  let filled = false;
  for (let i = 0; i < slots.length; i++) {
    const value = slots[i];
    if (value === undefined) continue;
    object[table.list[i]!.name] = value;
    filled = true;
  }
  return filled;
}

/** RFC 7643 7: an immutable value stays as it was first set; setting it for the first time is free (M02 to M04). */
function checkImmutable(kind: ResourceKind, before: Document, after: Document): void {
  checkTable(kind.fields, before, after);
  for (const extension of kind.extensions) {
    checkTable(extension.fields, own(before, extension.urn), own(after, extension.urn));
  }
}

function checkTable(table: FieldTable, before: unknown, after: unknown): void {
  if (!isObject(before)) return;
  for (const field of table.list) {
    const was = own(before, field.name);
    const is = isObject(after) ? own(after, field.name) : undefined;
    if (was === undefined) continue;
    if (field.attribute.mutability === 'immutable' && !equalJson(was, is)) {
      throw new Refusal('mutability', `${field.path}: cannot be changed once it is set`);
    }
    if (field.subs && !field.multiValued) checkTable(field.subs, was, is);
  }
}
