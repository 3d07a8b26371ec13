// The path of a PATCH operation (RFC 7644 3.5.2): an attribute, perhaps a filter on its elements, perhaps one
// sub-attribute; in every spelling that providers use (Q10, Q11, Q14).

import { Refusal } from '../refusal.ts';
import { type Condition, readElementCondition } from './condition.ts';
import { type Habit, subIn } from './dialects.ts';
import { shorten } from './json.ts';
import { FILTER_CHARACTERS } from './limits.ts';
import { foreignPlace, isAttributeName, readTarget, type Target } from './place.ts';
import type { Extension, Field, ResourceKind } from './schema.ts';

export type PatchPath =
  | {
      readonly kind: 'attribute';
      readonly field: Field;
      readonly sub: Field | null;
      readonly filter: Condition | null;
    }
  /** The URN of the core schema alone: the resource itself. */
  | { readonly kind: 'core' }
  /** The URN of a known extension alone (P36). */
  | { readonly kind: 'extension'; readonly extension: Extension }
  /** In an extension that we do not know; `name` null: the whole of it. */
  | {
      readonly kind: 'foreign';
      readonly urn: string;
      readonly name: string | null;
      readonly sub: string | null;
      readonly filter: Condition | null;
    }
  /** A name that the schema does not have, as in `Target`: it becomes a fact. */
  | { readonly kind: 'unlisted'; readonly name: string }
  /** Well-formed, but nothing that we know: read past (P41). */
  | { readonly kind: 'undefined' };

export interface PathOptions {
  /** URNs under which the resource holds extensions. */
  held?: readonly string[];
  /** The value is an object, so an unknown URN is rather an extension as a whole. */
  whole?: boolean;
  habits?: Habit[];
}

/** Refuses with invalidPath. */
export function readPath(kind: ResourceKind, text: string, options: PathOptions = {}): PatchPath {
  if (text.length > FILTER_CHARACTERS) refuse(text, `at most ${FILTER_CHARACTERS} characters`);
  const trimmed = text.trim();
  const open = trimmed.indexOf('[');
  const name = open < 0 ? trimmed : trimmed.slice(0, open);
  const target = readTarget(kind, name, open < 0 ? options : { ...options, whole: false });
  if (target === null) return refuse(text, 'an attribute path such as name.familyName');
  if (open < 0) return withoutFilter(target);
  const close = closingBracket(trimmed, open);
  if (close < 0) refuse(text, 'a closing bracket');
  const rest = trimmed.slice(close + 1);
  if (rest !== '' && !(rest.startsWith('.') && isAttributeName(rest.slice(1)))) {
    refuse(text, 'nothing or a sub-attribute after the bracket');
  }
  return withFilter(target, trimmed.slice(open + 1, close), rest.slice(1), text, options);
}

function withoutFilter(target: Target): PatchPath {
  return target.kind === 'field' || target.kind === 'foreign'
    ? ({ ...target, kind: target.kind === 'field' ? 'attribute' : 'foreign', filter: null } as PatchPath)
    : target;
}

/** The bracket that ends the filter; brackets inside its texts do not count. */
function closingBracket(text: string, open: number): number {
  let quoted = false;
  for (let i = open + 1; i < text.length; i++) {
    const character = text[i];
    if (quoted && character === '\\') i++;
    else if (character === '"') quoted = !quoted;
    else if (character === ']' && !quoted) return i;
  }
  return -1;
}

function withFilter(
  target: Target,
  filterText: string,
  sub: string,
  text: string,
  options: PathOptions,
): PatchPath {
  if (target.kind === 'foreign') {
    if (target.name === null || target.sub !== null) refuse(text, 'an attribute before the bracket');
    const place = foreignPlace(target.urn, target.name, null);
    const filter = readFilter(undefined, place, filterText, text);
    return { ...target, sub: sub === '' ? null : sub, filter };
  }
  if (target.kind !== 'field') {
    if (target.kind === 'core' || target.kind === 'extension')
      refuse(text, 'an attribute before the bracket');
    return { kind: 'undefined' };
  }
  const { field } = target;
  if (target.sub !== null || (field.type !== 'complex' && !field.multiValued)) {
    refuse(text, `no filter on ${target.sub ? target.sub.path : field.path}`);
  }
  const filter = readFilter(field, undefined, filterText, text);
  if (sub === '') return { kind: 'attribute', field, sub: null, filter };
  const found = field.subs && subIn(field.subs, sub, options.habits);
  return found ? { kind: 'attribute', field, sub: found, filter } : { kind: 'undefined' };
}

/** A filter that does not parse makes a bad path (RFC 7644 3.12, invalidPath); its own words say where. */
function readFilter(
  field: Field | undefined,
  foreign: ReturnType<typeof foreignPlace> | undefined,
  filterText: string,
  text: string,
): Condition {
  try {
    return readElementCondition(field, foreign, filterText);
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal('invalidPath', `${shorten(text)}: ${error.message}`);
    throw error;
  }
}

function refuse(text: string, expected: string): never {
  throw new Refusal('invalidPath', `path: expected ${expected}, got ${shorten(text)}`);
}
