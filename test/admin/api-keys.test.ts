// GET, POST and DELETE /api/api-keys: never more than the owner may, gone when the owner is, told what became of it.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemRoles } from '../../src/edge/admin/permissions.ts';
import type { ApiKeyJson } from '../../src/edge/admin/sign-in-contract.ts';
import type { Person } from '../../src/identity/sign-in.ts';
import { checkToken } from '../../src/secret.ts';
import { type Fixture, keys, type Page, startFixture, told } from './fixture.ts';
import { adminNamed, keyOf, personNamed } from './signed-in.ts';

type Made = ApiKeyJson & { key: string };

const DAY_MS = 86_400_000;
const time = { now: Date.parse('2026-03-02T09:00:00Z') };
const developer = systemRoles[1]!.permissions;
let api: Fixture;
let owner: Person;
/** Of the owner, a Developer. */
let key: string;
let next = 0;

beforeAll(async () => {
  api = await startFixture({ clock: { now: () => time.now } });
});
afterAll(() => api.stop());

beforeEach(async () => {
  time.now += 1000;
  owner = await personNamed(api, `amara${++next}`, 'Developer');
  key = await keyOf(api, owner, { createdAt: time.now });
});

const make = (body: object = {}, as = key) =>
  api.send<Made>('POST', '/api/api-keys', { body: { name: 'script', ...body }, key: as });
const list = async (query = '', as?: string) =>
  (await api.get<Page<ApiKeyJson>>(`/api/api-keys${query}`, as === undefined ? {} : { key: as })).body;
const status = async (as: string) => (await api.get('/api/events', { key: as })).status;
const suspend = (suspended: boolean) => api.send('PATCH', `/api/users/${owner.id}`, { body: { suspended } });

describe('POST /api/api-keys', () => {
  it('201: the key once, in a form of its own, and with all that its owner may', async () => {
    const events = await api.eventsOf(async () => {
      const { status, body, headers } = await make();
      expect(status).toBe(201);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(body).toMatchObject({
        name: 'script',
        declared: false,
        owner: { kind: 'user', provider: 'entra', id: owner.id },
        lastFour: body.key.slice(-4),
        state: 'live',
        expiresAt: null,
      });
      expect(body.key).toMatch(/^bifrost_key_/);
      expect(checkToken(body.key)).toBe('ok');
      expect(new Set(body.permissions)).toEqual(new Set(developer));
      expect((await api.get('/api/events', { key: body.key })).status).toBe(200);
      for (const path of ['/api/api-keys', '/api/audit?limit=20', '/api/requests']) {
        expect((await api.get(path)).text).not.toContain(body.key);
      }
    });
    expect(events.map(({ type, subject }) => [type, subject.id])).toEqual([['api_key.created', owner.id]]);
    expect(events[0]!.actor.kind).toBe('key');
  });

  it('201: for less than its owner may', async () => {
    const narrow = (await make({ permissions: ['users:read', 'apiKeys:create'] })).body.key;
    expect((await api.get('/api/users', { key: narrow })).status).toBe(200);
    expect((await api.get('/api/events', { key: narrow })).problem).toMatchObject({
      status: 403,
      detail: 'This API key was not given the permission events:read.',
    });
    // And what it makes may no more than it may.
    expect(new Set((await make({}, narrow)).body.permissions)).toEqual(
      new Set(['users:read', 'apiKeys:create']),
    );
    expect((await make({ permissions: ['events:read'] }, narrow)).problem).toMatchObject({
      status: 403,
      permissions: ['events:read'],
    });
  });

  it('201: of a break-glass administrator, with everything', async () => {
    const boss = await keyOf(api, await adminNamed(api, `boss${next}`), { createdAt: time.now });
    const { body } = await make({}, boss);
    expect(body.owner).toMatchObject({ kind: 'admin', name: `boss${next}` });
    expect((await api.send('POST', '/api/verify', { key: body.key })).status).toBe(200);
  });

  it.each([{ expiresIn: '1d' }, { expiresAt: new Date(time.now + 2 * DAY_MS).toISOString() }])(
    '201: with an end, %j',
    async (end) => {
      const { body } = await make(end);
      expect(await status(body.key)).toBe(200);
      time.now = Date.parse(body.expiresAt!);
      expect((await api.get('/api/events', { key: body.key })).problem).toMatchObject({
        status: 401,
        detail: `This API key expired at ${body.expiresAt}.`,
      });
      expect((await list(`?owner=${owner.id}`)).items[0]).toMatchObject({ id: body.id, state: 'expired' });
    },
  );

  it('403 for what the owner does not have, by name; 400 for what there is not, with the nearest', async () => {
    expect((await make({ permissions: ['users:purge', 'users:read'] })).problem).toMatchObject({
      status: 403,
      permissions: ['users:purge'],
    });
    expect((await make({ permissions: ['users:red'] })).problem).toMatchObject({
      status: 400,
      detail: expect.stringContaining('did you mean users:read?'),
    });
  });

  it.each([
    { name: '' },
    { expiresIn: '0d' },
    { expiresIn: '9999d' },
    { expiresAt: '2020-01-01T00:00:00Z' },
    { expiresAt: 'tomorrow' },
    { expiresAt: '2027-01-01T00:00:00Z', expiresIn: '1d' },
    { key: 'mine' },
  ])('400 for %j', async (body) => {
    const events = await api.eventsOf(async () => expect((await make(body)).problem.status).toBe(400));
    expect(events).toEqual([]);
  });

  it('409 for who is no person; 403 for who may not', async () => {
    const { problem } = await api.send('POST', '/api/api-keys', { body: { name: 'script' } });
    expect(problem).toMatchObject({ status: 409 });
    expect((await make({}, keys.viewer)).problem).toMatchObject({
      status: 403,
      permission: 'apiKeys:create',
    });
  });
});

