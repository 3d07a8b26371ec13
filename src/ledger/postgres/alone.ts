// Work that one replica does at a time. The lock belongs to a connection of its own and goes with it, whatever way the
// process ends.

import pg from 'pg';
import { LOCK_SPACE, locks } from './locks.ts';
import { connectionOptions } from './pool.ts';

export async function alone<Answer>(url: string, work: () => Promise<Answer>): Promise<Answer> {
  const client = new pg.Client({ ...connectionOptions(url), statement_timeout: 0 });
  // A connection that breaks under the work has lost the lock; the work itself then fails or is done by another again.
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('SET lock_timeout = 0');
    await client.query(`SELECT pg_advisory_lock(${LOCK_SPACE}, ${locks.alone})`);
    return await work();
  } finally {
    await client.end();
  }
}
