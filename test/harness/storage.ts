// Empty storage for one server, of the engine that the running project is about. Owns what of the environment says so;
// starting the server is for whoever asked.

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { freshDatabase } from './fresh-database.ts';

export interface Storage {
  /** Made for this storage, and open to other files of the test. */
  folder: string;
  /** BIFROST_DATA_DIR, a folder that is not there yet; with PostgreSQL also what names the database. */
  env: { BIFROST_DATA_DIR: string; [name: string]: string };
  remove(): Promise<void>;
}

export async function storage(): Promise<Storage> {
  const engine = inject('engine');
  if (!engine) throw new Error('no engine here: list this test file in vitest.config.ts');
  const database = engine === 'postgres' ? await freshDatabase({ tables: true }) : null;
  const folder = await mkdtemp(join(tmpdir(), 'bifrost-test-'));
  return {
    folder,
    env: {
      BIFROST_DATA_DIR: join(folder, 'data'),
      ...(database && {
        DATABASE_URL: database.url,
        // Replicas share it, so that with PostgreSQL it is no file.
        BIFROST_SECRET_KEY: randomBytes(32).toString('base64'),
      }),
    },
    remove: async () => {
      await rm(folder, { recursive: true, force: true });
      await database?.drop();
    },
  };
}
