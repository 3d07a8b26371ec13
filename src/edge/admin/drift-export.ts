// A report as a file: JSON Lines for programs, CSV for spreadsheets. Read page by page as fast as it is taken.

import { Readable } from 'node:stream';
import { Type } from 'typebox';
import type { Ledger } from '../../ledger/ledger.ts';
import type { DriftQuery, DriftRow } from '../../ledger/reconciliation.ts';
import { limits } from '../../limits.ts';
import { choice } from './contract.ts';
import { csvLine } from './csv.ts';
import { category, type DriftJson, driftState, showDrift } from './reconciliation-contract.ts';
import { type Route, route } from './route.ts';
import { needRun, readRuns } from './runs.ts';

const formats = {
  jsonl: { media: 'application/x-ndjson', head: '', line: (row: DriftJson) => `${JSON.stringify(row)}\n` },
  csv: { media: 'text/csv', head: csvLine(columnsOf().map(([name]) => name)), line: rowInCsv },
} as const;

/** A name, and what stands below it. */
function columnsOf(): [string, (row: DriftJson) => unknown][] {
  return [
    ['id', ({ id }) => id],
    ['category', (row) => row.category],
    ['state', ({ state }) => state],
    ['name', ({ name }) => name],
    ['user', ({ user }) => user],
    ['directoryId', ({ directoryId }) => directoryId],
    ['about', ({ about }) => about],
    ['takes', ({ takes }) => takes],
    ['why', ({ why }) => why],
    ['here', ({ detail }) => detail.here],
    ['there', ({ detail }) => detail.there],
    ['batch', ({ batch }) => batch],
    ['healedAt', ({ healedAt }) => healedAt],
  ];
}

function rowInCsv(row: DriftJson): string {
  return csvLine(columnsOf().map(([, cellOf]) => cellOf(row)));
}

const exportDrift = route({
  method: 'GET',
  path: '/reconciliations/{id}/export',
  permission: readRuns,
  summary: 'The differences that a run found, as a file',
  query: Type.Object(
    {
      format: Type.Optional(choice(['jsonl', 'csv'], 'jsonl where it is left out.')),
      category: Type.Optional(category),
      state: Type.Optional(driftState),
    },
    { additionalProperties: false },
  ),
  streams: {
    media: [formats.jsonl.media, formats.csv.media],
    description:
      'A row each: as GET /reconciliations/{id}/drift has them, or in CSV (RFC 4180) with a heading. A cell of CSV that a spreadsheet would take for a formula begins with an apostrophe.',
  },
  async handle({ parts: { ledger }, params, query, gone }) {
    const run = await needRun(ledger, params.id);
    const { format = 'jsonl' } = query;
    const { media, head, line } = formats[format];
    const asked = {
      run: run.id,
      ...(query.category && { category: query.category }),
      ...(query.state && { states: [query.state] }),
    };
    async function* lines() {
      if (head !== '') yield head;
      for await (const rows of pages(ledger, asked)) yield rows.map((row) => line(showDrift(row))).join('');
    }
    // One page ahead of the reader.
    const body = Readable.from(lines(), { objectMode: true, highWaterMark: 1 });
    gone.addEventListener('abort', () => body.destroy(), { once: true });
    const headers = {
      'content-type': format === 'csv' ? `${media}; charset=utf-8; header=present` : media,
      'content-disposition': `attachment; filename="reconciliation-${run.id}.${format}"`,
      'cache-control': 'no-store',
    };
    return { headers, body };
  },
});

async function* pages(ledger: Ledger, asked: Pick<DriftQuery, 'run' | 'category' | 'states'>) {
  let after: string | null = null;
  do {
    const page: { items: DriftRow[]; next: string | null } = await ledger.reconciliations.drift({
      ...asked,
      after,
      limit: limits.listItemsMost,
    });
    if (page.items.length > 0) yield page.items;
    after = page.next;
  } while (after !== null);
}

export const driftExportRoutes: readonly Route[] = [exportDrift];
