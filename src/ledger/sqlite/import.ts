// An import into this file: what has to be empty, what is replaced, and how far it has come. That is a row of
// `settings`, written in the commit of the rows that it tells of.

import { Refusal } from '../../refusal.ts';
import { emptySql, insertSql, inTheWaySql } from '../export-sql.ts';
import { type ExportRow, exportTables, IMPORT_SETTING } from '../export-tables.ts';
import type { UnfinishedImport } from '../ledger.ts';
import type { Database } from './open.ts';

interface ImportStore {
  unfinished(): UnfinishedImport | null;
  /** Gives how many lines of the file are stored. */
  begin(file: string, at: number): number;
  write(file: string, table: string, rows: readonly ExportRow[], lines: number): void;
  finish(): void;
}

export function importStore(database: Database): ImportStore {
  const read = database.prepare('SELECT value FROM settings WHERE name = ?');
  const put = database.prepare(
    'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  );
  const remove = database.prepare('DELETE FROM settings WHERE name = ?');
  const inserts = new Map<string, ReturnType<Database['prepare']>>();

  function unfinished(): UnfinishedImport | null {
    const row = read.get(IMPORT_SETTING) as { value: string } | undefined;
    return row ? (JSON.parse(row.value) as UnfinishedImport) : null;
  }

  function refuseWhatIsThere(): void {
    for (const [what, sql] of Object.entries(inTheWaySql)) {
      const { n } = database.prepare(sql).get() as { n: number };
      if (n === 0) continue;
      const detail = `This store holds ${n} ${what}; an import needs one that has none.`;
      throw new Refusal('conflict', detail);
    }
  }

  function insertInto(name: string) {
    const known = inserts.get(name);
    if (known) return known;
    const insert = database.prepare(insertSql(exportTables.find((table) => table.name === name)!));
    inserts.set(name, insert);
    return insert;
  }

  return {
    unfinished,
    begin(file, at) {
      const underWay = unfinished();
      if (underWay && underWay.file !== file) {
        const detail = `The import of another file is under way here: line ${underWay.lines} of the file with SHA-256 ${underWay.file}.`;
        throw new Refusal('conflict', detail);
      }
      if (underWay) return underWay.lines;
      refuseWhatIsThere();
      for (const sql of emptySql) database.exec(sql);
      put.run(IMPORT_SETTING, JSON.stringify({ file, lines: 0, startedAt: at }));
      return 0;
    },
    write(file, table, rows, lines) {
      const insert = insertInto(table);
      for (const row of rows) insert.run(...row);
      const { startedAt } = unfinished()!;
      put.run(IMPORT_SETTING, JSON.stringify({ file, lines, startedAt } satisfies UnfinishedImport));
    },
    finish: () => void remove.run(IMPORT_SETTING),
  };
}
