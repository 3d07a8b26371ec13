// `attributes` and `excludedAttributes` (RFC 7644 3.9) with the `returned` characteristic (RFC 7643 7). `id` and
// `schemas` are always there. Both parameters at once: what `attributes` selects, without what the other names.

import { Refusal } from '../refusal.ts';
import { isObject, shorten } from './json.ts';
import { PROJECTION_CHARACTERS, PROJECTION_NAMES } from './limits.ts';
import { readTarget, type Target } from './place.ts';
import { extensionOf, type Field, type FieldTable, fieldIn, type ResourceKind } from './schema.ts';

/** By lower-case name: the whole attribute, or some of its parts (sub-attributes; attributes of an extension). */
type Selection = Map<string, Selection | 'whole'>;

export interface Projection {
  readonly include: Selection | null;
  readonly exclude: Selection | null;
  /** Nothing is left out: `project` would give back the same resource. */
  readonly whole: boolean;
}

/** Names separated by commas, or a list of them (.search). Empty means not given; unknown names select nothing (A14). */
export function readProjection(
  attributes: string | readonly string[] | undefined,
  excludedAttributes: string | readonly string[] | undefined,
  kind: ResourceKind,
): Projection {
  const include = readSelection(kind, attributes, 'attributes');
  const exclude = readSelection(kind, excludedAttributes, 'excludedAttributes');
  return { include, exclude, whole: include === null && exclude === null && !kind.hasHidden };
}

export function isWhole(projection: Projection): boolean {
  return projection.whole;
}

/** Whether the answer needs a group's members at all (Q29): they are never read for nothing. */
export function wantsMembers(projection: Projection): boolean {
  return wants(projection, 'members');
}

/** Whether the answer needs a user's groups at all. */
export function wantsGroups(projection: Projection): boolean {
  return wants(projection, 'groups');
}

function wants({ include, exclude }: Projection, name: string): boolean {
  return (include === null || include.has(name)) && exclude?.get(name) !== 'whole';
}

/** The resource as the client wants to see it; the given one stays as it is. */
export function project<T extends object>(
  resource: T,
  projection: Projection,
  kind: ResourceKind,
): Partial<T> {
  if (projection.whole) return resource;
  const { include, exclude } = projection;
  const shown: Record<string, unknown> = {};
  for (const key of Object.keys(resource)) {
    const lower = key.toLowerCase();
    const field = fieldIn(kind.fields, key);
    const included = include === null ? 'whole' : include.get(lower);
    const value = showPart(
      (resource as Record<string, unknown>)[key],
      field,
      field ? field.subs : (extensionOf(kind, key)?.fields ?? null),
      include === null ? null : (included ?? 'none'),
      exclude?.get(lower),
    );
    if (value !== undefined) shown[key] = value;
  }
  return shown as Partial<T>;
}

/** `include`: null when no selection was made; 'none' when one was made without this attribute. */
function showPart(
  value: unknown,
  field: Field | undefined,
  subs: FieldTable | null,
  include: Selection | 'whole' | 'none' | null,
  exclude: Selection | 'whole' | undefined,
): unknown {
  const returned = field?.attribute.returned ?? 'default';
  if (returned === 'always') return value;
  if (returned === 'never') return undefined;
  if (returned === 'request' && (include === null || include === 'none')) return undefined;
  if (exclude === 'whole' || include === 'none') return keptAlways(value, subs);
  const parts = include === 'whole' ? null : include;
  if (parts === null && exclude === undefined && !hidesParts(subs)) return value;
  return showElements(value, subs, parts, exclude, include === 'whole');
}

function hidesParts(subs: FieldTable | null): boolean {
  return (
    subs?.list.some((sub) => sub.attribute.returned === 'request' || sub.attribute.returned === 'never') ??
    false
  );
}

