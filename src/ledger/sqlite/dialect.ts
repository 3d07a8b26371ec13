// How SQLite spells what the two engines do not have in common.

import { version } from '../../version.ts';
import { type Dialect, threeLetters } from '../sql/dialect.ts';

export const sqliteDialect: Dialect = {
  position: 'instr',
  character: 'char',
  truth: (value) => (value ? 1 : 0),
  ending: (text, length) => `substr(${text}, -${length})`,
  byBytes: (text) => text,
  sortedNumber: (number) => number,
  // Not written as EXISTS: SQLite 3.53 turns that into a join and then, where an OR within meets several indexes,
  // leaves each index after the first row that it finds, fitting or not.
  someRow: (from, where) => `(SELECT 1 FROM ${from} WHERE ${where} LIMIT 1) IS NOT NULL`,

  document: (row) => `${row}.document`,
  scalar: (json, path) => (path.length === 0 ? json : `json_extract(${json}, ${pathText(path)})`),
  isThere: (json, path) => `json_type(${json}, ${pathText(path)}) IS NOT NULL`,
  elements: (json, path, row) =>
    path.length === 0 ? `json_each(${json}) ${row}` : `json_each(${json}, ${pathText(path)}) ${row}`,
  members: (object, row) => `json_each(${object}) ${row}`,
  typeOf: (row) => `${row}.type`,
  jsonTypes: { text: "'text'", number: "'integer', 'real'", boolean: "'true', 'false'" },
  listOfOne: (row) => `'[' || ${asJson(row)} || ']'`,
  isPrimary: (row) =>
    `CASE ${row}.type WHEN 'object' THEN json_type(${row}.value, '$.primary') IS 'true' ELSE FALSE END`,

  texts: 'json_each(?) j',
  isGiven: (column) => `${column} IN (SELECT value FROM json_each(?))`,
  grants: 'json_each(u.grants) g',
  rowKey: 'rowid',
  usersByParts: `(SELECT w.id FROM (SELECT rowid AS n FROM user_parts WHERE user_parts MATCH ? UNION ALL
      SELECT n FROM user_words WHERE n > (SELECT coalesce(max(id), 0) FROM user_parts_docsize)) AS f
    CROSS JOIN user_words w WHERE w.n = f.n AND w.provider = ? AND instr(w.words, ?) > 0) AS w`,
  partsOf: (provider, search) => [
    threeLetters(search)
      .map((part) => `"${part.replaceAll('"', '""')}"`)
      .join(' AND '),
    provider,
    search,
  ],
  now: "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
  skipLocked: '',
  held: '',
  byCause: "(cause = ? AND (cause_kind <> 'request' OR actor_kind <> 'token'))",
  // Events get their places within the commit.
  oldestUnsealed: 'NULL',
  // One process has the file: this one.
  openVersions: `SELECT '${version}' AS version`,
};

function pathText(path: readonly string[]): string {
  return `'$${path.map((name) => `."${name}"`).join('')}'`;
}

function asJson(row: string): string {
  return `CASE ${row}.type WHEN 'object' THEN ${row}.value WHEN 'array' THEN ${row}.value WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE json_quote(${row}.value) END`;
}
