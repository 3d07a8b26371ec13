// Which attribute a name means: RFC 7644 3.10 with URN prefixes, the dot that some write after a URN, bare names of
// extension attributes, and extensions that we do not know. Filters, sorting, projections and PATCH paths all ask here.

import { flatField, type Habit, note, subIn } from './dialects.ts';
import {
  type AttributeType,
  type Extension,
  extensionOf,
  type Field,
  type FieldTable,
  fieldIn,
  type ResourceKind,
} from './schema.ts';

/** Where a condition or a sort order looks. */
export interface Place {
  /** Canonical URN of the extension; null for core and common attributes. An unknown extension's as it was written. */
  readonly urn: string | null;
  readonly attribute: string;
  readonly sub: string | null;
  /** 'dynamic': belongs to an extension that we do not know; the stored value has whatever type it has. */
  readonly type: AttributeType | 'dynamic';
  readonly caseExact: boolean;
  /** Whether the attribute holds a list; a condition is then about any one element. */
  readonly multiValued: boolean;
}

/** What a name turned out to mean. */
export type Target =
  | { readonly kind: 'field'; readonly field: Field; readonly sub: Field | null }
  /** The URN of the core schema alone: the resource itself. */
  | { readonly kind: 'core' }
  /** The URN of a known extension alone. */
  | { readonly kind: 'extension'; readonly extension: Extension }
  /** In an extension that we do not know; `name` null: the whole of it. */
  | {
      readonly kind: 'foreign';
      readonly urn: string;
      readonly name: string | null;
      readonly sub: string | null;
    }
  /** A name that the core schema or a known extension does not have; of an extension, with its URN in front. */
  | { readonly kind: 'unlisted'; readonly name: string }
  /** Well-formed, but nothing that we know, such as an unknown sub-attribute. */
  | { readonly kind: 'undefined' };

export interface TargetOptions {
  /** URNs that the resource at hand has extensions under. */
  readonly held?: readonly string[];
  /** Take an unknown URN for an extension as a whole, where both readings are possible. */
  readonly whole?: boolean;
  readonly habits?: Habit[];
}

const NAME = /^[A-Za-z$][\w$-]*$/;
const NAME_AND_SUB = /^([A-Za-z$][\w$-]*)(?:\.([A-Za-z$][\w$-]*))?$/;
const URN = /^[A-Za-z][\w+.-]*:[^\s[\]"()]+$/;
/** `urn:...:2.0:User`, as extensions are named everywhere: a version and then the resource. */
const VERSIONED = /^(.+:v?\d+(?:\.\d+)*:[A-Za-z][\w-]*)(?:[:.](.+))?$/i;

export function isAttributeName(text: string): boolean {
  return NAME.test(text);
}

/** null: the text is no attribute path at all. */
export function readTarget(kind: ResourceKind, text: string, options: TargetOptions = {}): Target | null {
  const direct = fieldIn(kind.fields, text);
  if (direct) return { kind: 'field', field: direct, sub: null };
  if (text.includes(':')) return URN.test(text) ? readUrnTarget(kind, text, options) : null;
  const match = NAME_AND_SUB.exec(text);
  if (!match) return null;
  const [, name = '', sub] = match;
  return (
    inTable(kind.fields, name, sub, options) ??
    inFlat(kind, name, sub, options) ??
    (sub === undefined ? { kind: 'unlisted', name } : { kind: 'undefined' })
  );
}

function inTable(
  table: FieldTable,
  name: string,
  sub: string | undefined,
  options: TargetOptions,
): Target | null {
  const field = fieldIn(table, name);
  if (!field) return null;
  return withSub(field, sub, options);
}

function inFlat(
  kind: ResourceKind,
  name: string,
  sub: string | undefined,
  options: TargetOptions,
): Target | null {
  const field = flatField(kind, name);
  if (!field) return null;
  if (options.habits) note(options.habits, 'flat-enterprise');
  return withSub(field, sub, options);
}

function withSub(field: Field, sub: string | undefined, options: TargetOptions): Target {
  if (sub === undefined) return { kind: 'field', field, sub: null };
  const found = field.subs && subIn(field.subs, sub, options.habits);
  return found ? { kind: 'field', field, sub: found } : { kind: 'undefined' };
}

/** Never split on dots first: versions in URNs have them (Q08). The longest known URN counts. */
function readUrnTarget(kind: ResourceKind, text: string, options: TargetOptions): Target | null {
  const urns = [kind.core.id, ...kind.extensions.map((extension) => extension.urn)];
  const known = afterPrefix(urns, text, options);
  if (!known) return readForeignTarget(text, options);
  const extension = extensionOf(kind, known.urn);
  if (known.rest === null) return extension ? { kind: 'extension', extension } : { kind: 'core' };
  const match = NAME_AND_SUB.exec(known.rest);
  if (!match) return null;
  const [, name = '', sub] = match;
  const found = inTable(extension ? extension.fields : kind.fields, name, sub, options);
  if (found) return found;
  if (sub !== undefined) return { kind: 'undefined' };
  return { kind: 'unlisted', name: extension ? `${extension.urn}:${name}` : name };
}

function readForeignTarget(text: string, options: TargetOptions): Target | null {
  const { urn, rest } = afterPrefix(options.held ?? [], text, options) ?? guessPrefix(text, options);
  if (rest === null) return { kind: 'foreign', urn, name: null, sub: null };
  const match = NAME_AND_SUB.exec(rest);
  return match ? { kind: 'foreign', urn, name: match[1]!, sub: match[2] ?? null } : null;
}

/** The longest of the URNs that the text begins with, and what follows it after a colon, or a dot (Q11). */
function afterPrefix(
  urns: readonly string[],
  text: string,
  options: TargetOptions,
): { urn: string; rest: string | null } | null {
  let best: string | null = null;
  const lower = text.toLowerCase();
  for (const urn of urns) {
    if (best !== null && urn.length <= best.length) continue;
    const next = text[urn.length];
    if ((next === undefined || next === ':' || next === '.') && lower.startsWith(urn.toLowerCase()))
      best = urn;
  }
  if (best === null) return null;
  if (text[best.length] === '.' && options.habits) note(options.habits, 'urn-dot');
  return { urn: best, rest: text.length === best.length ? null : text.slice(best.length + 1) };
}

function guessPrefix(text: string, options: TargetOptions): { urn: string; rest: string | null } {
  const versioned = VERSIONED.exec(text);
  if (versioned) return { urn: versioned[1]!, rest: versioned[2] ?? null };
  if (options.whole) return { urn: text, rest: null };
  return atLastColon(text);
}

/** The reading of a URN that is left when it cannot be an extension as a whole. */
export function atLastColon(text: string): { urn: string; rest: string } {
  const colon = text.lastIndexOf(':');
  return { urn: text.slice(0, colon), rest: text.slice(colon + 1) };
}

/** The place of an attribute or of its sub-attribute. */
export function placeOf(field: Field, sub: Field | null): Place {
  const leaf = sub ?? field;
  return {
    urn: field.urn,
    attribute: field.name,
    sub: sub === null ? null : sub.name,
    type: leaf.type,
    caseExact: leaf.attribute.caseExact,
    multiValued: field.multiValued || leaf.multiValued,
  };
}

/** A place in an extension that we do not know: texts there are compared without case. */
export function foreignPlace(urn: string, attribute: string, sub: string | null): Place {
  return { urn, attribute, sub, type: 'dynamic', caseExact: false, multiValued: true };
}
