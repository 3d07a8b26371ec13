// The report of a run as a file.

import { Type } from 'typebox';
import type { Ledger } from '../../ledger/ledger.ts';
import type { DriftQuery, DriftRow } from '../../ledger/reconciliation.ts';
import { limits } from '../../limits.ts';
import { choice } from './contract.ts';
import { columnsInCsv, fileAnswer, fileMedia } from './file-answer.ts';
import { category, type DriftJson, driftState, showDrift } from './reconciliation-contract.ts';
import { type Route, route } from './route.ts';
import { needRun, readRuns } from './runs.ts';

/** A name, and what stands below it. */
const csv = columnsInCsv<DriftJson>([
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
]);

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
    media: fileMedia,
    description:
      'A row each: as GET /reconciliations/{id}/drift has them, or in CSV (RFC 4180) with a heading. A cell of CSV that a spreadsheet would take for a formula begins with an apostrophe.',
  },
  async handle(call) {
    const { query, parts } = call;
    const run = await needRun(parts.ledger, call.params.id);
    const asked = {
      run: run.id,
      ...(query.category && { category: query.category }),
      ...(query.state && { states: [query.state] }),
    };
    return fileAnswer(call, {
      name: `reconciliation-${run.id}`,
      format: query.format ?? 'jsonl',
      csv,
      portions: pages(parts.ledger, asked),
      needs: readRuns,
    });
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
    yield page.items.map(showDrift);
    after = page.next;
  } while (after !== null);
}

export const driftExportRoutes: readonly Route[] = [exportDrift];
