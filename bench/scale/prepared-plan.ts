// The plan that PostgreSQL keeps for a prepared statement: for all values, as the ledger's own connections have it.

import type pg from 'pg';
import type { Statement } from '../../src/ledger/sql/statement.ts';

/** `?` as PostgreSQL numbers it. */
export function numbered(text: string): string {
  let n = 0;
  return text.replaceAll('?', () => `$${++n}`);
}

/** The lines of the plan of each statement, on that connection. */
export function preparedPlans(client: pg.Client): (statement: Statement) => Promise<string[]> {
  let prepared = 0;
  return async ({ text, values }) => {
    const name = `explained_${prepared++}`;
    await client.query(`PREPARE ${name} AS ${numbered(text)}`);
    const given = values.map((value) => (value === null ? 'NULL' : client.escapeLiteral(String(value))));
    const list = given.length > 0 ? `(${given.join(', ')})` : '';
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN EXECUTE ${name}${list}`);
    return rows.map((row) => row['QUERY PLAN']);
  };
}
