// bifrost key rotate, with the key in the data folder and with keys of the environment: what is sealed opens at every
// step, whatever ends the process, and a second run has nothing to do or finishes the first.

import { existsSync } from 'node:fs';
import { copyFile, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EventJson } from '../../src/edge/admin/contract.ts';
import { startBifrost } from '../../src/main.ts';
import { readKey } from '../../src/secret.ts';
import { type Environment, makeSite, run, type Site } from './fixture.ts';
import { endPrograms, killProgram, bifrost as program, until } from './program.ts';
import { addSecret } from './transfer-fixture.ts';

interface Rotation {
  source: string;
  key: string;
  formerKey: string | null;
  secrets: number;
  resealed: number;
}

const keyText = (byte: number) => Buffer.alloc(32, byte).toString('base64');
const idOf = (text: string) => readKey(text.trim())!.id;

let site: Site;
beforeEach(async () => {
  site = await makeSite(null);
});
afterEach(async () => {
  await endPrograms();
  await site.remove();
});

/** Two providers with a secret, added while a server runs that is stopped then. */
async function sealTwo(env: Environment = {}): Promise<void> {
  Object.assign(site.env, env);
  const bifrost = await site.serve();
  await addSecret(bifrost, 'graph');
  await addSecret(bifrost, 'other');
  await bifrost.stop();
}

const rotate = async (env: Environment = site.env) => {
  const ran = await run(env, ['key', 'rotate', '--json']);
  return { ...ran, body: ran.code === 0 ? ran.json<Rotation>() : null };
};

const rotations = async (env: Environment = site.env) => {
  const bifrost = await startBifrost({ env: { VITEST: '1', ...env }, listen: false });
  const answer = await bifrost.inject({ url: '/api/events?after=0&limit=500&type=key.rotated' });
  await bifrost.stop();
  return (JSON.parse(answer.payload) as { items: EventJson[] }).items;
};

async function opens(env: Environment = site.env): Promise<boolean> {
  const ran = await run(env, ['verify', '--json']);
  return ran.json<{ ok: boolean }>().ok;
}

const keyFiles = async () => (await readdir(site.dataDir)).filter((name) => name.startsWith('secret')).sort();
const keyFile = () => readFile(join(site.dataDir, 'secret.key'), 'utf8');