describe('a key and its owner', () => {
  it('is refused from the suspension on, with the reason, and good again after it', async () => {
    expect(await status(key)).toBe(200);
    await suspend(true);
    expect((await api.get('/api/events', { key })).problem).toMatchObject({
      status: 401,
      credential: 'ended',
      detail: expect.stringContaining('suspended'),
    });
    expect((await list(`?owner=${owner.id}`)).items[0]).toMatchObject({ state: 'dormant' });
    await suspend(false);
    expect(await status(key)).toBe(200);
  });

  it('is refused once the owner is removed', async () => {
    await api.scim.delete(`/Users/${owner.id}`);
    expect(await status(key)).toBe(401);
  });

  it('may no more than the role of its owner permits at that moment', async () => {
    await api.send('POST', `/api/users/${owner.id}/grants`, { body: { kind: 'role', target: 'Viewer' } });
    expect((await api.get('/api/events', { key })).problem).toMatchObject({
      status: 403,
      detail: 'The role Viewer of the owner of this API key does not have the permission events:read.',
    });
    await api.send('DELETE', `/api/users/${owner.id}/grants/role/Viewer`);
    expect((await api.get('/api/users', { key })).problem).toMatchObject({
      status: 403,
      role: null,
      detail: expect.stringContaining('has no role here'),
    });
  });

  it('a mistyped one is told so; ended ones are no guesses and are never slowed down', async () => {
    const wrong = `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`;
    expect((await api.get('/api/events', { key: wrong })).problem.detail).toContain('mistyped');
    await suspend(true);
    const statuses = await Promise.all(Array.from({ length: 70 }, () => status(key)));
    expect(new Set(statuses)).toEqual(new Set([401]));
  });
});

describe('GET /api/api-keys', () => {
  it('200: own ones for who may no more, whoever they ask for', async () => {
    const helper = await personNamed(api, `kim${next}`);
    await api.send('POST', '/api/roles', { body: { name: `Own ${next}`, permissions: ['apiKeys:create'] } });
    await api.send('POST', `/api/users/${helper.id}/grants`, {
      body: { kind: 'role', target: `Own ${next}` },
    });
    const own = await keyOf(api, helper, { createdAt: time.now });
    for (const query of ['', '?owner=me', `?owner=${helper.id}`]) {
      const { items, total } = await list(query, own);
      expect([items.map((each) => each.owner?.id), total]).toEqual([[helper.id], 1]);
    }
    expect((await api.get(`/api/api-keys?owner=${owner.id}`, { key: own })).problem).toMatchObject({
      status: 403,
      permission: 'apiKeys:read',
    });
  });

  it('200: with all of them, those of the file first, page by page', async () => {
    await make({ name: 'second' });
    const whole = await list('?limit=500');
    expect(whole.items.slice(0, 3).map(({ name, declared, role }) => [name, declared, role])).toEqual([
      ['ops', true, 'Admin'],
      ['builder', true, 'Developer'],
      ['watcher', true, 'Viewer'],
    ]);
    expect(whole.items[3]).toMatchObject({ name: 'second', declared: false });
    expect(whole.total).toBe(whole.items.length);
    for (const limit of [1, 2, 3, 4]) {
      const found: ApiKeyJson[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page: Page<ApiKeyJson> = await list(
          `?limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`,
        );
        found.push(...page.items);
        cursor = page.nextCursor;
      }
      expect(found.map(({ id }) => id)).toEqual(whole.items.map(({ id }) => id));
    }
  });

  it('200: by the name of the owner, with the last use; 404 for nobody', async () => {
    expect(await status(key)).toBe(200);
    const { items } = await list(`?owner=amara${next}@contoso.com`);
    expect(items).toMatchObject([
      { lastUsedAt: expect.any(String), lastUsedFrom: '127.0.0.1', state: 'live' },
    ]);
    expect((await api.get('/api/api-keys?owner=nobody')).problem.status).toBe(404);
  });
});

describe('DELETE /api/api-keys/{id}', () => {
  it('204: refused from the next request on, told when; a second time changes nothing', async () => {
    const { body } = await make();
    const events = await api.eventsOf(async () => {
      for (const as of [key, key]) {
        expect((await api.send('DELETE', `/api/api-keys/${body.id}`, { key: as })).status).toBe(204);
      }
    });
    expect(told(events)).toEqual([`api_key.revoked -> user ${owner.id} -> key ${body.id}`]);
    expect((await api.get('/api/events', { key: body.key })).problem).toMatchObject({
      status: 401,
      detail: expect.stringContaining('This API key was revoked at '),
    });
  });

  it('204 for that of another, with the permission; without it, it is not there', async () => {
    const { body } = await make();
    const other = await keyOf(api, await personNamed(api, `noor${next}`, 'Developer'), {
      createdAt: time.now,
    });
    expect((await api.send('DELETE', `/api/api-keys/${body.id}`, { key: other })).status).toBe(404);
    expect((await api.send('DELETE', `/api/api-keys/${body.id}`)).status).toBe(204);
    expect(await status(body.key)).toBe(401);
  });

  it('409 for a key of the configuration file; 404 for none', async () => {
    const { items } = await list();
    expect((await api.send('DELETE', `/api/api-keys/${items[0]!.id}`)).problem).toMatchObject({
      status: 409,
      locked: ['apiKeys'],
    });
    expect((await api.send('DELETE', '/api/api-keys/nothing')).status).toBe(404);
  });
});
