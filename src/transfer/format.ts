// The file of an export: JSON Lines. A header, then of each table its name and columns, its rows as arrays, and their
// number and hash; at the end a footer with all of these and the hash of every line before it (docs/export.md).

import { createHash, type Hash } from 'node:crypto';
import type { ExportRow } from '../ledger/export-tables.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** Goes up when a reader of before would misunderstand the file. */
export const FORMAT = 1;

export interface Header {
  bifrost: 'export';
  format: number;
  /** Tells this export from every other. */
  id: string;
  /** Of the product, when it was written. */
  version: string;
  engine: Ledger['engine'];
  /** Number of the engine's newest migration. */
  schema: number;
  at: string;
  /** Ids of the keys that the secrets in it are sealed with. */
  keys: readonly string[];
  leftOut: readonly string[];
}

/** Of a table's rows, one line each. */
export interface TableSum {
  rows: number;
  sha256: string;
}

export interface Footer {
  end: 'export';
  rows: number;
  tables: Readonly<Record<string, TableSum>>;
  /** Of every line before this one. */
  sha256: string;
}

export function lineOf(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** The canonical text of rows: equal rows have equal text on every engine. */
export function rowLines(rows: readonly ExportRow[]): Buffer {
  return Buffer.from(rows.map(lineOf).join(''));
}

export function sumOfRows() {
  const hash: Hash = createHash('sha256');
  let rows = 0;
  return {
    add(text: Uint8Array, count: number): void {
      hash.update(text);
      rows += count;
    },
    sum: (): TableSum => ({ rows, sha256: hash.digest('hex') }),
  };
}
