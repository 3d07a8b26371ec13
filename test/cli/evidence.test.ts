// bifrost evidence, and evidence verify: what was changed, taken out or put in is named; packs of before a rotation of the key
// stay good; nothing is ever unpacked.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Manifest } from '../../src/evidence/manifest.ts';
import { type Bifrost, startBifrost } from '../../src/main.ts';
import { type PackedEntry, packed, unpacked } from '../admin/evidence-pack.ts';
import { type Environment, makeSite, provision, pushTo, run, type Site } from './fixture.ts';

const nowhere: Environment = { BIFROST_DATA_DIR: '/nonexistent/bifrost' };

let site: Site;
let bifrost: Bifrost;
let folder: string;
/** A pack, another of an earlier moment, and the public key of both. */
let file: string;
let earlier: string;
let key: string;

beforeAll(async () => {
  // The address at which it is reached is the one that it listens on.
  site = await makeSite(null);
  bifrost = await site.serve();
  await provision(pushTo(bifrost, site.token));
  folder = join(site.dataDir, '..', 'packs');
  mkdirSync(folder);
  file = join(folder, 'now.tar');
  earlier = join(folder, 'earlier.tar');
  key = join(folder, 'key.pem');
  expect((await run(site.env, ['evidence', '--out', file])).code).toBe(0);
  const position = manifestIn(file).log.position - 3;
  expect((await run(site.env, ['evidence', '--position', `${position}`, '--out', earlier])).code).toBe(0);
  const address = `${bifrost.url}/.well-known/bifrost-evidence-keys/${manifestIn(file).key}`;
  writeFileSync(key, await (await fetch(address)).text());
});
afterAll(async () => {
  await bifrost.stop();
  await site.remove();
});

const entriesIn = (path: string) => unpacked(readFileSync(path));
const textIn = (path: string, name: string) =>
  entriesIn(path)
    .find((entry) => entry.name === name)!
    .content.toString('utf8');
const manifestIn = (path: string) => JSON.parse(textIn(path, 'manifest.json')) as Manifest;

interface Report {
  ok: boolean;
  problems: string[];
  notes: string[];
}

async function verified(
  path: string,
  env: Environment,
  ...more: string[]
): Promise<Report & { code: number }> {
  const ran = await run(env, ['evidence', 'verify', path, '--json', ...more]);
  return { ...ran.json<Report>(), code: ran.code };
}

describe('evidence', () => {
  test('a file for its owner alone, which says what is in it; not over one that is there', async () => {
    const out = join(folder, 'told.tar');
    const ran = await run(site.env, ['evidence', '--out', out]);
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ran.out).toContain('3 people (1 suspended, 1 without a role)');
    expect(statSync(out).mode & 0o777).toBe(0o600);
    expect(existsSync(`${out}.part`)).toBe(false);
    const refused = await run(site.env, ['evidence', '--out', out]);
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('is there already')]);
    const forced = await run(site.env, ['evidence', '--out', out, '--force', '--json']);
    expect(forced.json<Manifest>()).toMatchObject({ counts: { people: 3 }, made: { by: { id: 'local' } } });
  });

  test('the same over the network, with an API key', async () => {
    const env = { ...nowhere, BIFROST_URL: bifrost.url, BIFROST_API_KEY: site.apiKey };
    const out = join(folder, 'remote.tar');
    const { position } = manifestIn(file).log;
    expect((await run(env, ['evidence', '--position', `${position}`, '--out', out])).code).toBe(0);
    const people = (path: string) => textIn(path, 'people-without-role-0001.csv');
    expect(people(out)).toBe(people(file));
    expect(await verified(out, env)).toMatchObject({ code: 0, ok: true, problems: [], notes: [] });
  });

  test('cut on its way: no file takes the name', async () => {
    const half = readFileSync(file).subarray(0, 4000);
    const peer = createServer((_request, answer) => {
      answer.writeHead(200, { 'content-type': 'application/x-tar' });
      answer.end(half);
    });
    await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve));
    const { port } = peer.address() as AddressInfo;
    const env = { BIFROST_URL: `http://127.0.0.1:${port}`, BIFROST_API_KEY: 'x' };
    const out = join(folder, 'cut.tar');
    const ran = await run(env, ['evidence', '--out', out]);
    await new Promise((resolve) => peer.close(resolve));
    expect([ran.code, ran.err]).toEqual([3, expect.stringContaining('It was cut off behind byte 4000.')]);
    expect([existsSync(out), existsSync(`${out}.part`)]).toEqual([false, false]);
  });
});

