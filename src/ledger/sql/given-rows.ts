// Many rows in one statement that takes them as one value, so that its text is the same for any number of them: engines keep
// what they prepared by its text.

import type { Dialect } from './dialect.ts';
import { type Script, type Value, write } from './statement.ts';

export type GivenColumns = Readonly<Record<string, 'text' | 'int'>>;

export interface GivenTable<Columns extends GivenColumns> {
  readonly name: string;
  readonly columns: Columns;
  /** What follows ON CONFLICT. */
  readonly onConflict: string;
}

export type GivenRow<Columns extends GivenColumns> = { readonly [Name in keyof Columns]: Value };

/** Where a conflict updates, no two of the rows may have one key. Gives how many it wrote. */
export function* insertGiven<Columns extends GivenColumns>(
  dialect: Dialect,
  { name, columns, onConflict }: GivenTable<Columns>,
  rows: readonly GivenRow<Columns>[],
): Script<number> {
  if (rows.length === 0) return 0;
  const cells = Object.entries(columns).map(([column, kind]) => {
    const cell = dialect.scalar(dialect.document('d'), [column]);
    return kind === 'int' ? `CAST(${cell} AS BIGINT)` : cell;
  });
  return yield* write(
    `INSERT INTO ${name} (${Object.keys(columns).join(', ')}) SELECT ${cells.join(', ')}
     FROM (SELECT j.value AS document FROM ${dialect.texts}) d WHERE TRUE ON CONFLICT ${onConflict}`,
    JSON.stringify(rows.map((row) => JSON.stringify(row))),
  );
}

/** `a = excluded.a, b = excluded.b` */
export function takeExcluded(columns: readonly string[]): string {
  return columns.map((name) => `${name} = excluded.${name}`).join(', ');
}

/** The last of those that have the same key. */
export function lastOfEach<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Row[] {
  return [...new Map(rows.map((row) => [keyOf(row), row])).values()];
}
