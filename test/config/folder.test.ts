// The data folder: made level by level, and an end where it cannot be made.

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder } from '../../src/folder.ts';

it('makes all missing levels, for their owner alone, and is content with what is there', () => {
  const root = mkdtempSync(join(tmpdir(), 'bifrost-folder-'));
  const path = join(root, 'a', 'b');
  makeFolder(path);
  makeFolder(path);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  rmSync(root, { recursive: true });
});

it.runIf(process.platform === 'linux')('ends with an error where no folder can be made', () => {
  expect(() => makeFolder('/proc/bifrost-test/data')).toThrow(
    /BIFROST_DATA_DIR: the folder \/proc\/bifrost-test cannot be made/,
  );
});
