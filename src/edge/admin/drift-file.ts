// A report as a file: JSON Lines for programs, CSV for spreadsheets. The route streams it, and the command line writes it.

import { csvLine } from './csv.ts';
import type { DriftJson } from './reconciliation-contract.ts';

/** `head` before everything, then a `line` for each row. */
export const driftFormats = {
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
