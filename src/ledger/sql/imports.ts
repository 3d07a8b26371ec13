// An import into this store: what has to be empty, what is replaced, and how far it has come. That is a row of
// `settings`, written in the commit of the rows that it tells of.

import { Refusal } from '../../refusal.ts';
import { type ExportRow, type ExportTable, exportTables, IMPORT_SETTING } from '../export-tables.ts';
import type { UnfinishedImport } from '../ledger.ts';
import { emptySql, insertSql, inTheWaySql } from './export-sql.ts';
import { inPortions, one, type Script, UniqueViolation, write } from './statement.ts';

/** Values of one statement: below the bound of either engine. */
const VALUES_AT_ONCE = 5_000;

export function* unfinishedImport(): Script<UnfinishedImport | null> {
  const row = yield* one<{ value: string }>('SELECT value FROM settings WHERE name = ?', IMPORT_SETTING);
  return row ? (JSON.parse(row.value) as UnfinishedImport) : null;
}

/** Gives how many lines of the file are stored. */
export function* beginImport(file: string, at: number): Script<number> {
  const underWay = yield* unfinishedImport();
  if (underWay && underWay.file !== file) {
    const detail = `The import of another file is under way here: line ${underWay.lines} of the file with SHA-256 ${underWay.file}.`;
    throw new Refusal('conflict', detail);
  }
  if (underWay) return underWay.lines;
  for (const [what, sql] of Object.entries(inTheWaySql)) {
    const { n } = (yield* one<{ n: number }>(sql))!;
    if (n > 0) {
      const detail = `This store holds ${n} ${what}; an import needs one that has none.`;
      throw new Refusal('conflict', detail);
    }
  }
  for (const sql of emptySql) yield* write(sql);
  yield* note({ file, lines: 0, startedAt: at });
  return 0;
}

export function* importRows(
  name: string,
  rows: readonly ExportRow[],
  { file, lines }: Pick<UnfinishedImport, 'file' | 'lines'>,
): Script<void> {
  const table = exportTables.find((each) => each.name === name)!;
  for (const some of inPortions(rows, Math.floor(VALUES_AT_ONCE / table.columns.length))) {
    yield* insert(table, some, lines);
  }
  const underWay = yield* unfinishedImport();
  if (underWay?.file !== file) throw new Refusal('conflict', 'The import of another file is under way here.');
  yield* note({ ...underWay, lines });
}

/** Keys were checked in the file; what else may be there once only, the store's own indexes say. */
function* insert(table: ExportTable, rows: readonly ExportRow[], lines: number): Script<void> {
  try {
    yield* write(insertSql(table, rows.length), ...rows.flat());
  } catch (error) {
    if (!(error instanceof UniqueViolation)) throw error;
    const detail = `Some rows of table ${table.name}, up to line ${lines} of the file, share what only one may have (a name, an id, a hash).`;
    throw new Refusal('invalidValue', detail);
  }
}

export function* finishImport(): Script<void> {
  yield* write('DELETE FROM settings WHERE name = ?', IMPORT_SETTING);
}

function* note(underWay: UnfinishedImport): Script<void> {
  yield* write(
    'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    IMPORT_SETTING,
    JSON.stringify(underWay),
  );
}
