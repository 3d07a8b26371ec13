// Rows of the request log that wait: they are kept while something holds the table, as a migration does that builds an index.

import pg from 'pg';
import { expect, it } from 'vitest';
import { requestBatches } from '../../src/ledger/postgres/request-batches.ts';
import { freshDatabase } from '../harness/fresh-database.ts';
import { requestRow } from './scribe.ts';

it('are written once the table is free again, and none is dropped', async () => {
  const database = await freshDatabase({ tables: true });
  const hand = new pg.Client({ connectionString: database.url });
  const pool = new pg.Pool({ connectionString: database.url, max: 1, options: '-c lock_timeout=50' });
  try {
    await hand.connect();
    await hand.query('BEGIN');
    await hand.query('LOCK TABLE requests IN SHARE MODE');
    const troubles: Error[] = [];
    const query = async (text: string, values: readonly unknown[] = []) => {
      const { rows, rowCount } = await pool.query(text, [...values]);
      return { rows, rowCount: rowCount ?? 0 };
    };
    const batches = requestBatches({ query }, (error) => troubles.push(error));
    for (const id of ['r1', 'r2', 'r3']) batches.add(requestRow(id));
    await batches.flush();
    await hand.query('COMMIT');
    await batches.stop();
    expect(troubles).toEqual([]);
    expect((await hand.query('SELECT id FROM requests ORDER BY id')).rows.map(({ id }) => id)).toEqual([
      'r1',
      'r2',
      'r3',
    ]);
  } finally {
    await hand.end();
    await pool.end();
    await database.drop();
  }
});
