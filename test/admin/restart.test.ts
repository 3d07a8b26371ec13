// A start with the same file: what the file wrote holds again, what it left out stays as the API made it.

import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventJson, ProviderJson } from '../../src/edge/admin/contract.ts';
import { startBifrost } from '../../src/main.ts';
import { type Storage, storage } from '../harness/storage.ts';
import type { Page } from './fixture.ts';

const key = randomBytes(32).toString('base64url');
const plain = { name: 'plain', kind: 'entra', tenantId: randomUUID(), clientId: 'x' };
let kept: Storage;

beforeAll(async () => {
  kept = await storage();
});
afterAll(() => kept.remove());

type Send = <Body>(method: string, path: string, body?: object) => Promise<Body>;

async function whileRunning<Result>(provider: object, act: (send: Send) => Promise<Result>): Promise<Result> {
  const bifrost = await startBifrost({
    env: { PORT: '0', HOST: '127.0.0.1', ...kept.env, VITEST: '1' },
    config: { apiKeys: [{ name: 'ops', key, role: 'Admin' }], providers: [provider] },
  });
  try {
    return await act(async <Body>(method: string, path: string, body?: object) => {
      const response = await fetch(bifrost.url + path, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      expect(response.status, path).toBe(200);
      return (await response.json()) as Body;
    });
  } finally {
    await bifrost.stop();
  }
}

const read = (send: Send) => send<ProviderJson>('GET', '/api/providers/plain');
const newest = async (send: Send) => (await send<Page<EventJson>>('GET', '/api/audit?limit=1')).items[0];

describe('a declared provider whose file says little', () => {
  it('keeps what the API changed, and the start makes no event', async () => {
    const edit = {
      enabled: false,
      scope: 'all',
      guard: { count: 7 },
      claimsSyncMode: 'scim',
      audience: 'api://bifrost',
      clientSecret: 'hush-hush-secret-value',
      scim: { enabled: true },
    };
    const [before, last] = await whileRunning(plain, async (send) => {
      expect((await read(send)).locked).toEqual(['name', 'kind', 'tenantId', 'clientId']);
      await send('PATCH', '/api/providers/plain', edit);
      return [await read(send), await newest(send)];
    });
    expect(before).toMatchObject({
      enabled: false,
      scope: 'all',
      guard: { percent: 20, count: 7 },
      reconcile: { mode: 'report' },
      hasClientSecret: true,
    });
    await whileRunning(plain, async (send) => {
      const after = await read(send);
      // Another port, and so other addresses.
      const { signIn } = after;
      const scim = { ...before.scim, endpoint: after.scim.endpoint };
      expect(after).toEqual({ ...before, scim, signIn });
      expect(await newest(send)).toEqual(last);
    });
  });

  it('follows the file where the file begins to say it', async () => {
    const tenantId = randomUUID();
    await whileRunning({ ...plain, tenantId, enabled: true, scope: 'assigned' }, async (send) => {
      expect(await read(send)).toMatchObject({
        enabled: true,
        scope: 'assigned',
        guard: { percent: 20, count: 7 },
        connection: { tenantId, allowedTenants: [tenantId], audience: 'api://bifrost' },
        locked: ['name', 'kind', 'tenantId', 'clientId', 'enabled', 'scope'],
      });
    });
  });
});
