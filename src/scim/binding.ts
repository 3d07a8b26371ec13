// From a parsed filter to a condition on one kind of resource: resolves names, reads literals in the type of their
// attribute, and moves `not` down to the leaves. condition.ts says what the outcome means.

import { Refusal } from '../refusal.ts';
import type { Condition } from './condition.ts';
import { booleanFromText, subIn } from './dialects.ts';
import type { CompareOperator, Filter } from './filter.ts';
import { shorten } from './json.ts';
import { atLastColon, foreignPlace, type Place, placeOf, readTarget, type Target } from './place.ts';
import type { Extension, Field, ResourceKind } from './schema.ts';
import { readInstant } from './value.ts';

/** Resolves the names of one scope: the whole resource, or one element of a list. */
type Scope = (leaf: Leaf, negated: boolean) => Condition;
type Leaf = Exclude<Filter, { op: 'and' | 'or' | 'not' }>;
type Comparison = Extract<Filter, { op: CompareOperator }>;

const never: Condition = { kind: 'never' };
const always: Condition = { kind: 'always' };

export function bindFilter(kind: ResourceKind, filter: Filter): Condition {
  return bind(filter, false, (leaf, negated) => bindInResource(kind, leaf, negated));
}

/** The filter in the brackets of a path, about elements of a known or (`foreign`) an unknown attribute. */
export function bindElementFilter(
  field: Field | undefined,
  foreign: Place | undefined,
  filter: Filter,
): Condition {
  return bind(filter, false, (leaf, negated) =>
    field ? bindInElement(field, leaf, negated) : bindInForeignElement(foreign!, leaf, negated),
  );
}

function bind(filter: Filter, negated: boolean, scope: Scope): Condition {
  if (filter.op === 'not') return bind(filter.part, !negated, scope);
  if (!('parts' in filter)) return scope(filter, negated);
  const parts = filter.parts.map((part) => bind(part, negated, scope));
  return join(negated === (filter.op === 'or') ? 'and' : 'or', parts);
}

/** `never` and `always` take effect here, so that nobody meets them inside an 'and' or 'or'. */
function join(kind: 'and' | 'or', parts: readonly Condition[]): Condition {
  const [decisive, idle] = kind === 'and' ? (['never', 'always'] as const) : (['always', 'never'] as const);
  if (parts.some((part) => part.kind === decisive)) return kind === 'and' ? never : always;
  const rest = parts.filter((part) => part.kind !== idle);
  if (rest.length === 0) return kind === 'and' ? always : never;
  return rest.length === 1 ? rest[0]! : { kind, parts: rest };
}

function negate(condition: Condition, negated: boolean): Condition {
  return negated ? { kind: 'not', part: condition } : condition;
}

function bindInResource(kind: ResourceKind, leaf: Leaf, negated: boolean): Condition {
  const target = readTarget(kind, leaf.path);
  if (target === null) return refuse(leaf, 'an attribute name', leaf.path);
  switch (target.kind) {
    case 'field':
      return bindField(target.field, target.sub, leaf, negated);
    case 'extension':
      return bindExtension(target.extension, leaf, negated);
    case 'foreign':
      return bindForeign(target, leaf, negated);
    default:
      return never;
  }
}

function bindField(field: Field, sub: Field | null, leaf: Leaf, negated: boolean): Condition {
  if ((sub ?? field).attribute.returned === 'never') return never;
  if (leaf.op === 'element') return bindElement(field, sub, leaf, negated);
  if (leaf.op === 'pr') {
    if (
      sub === null &&
      field.urn === null &&
      (field.attribute.returned === 'always' || field.name === 'meta')
    ) {
      return negated ? never : always;
    }
    return negate({ kind: 'present', place: placeOf(field, sub) }, negated);
  }
  const part = sub ?? valueSub(field, leaf);
  return negate(compare(placeOf(field, part), leaf), negated);
}

/** RFC 7644's own example `emails co "x"` means the value (F24); so do `manager eq` (Q20) and `members eq` (Q31). */
function valueSub(field: Field, leaf: Leaf): Field | null {
  if (field.type !== 'complex') return null;
  return field.subs?.byName.get('value') ?? refuse(leaf, `a sub-attribute of ${field.name}`, leaf.path);
}

function bindElement(
  field: Field,
  sub: Field | null,
  leaf: Extract<Leaf, { op: 'element' }>,
  negated: boolean,
): Condition {
  if (sub !== null || (field.type !== 'complex' && !field.multiValued)) {
    return refuse(leaf, 'an attribute with sub-attributes before the bracket', leaf.path);
  }
  const part = bindElementFilter(field, undefined, leaf.part);
  if (part.kind === 'never') return never;
  return negate({ kind: 'element', place: placeOf(field, null), part }, negated);
}