test('two that write the same file at once: none takes for its own what the other has begun', async () => {
  const whole = readFileSync(file);
  const held: ServerResponse[] = [];
  const peer = createServer((_request, answer) => {
    answer.writeHead(200, { 'content-type': 'application/x-tar' }).write(whole.subarray(0, 4000));
    held.push(answer);
  });
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve));
  const { port } = peer.address() as AddressInfo;
  const env = { BIFROST_URL: `http://127.0.0.1:${port}`, BIFROST_API_KEY: 'x' };
  const out = join(folder, 'both.tar');
  const inode = () => statSync(`${out}.part`, { throwIfNoEntry: false })?.ino;
  const first = run(env, ['evidence', '--out', out]);
  await expect.poll(inode).toBeDefined();
  const ofFirst = inode();
  const second = run(env, ['evidence', '--out', out]);
  await expect.poll(() => held.length === 2 && inode() !== ofFirst).toBe(true);
  held[0]!.end(whole.subarray(4000));
  const ran = await first;
  expect([ran.code, ran.err]).toEqual([3, expect.stringContaining('as well, and began later')]);
  expect(existsSync(out)).toBe(false);
  held[1]!.end(whole.subarray(4000));
  expect((await second).code).toBe(0);
  await new Promise((resolve) => peer.close(resolve));
  expect(readFileSync(out).equals(whole)).toBe(true);
});

