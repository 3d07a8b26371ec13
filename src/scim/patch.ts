// PATCH (RFC 7644 3.5.2): the request is taken apart into single changes, these are applied in order to a working copy,
// and the outcome goes through the same reader as a PUT. All or nothing: the given document is never touched.

import { Refusal } from '../refusal.ts';
import { type Habit, ignored, note } from './dialects.ts';
import { foreignUrns, setUnlisted } from './foreign.ts';
import { copyJson, isObject, type Json, type JsonObject, own } from './json.ts';
import {
  foldMembers,
  type Membership,
  type MembershipFold,
  membershipOf,
  newMembershipFold,
} from './membership.ts';
import { changeAttribute } from './patch-attribute.ts';
import { changeForeign } from './patch-foreign.ts';
import type { PatchOperation } from './patch-request.ts';
import { type PatchPath, readPath } from './path.ts';
import { type Document, readResource } from './resource.ts';
import type { Field, ResourceKind } from './schema.ts';

export { type PatchOperation, readPatch } from './patch-request.ts';

export interface Patched {
  document: Document;
  unlisted: Record<string, unknown>;
  membership: Membership | null;
  /** A `replace` of `members` by one member took place, by the RFC's meaning: it may have shrunk the group (Q27). */
  replacedMembersWithOne: boolean;
  habits: Habit[];
}

export interface PatchOptions {
  /** Take `replace` of `members` for `add`: the deviation reported of Entra in 2026 (Q27). */
  memberReplaceIsAdd?: boolean;
}

interface Working {
  readonly kind: ResourceKind;
  readonly document: JsonObject;
  readonly unlisted: Record<string, unknown>;
  readonly members: MembershipFold;
  readonly memberReplaceIsAdd: boolean;
  readonly habits: Habit[];
  /** Which change last took a required attribute away. */
  readonly losses: Map<Field, PatchOperation>;
}

/** Refuses with noTarget, invalidValue, mutability or invalidPath; the detail names the operation and its path. */
export function applyPatch(
  kind: ResourceKind,
  current: { document: Document; unlisted: Record<string, unknown> },
  operations: readonly PatchOperation[],
  options: PatchOptions = {},
): Patched {
  const working: Working = {
    kind,
    document: copyJson(current.document),
    unlisted: { ...current.unlisted },
    members: newMembershipFold(),
    memberReplaceIsAdd: options.memberReplaceIsAdd ?? false,
    habits: [],
    losses: new Map(),
  };
  for (const operation of operations) {
    for (const habit of operation.habits) note(working.habits, habit);
    inWordsOf(operation, () => apply(working, operation));
  }
  for (const [field, operation] of working.losses) refuseLoss(working, field, operation);
  const last = operations.at(-1);
  const finish = () => readResource(kind, working.document, { require: true, before: current.document });
  const read = last ? inWordsOf({ label: `after ${last.label}` }, finish) : finish();
  for (const habit of read.habits) note(working.habits, habit);
  return {
    document: read.document,
    unlisted: working.unlisted,
    membership: membershipOf(working.members),
    replacedMembersWithOne: working.members.replacedWithOne,
    habits: working.habits,
  };
}

/**
 * What the operations do to the members, and whether they name the attribute, without the resource they will be
 * applied to: so the members that are needed can be loaded together with it.
 */
export function membershipAhead(
  kind: ResourceKind,
  operations: readonly PatchOperation[],
  options: PatchOptions = {},
): { membership: Membership | null; names(attribute: string): boolean } {
  const members = newMembershipFold();
  const named = new Set<string>();
  const folding = { memberReplaceIsAdd: options.memberReplaceIsAdd ?? false, habits: [] };
  for (const operation of operations) {
    const { path } = operation;
    if (path.kind !== 'attribute') continue;
    named.add(path.field.name);
    if (path.field !== kind.membership) continue;
    inWordsOf(operation, () => foldMembers(members, { ...path, ...operation }, folding));
  }
  return { membership: membershipOf(members), names: (attribute) => named.has(attribute) };
}

/** A refusal says which of the operations it is about. */
function inWordsOf<T>(operation: Pick<PatchOperation, 'label'>, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(error.reason, `${operation.label}: ${error.message}`, error.facts);
  }
}

function apply(working: Working, operation: PatchOperation): void {
  const { kind, document, habits } = working;
  const path = pathIn(working, operation);
  switch (path.kind) {
    case 'attribute':
      changeKnown(working, path, operation);
      break;
    case 'extension':
      // Only `remove` comes here: a value was taken apart when the request was read (P36).
      delete document[path.extension.urn];
      break;
    case 'foreign':
      changeForeign(document, path, operation, habits);
      break;
    case 'unlisted':
      setUnlisted(working.unlisted, path.name, operation.op === 'remove' ? null : operation.value, habits);
      break;
    case 'core':
      throw new Refusal('noTarget', `a ${kind.name} is removed with DELETE`);
    case 'undefined':
      note(habits, ignored(operation.text));
      break;
  }
}

/** Where an unknown extension's URN ends is known for certain only beside the resource that has it. */
function pathIn(working: Working, operation: PatchOperation): PatchPath {
  if (operation.path.kind !== 'foreign') return operation.path;
  const held = foreignUrns(working.document);
  return readPath(working.kind, operation.text, { held, whole: isObject(operation.value) });
}

function changeKnown(
  working: Working,
  path: Extract<PatchPath, { kind: 'attribute' }>,
  operation: PatchOperation,
): void {
  const { kind, document, habits, memberReplaceIsAdd } = working;
  const { field } = path;
  if (field === kind.membership) {
    foldMembers(working.members, { ...path, ...operation }, { memberReplaceIsAdd, habits });
    return;
  }
  // RFC 7644 3.5.2 forbids both, yet only the id is refused: Okta sends it inside values, where it is read past
  // (okta-group-rename-with-id), and so are meta, groups and schemas wherever they come (Q49, P29).
  if (field.name === 'id' && field.urn === null) {
    if (operation.hasPath) throw new Refusal('mutability', 'id is read-only');
    return;
  }
  // ServiceProviderConfig says that changePassword is not supported; inside bodies (Okta's PUT) it is read past.
  if (field.attribute.mutability === 'writeOnly' && operation.hasPath) {
    throw new Refusal(
      'mutability',
      `${field.name} cannot be changed here: people sign in with their provider`,
    );
  }
  const holder = field.urn === null ? document : extensionObject(document, field.urn);
  changeAttribute(holder, path, operation, habits);
  if (field.attribute.required && own(holder, field.name) === undefined) working.losses.set(field, operation);
  if (field.urn !== null && Object.keys(holder).length === 0) delete document[field.urn];
}

function extensionObject(document: JsonObject, urn: string): JsonObject {
  const held = own(document, urn);
  if (isObject(held)) return held as Record<string, Json>;
  const made: JsonObject = {};
  document[urn] = made;
  return made;
}

/** Judged at the end, since a later operation may give a new value (Q55, P27). */
function refuseLoss(working: Working, field: Field, operation: PatchOperation): void {
  const holder = field.urn === null ? working.document : own(working.document, field.urn);
  if (isObject(holder) && own(holder, field.name) !== undefined) return;
  // An extension that was removed as a whole takes its required attributes along.
  if (field.urn !== null && holder === undefined) return;
  const reason = operation.op === 'remove' ? 'mutability' : 'invalidValue';
  throw new Refusal(
    reason,
    `${operation.label}: ${field.path} is required and cannot be left without a value`,
  );
}
