// A consumer of the feed that is killed at random, behind a balancer before three replicas, while a provider changes people
// through all of them.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { followWhileKilled } from '../crash/feed-consumer.ts';
import { freshDatabase } from '../harness/fresh-database.ts';
import { startFleet } from './fleet.ts';

const isHeavy = process.env.BIFROST_HEAVY === '1';
const size = isHeavy
  ? { changes: 20_000, lastsMs: 600_000, livesMs: 4_000 }
  : { changes: 200, lastsMs: 0, livesMs: 500 };

it('ends with exactly our state, having seen every event once, in order', {
  timeout: size.lastsMs * 2 + 120_000,
}, async () => {
  const database = await freshDatabase({ tables: true });
  const folder = await mkdtemp(join(tmpdir(), 'bifrost-consumer-'));
  const fleet = await startFleet({ replicas: 3, databaseUrl: database.url });
  try {
    const { url, apiKey, token } = fleet;
    const scim = fleet.replicas.map((replica) => replica!.scim);
    const file = join(folder, 'copy.json');
    const ended = await followWhileKilled({ url, apiKey, token, scim, file, ...size });
    expect(ended.events).toBeGreaterThan(size.changes / 2);
    expect(ended.kills).toBeGreaterThan(1);
    if (isHeavy) process.stdout.write(`${JSON.stringify(ended)}\n`);
  } finally {
    await fleet.end();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  }
});
