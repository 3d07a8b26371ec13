// The log read for a past moment, as both engines do it: by the index of people and places, never along the whole.

import type { EventsOfQuery, PastLog } from '../past-log.ts';
import type { Dialect } from './dialect.ts';
import { type EventColumns, eventColumns, placeOf, readEvent } from './events.ts';
import type { Hands } from './hands.ts';
import { all, listMarks } from './statement.ts';

export function pastLog({ read, dialect }: Pick<Hands, 'read' | 'dialect'>): PastLog {
  return {
    positionAt: (at) =>
      read(function* () {
        return (yield* placeOf(at + 1)) - 1;
      }),
    eventsOf: (query) =>
      read(function* () {
        return (yield* eventsOf(dialect, query)).map(readEvent);
      }),
  };
}

function eventsOf(dialect: Dialect, { subjects, types, above, upTo, after, limit }: EventsOfQuery) {
  const columns = eventColumns.replace(/\w+/g, 'e.$&');
  // The people come first, so that each is one look into the index.
  return all<EventColumns>(
    `SELECT ${columns} FROM ${dialect.texts} CROSS JOIN events e
     WHERE e.subject = j.value AND e.position > ? AND e.position <= ? AND e.type IN (${listMarks(types.length)})
     AND (e.subject, e.position) > (?, ?) ORDER BY e.subject, e.position LIMIT (? + 0)`,
    JSON.stringify(subjects),
    above,
    upTo,
    ...types,
    after?.subject ?? '',
    after?.position ?? 0,
    limit,
  );
}
