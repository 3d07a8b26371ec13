// bifrost export and import: what goes out comes in again, whole; what is not whole is refused with a sentence.

import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
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
  signed,
  withCell,
} from './transfer-fixture.ts';

let site: Site;
let bifrost: Bifrost;
let exported: Exported;
let file: string;
/** A pack of before the export. */
let evidence: string;
const place = (name: string) => emptyPlace(site, name);

beforeAll(async () => {
  ({ site, bifrost } = await servedSite());
  await fill(site, bifrost);
  evidence = join(site.dataDir, '..', 'evidence.tar');
  expect((await run(site.env, ['evidence', '--out', evidence])).code).toBe(0);
  // What SCIM took from people is counted a second later: from then on nothing is written by itself.
  let number = 0;
  const counted = async () => {
    const early = await exportTo(site.env, join(site.dataDir, '..', `early-${number++}.jsonl`));
    expect(early.tables.guard_takings!.rows).toBe(1);
  };
  await vi.waitFor(counted, { timeout: 15_000 });
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
      leftOut: ['locks', 'leases', 'live sessions', 'set-up links', 'unfinished comparisons'],
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

  test('a file that is there already: refused, unless --force', async () => {
    const out = join(site.dataDir, '..', 'twice.jsonl');
    await writeFile(out, 'a backup of before');
    const refused = await run(site.env, ['export', '--out', out]);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('twice.jsonl is there already');
    expect(await readFile(out, 'utf8')).toBe('a backup of before');
    const forced = await run(site.env, ['export', '--out', out, '--force']);
    expect(forced.code).toBe(0);
    expect(await readFile(out, 'utf8')).toContain('"bifrost":"export"');
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
    const ran = await run(env, ['export', '--out', out, '--force']);
    await new Promise((resolve) => peer.close(resolve));
    expect(ran.code).toBe(3);
    expect(ran.err).toContain(said);
    expect(await readFile(out, 'utf8')).toBe('a backup of before');
    expect(existsSync(`${out}.part`)).toBe(false);
  });

  test('a refused body with NUL in it does not make an export that no import takes', async () => {
    const answer = await bifrost.inject({
      method: 'POST',
      url: '/scim/v2/Users',
      headers: { authorization: `Bearer ${site.token}`, 'content-type': 'application/scim+json' },
      payload: '{"userName":"a\0b',
    });
    expect(answer.statusCode).toBe(400);
    expect((await run(site.env, ['export'])).code).toBe(0);
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

  test('evidence of before is still good by what was moved: its key, and the log', async () => {
    const key = randomBytes(32).toString('base64');
    const env = { ...(await place('evidence')), BIFROST_SECRET_KEY: key };
    expect((await run(env, ['import', file])).code).toBe(0);
    const report = (await run(env, ['evidence', 'verify', evidence, '--json'])).json();
    expect(report).toMatchObject({ ok: true, problems: [], notes: [] });
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
      /Line \d+ cannot be a row of table users: its key comes before/,
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

describe('a file whose hashes are right and whose rows are not', () => {
  const doubled = (all: string[], table: string) => {
    const at = all.findIndex((line) => line.startsWith(`{"table":"${table}"`)) + 1;
    return all.toSpliced(at, 0, all[at]!);
  };
  const turned = (all: string[], table: string) => {
    const at = all.findIndex((line) => line.startsWith(`{"table":"${table}"`)) + 1;
    return all.toSpliced(at, 2, all[at + 1]!, all[at]!);
  };
  test.each<[string, (lines: string[]) => string[], string]>([
    [
      'text for a number',
      (all) => withCell(all, 'users', 'revision', () => 'x'),
      'users: revision is no whole number',
    ],
    ['a part', (all) => withCell(all, 'users', 'revision', () => 1.5), 'users: revision is no whole number'],
    [
      'too large',
      (all) => withCell(all, 'users', 'revision', () => 1e300),
      'users: revision is no whole number',
    ],
    ['a number for text', (all) => withCell(all, 'roles', 'name', () => 7), 'roles: name is no text'],
    ['NUL', (all) => withCell(all, 'roles', 'name', () => 'a\0b'), 'roles: name is no text without NUL'],
    [
      'half a character',
      (all) => withCell(all, 'roles', 'name', () => 'a\ud800'),
      'roles: name is no text without NUL and without half characters',
    ],
    ['nothing', (all) => withCell(all, 'users', 'status', () => null), 'users: status is empty'],
    ['an object', (all) => withCell(all, 'users', 'status', () => ({})), 'users: status is no text'],
    [
      'broken JSON',
      (all) => withCell(all, 'users', 'document', (cell) => String(cell).slice(1)),
      'users: document is no JSON object or array',
    ],
    [
      'JSON null',
      (all) => withCell(all, 'users', 'grants', () => 'null'),
      'users: grants is no JSON object or array',
    ],
    ['a row twice', (all) => doubled(all, 'users'), 'users: it has the key of the row before it'],
    ['an event twice', (all) => doubled(all, 'events'), 'events: it has the key of the row before it'],
    [
      'rows turned round',
      (all) => turned(all, 'users'),
      'users: its key comes before that of the row before it',
    ],
    [
      'other JSON of the same meaning',
      (all) => all.map((line) => line.replace('Amara', '\\u0041mara')),
      'it is not written as JSON.stringify writes it',
    ],
  ])('%s: refused with line, table and column; nothing is written', async (name, change, said) => {
    const forged = await altered(file, `forged-${name.replaceAll(' ', '-')}.jsonl`, (all) =>
      signed(change(all)),
    );
    const env = await place('refused');
    for (const more of [[], ['--check']]) {
      const ran = await run(env, ['import', forged, ...more]);
      expect(ran.code).toBe(1);
      expect(ran.err).toMatch(/Line \d+ cannot be a row of table /);
      expect(ran.err).toContain(said);
    }
    expect(existsSync(env.BIFROST_DATA_DIR!)).toBe(false);
  });

  const nameOf = (all: string[]) => {
    const line = all[all.findIndex((each) => each.startsWith('{"table":"users"')) + 2]!;
    return /"([^"]*@contoso.com)"/.exec(line.replaceAll('\\', ''))![1]!;
  };

  test('two people with one name: the store refuses them with a sentence, and does not start', async () => {
    const twins = await altered(file, 'twins.jsonl', (all) =>
      signed(
        withCell(
          withCell(all, 'users', 'user_name_folded', () => nameOf(all), 0),
          'users',
          'removed_at',
          () => null,
        ),
      ),
    );
    const env = await place('twins');
    const ran = await run(env, ['import', twins]);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('Some rows of table users, up to line');
    expect(ran.err).toContain('Do not start it. Delete bifrost.db');
    expect((await run(env, ['start'])).err).toContain('an import into this data is not finished');
  });

  test.each<[string, (all: string[]) => string[], string]>([
    [
      'memberships without their ends',
      (all) => withCell(all, 'memberships', 'member', () => 'nobody', 1),
      'Not verified',
    ],
    ['a document that is a list', (all) => withCell(all, 'users', 'document', () => '[]'), 'Not verified'],
    [
      'grants that are no list',
      (all) => withCell(all, 'users', 'grants', () => '{}'),
      'cannot be understood',
    ],
  ])('%s: --verify says so, and not to start it', async (name, change, said) => {
    const forged = await altered(file, `odd-${name.replaceAll(' ', '-')}.jsonl`, (all) =>
      signed(change(all)),
    );
    const env = await place(`odd-${name.replaceAll(' ', '-')}`);
    const ran = await run(env, ['import', forged, '--verify']);
    expect(ran.code).toBe(1);
    expect(ran.out).toContain(said);
    expect(ran.out).toContain('Do not start it. Delete bifrost.db');
    expect(ran.out + ran.err).not.toContain('bifrost start');
    expect(ran.err).not.toContain('should not');
  });

  test('--verify without the key says what verify says: the key is missing, nothing else', async () => {
    const { BIFROST_SECRET_KEY: _, ...env } = await place('closed');
    const ran = await run(env, ['import', file, '--verify', '--json']);
    expect(ran.code).toBe(1);
    const { verified } = ran.json<{ verified: { problems: string[] } }>();
    const later = await run(env, ['verify', '--json']);
    expect(later.code).toBe(1);
    expect(later.json<{ problems: string[] }>().problems).toEqual(verified.problems);
    expect(verified.problems).toEqual([expect.stringContaining('secret.key is missing')]);
    expect(existsSync(join(env.BIFROST_DATA_DIR!, 'secret.key'))).toBe(false);
  });
});
