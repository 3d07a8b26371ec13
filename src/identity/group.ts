// A group of one provider, without its members: those travel as a difference, never as part of the group.

import { equalJson } from '../scim/json.ts';
import type { Document } from '../scim/resource.ts';
import type { EventDraft } from './event.ts';

export interface Group {
  readonly provider: string;
  readonly id: string;
  /** Counts changes of the group's own attributes; those of its membership are counted by the database. */
  readonly revision: number;
  readonly membershipVersion: number;
  readonly document: Document;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

export function groupName(group: Pick<Group, 'document'>): string {
  return String(group.document.displayName);
}

export function groupExternalId(group: Pick<Group, 'document'>): string | null {
  return typeof group.document.externalId === 'string' ? group.document.externalId : null;
}

export function createGroup(
  made: { provider: string; id: string },
  document: Document,
  at: number,
): { after: Group; events: EventDraft[] } {
  const after: Group = {
    ...made,
    revision: 1,
    membershipVersion: 1,
    document,
    createdAt: at,
    modifiedAt: at,
  };
  const subject = { kind: 'group' as const, id: made.id };
  return { after, events: [{ type: 'group.created', subject, data: { after: document } }] };
}

/** The same word twice gives back `before` itself and no event. */
export function settleGroup(
  before: Group,
  document: Document,
  at: number,
): { after: Group; events: EventDraft[] } {
  const was: Record<string, unknown> = {};
  const is: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(before.document), ...Object.keys(document)])) {
    const a = before.document[name];
    const b = document[name];
    if (name === 'schemas' || equalJson(a, b)) continue;
    if (a !== undefined) was[name] = a;
    if (b !== undefined) is[name] = b;
  }
  if (Object.keys(was).length === 0 && Object.keys(is).length === 0) return { after: before, events: [] };
  const after: Group = { ...before, revision: before.revision + 1, document, modifiedAt: at };
  const subject = { kind: 'group' as const, id: before.id };
  return { after, events: [{ type: 'group.updated', subject, data: { before: was, after: is } }] };
}
