// The key file, sealing, tokens and their check characters.

import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadKeyRing } from '../../src/key-ring.ts';
import {
  checkToken,
  mintToken,
  open,
  readKey,
  type SecretKey,
  sameSecret,
  seal,
  sha256Hex,
} from '../../src/secret.ts';

const key = readKey(Buffer.alloc(32, 1).toString('base64'))!;
const otherKey = readKey(Buffer.alloc(32, 2).toString('base64'))!;

const keyIn = (dataDir: string, secretKey: SecretKey | null = null) =>
  loadKeyRing({ dataDir, secretKey, formerSecretKey: null }, { mayMake: true }).current();

describe('the key of the installation', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'bifrost-key-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  test('is made once, readable by its owner alone, and is the same after a restart', () => {
    const data = join(directory, 'data');
    const first = keyIn(data);
    expect(first.bytes).toHaveLength(32);
    expect(keyIn(data)).toEqual(first);
    expect(statSync(join(data, 'secret.key')).mode & 0o777).toBe(0o600);
    expect(statSync(data).mode & 0o777).toBe(0o700);
    expect(readdirSync(data)).toEqual(['secret.key']);
    expect(keyIn(join(directory, 'other')).id).not.toBe(first.id);
  });

  test('comes from the environment where that has one, and no file is made', () => {
    expect(keyIn(directory, key)).toBe(key);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('a damaged file stops the start, instead of a new key that opens nothing', () => {
    writeFileSync(join(directory, 'secret.key'), 'not a key\n');
    expect(() => keyIn(directory)).toThrow(/secret\.key does not hold 32 bytes/);
    expect(readFileSync(join(directory, 'secret.key'), 'utf8')).toBe('not a key\n');
  });

  test('of several processes that start at once, all get the same one', async () => {
    const program = join(directory, 'key.mjs');
    const contents = `
      import { loadKeyFiles } from './src/key-file.ts';
      process.stdout.write(loadKeyFiles(process.argv[2]).current.id);`;
    const resolveDir = new URL('../..', import.meta.url).pathname;
    await build({
      stdin: { contents, resolveDir },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: program,
    });
    const run = promisify(execFile);
    const starts = Array.from({ length: 4 }, () => run(process.execPath, [program, join(directory, 'data')]));
    const ids = (await Promise.all(starts)).map(({ stdout }) => stdout);
    expect(new Set(ids).size).toBe(1);
    expect(readdirSync(join(directory, 'data'))).toEqual(['secret.key']);
  });

  test.each([
    '',
    'x'.repeat(43),
    Buffer.alloc(33).toString('base64'),
    `${Buffer.alloc(32).toString('base64')}\n`,
  ])('text %j is none', (text) => expect(readKey(text)).toBeNull());
});

describe('sealing', () => {
  test('what was sealed opens again, for the same identity', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (plain, identity) => {
        expect(open(key, seal(key, plain, identity), identity)).toBe(plain);
      }),
      { numRuns: 100 },
    );
  });

  test('twice the same text is sealed differently, and shows nothing of it', () => {
    const sealed = seal(key, 'hunter2', 'provider:entra');
    expect(sealed).not.toBe(seal(key, 'hunter2', 'provider:entra'));
    expect(sealed).toMatch(new RegExp(`^v1\\.${key.id}\\.[\\w-]+$`));
  });

  test('the secret of one record does not open as that of another', () => {
    expect(() => open(key, seal(key, 'x', 'provider:a'), 'provider:b')).toThrow(
      /altered, or belongs to another/,
    );
  });

  test('another key is named as such', () => {
    expect(() => open(otherKey, seal(key, 'x', 'a'), 'a')).toThrow(
      new RegExp(`needs key ${key.id}, and this is key ${otherKey.id}`),
    );
  });

  test('no altered text opens', () => {
    const sealed = seal(key, 'a secret', 'a');
    for (let at = 0; at < sealed.length; at++) {
      const altered = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
      expect(() => open(key, altered, 'a'), altered).toThrow(/^The stored secret of a /);
    }
  });

  test.each(['', 'v1', 'v1.x.', 'v2.aa.bb', `v1.${'0'.repeat(8)}.AAAA`, `${seal(key, 'x', 'a')}.more`])(
    '%j is damaged',
    (sealed) => expect(() => open(key, sealed, 'a')).toThrow(/is damaged/),
  );
});

describe('tokens', () => {
  test('have a prefix, 32 random bytes and 6 check characters', () => {
    const token = mintToken('bifrost_scim');
    expect(token).toMatch(/^bifrost_scim_[A-Za-z0-9_-]{43}[A-Za-z0-9]{6}$/);
    expect(checkToken(token)).toBe('ok');
    expect(mintToken('bifrost_scim')).not.toBe(token);
  });

  test('the check characters are fixed: a token of today is checked by every later version', () => {
    const body = `bifrost_scim_${'A'.repeat(43)}`;
    expect(checkToken(`${body}2KgNSt`)).toBe('ok');
  });

  test('a changed, missing or added character is a typing error', () => {
    const token = mintToken('bifrost_scim');
    for (let at = 'bifrost_scim_'.length; at < token.length; at++) {
      const other = token[at] === 'x' ? 'y' : 'x';
      expect(checkToken(token.slice(0, at) + other + token.slice(at + 1))).toBe('typo');
      expect(checkToken(token.slice(0, at) + token.slice(at + 1))).toBe('typo');
    }
    expect(checkToken(`${token}a`)).toBe('typo');
    expect(checkToken(`bifrost_${'a'.repeat(100_000)}`)).toBe('typo');
  });

  test.each(['', 'Bearer', 'a-provisioning-token-of-the-operator', 'x'.repeat(100_000)])(
    'what we never minted is foreign',
    (text) => expect(checkToken(text)).toBe('foreign'),
  );

  test('are compared as a whole, whatever their lengths', () => {
    expect(sameSecret('abc', 'abc')).toBe(true);
    expect(sameSecret('abc', 'abd')).toBe(false);
    expect(sameSecret('abc', 'abcd')).toBe(false);
    expect(sameSecret('', '')).toBe(true);
  });

  test('are stored as SHA-256', () => {
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
