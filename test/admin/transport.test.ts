// What holds for every address under /api: credentials, the shape of refusals, bodies that mean harm, the local socket.

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failedAttempts } from '../../src/edge/admin/caller.ts';
import type { EventJson, UserJson } from '../../src/edge/admin/contract.ts';
import { storage } from '../harness/storage.ts';
import { type Fixture, keys, type Page, startFixture } from './fixture.ts';

let api: Fixture;
let user: string;
const time = { now: Date.parse('2026-03-02T09:00:00Z') };

beforeAll(async () => {
  api = await startFixture({ clock: { now: () => time.now } });
  [user] = (await api.pushUsers('amara@contoso.com/Sales')) as [string];
});
afterAll(() => api.stop());

describe('credentials', () => {
  it('401 without one, with a challenge', async () => {
    const { problem, headers } = await api.get('/api/users', { key: null });
    expect(headers.get('www-authenticate')).toBe('Bearer realm="bifrost"');
    expect(problem).toEqual({
      type: 'urn:bifrost:problem:unauthenticated',
      title: 'No valid API key was sent',
      status: 401,
      detail: 'Sign in, or send an API key: Authorization: Bearer <key>.',
      reason: 'unauthenticated',
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      credential: 'none',
    });
  });

  it.each([
    'Bearer wrong-key-that-nobody-has-0001',
    'Bearer',
    'Basic b3BzOm9wcw==',
    `Bearer ${keys.viewer} x`,
    `Bearer ${'k'.repeat(5000)}`,
    'Bearer \u00e9',
  ])('401 for "%s", which is not echoed', async (authorization) => {
    const { status, headers, text } = await api.get('/api/users', { key: null, headers: { authorization } });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer realm="bifrost", error="invalid_token"');
    expect(text).not.toContain('wrong-key');
    expect(text).not.toContain(keys.viewer);
  });

  it('401 for a provisioning token: it is no API key', async () => {
    expect((await api.get('/api/users', { key: api.server.token })).status).toBe(401);
  });

  it('200 whatever the case of the scheme', async () => {
    const headers = { authorization: `bearer ${keys.viewer}` };
    expect((await api.get('/api/users', { key: null, headers })).status).toBe(200);
  });

  it('403 names the permission that is missing', async () => {
    const { problem } = await api.send('POST', '/api/verify', { key: keys.viewer });
    expect(problem).toMatchObject({ status: 403, permission: 'system:verify', role: 'Viewer' });
  });

  it('429 after too many wrong ones from one address, for a minute; right ones are never limited', async () => {
    time.now += 60_000;
    const wrong = () => api.get('/api/users', { key: 'wrong-key-that-nobody-has-0002' });
    const statuses: number[] = [];
    for (let i = 0; i < 61; i++) statuses.push((await wrong()).status);
    expect(statuses.slice(0, 60).every((status) => status === 401)).toBe(true);
    const refused = await wrong();
    expect(refused.problem).toMatchObject({ status: 429, reason: 'throttled' });
    expect(refused.headers.get('retry-after')).toBe('60');
    expect((await api.get('/api/users')).status).toBe(200);
    expect((await api.get('/api/users', { key: null })).status).toBe(401);
    time.now += 60_000;
    expect((await wrong()).status).toBe(401);
  });

  it('remembers a bounded number of addresses', () => {
    const attempts = failedAttempts(1);
    attempts.note('first', 0);
    expect(attempts.note('first', 0)).toBe(60_000);
    for (let i = 0; i < 10_000; i++) attempts.note(`address ${i}`, 1);
    expect(attempts.note('first', 2)).toBe(0);
  });
});

describe('the socket in the data directory', () => {
  it('is the operator, without a key', async () => {
    const { startBifrost } = await import('../../src/main.ts');
    const { SOCKET_NAME } = await import('../../src/local-socket.ts');
    const { request } = await import('node:http');
    const { env, remove } = await storage();
    const bifrost = await startBifrost({ env: { PORT: '0', ...env, VITEST: '1' }, config: {} });
    const ask = (method: string, path: string, body?: object) =>
      new Promise<{ status: number; json: unknown }>((resolve, reject) => {
        const socketPath = join(env.BIFROST_DATA_DIR, SOCKET_NAME);
        const headers = body ? { 'content-type': 'application/json' } : {};
        const sent = request({ socketPath, method, path, headers }, async (answer) => {
          const chunks: Buffer[] = [];
          for await (const chunk of answer) chunks.push(chunk as Buffer);
          resolve({ status: answer.statusCode!, json: JSON.parse(Buffer.concat(chunks).toString()) });
        });
        sent.on('error', reject);
        sent.end(body && JSON.stringify(body));
      });
    try {
      const block = { name: 'x', kind: 'oidc', clientId: 'x', issuer: 'https://id.contoso.com' };
      expect((await ask('POST', '/api/providers', block)).status).toBe(201);
      const { items } = (await ask('GET', '/api/audit?limit=5')).json as Page<EventJson>;
      expect(items.map((event) => event.actor)).toContainEqual({ kind: 'system', id: 'local' });
      expect((await fetch(`${bifrost.url}/api/users`)).status).toBe(401);
      const forged = { headers: { 'x-bifrost-local': 'true' } };
      expect((await fetch(`${bifrost.url}/api/users`, forged)).status).toBe(401);
    } finally {
      await bifrost.stop();
      await remove();
    }
  });
});

