// A replica whose connection for LISTEN is cut and cannot be made again: it says so, every answer stays right, what follows the feed
// goes by looking, and all is well again once it can be made.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { NoticesJson } from '../../src/edge/admin/contract.ts';
import { type Bifrost, startBifrost } from '../../src/main.ts';
import { scimClient, USER } from '../harness/scim-client.ts';
import { providerBlock } from '../harness/server.ts';
import { type Storage, storage } from '../harness/storage.ts';
import { type CuttingWire, cuttingWire } from './cutting-wire.ts';

const LONG_MS = 11_000;
const token = randomBytes(32).toString('base64url');
const apiKey = randomBytes(32).toString('base64url');

let place: Storage;
let wire: CuttingWire;
let deaf: Bifrost;
let other: Bifrost;

beforeAll(async () => {
  place = await storage();
  wire = await cuttingWire(place.env.DATABASE_URL!);
  const start = (DATABASE_URL: string, folder: string) =>
    startBifrost({
      env: {
        ...place.env,
        ...{ HOST: '127.0.0.1', PORT: '0', VITEST: '1', BIFROST_LOG_LEVEL: 'silent' },
        ...{ DATABASE_URL, BIFROST_DATA_DIR: `${place.folder}/${folder}` },
      },
      config: {
        apiKeys: [{ name: 'ops', key: apiKey, role: 'Admin' }],
        providers: [providerBlock('entra', token)],
      },
    });
  deaf = await start(wire.url, 'deaf');
  other = await start(place.env.DATABASE_URL!, 'other');
});
afterAll(async () => {
  vi.restoreAllMocks();
  await Promise.all([deaf.stop(), other.stop()]);
  await wire.close();
  await place.remove();
});

const ready = async () => {
  const answer = await fetch(`${deaf.url}/readyz`);
  return { status: answer.status, body: (await answer.json()) as { status: string; degraded?: object } };
};
const get = async (path: string) =>
  fetch(deaf.url + path, { headers: { authorization: `Bearer ${apiKey}` } });
const notices = async () => ((await (await get('/api/notices')).json()) as NoticesJson).items;
const deafSeconds = async () =>
  Number(/^bifrost_replica_deaf_seconds (\S+)$/m.exec(await (await get('/metrics')).text())![1]);

it('is ready while it hears', async () => {
  expect(await ready()).toEqual({ status: 200, body: { status: 'ready' } });
  expect(await deafSeconds()).toBe(0);
});

it('says that it is deaf, answers rightly all the same, and heals by itself', async () => {
  wire.shut('bifrost listener');
  await expect.poll(deafSeconds, { timeout: 8_000 }).toBeGreaterThan(0);
  expect(await ready()).toEqual({ status: 200, body: { status: 'ready' } });
  const { now } = performance;
  vi.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + LONG_MS);
  const said = await ready();
  expect(said).toMatchObject({ status: 200, body: { status: 'ready' } });
  expect(said.body.degraded).toMatchObject({
    words: expect.stringMatching(/^This replica has not heard of the others for 1\d seconds/),
    advice: expect.stringContaining('connection limit'),
  });
  expect((await notices()).map(({ code }) => code)).toContain('replica-deaf');

  // Somebody leaves on the other replica; this one is asked with the very next request, and follows the feed by looking.
  const events = fetch(
    `${deaf.url}/api/events?after=${await deaf.ledger.lastPosition()}&wait=20&type=user.created`,
    {
      headers: { authorization: `Bearer ${apiKey}` },
    },
  );
  const there = scimClient(`${other.url}/scim/v2`, token);
  const { id } = (await there.post('/Users', { schemas: [USER], userName: 'amara@contoso.com' })).resource;
  await there.patch(`/Users/${id}`, [{ op: 'replace', path: 'active', value: false }]);
  there.close();
  expect(await (await get(`/api/access?id=${id}`)).json()).toMatchObject({ active: false });
  expect(await (await events).json()).toMatchObject({ items: [{ type: 'user.created' }] });

  wire.shut(null);
  await expect.poll(async () => (await ready()).body, { timeout: 10_000 }).toEqual({ status: 'ready' });
  expect(await deafSeconds()).toBe(0);
  expect((await notices()).map(({ code }) => code)).not.toContain('replica-deaf');
});
