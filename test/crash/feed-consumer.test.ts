// A consumer of the feed that is killed at random, while a provider changes people through one server on SQLite.

import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { followWhileKilled } from './feed-consumer.ts';
import { startVictim } from './victim.ts';

const builder = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url));
const isHeavy = process.env.BIFROST_HEAVY === '1';
const size = isHeavy
  ? { changes: 20_000, lastsMs: 600_000, livesMs: 4_000 }
  : { changes: 200, lastsMs: 0, livesMs: 500 };

it('ends with exactly our state, having seen every event once, in order', {
  timeout: size.lastsMs * 2 + 120_000,
}, async () => {
  execFileSync(process.execPath, [builder], { stdio: 'pipe' });
  const folder = await mkdtemp(join(tmpdir(), 'bifrost-consumer-'));
  const victim = await startVictim(folder);
  try {
    const { url, apiKey, token } = victim;
    const file = join(folder, 'copy.json');
    const ended = await followWhileKilled({ url, apiKey, token, scim: [victim.scim], file, ...size });
    expect(ended.events).toBeGreaterThan(size.changes / 2);
    expect(ended.kills).toBeGreaterThan(1);
    if (isHeavy) process.stdout.write(`${JSON.stringify(ended)}\n`);
  } finally {
    await victim.kill();
    await rm(folder, { recursive: true, force: true });
  }
});