describe('the key in the data folder', () => {
  test('a new key takes its place, also while the server runs, which seals with it from then on', async () => {
    await sealTwo();
    const before = idOf(await keyFile());
    const bifrost = await site.serve();
    const { body } = await rotate();
    await addSecret(bifrost, 'later');
    await bifrost.stop();
    const now = idOf(await keyFile());
    expect(body).toEqual({ source: 'file', key: now, formerKey: before, secrets: 2, resealed: 2 });
    expect(now).not.toBe(before);
    expect(await keyFiles()).toEqual(['secret.key', `secret.key.former-${before}`]);
    expect(await opens()).toBe(true);
    expect(await rotations()).toMatchObject([
      { subject: { kind: 'key', id: now }, data: { former: before, secrets: 2 }, provider: null },
    ]);
  });

  test('where no server runs; the event holds no key', async () => {
    await sealTwo();
    const old = await keyFile();
    const ran = await run(site.env, ['key', 'rotate']);
    expect(ran.out).toContain('All 2 stored secrets are sealed with key');
    expect(ran.out).toContain('Exports and backups of before open only with the former key');
    const kept = join(site.dataDir, `secret.key.former-${idOf(old)}`);
    expect(await readFile(kept, 'utf8')).toBe(old);
    expect((await stat(kept)).mode & 0o777).toBe(0o600);
    const told = JSON.stringify(await rotations()) + ran.out + ran.err;
    for (const text of [old, await keyFile()]) expect(told).not.toContain(text.trim());
  });

  test.each<[string, (path: string) => Promise<void>]>([
    ['the new key was written beside it', (path) => writeFile(`${path}.new`, `${keyText(9)}\n`)],
    ['the key was kept as the former one', (path) => copyFile(path, `${path}.former`)],
    [
      'the new key took its place and nothing was sealed anew',
      async (path) => {
        await copyFile(path, `${path}.former`);
        await writeFile(`${path}.new`, `${keyText(9)}\n`);
        await rename(`${path}.new`, path);
      },
    ],
    [
      'everything was sealed anew and the former one was still there',
      async (path) => {
        await copyFile(path, `${path}.old`);
        await rotate();
        await rename(`${path}.old`, `${path}.former`);
      },
    ],
  ])('ended when %s: everything opens, and the next run finishes it', async (_, endThere) => {
    await sealTwo();
    const old = await keyFile();
    await endThere(join(site.dataDir, 'secret.key'));
    expect(await opens()).toBe(true);
    const { body } = await rotate();
    expect(body).toMatchObject({ secrets: 2, key: idOf(await keyFile()) });
    expect(await keyFiles()).toEqual(['secret.key', `secret.key.former-${idOf(old)}`]);
    expect(await opens()).toBe(true);
    expect(await rotations()).toHaveLength(1);
  });

  test('kill -9 at the moments when files change, and at others: everything opens', async () => {
    await sealTwo();
    const path = join(site.dataDir, 'secret.key');
    const moments = [
      () => existsSync(`${path}.new`),
      () => existsSync(`${path}.former`),
      () => existsSync(`${path}.former`) && !existsSync(`${path}.new`),
      () => existsSync(join(site.dataDir, 'bifrost.holder.json')),
    ];
    for (const moment of moments) {
      const rotating = program(site.env, 'key', 'rotate');
      await until(moment, rotating);
      await killProgram(rotating);
      expect(await opens()).toBe(true);
    }
    expect((await rotate()).code).toBe(0);
    const left = await keyFiles();
    expect(left.filter((name) => !name.startsWith('secret.key.former-'))).toEqual(['secret.key']);
    expect(await opens()).toBe(true);
  }, 120_000);

  test('it is missing: no command and no start makes another; each says which, and what is stored can be read', async () => {
    await sealTwo();
    const path = join(site.dataDir, 'secret.key');
    const id = idOf(await keyFile());
    await rename(path, `${path}.elsewhere`);
    expect((await run(site.env, ['user', 'list'])).code).toBe(0);
    const verified = await run(site.env, ['verify']);
    expect(verified.code).toBe(1);
    const said = `The stored secret of providers/graph/clientSecret needs key ${id}, and ${path} is missing.`;
    expect(verified.out).toContain(said);
    const rotated = await rotate();
    expect(rotated.code).toBe(1);
    expect(rotated.err).toContain(said);
    expect(rotated.err).toContain('Put it back from a backup');
    const bifrost = await site.serve();
    expect(bifrost.closedSecrets).toContain(said);
    await expect(addSecret(bifrost, 'third')).rejects.toThrow('is missing. Put it back');
    await bifrost.stop();
    expect(await keyFiles()).toEqual(['secret.key.elsewhere']);
    await rename(`${path}.elsewhere`, path);
    expect(await opens()).toBe(true);
  });

  test('another one stands there: the start and the log say which is needed; as secret.key.former it is put right', async () => {
    await sealTwo();
    const path = join(site.dataDir, 'secret.key');
    const id = idOf(await keyFile());
    await rename(path, `${path}.elsewhere`);
    await writeFile(path, `${keyText(7)}\n`);
    const server = program(site.env, 'start');
    await server.says('Ctrl-C stops');
    const said = `The stored secret of providers/graph/clientSecret needs key ${id}, and this server has key ${idOf(keyText(7))}.`;
    expect(server.out).toContain(`Warning: ${said}`);
    expect(server.err).toContain(said);
    await killProgram(server);
    const ran = await rotate();
    expect(ran.err).toContain(`Put the key with the id ${id} into the data folder as secret.key.former`);
    await rename(`${path}.elsewhere`, `${path}.former`);
    expect((await rotate()).body).toMatchObject({ resealed: 2 });
    expect(await opens()).toBe(true);
  }, 60_000);
});