describe('evidence verify', () => {
  test('good, by the server: in words', async () => {
    const ran = await run(site.env, ['evidence', 'verify', file]);
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ran.out).toContain('is as it was signed');
    expect(ran.out).not.toContain('Not compared');
  });

  test('good, by a key alone: of a file, of an address; and it says what it could not compare', async () => {
    const set = `${bifrost.url}/.well-known/bifrost-evidence-keys`;
    for (const from of [key, set, `${set}/${manifestIn(file).key}`]) {
      const report = await verified(file, nowhere, '--key', from);
      expect(report).toMatchObject({ code: 0, ok: true });
      expect(report.notes).toEqual([expect.stringContaining('Not compared with the log of a server.')]);
    }
  });

  test.each<[string, string[], string]>([
    ['no server and no key', [], 'There is no key to check the signature with'],
    ['a key that is none', ['--key', 'package.json'], 'has no Ed25519 key'],
    ['a file that is not there', ['--key', '/nonexistent/key.pem'], 'cannot be read (ENOENT)'],
  ])('%s: says what to do', async (_, more, said) => {
    const ran = await run(nowhere, ['evidence', 'verify', file, ...more]);
    expect(ran.code).toBeGreaterThan(1);
    expect(ran.err).toContain(said);
  });

  const content = (change: (text: string) => string, name: string) => (entries: PackedEntry[]) =>
    entries.map((entry) =>
      entry.name === name
        ? { ...entry, content: Buffer.from(change(entry.content.toString('utf8'))) }
        : entry,
    );
  const without = (name: string) => (entries: PackedEntry[]) => entries.filter((each) => each.name !== name);
  const beside = (entry: PackedEntry) => (entries: PackedEntry[]) => [
    ...entries.slice(0, -2),
    entry,
    ...entries.slice(-2),
  ];
  const ofEarlier =
    (...names: string[]) =>
    (entries: PackedEntry[]) =>
      entries.map((entry) =>
        names.includes(entry.name) ? entriesIn(earlier).find(({ name }) => name === entry.name)! : entry,
      );
  const text = Buffer.from('hello');

  test.each<[string, (entries: PackedEntry[]) => PackedEntry[], string]>([
    [
      'a cell',
      content((csv) => csv.replace('noor@', 'moor@'), 'access-0001.csv'),
      'access-0001.csv was changed after it was signed.',
    ],
    [
      'a rule',
      content((rules) => rules.replace('Head*', 'H*'), 'rules.json'),
      'rules.json was changed after it was signed.',
    ],
    ['a file less', without('roles.json'), 'roles.json is missing.'],
    [
      'a file more',
      beside({ name: 'access-0002.csv', content: text }),
      'access-0002.csv was added: the manifest does not name it.',
    ],
    ['a file twice', beside({ name: 'roles.json', content: text }), 'roles.json is in it twice.'],
    [
      'a number of the manifest',
      content((json) => json.replace('"people":3', '"people":2'), 'manifest.json'),
      'manifest.json does not fit manifest.sig: it was changed after it was signed, or is of another pack.',
    ],
    [
      'the manifest of another pack',
      ofEarlier('manifest.json'),
      'manifest.json does not fit manifest.sig: it was changed after it was signed, or is of another pack.',
    ],
    [
      'that and its signature',
      ofEarlier('manifest.json', 'manifest.sig'),
      'access-0001.csv was changed after it was signed.',
    ],
    ['no manifest', without('manifest.json'), 'manifest.json is missing.'],
    ['no signature', without('manifest.sig'), 'manifest.sig is missing.'],
    [
      'a way out',
      beside({ name: '../out.txt', content: text }),
      '"../out.txt" was added: no file of a pack has such a name.',
    ],
    [
      'a way to the root',
      beside({ name: '/tmp/out.txt', content: text }),
      '"/tmp/out.txt" was added: no file of a pack has such a name.',
    ],
    [
      'a link',
      beside({ name: 'link', content: Buffer.alloc(0), kind: '2' }),
      '"link" was added: it is a link, a folder or the like, and a pack has plain files.',
    ],
    [
      'a longer name to come',
      beside({ name: '././@LongLink', content: text, kind: 'L' }),
      '"././@LongLink" was added: no file of a pack has such a name.',
    ],
  ])('%s is named', async (name, change, said) => {
    const path = join(folder, `${name.replaceAll(' ', '-')}.tar`);
    writeFileSync(path, packed(change(entriesIn(file))));
    const [files, outside] = [readdirSync(folder), readdirSync(join(folder, '..'))];
    const report = await verified(path, nowhere, '--key', key);
    expect(report).toMatchObject({ code: 1, ok: false });
    expect(report.problems).toContain(said);
    expect([readdirSync(folder), readdirSync(join(folder, '..'))]).toEqual([files, outside]);
  });

  test('what was packed anew without a change is good', async () => {
    const path = join(folder, 'anew.tar');
    writeFileSync(path, packed(entriesIn(file)));
    expect(await verified(path, nowhere, '--key', key)).toMatchObject({ code: 0, ok: true });
  });

  test.each<[string, (bytes: Buffer) => Buffer, string]>([
    ['cut', (bytes) => bytes.subarray(0, bytes.length - 2000), 'It was cut off behind byte'],
    ['cut before its end', (bytes) => bytes.subarray(0, bytes.length - 1024), 'It was cut off behind byte'],
    ['empty', () => Buffer.alloc(0), 'It was cut off behind byte 0.'],
    ['something hung on', (bytes) => Buffer.concat([bytes, text]), 'Something stands behind its end.'],
    ['no tar', () => Buffer.alloc(2048, 'x'), 'It is no tar file.'],
    ['a length without end', (bytes) => longer(bytes), 'It was cut off behind byte'],
  ])('a file that is none: %s', async (name, change, said) => {
    const path = join(folder, `none-${name.replaceAll(' ', '-')}.tar`);
    writeFileSync(path, change(readFileSync(file)));
    const report = await verified(path, nowhere, '--key', key);
    expect([report.code, report.problems[0]]).toEqual([1, expect.stringContaining(said)]);
  });

  /** Its first file says that it has 8 GiB. */
  function longer(bytes: Buffer): Buffer {
    const [first, ...rest] = unpacked(bytes);
    const whole = packed([first!]);
    whole.write('77777777777', 124, 'latin1');
    whole.fill(' ', 148, 156);
    const sum = whole.subarray(0, 512).reduce((all, byte) => all + byte, 0);
    whole.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    return Buffer.concat([whole.subarray(0, -1024), packed(rest)]);
  }

  test('a manifest that names more files than any pack has', async () => {
    const path = join(folder, 'many-files.tar');
    const files = Array.from({ length: 200_000 }, (_, n) => ({ name: `${n}`, bytes: 1, sha256: 'x' }));
    const more = content((json) => JSON.stringify({ ...JSON.parse(json), files }), 'manifest.json');
    writeFileSync(path, packed(more(entriesIn(file))));
    const report = await verified(path, nowhere, '--key', key);
    expect([report.code, report.problems.at(-1)]).toEqual([1, expect.stringMatching(/^And \d+ more\.$/)]);
  });

  test('an address that leads elsewhere is no place for a key', async () => {
    const peer = createServer((_request, answer) => {
      answer.writeHead(302, { location: `${bifrost.url}/.well-known/bifrost-evidence-keys` }).end();
    });
    await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve));
    const { port } = peer.address() as AddressInfo;
    const ran = await run(nowhere, ['evidence', 'verify', file, '--key', `http://127.0.0.1:${port}/key`]);
    await new Promise((resolve) => peer.close(resolve));
    expect([ran.code, ran.err]).toEqual([3, expect.stringContaining('cannot be read: unexpected redirect')]);
  });

  test('of another installation: its key is none of the server', async () => {
    const other = await makeSite();
    const there = await other.serve();
    try {
      const report = await verified(file, other.env);
      expect(report.problems[0]).toMatch(/^It says that it was signed with the key \S+, which is none of/);
      expect(report.problems[1]).toMatch(/^It is of another installation: the log .* begins otherwise\.$/);
      const withKey = await verified(file, other.env, '--key', key);
      expect(withKey).toMatchObject({
        code: 0,
        notes: [expect.stringContaining('it is another installation')],
      });
    } finally {
      await there.stop();
      await other.remove();
    }
  });

  test('a log that was cut back since, or is of an older backup, is told', async () => {
    const older = createServer((request, answer) => {
      const url = new URL(request.url!, 'http://x');
      const place = Number(url.searchParams.get('place'));
      const hash = place === 1 ? manifestIn(file).log.firstHash : 'another';
      const items = place === 1 || url.searchParams.size > 2 ? [{ position: place, hash }] : [];
      answer.writeHead(200, { 'content-type': 'application/json' });
      answer.end(JSON.stringify({ items }));
    });
    await new Promise<void>((resolve) => older.listen(0, '127.0.0.1', resolve));
    const { port } = older.address() as AddressInfo;
    const env = { BIFROST_URL: `http://127.0.0.1:${port}`, BIFROST_API_KEY: 'x' };
    const report = await verified(file, env, '--key', key);
    await new Promise((resolve) => older.close(resolve));
    expect([report.code, report.problems]).toEqual([1, [expect.stringMatching(/has no event at place \d+/)]]);
  });
});