function showElements(
  value: unknown,
  subs: FieldTable | null,
  include: Selection | null,
  exclude: Selection | undefined,
  asked: boolean,
): unknown {
  if (Array.isArray(value)) {
    const list = value
      .map((element) => showElements(element, subs, include, exclude, asked))
      .filter((element) => element !== undefined);
    return list.length > 0 ? list : undefined;
  }
  // A sub-attribute of a simple value: there is none to show.
  if (!isObject(value)) return include === null ? value : undefined;
  const shown: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const sub = subs ? fieldIn(subs, key) : undefined;
    const lower = key.toLowerCase();
    const chosen = include === null ? (asked ? 'whole' : null) : (include.get(lower) ?? 'none');
    const part = showPart(value[key], sub, sub?.subs ?? null, chosen, exclude?.get(lower));
    if (part !== undefined) shown[key] = part;
  }
  return Object.keys(shown).length > 0 ? shown : undefined;
}

/** What RFC 7643 7 returns always, even in an attribute that is otherwise left out (M07). */
function keptAlways(value: unknown, subs: FieldTable | null): unknown {
  if (!subs?.list.some((sub) => sub.attribute.returned === 'always')) return undefined;
  return showElements(value, subs, new Map(), undefined, false);
}

function readSelection(
  kind: ResourceKind,
  raw: string | readonly string[] | undefined,
  parameter: string,
): Selection | null {
  if (raw === undefined) return null;
  const texts = typeof raw === 'string' ? [raw] : raw;
  if (texts.reduce((sum, text) => sum + text.length, 0) > PROJECTION_CHARACTERS) {
    throw new Refusal('invalidValue', `${parameter}: expected at most ${PROJECTION_CHARACTERS} characters`);
  }
  const names = texts.flatMap(splitNames);
  if (names.length === 0) return null;
  if (names.length > PROJECTION_NAMES) {
    throw new Refusal(
      'invalidValue',
      `${parameter}: expected at most ${PROJECTION_NAMES} names, got ${shorten(names)}`,
    );
  }
  const selection: Selection = new Map();
  for (const name of names) select(selection, kind, name);
  return selection;
}

/** At commas outside brackets, where Microsoft's collection has a filter: `emails[type eq "work"]`, read as `emails`. */
function splitNames(text: string): string[] {
  const names: string[] = [];
  let name = '';
  let inBrackets = false;
  let inQuotes = false;
  for (const character of `${text},`) {
    if (inBrackets) {
      if (character === '"') inQuotes = !inQuotes;
      else if (character === ']' && !inQuotes) inBrackets = false;
    } else if (character === '[') {
      inBrackets = true;
    } else if (character === ',') {
      if (name.trim() !== '') names.push(name.trim());
      name = '';
    } else {
      name += character;
    }
  }
  return names;
}

function select(selection: Selection, kind: ResourceKind, name: string): void {
  for (const whole of name.includes(':') ? [true, false] : [false]) {
    const target = readTarget(kind, name, { whole });
    const steps = target && stepsOf(target);
    if (steps) put(selection, steps);
  }
}

function stepsOf(target: Target): string[] | null {
  switch (target.kind) {
    case 'field': {
      const steps = target.field.urn === null ? [] : [target.field.urn];
      return [...steps, target.field.name, ...(target.sub ? [target.sub.name] : [])];
    }
    case 'extension':
      return [target.extension.urn];
    case 'foreign':
      return [
        target.urn,
        ...(target.name === null ? [] : [target.name]),
        ...(target.sub === null ? [] : [target.sub]),
      ];
    default:
      return null;
  }
}

function put(selection: Selection, steps: readonly string[]): void {
  let level = selection;
  for (let i = 0; i < steps.length; i++) {
    const key = steps[i]!.toLowerCase();
    const held = level.get(key);
    if (held === 'whole') return;
    if (i === steps.length - 1) {
      level.set(key, 'whole');
      return;
    }
    const next: Selection = held ?? new Map();
    level.set(key, next);
    level = next;
  }
}
