// An export as it is read: every line checked against the format, the counts and the hashes before it counts. A file
// that was cut, altered, put into another order, or written by a version that knows more, is refused with a sentence.

import { createHash, type Hash } from 'node:crypto';
import { type ExportCell, type ExportRow, type ExportTable, exportTables } from '../ledger/export-tables.ts';
import { Refusal } from '../refusal.ts';
import { rowProblem } from './check-row.ts';
import { fileLines } from './file-lines.ts';
import { FORMAT, type Footer, type Header, lineOf, sumOfRows, type TableSum } from './format.ts';

const ROWS_AT_ONCE = 500;

export type Part =
  | { kind: 'header'; header: Header }
  /** `line` is the place of the last of these rows in the file; they stand behind one another. */
  | { kind: 'rows'; table: string; rows: ExportCell[][]; line: number }
  /** `sha256` is that of the whole file without this last line. */
  | { kind: 'footer'; footer: Footer };

type Json = Record<string, unknown>;

/** Rows come before their hash was compared: what is written of them counts only once the footer has come. */
export async function* readExport(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Part> {
  const at = beginning();
  for await (const line of fileLines(chunks)) {
    const part = takeLine(at, line);
    if (part) yield part;
  }
  endFile(at);
}

interface OpenTable {
  table: ExportTable;
  sum: ReturnType<typeof sumOfRows>;
  rows: ExportCell[][];
  last: ExportRow | null;
}

/** Where in the file the reader is. */
interface Place {
  readonly whole: Hash;
  readonly tables: Record<string, TableSum>;
  line: number;
  /** The first of the tables that may still come. */
  next: number;
  header: Header | null;
  open: OpenTable | null;
  isWhole: boolean;
}

function beginning(): Place {
  const whole = createHash('sha256');
  return { whole, tables: {}, line: 0, next: 0, header: null, open: null, isWhole: false };
}

function takeLine(at: Place, bytes: Buffer): Part | null {
  at.line++;
  if (at.isWhole) throw changed('something stands behind its last line');
  const value = parseLine(at, bytes);
  if (!at.header) return takeHeader(at, value as Json, bytes);
  if (Array.isArray(value)) return takeRow(at, value, bytes);
  const { table, end } = value as Json;
  if (end === 'export' && !at.open) return takeFooter(at, value as unknown as Footer);
  at.whole.update(bytes);
  if (typeof table === 'string' && !at.open) return beginTable(at, value as Json);
  if (typeof end === 'string' && at.open?.table.name === end) return endTable(at, value as Json);
  throw changed(`line ${at.line} stands where it does not belong`);
}

function endFile(at: Place): void {
  if (at.isWhole) return;
  if (at.line === 0) throw noExport('The file is empty.');
  throw cutShort(at);
}

function parseLine(at: Place, bytes: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Only the last line of a file that was cut has no end.
    if (at.header && bytes.at(-1) !== 0x0a) throw cutShort(at);
  }
  if (!at.header) throw noExport('Its first line is not the header of one.');
  throw changed(`line ${at.line} cannot be read`);
}

function takeHeader(at: Place, value: Json, bytes: Buffer): Part {
  const header = value as unknown as Header;
  if (header.bifrost !== 'export' || typeof header.format !== 'number') {
    throw noExport('Its first line is not the header of one.');
  }
  if (header.format > FORMAT) throw tooNew(header, `has format ${header.format}`);
  at.whole.update(bytes);
  at.header = header;
  return { kind: 'header', header };
}

function beginTable(at: Place, { table, columns }: Json): null {
  const known = exportTables.findIndex(({ name }) => name === table);
  if (known < 0) throw tooNew(at.header!, `has a table ${String(table)}`);
  if (known < at.next) throw changed(`table ${String(table)} stands in another place`);
  checkColumns(at, exportTables[known]!, columns);
  at.next = known + 1;
  at.open = { table: exportTables[known]!, sum: sumOfRows(), rows: [], last: null };
  return null;
}

function checkColumns(at: Place, { name, columns: known }: ExportTable, columns: unknown): void {
  if (!Array.isArray(columns)) throw changed(`line ${at.line} cannot be read`);
  const unknown = columns.find((each) => !known.includes(each));
  if (unknown !== undefined) throw tooNew(at.header!, `has a column ${name}.${String(unknown)}`);
  if (columns.length === known.length && known.every((each, i) => each === columns[i])) return;
  throw changed(`table ${name} has other columns`);
}

function takeRow(at: Place, row: unknown[], bytes: Buffer): Part | null {
  const { open } = at;
  if (!open || row.length !== open.table.columns.length) {
    throw changed(`line ${at.line} is no row of ${open ? `table ${open.table.name}` : 'any table'}`);
  }
  const problem = rowProblem(open.table, row, open.last);
  if (problem) throw refusedRow(at.line, open.table.name, problem.column, problem.said);
  // Else what is stored would be other bytes than these, and the comparison at the end would say no.
  if (!bytes.equals(Buffer.from(lineOf(row)))) {
    throw refusedRow(at.line, open.table.name, null, 'it is not written as JSON.stringify writes it');
  }
  at.whole.update(bytes);
  open.sum.add(bytes, 1);
  open.last = row as ExportCell[];
  open.rows.push(row as ExportCell[]);
  return open.rows.length < ROWS_AT_ONCE ? null : handOver(open, at.line);
}

function handOver(open: OpenTable, line: number): Part | null {
  const { table, rows } = open;
  open.rows = [];
  return rows.length > 0 ? { kind: 'rows', table: table.name, rows, line } : null;
}

function endTable(at: Place, value: Json): Part | null {
  const open = at.open!;
  const { name } = open.table;
  const sum = open.sum.sum();
  if (value.rows !== sum.rows) {
    throw changed(`table ${name} has ${sum.rows} rows and should have ${String(value.rows)}`);
  }
  if (value.sha256 !== sum.sha256)
    throw changed(`the rows of table ${name} are not those that were exported`);
  at.tables[name] = sum;
  at.open = null;
  return handOver(open, at.line - 1);
}

function takeFooter(at: Place, footer: Footer): Part {
  const sums = Object.entries(at.tables);
  const same = sums.every(([name, { rows, sha256 }]) => {
    const said = footer.tables?.[name];
    return said?.rows === rows && said.sha256 === sha256;
  });
  if (!same || Object.keys(footer.tables ?? {}).length !== sums.length) {
    throw changed('its last line tells of other tables');
  }
  if (footer.sha256 !== at.whole.digest('hex')) throw changed('its lines are not those of the export');
  at.isWhole = true;
  return { kind: 'footer', footer };
}

function cutShort(at: Place): Refusal {
  const where = at.open ? ` in table ${at.open.table.name}` : '';
  const detail = `The export is not whole: it ends at line ${at.line}${where}, before its last line.`;
  return new Refusal('invalidValue', detail);
}

function changed(how: string): Refusal {
  return new Refusal('invalidValue', `The export was changed after it was written: ${how}.`);
}

function refusedRow(line: number, table: string, column: string | null, said: string): Refusal {
  const what = column === null ? said : `${column} ${said}`;
  return new Refusal('invalidValue', `Line ${line} cannot be a row of table ${table}: ${what}.`);
}

function noExport(why: string): Refusal {
  return new Refusal('invalidSyntax', `This is no export of Bifrost. ${why}`);
}

function tooNew({ version }: Header, what: string): Refusal {
  const detail = `The export ${what}, which this version does not know. It was written by Bifrost ${version}: use that version or a newer one.`;
  return new Refusal('notSupported', detail);
}