test('another key of the installation signs from then on, and packs of before stay good', async () => {
  const [first, second] = [0, 1].map(() => randomBytes(32).toString('base64')) as [string, string];
  const own = await makeSite();
  const { BIFROST_SECRET_KEY: _, ...plain } = own.env;
  const serve = (keys: Environment) => startBifrost({ env: { VITEST: '1', ...plain, ...keys } });
  const [before, after] = [join(own.dataDir, '..', 'before.tar'), join(own.dataDir, '..', 'after.tar')];
  try {
    let server = await serve({ BIFROST_SECRET_KEY: first });
    expect((await run(own.env, ['evidence', '--out', before])).code).toBe(0);
    await server.stop();
    server = await serve({ BIFROST_SECRET_KEY: second, BIFROST_SECRET_KEY_FORMER: first });
    expect((await run(own.env, ['key', 'rotate'])).code).toBe(0);
    expect((await run(own.env, ['evidence', '--out', after])).code).toBe(0);
    await server.stop();
    server = await serve({ BIFROST_SECRET_KEY: second });
    expect(manifestIn(before).key).not.toBe(manifestIn(after).key);
    for (const pack of [before, after])
      expect(await verified(pack, own.env)).toMatchObject({ code: 0, ok: true });
    // Where no server runs, the data itself is asked.
    await server.stop();
    const here = { ...plain, BIFROST_SECRET_KEY: second };
    expect(await verified(before, here)).toMatchObject({ code: 0, ok: true, notes: [] });
    const again = join(own.dataDir, '..', 'again.tar');
    expect((await run(here, ['evidence', '--out', again])).code).toBe(0);
    expect(await verified(again, here)).toMatchObject({ code: 0, ok: true });
  } finally {
    await own.remove();
  }
}, 60_000);
