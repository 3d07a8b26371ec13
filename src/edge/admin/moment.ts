// A moment that somebody asks about: a time, or a place in the log. All that is told of it is told by what stood in the log
// up to there.

import { Type } from 'typebox';
import type { Ledger } from '../../ledger/ledger.ts';
import { Refusal } from '../../refusal.ts';
import { rfc3339 } from './contract.ts';
import { readPosition } from './event-pages.ts';
import { readTime } from './time-filter.ts';

export interface Moment {
  /** The last place of the log that counts. */
  readonly position: number;
  /** The time that was asked for, or at which that place was written. */
  readonly at: number;
}

export const momentQuery = {
  at: Type.Optional(
    Type.String({
      minLength: 10,
      maxLength: 40,
      description: 'As it was at that time, such as 2026-03-01T08:00:00Z; a bare day begins at midnight UTC.',
    }),
  ),
  position: Type.Optional(
    Type.String({
      pattern: '^[0-9]{1,15}$',
      description: 'Instead of a time: as it was once the event at that place of the log had happened.',
    }),
  ),
};

/** null where none is named. @throws Refusal for one before the log begins, and for one that has not come yet */
export async function readMoment(
  ledger: Ledger,
  asked: { at?: string; position?: string },
  now: number,
): Promise<Moment | null> {
  const { at, position } = asked;
  if (at !== undefined && position !== undefined) {
    throw new Refusal('invalidValue', 'Name a time (at) or a place of the log (position), not both.');
  }
  if (at !== undefined) return byTime(ledger, readTime('at', at), now);
  return position === undefined ? null : byPosition(ledger, readPosition(position));
}

/** The end of the log. */
export async function thisMoment(ledger: Ledger, now: number): Promise<Moment> {
  return { position: await ledger.lastPosition(), at: now };
}

async function byTime(ledger: Ledger, at: number, now: number): Promise<Moment> {
  if (at > now) throw refused('at', `${rfc3339(at)} has not come yet. Ask for a time up to now.`);
  // What was committed before the question has its place first.
  await ledger.lastPosition();
  const position = await ledger.positionAt(at);
  if (position > 0) return { position, at };
  const [first] = await ledger.events({ after: 0, limit: 1 });
  const since = first ? `begins at ${rfc3339(first.at)}` : 'is empty';
  throw refused('at', `Nothing is known of ${rfc3339(at)}: the log of events ${since}.`);
}

async function byPosition(ledger: Ledger, position: number): Promise<Moment> {
  const last = await ledger.lastPosition();
  if (position > last) throw refused('position', `The log ends at place ${last}.`);
  const [event] = await ledger.events({ after: position - 1, limit: 1 });
  if (position < 1 || !event) throw refused('position', 'The log begins at place 1.');
  return { position, at: event.at };
}

function refused(path: string, detail: string): Refusal {
  return new Refusal('invalidValue', detail, { problems: [{ path, problem: 'is no moment of the log' }] });
}
