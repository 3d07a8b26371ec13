// The habits of identity providers that the RFC does not cover, each as one small function with who has it. A reader
// that meets one takes it and notes its tag for the request log; nothing after the readers knows of dialects.

import { isObject, type Json, type JsonObject, keyAnyCase, own } from './json.ts';
import { HABITS } from './limits.ts';
import { type Field, type FieldTable, fieldIn, type ResourceKind } from './schema.ts';

/** What is noted on the request log row when a request was taken in a form that the RFC does not give. */
export type Habit =
  | 'boolean-as-text'
  | 'display-name-for-display'
  | 'dotted-key'
  | 'duplicate-values'
  | 'element-created'
  | 'flat-enterprise'
  | 'member-as-text'
  | 'microsoft-group-urn'
  | 'missing-patch-schema'
  | 'operations-in-other-case'
  | 'remove-members-by-object'
  | 'remove-members-by-value-list'
  | 'remove-with-value'
  | 'replace-members-as-add'
  | 'role-as-json-text'
  | 'several-primaries'
  | 'single-for-list'
  | 'single-in-list'
  | 'text-for-complex'
  | 'text-for-element'
  | 'unknown-schema-urn'
  | 'urn-dot'
  | 'urn-key'
  | 'verb-capitalised'
  | `ignored:${string}`
  | `unlisted-attribute:${string}`;

const TAG_CHARACTERS = 60;

/** Adds a tag once; a request that has very many leaves the first ones only. */
export function note(habits: Habit[], habit: Habit): void {
  if (habits.length < HABITS && !habits.includes(habit)) habits.push(habit);
}

/** The tag for something that was read past. */
export function ignored(name: string): Habit {
  return `ignored:${name.slice(0, TAG_CHARACTERS).toWellFormed()}`;
}

/** The tag for an attribute that becomes a fact and no part of the resource. */
export function unlistedAttribute(name: string): Habit {
  return `unlisted-attribute:${name.slice(0, TAG_CHARACTERS)}`;
}

/** Entra's default mapping of `active` sends "True" and "False" (Q02; patch-add-active-text, post-active-as-text). */
export function booleanFromText(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
}

/**
 * Entra in its older form wraps a single value in a list of one, sometimes as `[{"$ref": null, "value": "x"}]`
 * (Q17; manager-add-array-ref, patch-scalar-wrapped-in-array). An empty list is no value (Q15). A longer one is
 * given back as it is, for the caller to refuse.
 */
export function soleElement(list: readonly unknown[], type: 'simple' | 'complex'): unknown {
  if (list.length === 0) return null;
  if (list.length > 1) return list;
  const sole = list[0];
  return type === 'simple' && isObject(sole) && Object.hasOwn(sole, 'value') ? sole.value : sole;
}

/** Entra writes the manager as bare text, PATCH and POST alike (Q16; manager-add-text). */
export function objectFromText(field: Field, text: string): JsonObject | undefined {
  return field.subs?.byName.has('value') ? { value: text } : undefined;
}

/** Role functions of Entra put a whole role into the text of its `value` (Q21; role-json-text, post-role-as-json-text). */
export function unpackRole(
  field: Field,
  element: Record<string, unknown>,
): Record<string, unknown> | undefined {
  const text = own(element, 'value');
  if (field.path !== 'roles' || typeof text !== 'string' || !text.startsWith('{')) return undefined;
  try {
    const role: unknown = JSON.parse(text);
    return isObject(role) && Object.hasOwn(role, 'value') ? { ...element, ...role } : undefined;
  } catch {
    // Not JSON after all: the value begins with a brace, and is kept as it came (Q47).
    return undefined;
  }
}

/**
 * The sub-attribute of that name. Entra's role functions and Microsoft's collection say `displayName` where the
 * schema says `display` (Q62; post-several-roles-displayname, group-add-member-with-displayname).
 */
export function subIn(subs: FieldTable, name: string, habits?: Habit[]): Field | undefined {
  const found = fieldIn(subs, name);
  if (found || name.length !== 11 || name.toLowerCase() !== 'displayname') return found;
  const display = subs.byName.get('display');
  if (display && habits) note(habits, 'display-name-for-display');
  return display;
}

/** Enterprise attributes without their URN, as in Entra's documentation sample (Q14; post-flat-department, Q20). */
export function flatField(kind: ResourceKind, name: string): Field | undefined {
  return kind.flat.get(name.toLowerCase());
}

/** Entra lists this beside the core Group URN; it stands for nothing (Q28; group-post). */
export function isMicrosoftGroupUrn(urn: string): boolean {
  return urn.toLowerCase() === 'http://schemas.microsoft.com/2006/11/resourcemanagement/adscim/2.0/group';
}

/** Entra capitalises verbs (Q01; patch-capital-replace). null: no verb of RFC 7644 3.5.2. */
export function readVerb(op: unknown, habits: Habit[]): 'add' | 'replace' | 'remove' | null {
  if (op === 'add' || op === 'replace' || op === 'remove') return op;
  const lower = typeof op === 'string' ? op.toLowerCase() : '';
  if (lower !== 'add' && lower !== 'replace' && lower !== 'remove') return null;
  note(habits, 'verb-capitalised');
  return lower;
}

/** `operations` in any letter case (Q43; patch-operations-lowercase-key). */
export function operationsOf(body: Record<string, unknown>, habits: Habit[]): unknown {
  const key = keyAnyCase(body, 'Operations');
  if (key === undefined) return undefined;
  if (key !== 'Operations') note(habits, 'operations-in-other-case');
  return body[key];
}

/** null and "" both unassign (Q45 gallery validator, Q15): `""` where RFC 7643 2.5 only has null and []. */
export function isUnassigning(value: unknown): boolean {
  return value === null || value === undefined || value === '';
}

/**
 * What a `remove` of `members` names. Entra and JumpCloud send the list as the operation's value (Q24;
 * group-remove-value-list-many, jumpcloud-remove-value-list), Salesforce wraps it once more
 * (salesforce-remove-members-object). null: nobody is named, so everybody is meant (RFC 7644 3.5.2.2).
 */
export function removedMembers(value: unknown, habits: Habit[]): unknown {
  if (value === null || value === undefined) return null;
  if (isObject(value)) {
    const key = keyAnyCase(value, 'members');
    if (key !== undefined) {
      note(habits, 'remove-members-by-object');
      return value[key] ?? [];
    }
  }
  note(habits, 'remove-members-by-value-list');
  return value === '' ? [] : value;
}

/** A member as bare text (Q26; group-add-bare-text). */
export function memberFromText(text: string, habits: Habit[]): { value: string } {
  note(habits, 'member-as-text');
  return { value: text };
}

/**
 * Entra's several-primaries slip, and several adds in a row (Q44, U33): of all that say so, the last one is primary.
 * The list is changed in place.
 */
export function keepLastPrimary(list: Json[]): boolean {
  let last: JsonObject | null = null;
  let demoted = false;
  for (let i = list.length - 1; i >= 0; i--) {
    const element = list[i];
    if (!isObject(element) || own(element, 'primary') !== true) continue;
    if (last === null) last = element as JsonObject;
    else {
      (element as JsonObject).primary = false;
      demoted = true;
    }
  }
  return demoted;
}
