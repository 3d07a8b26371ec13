// Secrets that come as files: read where the variable would be, refused by name where they cannot be.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from './fixture.ts';

const SECRET = 'this-is-in-no-message';
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bifrost-secret-files-'));
  await writeFile(join(folder, 'secret'), `${SECRET}\n`);
  await writeFile(join(folder, 'large'), 'x'.repeat(70_000));
});
afterAll(() => rm(folder, { recursive: true }));

const start = (env: Record<string, string>) =>
  run({ BIFROST_DATA_DIR: join(folder, 'data'), PORT: '0', ...env }, ['start']);

describe('NAME_FILE', () => {
  test('is read in the place of NAME, of the settings and of what the configuration asks for', async () => {
    const config = { apiKeys: [{ name: 'ops', key: 'env.BIFROST_OPS', role: 'Admin' }] };
    const file = join(folder, 'bifrost.json');
    await writeFile(file, JSON.stringify(config));
    const { code, err } = await start({
      BIFROST_CONFIG: file,
      BIFROST_SECRET_KEY_FILE: join(folder, 'secret'),
      BIFROST_OPS_FILE: join(folder, 'secret'),
    });
    expect(code).toBe(2);
    // Both were read: they are told to be wrong, not to be missing.
    expect(err).toContain('BIFROST_SECRET_KEY: must be exactly 32 bytes');
    expect(err).toMatch(/apiKeys\[0\]\.key: .*\(from the environment variable BIFROST_OPS\)/);
    expect(err).not.toContain('is not set');
    expect(err).not.toContain(SECRET);
  });

  test.each([
    ['gone', 'BIFROST_SECRET_KEY_FILE names cannot be read (ENOENT)', {}],
    ['large', 'BIFROST_SECRET_KEY_FILE names is larger than 64 KiB', {}],
    ['secret', 'BIFROST_SECRET_KEY_FILE and BIFROST_SECRET_KEY are both set', { BIFROST_SECRET_KEY: 'x' }],
  ])('%s: refused by name', async (file, said, more) => {
    const { code, err } = await start({ BIFROST_SECRET_KEY_FILE: join(folder, file), ...more });
    expect(code).toBe(2);
    expect(err).toContain(said);
    expect(err).not.toContain(SECRET);
  });
});
