// A disk that is full, on the real engines: SQLite in a process whose files may not grow, PostgreSQL with what it says then. Writes
// are refused as 503, reading goes on, /readyz says why, and all is well again once there is room: whoever asks has it tried.

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { NoticesJson } from '../../src/edge/admin/contract.ts';
import { type Bifrost, startBifrost } from '../../src/main.ts';
import { type ScimClient, scimClient, USER } from '../harness/scim-client.ts';
import { providerBlock } from '../harness/server.ts';
import { type Storage, storage } from '../harness/storage.ts';

const token = randomBytes(32).toString('base64url');
const apiKey = randomBytes(32).toString('base64url');

let place: Storage;
let bifrost: Bifrost;
let scim: ScimClient;
/** Of util-linux: it sets how large the files of a process that runs may become. */
const isPossible = inject('engine') === 'postgres' || spawnSync('prlimit', ['--version']).status === 0;

beforeAll(async () => {
  place = await storage();
  bifrost = await startBifrost({
    env: { HOST: '127.0.0.1', PORT: '0', VITEST: '1', ...place.env, BIFROST_LOG_LEVEL: 'silent' },
    config: {
      apiKeys: [{ name: 'ops', key: apiKey, role: 'Admin' }],
      providers: [providerBlock('entra', token)],
    },
  });
  scim = scimClient(`${bifrost.url}/scim/v2`, token);
});
afterAll(async () => {
  if (inject('engine') === 'sqlite') limitFiles('unlimited');
  scim.close();
  await bifrost.stop();
  await place.remove();
});

async function fill(): Promise<void> {
  if (inject('engine') === 'sqlite') {
    const { size } = statSync(join(place.env.BIFROST_DATA_DIR, 'bifrost.db-wal'));
    return limitFiles(size);
  }
  await asOwner(`CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
    CREATE TRIGGER no_room BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION no_room();
    CREATE TRIGGER no_room BEFORE INSERT ON own_settings FOR EACH ROW EXECUTE FUNCTION no_room();`);
}

async function makeRoom(): Promise<void> {
  if (inject('engine') === 'sqlite') limitFiles('unlimited');
  else await asOwner('DROP FUNCTION no_room() CASCADE');
}

function limitFiles(bytes: number | 'unlimited'): void {
  const { status, stderr } = spawnSync('prlimit', ['--pid', `${process.pid}`, `--fsize=${bytes}:unlimited`]);
  expect([status, String(stderr)]).toEqual([0, '']);
}

async function asOwner(statements: string): Promise<void> {
  const client = new pg.Client({ connectionString: place.env.DATABASE_URL! });
  await client.connect();
  await client.query(statements).finally(() => client.end());
}

const get = (path: string) => fetch(bifrost.url + path, { headers: { authorization: `Bearer ${apiKey}` } });
const ready = async () => {
  const answer = await get('/readyz');
  return { status: answer.status, body: (await answer.json()) as Readonly<Record<string, unknown>> };
};
const isFull = async () => /^bifrost_disk_full 1$/m.test(await (await get('/metrics')).text());
const notices = async () =>
  ((await (await get('/api/notices')).json()) as NoticesJson).items.map(({ code }) => code);
const big = (userName: string) => ({
  schemas: [USER],
  userName,
  title: 'x'.repeat(900),
  nickName: 'y'.repeat(900),
});

describe.skipIf(!isPossible)('a full disk', () => {
  it('refuses what it cannot keep, says why, goes on reading, and is ready again by itself', async () => {
    const { id } = (await scim.post('/Users', big('amara@contoso.com'))).resource;
    expect(await ready()).toEqual({ status: 200, body: { status: 'ready' } });
    await fill();
    let refused = await scim.post('/Users', big('0@contoso.com'));
    const kept: string[] = [];
    for (let n = 1; refused.status === 201 && n < 2_000; n++) {
      kept.push(refused.resource.id);
      refused = await scim.post('/Users', big(`${n}@contoso.com`));
    }
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, expect.anything()]);
    expect(await ready()).toMatchObject({
      status: 200,
      body: {
        status: 'ready',
        degraded: { words: expect.stringContaining('is full'), advice: expect.stringMatching(/room/) },
      },
    });
    expect(await isFull()).toBe(true);
    expect(await notices()).toContain('disk-full');
    for (const each of [id, ...kept.slice(-1)]) expect((await scim.get(`/Users/${each}`)).status).toBe(200);
    expect((await get('/healthz')).status).toBe(200);

    // Nobody writes: whoever asks whether it is ready finds out.
    await makeRoom();
    const whole = { status: 200, body: { status: 'ready' } };
    await expect.poll(ready, { timeout: 10_000, interval: 100 }).toEqual(whole);
    expect(await isFull()).toBe(false);
    expect(await notices()).not.toContain('disk-full');
    expect((await scim.post('/Users', big('bela@contoso.com'))).status).toBe(201);
    expect((await bifrost.ledger.verify()).problems).toEqual([]);
  });

  it('is well again with the first change that is taken, whoever makes it', async () => {
    await fill();
    let status = 201;
    for (let n = 0; status === 201 && n < 2_000; n++) {
      status = (await scim.post('/Users', big(`again${n}@contoso.com`))).status;
    }
    expect([status, await isFull()]).toEqual([503, true]);
    await makeRoom();
    expect((await scim.post('/Users', big('chidi@contoso.com'))).status).toBe(201);
    expect(await isFull()).toBe(false);
    expect(await ready()).toEqual({ status: 200, body: { status: 'ready' } });
  });
});
