// The ordered feed of events, with waiting for the next one, and the same events as an audit list, newest first.

import { Type } from 'typebox';
import { auditExportRoutes } from './audit-export.ts';
import { eventShape, listQuery, orNull, pageOf, sortedBy, text } from './contract.ts';
import { eventFilters } from './event-filters.ts';
import { showEvents } from './event-names.ts';
import {
  type EventPage,
  eventPage,
  readEventFilters,
  readPosition,
  type StoredEventFilters,
  total,
} from './event-pages.ts';
import { EVENT_STREAM, eventStreamHeaders, wantsEventStream } from './event-source.ts';
import { type AdminParts, type Route, route } from './route.ts';

/** Seconds that a request may wait for the next event: below the 60 s at which load balancers give up. */
const LONGEST_WAIT_S = 30;

const place = (description: string) => Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$', description }));

const needs = { resource: 'events', operation: 'read' } as const;

const getFeed = route({
  method: 'GET',
  path: '/events',
  permission: needs,
  summary: 'The ordered feed of events',
  description:
    'Start with `after=0` (or nothing), then send the `nextCursor` of each answer as the next `after`. Nothing is ever put in before a place that was read. An answer without items has `nextCursor` null: ask again from where you are, with `wait` to be answered as soon as something happens, or with `Accept: text/event-stream` to be told of each as it comes.',
  streams: {
    media: [EVENT_STREAM],
    description:
      'Server-sent events: those behind `after`, then each that comes. `data` is an item of the page, `id` its position; an `id` alone says that the filters want nothing up to there. `Last-Event-ID` goes on behind that place, and counts more than `after`. `event: ended` says why nothing more comes: `{"reason":"unauthenticated","detail":"..."}`. `limit` and `wait` do not matter.',
  },
  query: Type.Object(
    {
      ...eventFilters,
      limit: listQuery.limit,
      sort: sortedBy('position'),
      after: place('Events behind this place.'),
      cursor: place('The same as `after`.'),
      wait: Type.Optional(
        Type.Integer({ minimum: 0, maximum: LONGEST_WAIT_S, description: 'Seconds to wait for an event.' }),
      ),
    },
    { additionalProperties: false },
  ),
  response: Type.Object({
    ...pageOf(eventShape).properties,
    nextCursor: orNull(text('Place of the last event here; null when there is none.')),
  }),
  refuses: { 503: 'Too many requests wait for events, or too many streams are open' },
  async handle({ parts, query, ...call }) {
    const { limit = 50, after, cursor, wait = 0, sort: _, ...wanted } = query;
    const stored = await readEventFilters(parts.ledger, wanted);
    const from = readPosition(after ?? cursor ?? '0');
    if (wantsEventStream(call.accept)) {
      const place = call.lastEventId ? readPosition(call.lastEventId) : from;
      const body = parts.streams.open({ ...call, needs, filters: stored, after: place });
      return { headers: eventStreamHeaders, body };
    }
    return {
      body: await readFeed(parts, stored, { after: from, limit, waitMs: wait * 1000, gone: call.gone }),
    };
  },
});

interface FeedFrom {
  after: number;
  limit: number;
  waitMs: number;
  gone: AbortSignal;
}

/** Waits as often as events come that the filters do not want, and no longer than was asked for in all. */
async function readFeed(parts: AdminParts, stored: StoredEventFilters, from: FeedFrom): Promise<EventPage> {
  const until = performance.now() + from.waitMs;
  for (;;) {
    const seen = await parts.ledger.lastPosition();
    const page = await feedPage(parts, stored, from);
    const leftMs = until - performance.now();
    if (page.items.length > 0 || leftMs <= 0) return page;
    if (!(await parts.waiters.next(seen, leftMs, from.gone))) return page;
  }
}

async function feedPage(
  parts: AdminParts,
  stored: StoredEventFilters,
  { after, limit }: FeedFrom,
): Promise<EventPage> {
  const items = await showEvents(parts, await parts.ledger.events({ ...stored, after, limit }));
  const last = items.at(-1);
  return {
    items,
    nextCursor: last ? String(last.position) : null,
    ...(await total(parts.ledger, stored)),
  };
}

const getAudit = route({
  method: 'GET',
  path: '/audit',
  permission: { resource: 'audit', operation: 'read' },
  summary: 'What was done by whom, newest first',
  query: Type.Object(
    {
      ...eventFilters,
      place: place('The event at that place alone.'),
      ...listQuery,
      sort: sortedBy('-position', 'position'),
    },
    { additionalProperties: false },
  ),
  response: pageOf(eventShape),
  async handle({ parts, query }) {
    const filters = await readEventFilters(parts.ledger, query);
    const at = query.place === undefined ? null : readPosition(query.place);
    const stored = at === null ? filters : { ...filters, among: { above: at - 1, upTo: at } };
    return { body: await eventPage(parts, stored, query) };
  },
});

export const eventRoutes: readonly Route[] = [getFeed, getAudit, ...auditExportRoutes];
