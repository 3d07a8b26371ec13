// The statements of export and import that both engines run, with `?` for values. Names stand in quotes: `user` and
// others are words of SQL in PostgreSQL.

import { type ExportCell, type ExportRow, type ExportTable, exportTables } from '../export-tables.ts';
import { stagedTables } from './reconciliation/forgetting.ts';
import { marks } from './statement.ts';

/** A page of rows in the order of the key: the first, and the one behind a row's key. Their last value is the limit. */
export function pageSql({ name, columns, key, where }: ExportTable): { first: string; next: string } {
  const order = list(key);
  const behind = `(${order}) > (${key.map(() => '?').join(', ')})`;
  const page = (conditions: readonly (string | undefined)[]) => {
    const wanted = conditions.filter((each) => each !== undefined);
    const condition = wanted.length > 0 ? ` WHERE ${wanted.join(' AND ')}` : '';
    return `SELECT ${list(columns)} FROM "${name}"${condition} ORDER BY ${order} LIMIT ?`;
  };
  return { first: page([where]), next: page([behind, where]) };
}

/** The values behind which the next page begins. */
export function keyOf({ columns, key }: ExportTable, row: ExportRow): ExportCell[] {
  return key.map((each) => row[columns.indexOf(each)]!);
}

export function insertSql({ name, columns }: ExportTable, rows: number): string {
  return `INSERT INTO "${name}" (${list(columns)}) VALUES ${marks(rows, columns.length)}`;
}

/** What a first start makes, in the order in which it can go: an import puts its own rows in their place. */
export const emptySql: readonly string[] = [
  ...exportTables.map(({ name }) => name),
  // In no export, and no way into a store that is replaced.
  'sessions',
  'setup_links',
  ...stagedTables,
]
  .map((name) => `DELETE FROM "${name}"`)
  .reverse();

/** What an import never replaces: how many of each there are. A first start makes none of them. */
export const inTheWaySql: Readonly<Record<string, string>> = {
  users: 'SELECT count(*) AS n FROM users',
  groups: 'SELECT count(*) AS n FROM directory_groups',
  'events that no start made':
    "SELECT count(*) AS n FROM events WHERE cause_kind IS NULL OR cause_kind <> 'start'",
};

function list(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
