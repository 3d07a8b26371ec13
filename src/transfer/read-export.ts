// An export as it is read: every line checked against the format, the counts and the hashes before it counts. A file
// that was cut, altered, put into another order, or written by a version that knows more, is refused with a sentence.

import { createHash } from 'node:crypto';
import { type ExportCell, type ExportTable, exportTables } from '../ledger/export-tables.ts';
import { Refusal } from '../refusal.ts';
import { fileLines } from './file-lines.ts';
import { FORMAT, type Footer, type Header, sumOfRows, type TableSum } from './format.ts';

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
  const reading = new Reading();
  for await (const line of fileLines(chunks)) {
    const part = reading.take(line);
    if (part) yield part;
  }
  reading.end();
}

interface OpenTable {
  name: string;
  columns: number;
  sum: ReturnType<typeof sumOfRows>;
  rows: ExportCell[][];
}

/** Where in the file the reader is. */
class Reading {
  private readonly whole = createHash('sha256');
  private readonly tables: Record<string, TableSum> = {};
  private line = 0;
  private next = 0;
  private header: Header | null = null;
  private open: OpenTable | null = null;
  private isWhole = false;

  take(bytes: Buffer): Part | null {
    this.line++;
    if (this.isWhole) throw this.changed('something stands behind its last line');
    const value = this.parse(bytes);
    if (!this.header) return this.begin(value as Json, bytes);
    if (Array.isArray(value)) return this.row(value, bytes);
    const { table, end } = value as Json;
    if (end === 'export' && !this.open) return this.footer(value as unknown as Footer);
    this.whole.update(bytes);
    if (typeof table === 'string' && !this.open) return this.beginTable(value as Json);
    if (typeof end === 'string' && this.open?.name === end) return this.endTable(value as Json);
    throw this.changed(`line ${this.line} stands where it does not belong`);
  }

  end(): void {
    if (this.isWhole) return;
    if (this.line === 0) throw noExport('The file is empty.');
    throw this.cut();
  }

  private parse(bytes: Buffer): unknown {
    try {
      const value: unknown = JSON.parse(bytes.toString('utf8'));
      if (typeof value === 'object' && value !== null) return value;
    } catch {
      // Only the last line of a file that was cut has no end.
      if (this.header && bytes.at(-1) !== 0x0a) throw this.cut();
    }
    if (!this.header) throw noExport('Its first line is not the header of one.');
    throw this.changed(`line ${this.line} cannot be read`);
  }

  private begin(value: Json, bytes: Buffer): Part {
    const header = value as unknown as Header;
    if (header.bifrost !== 'export' || typeof header.format !== 'number') {
      throw noExport('Its first line is not the header of one.');
    }
    if (header.format > FORMAT) throw tooNew(header, `has format ${header.format}`);
    this.whole.update(bytes);
    this.header = header;
    return { kind: 'header', header };
  }

  private beginTable({ table, columns }: Json): null {
    const known = exportTables.findIndex(({ name }) => name === table);
    if (known < 0) throw tooNew(this.header!, `has a table ${String(table)}`);
    if (known < this.next) throw this.changed(`table ${String(table)} stands in another place`);
    this.checkColumns(exportTables[known]!, columns);
    this.next = known + 1;
    this.open = { name: String(table), columns: (columns as string[]).length, sum: sumOfRows(), rows: [] };
    return null;
  }

  private checkColumns({ name, columns: known }: ExportTable, columns: unknown): void {
    if (!Array.isArray(columns)) throw this.changed(`line ${this.line} cannot be read`);
    const unknown = columns.find((each) => !known.includes(each));
    if (unknown !== undefined) throw tooNew(this.header!, `has a column ${name}.${String(unknown)}`);
    if (columns.length === known.length && known.every((each, i) => each === columns[i])) return;
    throw this.changed(`table ${name} has other columns`);
  }

  private row(row: unknown[], bytes: Buffer): Part | null {
    const table = this.open;
    if (!table || row.length !== table.columns || !row.every(isCell)) {
      throw this.changed(`line ${this.line} is no row of ${table ? `table ${table.name}` : 'any table'}`);
    }
    this.whole.update(bytes);
    table.sum.add(bytes, 1);
    table.rows.push(row);
    return table.rows.length < ROWS_AT_ONCE ? null : this.handOver(table, this.line);
  }

  private handOver(table: OpenTable, line: number): Part | null {
    const { name, rows } = table;
    table.rows = [];
    return rows.length > 0 ? { kind: 'rows', table: name, rows, line } : null;
  }

  private endTable(value: Json): Part | null {
    const table = this.open!;
    const sum = table.sum.sum();
    if (value.rows !== sum.rows) {
      throw this.changed(`table ${table.name} has ${sum.rows} rows and should have ${String(value.rows)}`);
    }
    if (value.sha256 !== sum.sha256) {
      throw this.changed(`the rows of table ${table.name} are not those that were exported`);
    }
    this.tables[table.name] = sum;
    this.open = null;
    return this.handOver(table, this.line - 1);
  }

  private footer(footer: Footer): Part {
    const sums = Object.entries(this.tables);
    const same = sums.every(([name, { rows, sha256 }]) => {
      const said = footer.tables?.[name];
      return said?.rows === rows && said.sha256 === sha256;
    });
    if (!same || Object.keys(footer.tables ?? {}).length !== sums.length) {
      throw this.changed('its last line tells of other tables');
    }
    if (footer.sha256 !== this.whole.digest('hex'))
      throw this.changed('its lines are not those of the export');
    this.isWhole = true;
    return { kind: 'footer', footer };
  }

  private cut(): Refusal {
    const where = this.open ? ` in table ${this.open.name}` : '';
    const detail = `The export is not whole: it ends at line ${this.line}${where}, before its last line.`;
    return new Refusal('invalidValue', detail);
  }

  private changed(how: string): Refusal {
    return new Refusal('invalidValue', `The export was changed after it was written: ${how}.`);
  }
}

function isCell(value: unknown): value is ExportCell {
  return value === null || typeof value === 'string' || typeof value === 'number';
}

function noExport(why: string): Refusal {
  return new Refusal('invalidSyntax', `This is no export of Bifrost. ${why}`);
}

function tooNew({ version }: Header, what: string): Refusal {
  const detail = `The export ${what}, which this version does not know. It was written by Bifrost ${version}: use that version or a newer one.`;
  return new Refusal('notSupported', detail);
}
