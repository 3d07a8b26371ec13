// What one row of an export must be, whatever its hashes say: each cell as its column has it, rows in the order of the
// table's key. Whether a row's ends are there is for `verify`, which sees all of them.

import type { ExportCell, ExportColumn, ExportRow, ExportTable } from '../ledger/export-tables.ts';

/** What is wrong with a row, of which column where it is one; null: nothing. */
export interface RowProblem {
  readonly column: string | null;
  readonly said: string;
}

/** `before`: the row that stands before it in its table. */
export function rowProblem(
  table: ExportTable,
  row: readonly unknown[],
  before: ExportRow | null,
): RowProblem | null {
  for (const [at, cell] of table.cells.entries()) {
    const said = cellProblem(cell, row[at]);
    if (said !== null) return { column: table.columns[at]!, said };
  }
  if (before === null) return null;
  const order = compareKeys(table, before, row as ExportRow);
  if (order < 0) return null;
  const said =
    order === 0 ? 'it has the key of the row before it' : 'its key comes before that of the row before it';
  return { column: null, said };
}

function cellProblem({ kind, mayBeNull }: ExportColumn, value: unknown): string | null {
  if (value === null) return mayBeNull ? null : 'is empty';
  return kindProblem[kind](value);
}

const kindProblem: Readonly<Record<ExportColumn['kind'], (value: unknown) => string | null>> = {
  text: (value) => (isText(value) ? null : 'is no text without NUL and without half characters'),
  int: (value) => (Number.isSafeInteger(value) ? null : 'is no whole number'),
  number: (value) => (Number.isFinite(value) ? null : 'is no number'),
  json: (value) => (isText(value) && isJson(value) ? null : 'is no JSON object or array'),
};

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\0');
}

function isJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

function compareKeys({ columns, key }: ExportTable, a: ExportRow, b: ExportRow): number {
  for (const name of key) {
    const at = columns.indexOf(name);
    const order = compareCells(a[at]!, b[at]!);
    if (order !== 0) return order;
  }
  return 0;
}

/** Text by its bytes in UTF-8, as both engines order it. */
function compareCells(a: ExportCell, b: ExportCell): number {
  if (a === b) return 0;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}
