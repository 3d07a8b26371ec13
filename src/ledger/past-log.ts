// The log as those read it who ask for a past moment: the place that a time is, and the events of many people at once.

import type { EventType } from '../identity/event.ts';
import type { StoredEvent } from './ledger.ts';

/** A place in the order of people and their events. */
export interface PlaceOfPerson {
  readonly subject: string;
  readonly position: number;
}

export interface EventsOfQuery {
  readonly subjects: readonly string[];
  readonly types: readonly EventType[];
  /** Behind this place of the log, and not behind that one. */
  readonly above: number;
  readonly upTo: number;
  /** Goes on behind this one. */
  readonly after: PlaceOfPerson | null;
  readonly limit: number;
}

export interface PastLog {
  /** The last place of the log that was written by that time; 0 before the first. */
  positionAt(at: number): Promise<number>;
  /** Person by person, each in the order of the log. */
  eventsOf(query: EventsOfQuery): Promise<StoredEvent[]>;
}
