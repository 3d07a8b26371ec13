// Opening a database: by several at once, by an older version, and by one that is not wanted there.

import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openPostgresLedger } from '../../src/ledger/postgres/ledger.ts';
import { type Bifrost, startBifrost } from '../../src/main.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';
import { providerBlock } from '../harness/server.ts';
import { storage } from '../harness/storage.ts';
import { scribe, seed } from '../ledger/scribe.ts';

let database: FreshDatabase;
beforeEach(async () => {
  database = await freshDatabase();
});
afterEach(() => database.drop());

async function sql(text: string): Promise<object[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  return client.query(text).then(
    async ({ rows }) => client.end().then(() => rows),
    async (error: unknown) => client.end().then(() => Promise.reject(error)),
  );
}

describe('an empty database', () => {
  it('is opened by five at the same moment, and all of them come up', async () => {
    const opened = await Promise.all(
      Array.from({ length: 5 }, () => openPostgresLedger({ url: database.url })),
    );
    try {
      await seed(opened[0]!);
      const { id } = await scribe(opened[4]!).createUser({ userName: 'amara' });
      for (const ledger of opened) expect((await ledger.fullUser(id))?.loaded.user.id).toBe(id);
      expect(await sql('SELECT version FROM bifrost_schema')).toHaveLength(1);
    } finally {
      await Promise.all(opened.map((each) => each.close()));
    }
  });

  it('is made true to one file by three servers at once, and the file is told of once', async () => {
    const { env, remove } = await storage();
    const config = { providers: [providerBlock('entra', randomBytes(32).toString('base64url'))] };
    const folder = (n: number) => `${env.BIFROST_DATA_DIR}-${n}`;
    const servers: Bifrost[] = await Promise.all(
      [1, 2, 3].map((n) =>
        startBifrost({
          env: { ...env, PORT: '0', HOST: '127.0.0.1', VITEST: '1', BIFROST_DATA_DIR: folder(n) },
          config,
        }),
      ),
    );
    try {
      const types = (await servers[2]!.ledger.events({ after: 0, limit: 100 })).map((each) => each.type);
      expect(types.sort()).toEqual(['mapping.applied', 'provider.created', 'token.created']);
      expect((await servers[0]!.ledger.jobs(10)).filter((each) => each.kind !== 'retention')).toEqual([]);
      // One hour, one job, whoever began it.
      await expect
        .poll(async () => (await servers[1]!.ledger.jobs(10)).map((each) => [each.kind, each.outcome]))
        .toEqual([['retention', 'done']]);
    } finally {
      await Promise.all(servers.map((each) => each.stop()));
      await remove();
    }
  });
});

describe('a database that was there', () => {
  let ledger: Ledger;
  beforeEach(async () => {
    ledger = await openPostgresLedger({ url: database.url });
    await seed(ledger);
    await ledger.close();
  });

  it('brought to a version that this one cannot read is refused in words', async () => {
    await sql('UPDATE bifrost_schema SET version = 99, compatible_from = 99');
    await expect(openPostgresLedger({ url: database.url })).rejects.toThrow(
      /version 99 by a newer Bifrost, and this one knows \d+\. Start the newer one/,
    );
    expect(await sql('SELECT * FROM bifrost_schema')).toEqual([{ version: 99, compatible_from: 99 }]);
  });

  it('brought to a newer version that this one can still serve on is served', async () => {
    await sql('UPDATE bifrost_schema SET version = 99');
    const older = await openPostgresLedger({ url: database.url });
    try {
      await scribe(older).createUser({ userName: 'amara' });
    } finally {
      await older.close();
    }
    expect(await sql('SELECT version FROM bifrost_schema')).toEqual([{ version: 99 }]);
  });
});
