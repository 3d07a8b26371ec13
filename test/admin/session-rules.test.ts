// GET and PUT /api/settings/sessions: how long sessions last, whoever says so.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionRulesJson } from '../../src/edge/admin/contract.ts';
import { sha256Hex } from '../../src/secret.ts';
import { type Fixture, keys, startFixture } from './fixture.ts';
import { by, personNamed, sessionOf } from './signed-in.ts';

const path = '/api/settings/sessions';
let api: Fixture;
beforeAll(async () => {
  api = await startFixture();
});
afterAll(() => api.stop());

const put = (body: object, headers = {}) => api.send<SessionRulesJson>('PUT', path, { body, headers });

describe('session rules', () => {
  it('GET 200: the defaults until somebody sets them', async () => {
    const { body, headers } = await api.get(path);
    expect(body).toEqual({ refreshAfter: '15m', cap: '30d', revision: 0, locked: false });
    expect(headers.get('etag')).toBe('"0"');
    expect((await api.get(path, { key: keys.viewer })).status).toBe(403);
  });

  it('PUT 200: one event, and in effect within a second for sessions that have begun', async () => {
    const person = await personNamed(api, 'signedin', 'Viewer');
    const secret = randomBytes(32).toString('base64url');
    const createdAt = Date.now() - 2 * 3_600_000;
    const expiresAt = Date.now() + 3_600_000;
    await api.server.ledger.sessions.begin(
      { ...sessionOf(person, { createdAt, expiresAt }), hash: sha256Hex(secret) },
      by(),
    );
    const isIn = async () => {
      const headers = { cookie: `__Host-bifrost=${secret}` };
      return (await fetch(`${api.server.url}/api/me`, { headers })).status === 200;
    };
    expect(await isIn()).toBe(true);
    const wanted = { refreshAfter: '5m', cap: '1h' };
    const events = await api.eventsOf(async () => {
      expect((await put(wanted, { 'if-match': '"0"' })).body).toEqual({
        ...wanted,
        revision: 1,
        locked: false,
      });
      expect((await put(wanted)).body).toMatchObject({ revision: 1 });
    });
    expect(events).toMatchObject([
      { type: 'settings.updated', subject: { id: 'sessions' }, data: { before: null, after: wanted } },
    ]);
    const began = performance.now();
    while (await isIn()) {
      expect(performance.now() - began).toBeLessThan(3_000);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect((await api.get(path)).body).toEqual({ ...wanted, revision: 1, locked: false });
  });

  it.each([
    [{ refreshAfter: '15 minutes', cap: '1h' }, '/refreshAfter'],
    [{ refreshAfter: '15m', cap: '0d' }, '/cap'],
    [{ refreshAfter: '2h', cap: '1h' }, '/cap'],
    [{ refreshAfter: '2h', cap: '9999d' }, '/cap'],
  ])('PUT 400 for %j', async (body, at) => {
    expect((await put(body)).problem).toMatchObject({ status: 400, problems: [{ path: at }] });
  });

  it('PUT 412 for one that somebody else changed', async () => {
    expect((await put({ refreshAfter: '1m', cap: '2h' }, { 'if-match': '"0"' })).status).toBe(412);
  });

  it('PUT 409 where the configuration file declares them', async () => {
    const declared = await startFixture({ config: { sessions: { cap: '8h' } } });
    expect((await declared.get(path)).body).toEqual({
      refreshAfter: '15m',
      cap: '8h',
      revision: 0,
      locked: true,
    });
    const { problem } = await declared.send('PUT', path, { body: { refreshAfter: '1m', cap: '2h' } });
    expect(problem).toMatchObject({ status: 409, locked: ['sessions'] });
    await declared.stop();
  });
});
