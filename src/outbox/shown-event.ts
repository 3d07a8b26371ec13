// An event as the outside sees it: the same in the feed, in the audit list and in what webhooks are sent.

import type { Actor, Cause, Event, EventType } from '../identity/event.ts';
import type { StoredEvent } from '../ledger/ledger.ts';

export interface ShownEvent {
  position: number;
  id: string;
  at: string;
  provider: string | null;
  actor: Actor;
  type: EventType;
  subject: Event['subject'];
  object: Event['subject'] | null;
  data: Record<string, unknown> | null;
  cause: Cause | null;
  hash: string;
}

export function showEvent(event: StoredEvent): ShownEvent {
  const { position, id, at, provider, actor, type, subject, object, data, cause, hash } = event;
  return {
    position,
    id,
    at: new Date(at).toISOString(),
    provider,
    actor,
    type,
    subject,
    object: object ?? null,
    data: data ?? null,
    cause,
    hash,
  };
}
