// The audit list as a file: JSON Lines for programs, CSV for spreadsheets. Read page by page as fast as it is taken, so that a
// file of millions of events needs no more memory than one of a hundred.

import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { limits } from '../../limits.ts';
import { stillMay } from './caller.ts';
import { choice, type EventJson } from './contract.ts';
import { csvLine } from './csv.ts';
import { eventFilters } from './event-filters.ts';
import { showEvents } from './event-names.ts';
import { eventSlice, readEventFilters, type StoredEventFilters } from './event-pages.ts';
import { type AdminParts, type Route, route } from './route.ts';

const columns: readonly (readonly [name: string, of: (event: EventJson) => unknown])[] = [
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
];

const formats = {
  jsonl: {
    media: 'application/x-ndjson',
    head: '',
    line: (event: EventJson) => `${JSON.stringify(event)}\n`,
  },
  csv: {
    media: 'text/csv',
    head: csvLine(columns.map(([name]) => name)),
    line: (event: EventJson) => csvLine(columns.map(([, cellOf]) => cellOf(event))),
  },
} as const;

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
    media: [formats.jsonl.media, formats.csv.media],
    description:
      'An event each: as GET /audit has them, or in CSV (RFC 4180) with a heading. A cell of CSV that a spreadsheet would take for a formula begins with an apostrophe.',
  },
  async handle({ parts, query, gone, at, again }) {
    const stored = await readEventFilters(parts.ledger, query);
    const { format = 'jsonl' } = query;
    const { media, head, line } = formats[format];
    async function* lines() {
      if (head !== '') yield head;
      for await (const events of pages(parts, stored)) {
        await stillMay({ again, needs });
        yield events.map(line).join('');
      }
    }
    // One page ahead of the reader.
    const body = Readable.from(lines(), { objectMode: true, highWaterMark: 1 });
    gone.addEventListener('abort', () => body.destroy(), { once: true });
    const day = new Date(at).toISOString().slice(0, 10);
    const headers = {
      'content-type': format === 'csv' ? `${media}; charset=utf-8; header=present` : media,
      'content-disposition': `attachment; filename="audit-${day}.${format}"`,
      'cache-control': 'no-store',
    };
    return { headers, body };
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