function bindInElement(field: Field, leaf: Leaf, negated: boolean): Condition {
  if (leaf.op === 'element') return refuse(leaf, 'a comparison', '[');
  const sub = field.subs ? subIn(field.subs, leaf.path) : undefined;
  if (!sub && (field.subs || leaf.path.toLowerCase() !== 'value')) return never;
  if ((sub ?? field).attribute.returned === 'never') return never;
  const place = { ...placeOf(field, sub ?? null), multiValued: sub?.multiValued ?? false };
  if (leaf.op === 'pr') return negate({ kind: 'present', place }, negated);
  return negate(compare(place, leaf), negated);
}

/** `urn:...:enterprise:2.0:User pr`: some attribute of the extension is there. */
function bindExtension(extension: Extension, leaf: Leaf, negated: boolean): Condition {
  if (leaf.op !== 'pr') return refuse(leaf, 'an attribute of the extension', leaf.path);
  const parts = extension.fields.list.map((field) =>
    negate({ kind: 'present', place: placeOf(field, null) }, negated),
  );
  return join(negated ? 'and' : 'or', parts);
}

/**
 * An extension that we do not know has no types: the literal's type is the attribute's. A name that looks like the URN
 * as a whole can only be an attribute here.
 */
function bindForeign(target: Extract<Target, { kind: 'foreign' }>, leaf: Leaf, negated: boolean): Condition {
  const { urn, name, sub } = target.name === null ? { ...splitWhole(target.urn), sub: null } : target;
  const place = foreignPlace(urn, name!, sub);
  if (leaf.op === 'element') {
    const part = bindElementFilter(undefined, place, leaf.part);
    return part.kind === 'never' ? never : negate({ kind: 'element', place, part }, negated);
  }
  if (leaf.op === 'pr') return negate({ kind: 'present', place }, negated);
  return negate(compare(place, leaf), negated);
}

function splitWhole(text: string): { urn: string; name: string } {
  const { urn, rest } = atLastColon(text);
  return { urn, name: rest };
}

function bindInForeignElement(place: Place, leaf: Leaf, negated: boolean): Condition {
  if (leaf.op === 'element') return refuse(leaf, 'a comparison', '[');
  const inside = foreignPlace(place.urn!, place.attribute, leaf.path);
  if (leaf.op === 'pr') return negate({ kind: 'present', place: inside }, negated);
  return negate(compare(inside, leaf), negated);
}

function compare(place: Place, leaf: Comparison): Condition {
  if (leaf.value === null) {
    if (leaf.op === 'eq') return { kind: 'not', part: { kind: 'present', place } };
    return leaf.op === 'ne' ? { kind: 'present', place } : refuse(leaf, 'eq or ne with null', leaf.op);
  }
  return { kind: 'compare', place, operator: leaf.op, value: literal(place, leaf, leaf.value) };
}

const ORDERED: ReadonlySet<string> = new Set(['eq', 'ne', 'gt', 'ge', 'lt', 'le']);

/** The literal in the type of the place, and only with operators that the type has (F14). */
function literal(
  place: Place,
  leaf: Comparison,
  value: string | number | boolean,
): string | number | boolean {
  switch (place.type === 'dynamic' ? typeof value : place.type) {
    case 'boolean': {
      // Entra writes `primary eq "True"` (Q03, role-single-add).
      const truth = typeof value === 'string' ? booleanFromText(value) : value;
      if (leaf.op !== 'eq' && leaf.op !== 'ne') refuse(leaf, 'eq, ne or pr for true and false', leaf.op);
      return typeof truth === 'boolean' ? truth : refuse(leaf, 'true or false', value);
    }
    case 'number':
    case 'integer':
    case 'decimal': {
      if (!ORDERED.has(leaf.op)) refuse(leaf, 'an operator for numbers', leaf.op);
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      return typeof number === 'number' && Number.isFinite(number) ? number : refuse(leaf, 'a number', value);
    }
    case 'dateTime': {
      if (!ORDERED.has(leaf.op)) refuse(leaf, 'an operator for points in time', leaf.op);
      const instant = typeof value === 'string' ? readInstant(value) : undefined;
      return instant ?? refuse(leaf, 'a date and time such as "2026-01-31T08:00:00Z"', value);
    }
    case 'binary':
      if (leaf.op !== 'eq' && leaf.op !== 'ne') refuse(leaf, 'eq, ne or pr for binary values', leaf.op);
  }
  return typeof value === 'string' ? value : refuse(leaf, 'a text in double quotes', value);
}

function refuse(leaf: Leaf, expected: string, came: unknown): never {
  throw new Refusal(
    'invalidFilter',
    `filter, ${leaf.path} at character ${leaf.at + 1}: expected ${expected}, got ${shorten(came)}`,
  );
}
