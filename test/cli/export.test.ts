// bifrost export and import: what goes out comes in again, whole; what is not whole is refused with a sentence.

import { existsSync, statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bifrost, startBifrost } from '../../src/main.ts';
import { pushTo, run, type Site, userBody } from './fixture.ts';
import {
  altered,
  clientSecret,
  type Exported,
  emptyPlace,
  exportTo,
  fill,
  servedSite,
} from './transfer-fixture.ts';

let site: Site;
let bifrost: Bifrost;
let exported: Exported;
let file: string;
const place = (name: string) => emptyPlace(site, name);

beforeAll(async () => {
  ({ site, bifrost } = await servedSite());
  await fill(site, bifrost);
  file = join(site.dataDir, '..', 'whole.jsonl');
  exported = await exportTo(site.env, file);
});
afterAll(async () => {
  await bifrost.stop();
  await site.remove();
});

describe('export', () => {
  test('a file for its owner alone, with counts and hashes; no secret in clear', async () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(existsSync(`${file}.part`)).toBe(false);
    expect(exported.tables).toMatchObject({ users: { rows: 5 }, directory_groups: { rows: 1 } });
    expect(exported.tables.tokens!.rows).toBe(2);
    const text = await readFile(file, 'utf8');
    for (const secret of [site.token, site.apiKey, clientSecret]) expect(text).not.toContain(secret);
    const lines = text.trimEnd().split('\n');
    expect(JSON.parse(lines[0]!)).toMatchObject({
      bifrost: 'export',
      format: 1,
      engine: 'sqlite',
      keys: exported.keys,
      leftOut: ['locks', 'leases', 'live sessions'],
    });
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ end: 'export', rows: exported.rows });
  });

  test('to standard output, and over the network, the same lines', async () => {
    const remote = {
      BIFROST_URL: bifrost.url,
      BIFROST_API_KEY: site.apiKey,
      BIFROST_DATA_DIR: '/nonexistent',
    };
    const [here, there] = [await run(site.env, ['export']), await run(remote, ['export'])];
    expect([here.code, there.code]).toEqual([0, 0]);
    const rowsOf = (text: string) => text.split('\n').filter((line) => line.startsWith('['));
    expect(rowsOf(there.out)).toEqual(rowsOf(here.out));
    expect(rowsOf(here.out)).toEqual(rowsOf(await readFile(file, 'utf8')));
  });

  test('--json without --out would mix with the export: refused', async () => {
    const ran = await run(site.env, ['export', '--json']);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('--json needs --out');
  });

  test.each<[string, (answer: ServerResponse, half: Buffer) => void, string]>([
    ['the connection is cut', (answer, half) => answer.write(half, () => answer.destroy()), 'was cut'],
    ['a proxy ends it early', (answer, half) => answer.end(half), 'is not whole'],
    ['nothing comes', (answer) => answer.end(), 'The file is empty'],
  ])('%s: no file takes the name, and one of before stays', async (_, cut, said) => {
    const text = await readFile(file);
    const peer = createServer((_request, answer) => {
      answer.writeHead(200, { 'content-type': 'application/x-ndjson' });
      cut(answer, text.subarray(0, text.length / 2));
    });
    await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve));
    const { port } = peer.address() as AddressInfo;
    const env = { BIFROST_URL: `http://127.0.0.1:${port}`, BIFROST_API_KEY: 'x' };
    const out = join(site.dataDir, '..', 'before.jsonl');
    await writeFile(out, 'a backup of before');
    await writeFile(`${out}.part`, 'what an interrupted run left');
    const ran = await run(env, ['export', '--out', out]);
    await new Promise((resolve) => peer.close(resolve));
    expect(ran.code).toBe(3);
    expect(ran.err).toContain(said);
    expect(await readFile(out, 'utf8')).toBe('a backup of before');
    expect(existsSync(`${out}.part`)).toBe(false);
  });

  test('a place that cannot be written to: said so, exit code 2', async () => {
    const ran = await run(site.env, ['export', '--out', '/nonexistent/x.jsonl']);
    expect(ran).toMatchObject({ code: 2 });
    expect(ran.err).toContain('cannot be written (ENOENT)');
  });
});

