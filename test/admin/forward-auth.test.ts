// /api/forward-auth: what a reverse proxy asks before it lets anybody through, and what an application learns of who it is.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApiKeyJson } from '../../src/edge/admin/sign-in-contract.ts';
import type { Person } from '../../src/identity/sign-in.ts';
import { sha256Hex } from '../../src/secret.ts';
import { type Fixture, keys, type Page, startFixture } from './fixture.ts';
import { adminNamed, by, personNamed, sessionOf } from './signed-in.ts';

const APP_KEY = 'key-of-an-application-of-ours-01';
const OID = 'a3f5b0de-7c11-4c9e-9d25-0f6f8f0c1d2e';
let api: Fixture;
let amara: Person;
let cookie: string;
let next = 0;

beforeAll(async () => {
  api = await startFixture({
    config: {
      permissions: [{ resource: 'orders', operations: ['read', 'approve'] }],
      apiKeys: [
        { name: 'ops', key: keys.admin, role: 'Admin' },
        { name: 'watcher', key: keys.viewer, role: 'Viewer' },
        { name: 'shop', key: APP_KEY, role: 'Developer', permissions: ['access:read'] },
      ],
    },
  });
  await api.send('POST', '/api/roles', {
    body: { name: 'Buyer', permissions: ['users:read', 'orders:read'] },
  });
});
afterAll(() => api.stop());

beforeEach(async () => {
  amara = await personNamed(api, `amara${++next}`, 'Buyer');
  cookie = await signIn(amara);
});

async function signIn(person: Person): Promise<string> {
  const secret = randomBytes(32).toString('base64url');
  await api.server.ledger.sessions.begin({ ...sessionOf(person), hash: sha256Hex(secret) }, by());
  return `__Host-bifrost=${secret}`;
}

async function ask(query = '', headers: Record<string, string> = { cookie }, method = 'GET') {
  const url = `${api.server.url}/api/forward-auth${query}`;
  const answer = await fetch(url, { method, headers, redirect: 'manual' });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, detail: text && JSON.parse(text).detail };
}

const byKey = (query: string, key = APP_KEY) => ask(`?${query}`, { authorization: `Bearer ${key}` });
const suspend = (active: boolean) =>
  api.scim.patch(`/Users/${amara.id}`, [{ op: 'replace', path: 'active', value: active }]);

describe('200', () => {
  it('for who is signed in, with all headers, also those that are empty', async () => {
    await api.pushGroup(`Ops, Nord\r\nX-Evil: Ü ${next}`, [amara.id]);
    const { status, headers } = await ask();
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(Object.fromEntries([...headers].filter(([name]) => name.startsWith('x-bifrost-')))).toEqual({
      'x-bifrost-user-id': amara.id,
      'x-bifrost-user-name': `amara${next}@contoso.com`,
      'x-bifrost-display-name': `Amara${next}`,
      'x-bifrost-email': `amara${next}@contoso.com`,
      'x-bifrost-role': 'Buyer',
      // What they may at Bifrost itself is no application's business.
      'x-bifrost-permissions': 'orders:read',
      'x-bifrost-teams': encodeURIComponent(`Ops, Nord\r\nX-Evil: Ü ${next}`).replace('%3A', ':'),
      'x-bifrost-business-units': '',
      'x-bifrost-left-out': '',
    });
    expect(headers.get('x-evil')).toBeNull();
  });

  it('with a list that would be too long left out, and named', async () => {
    for (let n = 0; n < 4; n++) await api.pushGroup(`${'ü'.repeat(150)} ${next} ${n}`, [amara.id]);
    const { status, headers } = await ask();
    expect([status, headers.get('x-bifrost-teams'), headers.get('x-bifrost-left-out')]).toEqual([
      200,
      '',
      'Teams',
    ]);
  });

  it.each(['id', 'userName', 'oid'])(
    'for whom the proxy names by %s, with the key of an application',
    async (key) => {
      const value = { id: amara.id, userName: `amara${next}@contoso.com`, oid: `oid-amara${next}` }[key]!;
      const { status, headers } = await byKey(`${key}=${encodeURIComponent(value)}&permission=orders:read`);
      expect([status, headers.get('x-bifrost-user-id')]).toEqual([200, amara.id]);
    },
  );

  it('whatever the visitor sends beside: method, media type, a key that is none', async () => {
    const headers = {
      cookie,
      authorization: 'Bearer of-the-application',
      'content-type': 'application/json',
    };
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect((await ask('', headers, method)).status, method).toBe(200);
    }
    // As Envoy asks: the visitor's path and query behind the proxy's.
    const path = '/permission=orders:read&role=Buyer/shop/../x?permission=orders:approve&id=other';
    expect((await ask(path, headers, 'POST')).status).toBe(200);
    expect((await ask('/-/shop')).status).toBe(200);
    expect((await ask('/permission=orders:approve/shop?permission=orders:read')).status).toBe(403);
  });
});

