// How PostgreSQL spells what the two engines do not have in common. A document is read as json, not as jsonb: one value out of it is found without
// building all others, and names stay in the order in which they are stored.

import { type Dialect, threeLetters } from '../sql/dialect.ts';

/** What the connection is called on which a replica hears of others; its version stands behind. */
export const LISTENER = 'bifrost listener';

export const postgresDialect: Dialect = {
  position: 'strpos',
  character: 'chr',
  truth: (value) => String(value),
  ending: (text, length) => `right(${text}, ${length})`,
  byBytes: (text) => `(${text} COLLATE "C")`,
  sortedNumber: (number) => orderedBits(`CAST(${number} AS double precision)`),
  someRow: (from, where) => `EXISTS (SELECT 1 FROM ${from} WHERE ${where})`,

  document: (row) => `${row}.document::json`,
  scalar: (json, path) => `((${json} #>> ${pathText(path)}) COLLATE "C")`,
  isThere: (json, path) => `(${json} #> ${pathText(path)}) IS NOT NULL`,
  elements: (json, path, row) =>
    path.length === 0 ? elementRows(json, row) : elementsAt(`${json} #> ${pathText(path)}`, row),
  members: (object, row) => `json_each(${object}) WITH ORDINALITY AS ${row}(key, value, id)`,
  typeOf: (row) => `json_typeof(${row}.value)`,
  jsonTypes: { text: "'string'", number: "'number'", boolean: "'boolean'" },
  listOfOne: (row) => `json_build_array(${row}.value)`,
  // As JSON text, so that the text "true" is not taken for it.
  isPrimary: (row) => `coalesce((${row}.value -> 'primary')::text = 'true', FALSE)`,

  texts: 'json_array_elements_text(?::json) j(value)',
  // Not a join: while there are few users, all of them are walked for it.
  isGiven: (column, kind) => {
    const value = 'json_array_elements_text(?::json)';
    return `${column} = ANY(ARRAY(SELECT ${kind === 'int' ? `CAST(${value} AS BIGINT)` : value}))`;
  },
  grants: 'json_array_elements(u.grants::json) g(value)',
  rowKey: 'id',
  usersByParts: `(SELECT w.id FROM user_words w WHERE bifrost_parts(w.words) @> ARRAY(SELECT json_array_elements_text(?::json))
    AND w.provider = ? AND strpos(w.words, ?) > 0) AS w`,
  partsOf: (provider, search) => [JSON.stringify(threeLetters(search)), provider, search],
  now: '(extract(epoch FROM clock_timestamp()) * 1000)::bigint',
  skipLocked: 'FOR UPDATE SKIP LOCKED',
  held: 'FOR NO KEY UPDATE',
  byCause: 'cause = ?',
  oldestUnsealed: '(SELECT at FROM unsealed ORDER BY id LIMIT 1)',
  openVersions: `SELECT DISTINCT btrim(substr(application_name, ${LISTENER.length + 1})) AS version FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE '${LISTENER}%' ORDER BY 1`,
};

function pathText(path: readonly string[]): string {
  return `'{${path.map((name) => `"${name}"`).join()}}'`;
}

function elementRows(list: string, row: string): string {
  return `json_array_elements(${list}) WITH ORDINALITY AS ${row}(value, key)`;
}

/** What is no list fails in json_array_elements. OFFSET keeps the planner from writing the look into the document twice. */
function elementsAt(json: string, row: string): string {
  const list = `${row}_list.value`;
  return `(SELECT ${json} AS value OFFSET 0) ${row}_list, ${elementRows(`CASE json_typeof(${list}) WHEN 'array' THEN ${list} END`, row)}`;
}

/** The bits of a double in hexadecimal, turned so that their order as texts is the order of the numbers. */
function orderedBits(double: string): string {
  const bits = `encode(float8send(${double}), 'hex')`;
  return `CASE WHEN ${double} < 0 THEN translate(${bits}, '0123456789abcdef', 'fedcba9876543210') ELSE 'p' || ${bits} END`;
}
