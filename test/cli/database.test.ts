// DATABASE_URL that leads nowhere, on a real server: each command says what is wrong, where and what to do, and never the
// password.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { freshDatabase } from '../harness/fresh-database.ts';
import { run } from './fixture.ts';
import { signed } from './transfer-fixture.ts';

const PASSWORD = 'a-password-that-nobody-may-see';
/** Half of what a server waits for a client that does not say who it is. */
const DATABASES_WITHIN_MS = 30_000;
const ENCODING = 'write : @ / % in a password as %3A %40 %2F %25.';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bifrost-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const server = () => new URL(inject('postgres')!.url);
const changed = (change: (url: URL) => void) => {
  const url = server();
  change(url);
  return url.href;
};

const cases: readonly [string, () => string, (place: string) => string][] = [
  [
    'nothing listens there',
    () => `postgres://bifrost:${PASSWORD}@127.0.0.1:1/bifrost`,
    () =>
      'PostgreSQL does not answer at 127.0.0.1:1 (connection refused).\nStart it, or correct host and port in DATABASE_URL.',
  ],
  [
    'no such machine',
    () => `postgres://bifrost:${PASSWORD}@nowhere.invalid/bifrost`,
    () => 'No machine is called "nowhere.invalid" (DATABASE_URL).\nCorrect the host.',
  ],
  [
    'no such database',
    () => changed((url) => (url.pathname = '/people')),
    (place) =>
      `There is no database "people" on ${place}.\nMake it: CREATE DATABASE people OWNER bifrost, then start again.`,
  ],
  [
    'a wrong password',
    () => changed((url) => (url.password = PASSWORD)),
    (place) =>
      `PostgreSQL at ${place} refused the user "bifrost": wrong password, or no such role.\nCorrect DATABASE_URL; ${ENCODING}`,
  ],
  [
    'no such role',
    () => changed((url) => (url.username = 'nobody')),
    (place) =>
      `PostgreSQL at ${place} refused the user "nobody": wrong password, or no such role.\nCorrect DATABASE_URL; ${ENCODING}`,
  ],
  [
    'no password',
    () => changed((url) => (url.password = '')),
    (place) =>
      `PostgreSQL at ${place} asks for a password of the user "bifrost".\nWrite it into DATABASE_URL; ${ENCODING}`,
  ],
  [
    'no TLS',
    () => changed((url) => (url.search = '?sslmode=require')),
    (place) => `PostgreSQL at ${place} offers no TLS, and DATABASE_URL asks for it (sslmode=require).`,
  ],
  [
    'a bare percent sign in the password',
    () => `postgres://bifrost:%ff@127.0.0.1:1/bifrost`,
    () => `DATABASE_URL has a % that encodes nothing.\nCorrect it: ${ENCODING}`,
  ],
  [
    'a certificate file that is not there',
    () => changed((url) => (url.search = '?sslrootcert=/nonexistent.pem')),
    () => 'DATABASE_URL names the file /nonexistent.pem, which cannot be read (ENOENT).',
  ],
];

test.each(cases)('%s: exit code 3 and the same words, whatever was to be done', async (_, url, said) => {
  const env = {
    DATABASE_URL: url(),
    BIFROST_SECRET_KEY: Buffer.alloc(32, 1).toString('base64'),
    BIFROST_DATA_DIR: join(folder, 'data'),
    PORT: '0',
  };
  const file = join(folder, 'empty.jsonl');
  await writeFile(file, wholeExport);
  for (const command of [['start'], ['status'], ['export'], ['import', file]]) {
    const ran = await run(env, command);
    expect(ran.code, command[0]).toBe(3);
    expect(ran.err, command[0]).toContain(said(server().host));
    expect(ran.err + ran.out).not.toContain(PASSWORD);
    expect(ran.err + ran.out).not.toContain(server().password);
  }
});

test(
  'no connection that was given up keeps databases from being made and dropped',
  async () => {
    // PostgreSQL waits for every one of its processes, also for one whose client never answered how it is called.
    const { drop } = await freshDatabase();
    await drop();
  },
  DATABASES_WITHIN_MS,
);

/** Without tables: nothing of it is written. */
const wholeExport = signed([
  JSON.stringify({ bifrost: 'export', format: 1, version: '0', keys: [] }),
  '{}',
]).join('\n');