describe('401', () => {
  it.each([
    [{ 'x-forwarded-uri': '/shop/orders?page=2' }, '?returnTo=%2Fshop%2Forders%3Fpage%3D2'],
    [{ 'x-forwarded-uri': '//evil.example/x' }, ''],
    [{ 'x-forwarded-uri': 'https://evil.example/x' }, ''],
    [{ 'x-forwarded-uri': '/\\evil.example' }, ''],
    [{ 'x-original-url': 'https://evil.example/x' }, ''],
    [{ 'x-forwarded-uri': '/shop', 'x-forwarded-host': 'shop.example' }, ''],
    [{}, ''],
  ])('with where to sign in, and back to a page of this host alone: %j', async (headers, query) => {
    const { status, headers: said, detail } = await ask('', headers as Record<string, string>);
    expect([status, detail]).toEqual([401, 'Nobody is signed in.']);
    expect(said.get('x-bifrost-sign-in')).toBe(`${api.server.url}/login${query}`);
  });

  it('reads the whole address that nginx gives, of this host', async () => {
    const { headers } = await ask('', { 'x-original-url': `${api.server.url}/shop?a=1` });
    expect(headers.get('x-bifrost-sign-in')).toBe(`${api.server.url}/login?returnTo=%2Fshop%3Fa%3D1`);
  });

  it('reads the page behind the prefix that Envoy has', async () => {
    const { headers } = await ask('/permission=orders:read/shop/1?a=b', {});
    expect(headers.get('x-bifrost-sign-in')).toBe(`${api.server.url}/login?returnTo=%2Fshop%2F1%3Fa%3Db`);
    const away = await ask('/-//evil.example/x', {});
    expect([away.status, away.headers.get('x-bifrost-sign-in')]).toEqual([401, `${api.server.url}/login`]);
  });

  it('or 303 there, for a browser that wanted a page, where the proxy asks for that', async () => {
    const page = { accept: 'text/html,*/*', 'x-forwarded-uri': '/shop' };
    const led = await ask('?signIn=redirect', page);
    expect([led.status, led.headers.get('location')]).toEqual([
      303,
      `${api.server.url}/login?returnTo=%2Fshop`,
    ]);
    expect((await ask('?signIn=redirect', { ...page, 'x-forwarded-method': 'POST' })).status).toBe(401);
    expect((await ask('?signIn=redirect', { accept: 'application/json' })).status).toBe(401);
  });

  it('with no key, a wrong one, and for a session in place of one', async () => {
    expect((await ask(`?id=${amara.id}`, { cookie })).status).toBe(401);
    expect((await byKey(`id=${amara.id}`, 'no-key-of-anybody-in-this-place')).status).toBe(401);
  });

  it('from the very next request on after a suspension over SCIM', async () => {
    expect((await ask()).status).toBe(200);
    await suspend(false);
    expect((await ask()).status).toBe(401);
    expect((await byKey(`id=${amara.id}`)).status).toBe(403);
    await suspend(true);
    expect((await byKey(`id=${amara.id}`)).status).toBe(200);
  });
});

describe('403', () => {
  it.each([
    ['permission=orders:approve', 'the permission orders:approve'],
    ['permission=orders:read&permission=orders:approve', 'the permission orders:approve'],
    ['role=Admin&role=Viewer', 'Admin or Viewer'],
    ['team=Ops', 'the team Ops'],
    ['businessUnit=Sales', 'the business unit Sales'],
  ])('without what is required: %s', async (query, missing) => {
    const { status, detail, headers } = await ask(`?${query}`);
    expect([status, detail]).toEqual([403, `Amara${next} does not have ${missing}.`]);
    expect(headers.get('x-bifrost-user-id')).toBeNull();
  });

  it('and 200 with it, by name in any case or by id', async () => {
    const group = `Ops ${next}`;
    await api.pushGroup(group, [amara.id]);
    expect((await ask(`?team=${encodeURIComponent(group.toUpperCase())}&role=buyer&role=Admin`)).status).toBe(
      200,
    );
  });

  it('for who has no role, for a break-glass administrator, and for somebody never seen', async () => {
    const guest = await personNamed(api, `guest${next}`);
    expect((await byKey(`id=${guest.id}`)).detail).toBe(`Guest${next} has no role here.`);
    expect((await ask('', { cookie: await signIn(await adminNamed(api, `boss${next}`)) })).status).toBe(403);
    expect((await byKey(`oid=${OID}`)).status).toBe(403);
  });

  it('for a key that may not ask; and one that may only ask does nothing else', async () => {
    expect((await byKey(`id=${amara.id}`, keys.viewer)).detail).toBe(
      'The role Viewer does not have the permission access:read.',
    );
    expect((await api.get('/api/users', { key: APP_KEY })).problem).toMatchObject({
      status: 403,
      detail: 'This API key was not given the permission users:read.',
    });
    expect((await api.get(`/api/access?id=${amara.id}`, { key: APP_KEY })).status).toBe(200);
    const { items } = (await api.get<Page<ApiKeyJson>>('/api/api-keys')).body;
    expect(items.find(({ name }) => name === 'shop')?.permissions).toEqual(['access:read']);
  });
});

describe('400, for which a proxy lets nobody through', () => {
  it.each([
    '?permision=orders:read',
    '?permission=',
    '?signIn=yes',
    '?id=a&id=b',
    '/id=a/shop',
    '/permision=orders:read/shop',
  ])('%s', async (query) => {
    expect((await ask(query)).status).toBe(400);
  });

  it('more requirements than anybody has', async () => {
    expect((await ask(`?${'team=x&'.repeat(101)}`)).status).toBe(400);
  });
});
