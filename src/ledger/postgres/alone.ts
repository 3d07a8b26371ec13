// Work that one replica does at a time. The lock belongs to a connection of its own and goes with it, whatever way the
// process ends.

import { DatabaseClient } from './client.ts';
import { isConflict } from './database-error.ts';
import { LOCK_SPACE, locks } from './locks.ts';
import { connectionOptions } from './pool.ts';

/** Another start applies its configuration in that time, also with a change of rules. */
const WAIT_MS = 60_000;

async function takeLock(client: DatabaseClient): Promise<void> {
  try {
    await client.query(`SELECT pg_advisory_lock(${LOCK_SPACE}, ${locks.alone})`);
  } catch (error) {
    if (!isConflict(error)) throw error;
    throw new Error(
      `Another server has been starting on this database for ${WAIT_MS / 1000} seconds. See what it waits for, or end it (through a pooler in transaction mode its lock may have stayed behind: connect without it).`,
    );
  }
}

export async function alone<Answer>(url: string, work: () => Promise<Answer>): Promise<Answer> {
  const client = new DatabaseClient({
    ...connectionOptions(url),
    statement_timeout: 0,
    query_timeout: 0,
  });
  // A connection that breaks under the work has lost the lock; the work itself then fails or is done by another again.
  client.on('error', () => {});
  await client.connect();
  try {
    // Said, not left out: behind a pooler the role may have a time-out of its own (docs/postgresql.md).
    await client.query(`SET lock_timeout = ${WAIT_MS}; SET statement_timeout = 0`);
    await takeLock(client);
    return await work();
  } finally {
    await client.end();
  }
}
