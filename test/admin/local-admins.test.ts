// GET /api/admins and DELETE /api/admins/{id}: the last break-glass administrator stays.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fixture, keys, type Page, startFixture } from './fixture.ts';
import { adminNamed, by, keyOf, sessionOf } from './signed-in.ts';

let api: Fixture;
beforeAll(async () => {
  api = await startFixture();
});
afterAll(() => api.stop());

const names = async () =>
  (await api.get<Page<{ name: string }>>('/api/admins')).body.items.map(({ name }) => name);

describe('/api/admins', () => {
  it('200: by name, without anything of the password', async () => {
    expect(await names()).toEqual([]);
    await adminNamed(api, 'zora');
    await adminNamed(api, 'boss');
    const { body, text } = await api.get<Page<object>>('/api/admins');
    expect(body.items).toMatchObject([
      { name: 'boss', failures: 0, lockedUntil: null, lastSignInAt: null },
      { name: 'zora' },
    ]);
    expect(text).not.toContain('no password');
    expect((await api.get('/api/admins', { key: keys.viewer })).status).toBe(403);
  });

  it('DELETE 204: with sessions and keys; then 404', async () => {
    const kim = await adminNamed(api, 'kim');
    const key = await keyOf(api, kim);
    const session = sessionOf(kim);
    await api.server.ledger.sessions.begin(session, by());
    expect((await api.get('/api/me', { key })).status).toBe(200);
    const events = await api.eventsOf(async () => {
      expect((await api.send('DELETE', `/api/admins/${kim.id}`)).status).toBe(204);
      expect((await api.send('DELETE', `/api/admins/${kim.id}`)).status).toBe(404);
    });
    expect(events.map(({ type }) => type)).toEqual(['admin.removed', 'session.ended']);
    expect((await api.get('/api/me', { key })).status).toBe(401);
    expect(await api.server.ledger.sessions.find(session.hash, Date.now())).toBeNull();
  });

  it('DELETE 409 for the last one, also when all are removed at once', async () => {
    const { items } = (await api.get<Page<{ id: string; name: string }>>('/api/admins')).body;
    const answers = await Promise.all(items.map(({ id }) => api.send('DELETE', `/api/admins/${id}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...items.slice(1).map(() => 204), 409]);
    expect(answers.find(({ status }) => status === 409)!.problem.detail).toContain(
      'is the last break-glass administrator',
    );
    expect(await names()).toHaveLength(1);
  });

  it('DELETE 403 for who may only look', async () => {
    expect((await api.send('DELETE', '/api/admins/x', { key: keys.developer })).status).toBe(403);
  });
});