describe('keys of the environment', () => {
  const [old, fresh, wrong] = [keyText(1), keyText(2), keyText(3)];
  const swapped = () => ({ ...site.env, BIFROST_SECRET_KEY: fresh, BIFROST_SECRET_KEY_FORMER: old });

  test('both open; everything is sealed anew; then the new one alone opens; again: nothing to do', async () => {
    await sealTwo({ BIFROST_SECRET_KEY: old });
    expect(await opens(swapped())).toBe(true);
    const expected = { source: 'environment', key: idOf(fresh), formerKey: idOf(old), secrets: 2 };
    expect((await rotate(swapped())).body).toEqual({ ...expected, resealed: 2 });
    expect((await rotate(swapped())).body).toEqual({ ...expected, resealed: 0 });
    expect(await rotations(swapped())).toHaveLength(1);
    expect(await opens({ ...site.env, BIFROST_SECRET_KEY: fresh })).toBe(true);
    expect(await opens({ ...site.env, BIFROST_SECRET_KEY: old })).toBe(false);
    expect(await keyFiles()).toEqual([]);
  });

  test('before the swap a server with both seals with the current one', async () => {
    await sealTwo({ BIFROST_SECRET_KEY: old, BIFROST_SECRET_KEY_FORMER: fresh });
    expect((await rotate()).body).toMatchObject({ key: idOf(old), resealed: 0 });
    expect((await run(site.env, ['key', 'rotate'])).out).toBe(
      `All secrets are already sealed with BIFROST_SECRET_KEY (${idOf(old)}); nothing was changed.\nIf you are changing to ${idOf(fresh)}, make it BIFROST_SECRET_KEY first (docs/keys.md, step 2).\n`,
    );
    expect(await opens({ ...site.env, BIFROST_SECRET_KEY: old, BIFROST_SECRET_KEY_FORMER: '' })).toBe(true);
  });

  test.each([
    ['wrong', wrong],
    ['missing', ''],
  ])('the former key is %s: the ids of the keys are named, and nothing is changed', async (_, former) => {
    await sealTwo({ BIFROST_SECRET_KEY: old });
    const ran = await rotate({ ...swapped(), BIFROST_SECRET_KEY_FORMER: former });
    expect(ran.code).toBe(1);
    const held = former === '' ? `key ${idOf(fresh)}` : `key ${idOf(fresh)} and former key ${idOf(former)}`;
    expect(ran.err).toBe(
      `Error: The stored secret of providers/graph/clientSecret needs key ${idOf(old)}, and this server has ${held}. Nothing was changed.\nSet BIFROST_SECRET_KEY_FORMER to the key with the id ${idOf(old)} and run it again.\n`,
    );
    expect(ran.err + ran.out).not.toContain(fresh);
    expect(await opens()).toBe(true);
    expect(await rotations()).toEqual([]);
  });

  test('killed in between: the next run seals what is left', async () => {
    await sealTwo({ BIFROST_SECRET_KEY: old });
    const rotating = program(swapped(), 'key', 'rotate');
    await until(() => existsSync(join(site.dataDir, 'bifrost.holder.json')), rotating);
    await killProgram(rotating);
    expect(await opens(swapped())).toBe(true);
    expect((await rotate(swapped())).code).toBe(0);
    expect(await opens({ ...site.env, BIFROST_SECRET_KEY: fresh })).toBe(true);
  }, 60_000);

  test('from the file to the environment: the content of secret.key is the former key', async () => {
    await sealTwo();
    const env = { ...swapped(), BIFROST_SECRET_KEY_FORMER: (await keyFile()).trim() };
    expect((await rotate(env)).body).toMatchObject({ source: 'environment', resealed: 2 });
    expect(await opens({ ...site.env, BIFROST_SECRET_KEY: fresh })).toBe(true);
  });

  test('a former key alone is a problem of the configuration', async () => {
    const ran = await run({ ...site.env, BIFROST_SECRET_KEY_FORMER: old }, ['start']);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('BIFROST_SECRET_KEY_FORMER: is for a rotation of BIFROST_SECRET_KEY');
  });
});
