// Where events come from, and the hands that each engine lends to the scripts that change settings.

import type { Actor, Cause, EventDraft } from '../../identity/event.ts';
import type { Script } from './statement.ts';

export interface EventOrigin {
  at: number;
  provider: string | null;
  actor: Actor;
  cause: Cause | null;
}

/** Adds events to the transaction that the script runs in. */
export type Tell = (drafts: readonly EventDraft[], from: EventOrigin) => Script<void>;
