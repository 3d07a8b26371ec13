// docs/operations.md, done as it says: the commands that it marks run in order, each block in a shell, beside a running server.

import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startVictim, type Victim } from '../crash/victim.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
const blocks = [...page.matchAll(/^<!-- run -->\n```sh\n([\s\S]*?)^```$/gm)].map(([, commands]) => commands!);
/** A build may be in it. */
const LIMIT_MS = 240_000;

describe('docs/operations.md', () => {
  let folder: string;
  let server: Victim;

  beforeAll(async () => {
    execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: root });
    folder = await mkdtemp(join(tmpdir(), 'bifrost-operations-'));
    server = await startVictim(folder);
  }, LIMIT_MS);
  afterAll(async () => {
    await server?.kill();
    await rm(folder, { recursive: true, force: true });
  });

  const shell = async (commands: string) => {
    const program = join(root, 'dist/bifrost.js');
    const script = `bifrost() { '${process.execPath}' '${program}' "$@"; }\n${commands}`;
    const env = { PATH: process.env.PATH, BIFROST_DATA_DIR: join(folder, 'data') };
    return promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder, env });
  };

  it('has the commands of backing up, restoring, rotating and looking', () => {
    expect(blocks.map((each) => each.split(/\s/).slice(0, 2).join(' '))).toEqual([
      'bifrost export',
      'mkdir -m',
      'bifrost token',
      'bifrost status',
    ]);
  });

  it.each(blocks.map((commands) => [commands.split('\n')[0]!, commands]))(
    '%s',
    async (_, commands) => {
      await shell(commands);
    },
    LIMIT_MS,
  );

  it('leaves a backup that was restored, and a key that is another one', () => {
    expect(existsSync(join(folder, 'restored', 'bifrost.db'))).toBe(true);
    const key = (path: string) => readFileSync(join(folder, path), 'utf8');
    expect(key('restored/secret.key')).toBe(key('backup.key'));
    expect(key('data/secret.key')).not.toBe(key('backup.key'));
  });

  it('links to pages and files that there are', () => {
    const links = [...page.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, path]) => path!);
    expect(links.length).toBeGreaterThan(8);
    for (const path of links) expect(existsSync(join(root, 'docs', path)), path).toBe(true);
  });
});