describe('addresses', () => {
  it.each(['/api', '/api/', '/api/nothing', '/api/users/x/y/z', '/api/..%2fusers'])(
    '404 for %s',
    async (path) => {
      expect((await api.get(path)).problem).toMatchObject({ status: 404, reason: 'notFound' });
    },
  );

  it('405 with what is possible', async () => {
    const { problem, headers } = await api.send('DELETE', '/api/users');
    expect(problem).toMatchObject({ status: 405, reason: 'methodNotAllowed', allowed: ['GET'] });
    expect(headers.get('allow')).toBe('GET');
  });

  it('HEAD is GET without the body', async () => {
    const response = await fetch(`${api.server.url}/api/users`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${keys.viewer}` },
    });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it('a slash at the end does no harm', async () => {
    expect((await api.get<Page<UserJson>>('/api/users/?limit=1')).body.items).toHaveLength(1);
  });

  it('no answer is to be kept by a cache', async () => {
    expect((await api.get('/api/users')).headers.get('cache-control')).toBe('no-cache');
  });
});

describe('bodies that mean harm leave nothing done', () => {
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
  it.each([
    ['{', 'invalidSyntax', 400],
    ['', 'invalidSyntax', 400],
    ['{"suspended":true}}', 'invalidSyntax', 400],
    ['{"__proto__":{"suspended":true}}', 'invalidSyntax', 400],
    ['{"constructor":{"prototype":{}}}', 'invalidSyntax', 400],
    [deep, 'invalidSyntax', 400],
    [`{"a":${'{"a":'.repeat(30)}1${'}'.repeat(30)}}`, 'invalidSyntax', 400],
    ['"suspended"', 'invalidValue', 400],
    ['{"suspended":"true"}', 'invalidValue', 400],
    ['{"suspended":1}', 'invalidValue', 400],
    [`{"suspended":"${'x'.repeat(5 * 1024 * 1024)}"}`, 'tooLarge', 413],
  ])('%.40s', async (rawBody, reason, status) => {
    const events = await api.eventsOf(async () => {
      const sending = rawBody === '' ? { headers: { 'content-type': 'application/json' } } : { rawBody };
      const { problem } = await api.send('PATCH', `/api/users/${user}`, sending);
      expect(problem).toMatchObject({ status, reason });
      expect(problem.detail.length).toBeLessThan(500);
    });
    expect(events).toEqual([]);
  });

  it('415 for another media type', async () => {
    const sending = {
      rawBody: 'suspended=true',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    };
    const { problem } = await api.send('PATCH', `/api/users/${user}`, sending);
    expect(problem).toMatchObject({ status: 415, reason: 'unsupportedMediaType' });
  });

  it('a body that nobody may send is not read', async () => {
    const rawBody = `{"suspended":"${'x'.repeat(3 * 1024 * 1024)}"}`;
    const { status } = await api.send('PATCH', `/api/users/${user}`, { rawBody, key: null });
    expect(status).toBe(401);
  });

  it('400 for a NUL, which the storage would read as an end', async () => {
    expect((await api.get('/api/users?search=a%00b')).problem).toMatchObject({
      status: 400,
      reason: 'invalidValue',
    });
  });

  it.each([
    "/api/users?search=' OR 1=1 --",
    '/api/users?search=%25_',
    '/api/users?team=%F0%9F%92%A5',
    `/api/users?search=${'x'.repeat(200)}`,
    "/api/users?provider=';DROP TABLE users;--",
    '/api/teams?search="',
  ])('200 and nobody for %s', async (path) => {
    expect((await api.get<Page<UserJson>>(path)).body.items).toEqual([]);
  });
});
