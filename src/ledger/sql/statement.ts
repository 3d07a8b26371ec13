// Statements as data. What both engines ask and write in the same words is a script: a generator that yields statements
// and is handed their results. SQLite runs a script in one go, inside its turn; PostgreSQL waits for each answer.

export type Value = string | number | null;

export interface Statement {
  /** With `?` in the place of each value. */
  text: string;
  values: readonly Value[];
  /** A read hands back rows, a write how many rows it touched. */
  kind: 'read' | 'write';
}

export interface Result {
  rows: readonly object[];
  changes: number;
}

export type Script<Answer> = Generator<Statement, Answer, Result>;

/** Some column, or several, would hold twice what may be there once. */
export class UniqueViolation extends Error {
  override readonly name = 'UniqueViolation';
}

export function* all<Row>(text: string, ...values: Value[]): Script<Row[]> {
  return (yield { text, values, kind: 'read' }).rows as Row[];
}

export function* one<Row>(text: string, ...values: Value[]): Script<Row | undefined> {
  return (yield { text, values, kind: 'read' }).rows[0] as Row | undefined;
}

/** How many rows it wrote. */
export function* write(text: string, ...values: Value[]): Script<number> {
  return (yield { text, values, kind: 'write' }).changes;
}

/** A script that asks nothing: what an engine does by itself where another needs statements. */
export function* scripted<Answer>(act: () => Answer): Script<Answer> {
  yield* [];
  return act();
}

/** `(?, ?), (?, ?)` for so many rows of so many values. */
export function marks(rows: number, columns: number): string {
  return Array(rows)
    .fill(`(${Array(columns).fill('?').join(', ')})`)
    .join(', ');
}

/** `?, ?, ?` */
export function listMarks(count: number): string {
  return Array(count).fill('?').join(', ');
}

/** Rows that one statement writes or looks for: both engines bound the number of values. */
const ROWS_AT_ONCE = 500;

export function* inPortions<Item>(items: readonly Item[], size = ROWS_AT_ONCE): Generator<Item[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
