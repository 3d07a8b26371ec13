// What a server of the project `postgres` is started on.

import { existsSync } from 'node:fs';
import pg from 'pg';
import { expect, it } from 'vitest';
import { storage } from './storage.ts';

async function tablesIn(url: string | undefined): Promise<number | null> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query("SELECT FROM pg_tables WHERE schemaname = 'public'")).rowCount;
  } finally {
    await client.end();
  }
}

it('is a database with the tables of a start, a key of its own, and a data folder that is not there yet; all gone when removed', async () => {
  const { env, folder, remove } = await storage();
  expect(Object.keys(env).sort()).toEqual(['BIFROST_DATA_DIR', 'BIFROST_SECRET_KEY', 'DATABASE_URL']);
  expect(Buffer.from(env.BIFROST_SECRET_KEY ?? '', 'base64')).toHaveLength(32);
  expect(await tablesIn(env.DATABASE_URL)).toBeGreaterThan(10);
  expect([existsSync(folder), existsSync(env.BIFROST_DATA_DIR)]).toEqual([true, false]);
  await remove();
  expect(existsSync(folder)).toBe(false);
  await expect(tablesIn(env.DATABASE_URL)).rejects.toThrow(/does not exist/);
});
