// What differs between two states of a user as SCIM tells them, and the events that say so.

import { equalJson } from '../scim/json.ts';
import { attributesOf } from './document-attributes.ts';
import type { EventDraft } from './event.ts';
import type { User, WantedUser } from './user.ts';

export interface AttributeChange {
  before: unknown;
  after: unknown;
}

export function changedAttributes(before: User, wanted: WantedUser): Map<string, AttributeChange> {
  const changed = new Map<string, AttributeChange>();
  const compare = (name: string, was: unknown, is: unknown) => {
    if (!equalJson(was, is)) changed.set(name, { before: was, after: is });
  };
  const was = attributesOf(before.document);
  const is = attributesOf(wanted.document);
  for (const name of new Set([...was.keys(), ...is.keys()])) compare(name, was.get(name), is.get(name));
  for (const name of new Set([...Object.keys(before.unlisted), ...Object.keys(wanted.unlisted)])) {
    compare(name, before.unlisted[name], wanted.unlisted[name]);
  }
  return changed;
}

export function contentEvents(
  before: User,
  after: User,
  changed: Map<string, AttributeChange>,
): EventDraft[] {
  const subject = { kind: 'user' as const, id: before.id };
  const events: EventDraft[] = [];
  const was: Record<string, unknown> = {};
  const is: Record<string, unknown> = {};
  for (const [name, change] of changed) {
    if (name === 'active') continue;
    if (change.before !== undefined) was[name] = change.before;
    if (change.after !== undefined) is[name] = change.after;
  }
  if (Object.keys(was).length > 0 || Object.keys(is).length > 0) {
    events.push({ type: 'user.updated', subject, data: { before: was, after: is } });
  }
  if (!before.kept && after.kept) {
    events.push({ type: 'user.binned', subject, data: { userName: after.kept.userName } });
  } else if (before.kept && !after.kept) {
    events.push({ type: 'user.restored', subject, data: { userName: after.document.userName } });
  }
  return events;
}
