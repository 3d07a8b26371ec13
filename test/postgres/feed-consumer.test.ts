// A consumer of the feed that is killed at random, behind a balancer before three replicas, while a provider changes people
// through all of them.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'vitest';
import { FOLLOWED_WITHIN_MS, followWhileKilled } from '../crash/feed-consumer.ts';
import { freshDatabase } from '../harness/fresh-database.ts';
import { startFleet } from './fleet.ts';

it('ends with exactly our state, having seen every event once, in order', {
  timeout: FOLLOWED_WITHIN_MS,
}, async () => {
  const database = await freshDatabase({ tables: true });
  const folder = await mkdtemp(join(tmpdir(), 'bifrost-consumer-'));
  const fleet = await startFleet({ replicas: 3, databaseUrl: database.url });
  try {
    const { url, apiKey, token } = fleet;
    const scim = fleet.replicas.map((replica) => replica!.scim);
    const file = join(folder, 'copy.json');
    await followWhileKilled({ url, apiKey, token, scim, file });
  } finally {
    await fleet.end();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  }
});
