// A consumer of the feed that is killed at random, while a provider changes people through one server on SQLite.

import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { it } from 'vitest';
import { FOLLOWED_WITHIN_MS, followWhileKilled } from './feed-consumer.ts';
import { startVictim } from './victim.ts';

const builder = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url));

it('ends with exactly our state, having seen every event once, in order', {
  timeout: FOLLOWED_WITHIN_MS,
}, async () => {
  execFileSync(process.execPath, [builder], { stdio: 'pipe' });
  const folder = await mkdtemp(join(tmpdir(), 'bifrost-consumer-'));
  const victim = await startVictim(folder);
  try {
    const { url, apiKey, token } = victim;
    const file = join(folder, 'copy.json');
    await followWhileKilled({ url, apiKey, token, scim: [victim.scim], file });
  } finally {
    await victim.kill();
    await rm(folder, { recursive: true, force: true });
  }
});