describe('import', () => {
  test('into an empty folder: the same tables, verified; the server starts and the token of Entra works', async () => {
    const env = await place('moved');
    const ran = await run(env, ['import', file, '--verify', '--json']);
    expect(ran.err).toBe('');
    expect(ran.json()).toMatchObject({
      rows: exported.rows,
      tables: exported.tables,
      resumedAt: 0,
      missingKeys: [],
      verified: { ok: true, problems: [] },
    });
    const moved = await startBifrost({
      env: { VITEST: '1', ...env, BIFROST_CONFIG: site.env.BIFROST_CONFIG },
    });
    try {
      const answer = await pushTo(moved, site.token)('POST', '/Users', userBody('late@contoso.com'));
      expect(answer.status).toBe(201);
      const verified = await moved.inject({ method: 'POST', url: '/api/verify' });
      expect(JSON.parse(verified.payload)).toMatchObject({ ok: true, problems: [] });
    } finally {
      await moved.stop();
    }
    const again = await run(env, ['import', file]);
    expect(again.code).toBe(3);
    expect(again.err).toContain('This store holds 6 users; an import needs one that has none.');
  });

  test('what a first start made is replaced, its chain of events included', async () => {
    const env = { ...(await place('started')), BIFROST_CONFIG: site.env.BIFROST_CONFIG! };
    await (await startBifrost({ env: { VITEST: '1', ...env } })).stop();
    expect((await run(env, ['import', file, '--verify'])).code).toBe(0);
    const { tables } = await exportTo(env, join(site.dataDir, '..', 'started.jsonl'));
    expect(tables).toEqual(exported.tables);
  });

  test('beside a running server: refused, nothing changed', async () => {
    const ran = await run(site.env, ['import', file]);
    expect(ran.code).toBe(3);
    expect(ran.err).toMatch(/is in use by process \d+/);
    expect(ran.err).toContain('An import never runs beside a server');
  });

  test('with BIFROST_URL: refused', async () => {
    const ran = await run({ BIFROST_URL: 'http://127.0.0.1:1', BIFROST_API_KEY: 'x' }, ['import', file]);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('BIFROST_URL names a server elsewhere');
  });

  test('without the key that sealed its secrets: imported, and told which key', async () => {
    const { BIFROST_SECRET_KEY: _, ...env } = await place('keyless');
    const ran = await run(env, ['import', file]);
    expect(ran.code).toBe(0);
    expect(ran.out).toContain(`Its secrets are sealed with key ${exported.keys[0]}`);
    expect(existsSync(join(env.BIFROST_DATA_DIR!, 'secret.key'))).toBe(false);
  });

  test('--check: reads, and writes nothing', async () => {
    const env = await place('unmade');
    const ran = await run(env, ['import', file, '--check', '--json']);
    expect(ran.json()).toMatchObject({ ok: true, rows: exported.rows, sha256: exported.sha256 });
    expect(existsSync(env.BIFROST_DATA_DIR!)).toBe(false);
  });
});

describe('a file that is not whole is refused, and nothing is written', () => {
  const at = (lines: readonly string[], table: string) =>
    lines.indexOf(lines.find((each) => each.startsWith(`{"table":"${table}"`))!);
  const swapped = (lines: string[], i: number, k: number) => {
    [lines[i], lines[k]] = [lines[k]!, lines[i]!];
    return lines;
  };
  test.each<[string, (lines: string[]) => readonly string[], RegExp]>([
    [
      'cut after a line',
      (all) => all.slice(0, -1),
      /is not whole: it ends at line \d+, before its last line/,
    ],
    [
      'cut in a table',
      (all) => all.slice(0, at(all, 'users') + 2),
      /is not whole: it ends at line \d+ in table users/,
    ],
    [
      'a changed byte',
      (all) => all.map((line) => line.replace('Amara Osei', 'Amara Osej')),
      /the rows of table users are not those/,
    ],
    [
      'swapped rows',
      (all) => swapped(all, at(all, 'users') + 1, at(all, 'users') + 2),
      /the rows of table users are not those/,
    ],
    [
      'a row left out',
      (all) => all.toSpliced(at(all, 'users') + 1, 1),
      /table users has 4 rows and should have 5/,
    ],
    [
      'a changed header',
      (all) => [all[0]!.replace('"leftOut":["locks"', '"leftOut":["lokcs"'), ...all.slice(1)],
      /its lines are not those of the export/,
    ],
    ['something behind it', (all) => [...all, '[]'], /something stands behind its last line/],
    [
      'a newer format',
      (all) => [
        all[0]!.replace('"format":1', '"format":2').replace(/"version":"[^"]*"/, '"version":"7.0.0"'),
        ...all.slice(1),
      ],
      /has format 2, which this version does not know. It was written by Bifrost 7\.0\.0/,
    ],
    [
      'an unknown column',
      (all) => all.map((line) => line.replace('"since"]', '"since","until"]')),
      /has a column memberships\.until, which this version does not know/,
    ],
    [
      'an unknown table',
      (all) => all.map((line) => line.replace('{"table":"jobs"', '{"table":"planets"')),
      /has a table planets/,
    ],
    ['something else', () => ['hello'], /This is no export of Bifrost/],
  ])('%s', async (name, change, said) => {
    const damaged = await altered(file, `${name.replaceAll(' ', '-')}.jsonl`, change);
    const env = await place('refused');
    for (const line of [
      ['import', damaged],
      ['import', damaged, '--check'],
    ]) {
      const ran = await run(env, line);
      expect(ran.code).toBe(1);
      expect(ran.err).toMatch(said);
    }
    expect(existsSync(env.BIFROST_DATA_DIR!)).toBe(false);
  });

  test('cut in the middle of a line', async () => {
    const text = await readFile(file);
    const path = join(site.dataDir, '..', 'half.jsonl');
    await writeFile(path, text.subarray(0, Math.floor(text.length / 2)));
    const ran = await run(await place('refused'), ['import', path]);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('is not whole');
  });
});
