// The audit list as a file. Read page by page as fast as it is taken, so that a file of millions of events needs no more memory
// than one of a hundred.

import { Type } from 'typebox';
import { limits } from '../../limits.ts';
import { choice, type EventJson } from './contract.ts';
import { eventFilters } from './event-filters.ts';
import { showEvents } from './event-names.ts';
import { eventSlice, readEventFilters, type StoredEventFilters } from './event-pages.ts';
import { columnsInCsv, fileAnswer, fileMedia } from './file-answer.ts';
import { type AdminParts, type Route, route } from './route.ts';

const csv = columnsInCsv<EventJson>([
  ['position', ({ position }) => position],
  ['at', ({ at }) => at],
  ['type', ({ type }) => type],
  ['words', ({ words }) => words],
  ['provider', ({ provider }) => provider],
  ['actorKind', ({ actor }) => actor.kind],
  ['actor', ({ actor }) => actor.id],
  ['actorName', ({ names }) => names.actor],
  ['subjectKind', ({ subject }) => subject.kind],
  ['subject', ({ subject }) => subject.id],
  ['subjectName', ({ names }) => names.subject],
  ['objectKind', ({ object }) => object?.kind],
  ['object', ({ object }) => object?.id],
  ['objectName', ({ names }) => names.object],
  ['causeKind', ({ cause }) => cause?.kind],
  ['cause', ({ cause }) => cause?.id],
  ['before', ({ data }) => data?.before],
  ['after', ({ data }) => data?.after],
  ['data', ({ data }) => data],
  ['hash', ({ hash }) => hash],
]);

const needs = { resource: 'audit', operation: 'read' } as const;

const exportAudit = route({
  method: 'GET',
  path: '/audit/export',
  permission: needs,
  summary: 'What was done by whom, as a file, newest first',
  query: Type.Object(
    {
      ...eventFilters,
      format: Type.Optional(choice(['jsonl', 'csv'], 'jsonl where it is left out.')),
    },
    { additionalProperties: false },
  ),
  streams: {
    media: fileMedia,
    description:
      'An event each: as GET /audit has them, or in CSV (RFC 4180) with a heading. A cell of CSV that a spreadsheet would take for a formula begins with an apostrophe.',
  },
  async handle(call) {
    const { parts, query, at } = call;
    const stored = await readEventFilters(parts.ledger, query);
    const name = `audit-${new Date(at).toISOString().slice(0, 10)}`;
    const portions = pages(parts, stored);
    return fileAnswer(call, { name, format: query.format ?? 'jsonl', csv, portions, needs });
  },
});

/** Backwards from the newest: what is added meanwhile is not in the file. */
async function* pages(parts: AdminParts, stored: StoredEventFilters): AsyncGenerator<EventJson[]> {
  let after: number | null = 0;
  do {
    const from: number = after;
    const slice = await eventSlice(parts.ledger, stored, {
      after: from,
      limit: limits.listItemsMost,
      newestFirst: true,
    });
    if (slice.events.length > 0) yield await showEvents(parts, slice.events);
    after = slice.next;
  } while (after !== null);
}

export const auditExportRoutes: readonly Route[] = [exportAudit];
