// POST /api/key/rotate, with the key in the data folder.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fixture, startFixture } from './fixture.ts';

let api: Fixture;
beforeAll(async () => {
  api = await startFixture();
});
afterAll(() => api.stop());

describe('POST /api/key/rotate 200', () => {
  it('seals what is stored anew, with one event that names ids alone', async () => {
    const block = { name: 'graph', kind: 'oidc', issuer: 'https://id.example.com', clientId: 'x' };
    await api.send('POST', '/api/providers', { body: { ...block, clientSecret: 'quiet as it is' } });
    const events = await api.eventsOf(async () => {
      const { body } = await api.send<{ resealed: number }>('POST', '/api/key/rotate');
      expect(body).toMatchObject({ source: 'file', secrets: 1, resealed: 1 });
    });
    expect(events).toMatchObject([
      {
        type: 'key.rotated',
        provider: null,
        actor: { kind: 'key' },
        subject: { kind: 'key', id: expect.stringMatching(/^[0-9a-f]{8}$/) },
        object: null,
        data: { former: expect.stringMatching(/^[0-9a-f]{8}$/), secrets: 1 },
        cause: { kind: 'request' },
      },
    ]);
  });

  it('several at once come one after the other: each secret opens, each key has its event', async () => {
    const events = await api.eventsOf(async () => {
      const all = Array.from({ length: 5 }, () => api.send<{ key: string }>('POST', '/api/key/rotate'));
      const keys = (await Promise.all(all)).map(({ body }) => body.key);
      expect(new Set(keys).size).toBe(5);
    });
    expect(events.map(({ type }) => type)).toEqual(Array(5).fill('key.rotated'));
    expect((await api.send<{ ok: boolean }>('POST', '/api/verify')).body.ok).toBe(true);
  });
});
