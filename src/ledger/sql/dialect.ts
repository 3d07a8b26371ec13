// What the engines say differently in statements that they otherwise share. Whatever both understand in one wording has
// that wording where it is used and is no part of this.

import type { Value } from './statement.ts';

/** JSON types as conditions tell them apart. */
export type JsonType = 'text' | 'number' | 'boolean';

/** Expressions are SQL text. Names of a path come from our own schemas, so they need no quoting. */
export interface Dialect {
  /** The function that says where a text has a part, from 1; 0 where it has not. */
  readonly position: string;
  /** The function that makes a character of its code point. */
  readonly character: string;
  /** A boolean as `scalar` shows it. */
  truth(value: boolean): Value;
  /** The last characters of a text. */
  ending(text: string, length: string): string;
  /** A text that is made in the statement: in the order of its bytes, as the columns are. */
  byBytes(text: string): string;
  /** A number of a document, to be sorted in one list with texts. */
  sortedNumber(number: string): string;
  /** Whether there is a row. */
  someRow(from: string, where: string): string;

  /** The JSON in the column `document` of a row. */
  document(row: string): string;
  /** What is no list and no object, at a path in JSON: texts without their quotes. NULL where there is nothing. */
  scalar(json: string, path: readonly string[]): string;
  /** Whether JSON has anything at a path. */
  isThere(json: string, path: readonly string[]): string;
  /** Rows with `value` and `key`, one for each element of the list at a path. */
  elements(json: string, path: readonly string[], row: string): string;
  /** Rows with `key`, `value` and `id`, one for each member of an object. */
  members(object: string, row: string): string;
  /** Of the value of such a row: 'array', 'object', or one of `jsonTypes`. */
  typeOf(row: string): string;
  readonly jsonTypes: Readonly<Record<JsonType, string>>;
  /** JSON: the value of such a row as the one element of a list. */
  listOfOne(row: string): string;
  /** Whether the value of such a row is an object that says `"primary": true`. */
  isPrimary(row: string): string;

  /** A table `j` with a column `value`: one row for each text of a JSON list that is given as one value. */
  readonly texts: string;
  /** Whether a column is one of a JSON list that is given as one value; whatever the planner knows, the list leads. */
  isGiven(column: string, kind?: 'text' | 'int'): string;
  /** A table `g` with a JSON `value`: one row for each grant of the user `u`. */
  readonly grants: string;
  /** What identifies a row while it is only counted past. */
  readonly rowKey: string;
  /** Rows `w` with the `id` of each user of a provider whose names have all parts of three letters of a search. */
  readonly usersByParts: string;
  /** The values of that: those of a folded search of at least three letters. */
  partsOf(provider: string, search: string): Value[];
  /** The database's own clock in milliseconds: the one that all replicas share. */
  readonly now: string;
  /** For a row that others may be taking at the same moment. */
  readonly skipLocked: string;
  /** For a row that nobody else may change or remove until the transaction ends. */
  readonly held: string;
  /** Events of a cause, other than those that its request row points to. */
  readonly byCause: string;
  /** When the oldest event was committed that has no place yet; NULL where none waits. */
  readonly oldestUnsealed: string;
  /** Rows of the versions that have it open, each once; empty text for one that is too old to say. */
  readonly openVersions: string;
}

/** More of them find hardly fewer people: what is found is compared with the whole search. */
const PARTS_AT_MOST = 24;

/** Each once, of a text with at least three letters. */
export function threeLetters(text: string): string[] {
  const letters = [...text];
  const parts = new Set(letters.slice(2).map((_, at) => letters.slice(at, at + 3).join('')));
  return [...parts].slice(0, PARTS_AT_MOST);
}
