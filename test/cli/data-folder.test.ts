// The folder with the file: who may use it, what is wrong with it, and that a command changes nothing there.

import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeSite, run, type Site } from './fixture.ts';
import { bifrost, endPrograms } from './program.ts';

let site: Site;
beforeEach(async () => {
  site = await makeSite(null);
});
afterEach(async () => {
  await endPrograms();
  await site.remove();
});

test('a second start says who has the data: exit code 3', async () => {
  const first = bifrost(site.env, 'start', '--json');
  await first.says('\n');
  const second = bifrost(site.env, 'start');
  expect(await second.ended).toEqual({ code: 3, signal: null });
  expect(second.out).toBe('');
  expect(second.err).toContain(`The data in ${site.dataDir} is in use by process ${first.child.pid}`);
  expect(second.err).toContain('BIFROST_DATA_DIR');
  expect(second.err).not.toContain('    at ');
});

test('the data folder is a file: exit code 3', async () => {
  await mkdir(join(site.dataDir, '..'), { recursive: true });
  await writeFile(site.dataDir, 'no folder');
  const { code, err } = await run(site.env, ['start']);
  expect(code).toBe(3);
  expect(err).toContain('is a file where a folder should be');
});

test('the secret key beside the data is damaged: exit code 3 and what to restore', async () => {
  await mkdir(site.dataDir, { recursive: true });
  await writeFile(join(site.dataDir, 'secret.key'), 'c2hvcnQ=', { mode: 0o600 });
  const { code, err } = await run(site.env, ['start']);
  expect(code).toBe(3);
  expect(err).toContain('Bifrost cannot start here: ');
  expect(err).toContain('Restore it from a backup');
  expect(err).not.toContain('c2hvcnQ=');
});

test('a command in a folder without data leaves it as it is: exit code 3', async () => {
  await mkdir(site.dataDir, { recursive: true });
  const { code, err } = await run(site.env, ['verify']);
  expect(code).toBe(3);
  expect(err).toContain('There is no data of Bifrost in');
  expect(await readdir(site.dataDir)).toEqual([]);
});

test('a command without a server and without a configuration that can be read: exit code 2', async () => {
  await mkdir(site.dataDir, { recursive: true });
  await writeFile(join(site.dataDir, 'bifrost.db'), '');
  const { code, err } = await run({ ...site.env, BIFROST_CONFIG: '/nonexistent.json' }, ['user', 'list']);
  expect(code).toBe(2);
  expect(err).toContain('/nonexistent.json');
});
