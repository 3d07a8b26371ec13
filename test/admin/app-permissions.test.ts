// GET /api/app-permissions, PUT and DELETE /api/app-permissions/{resource}: what applications declare, in the file and here.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppResourceJson } from '../../src/edge/admin/app-permissions.ts';
import type { PermissionJson } from '../../src/edge/admin/contract.ts';
import { type Fixture, keys, type Page, startFixture } from './fixture.ts';
import { personNamed } from './signed-in.ts';

let api: Fixture;
let next = 0;
let resource = '';
beforeAll(async () => {
  api = await startFixture({
    config: { permissions: [{ resource: 'Invoices', operations: ['view'], description: 'Of the ledger' }] },
  });
});
afterAll(() => api.stop());

const fresh = () => {
  resource = `orders of shop/${++next}: new`;
};
const path = (name = resource) => `/api/app-permissions/${encodeURIComponent(name)}`;
const put = (operations: string[], query = '', name = resource) =>
  api.send<AppResourceJson>('PUT', path(name) + query, { body: { operations, description: 'Of a shop' } });
const remove = (query = '', name = resource) => api.send('DELETE', path(name) + query);
const list = async () => (await api.get<{ items: AppResourceJson[] }>('/api/app-permissions')).body.items;
const find = async (name = resource) => (await list()).find((each) => each.resource === name);
const role = async (permissions: string[]) =>
  (await api.send<{ id: string }>('POST', '/api/roles', { body: { name: `Role ${++next}`, permissions } }))
    .body.id;

describe('PUT /api/app-permissions/{resource}', () => {
  it('200: roles hold it and access answers say it from the next request on, with one event', async () => {
    fresh();
    const events = await api.eventsOf(async () => {
      expect((await put(['read', 'approve'])).body).toEqual({
        resource,
        operations: ['read', 'approve'],
        description: 'Of a shop',
        locked: false,
        roles: [],
      });
      // The same again changes nothing.
      expect((await put(['read', 'approve'])).status).toBe(200);
    });
    expect(events).toMatchObject([
      {
        type: 'settings.updated',
        subject: { kind: 'settings', id: 'permissions' },
        data: { before: null, after: { resource, operations: ['read', 'approve'] } },
      },
    ]);
    const { items } = (await api.get<Page<PermissionJson>>('/api/permissions?search=shop&limit=500')).body;
    expect(items.filter((each) => each.resource === resource)).toMatchObject([
      { permission: `${resource}:approve`, from: 'people', description: 'Of a shop' },
      { permission: `${resource}:read`, from: 'people' },
    ]);
    const id = await role([`${resource}:approve`]);
    expect((await find())?.roles.map((each) => each.id)).toEqual([id]);
    const person = await personNamed(api, `amara${next}`, id);
    const access = await api.get<{ permissions: string[] }>(`/api/access?id=${person.id}`);
    expect(access.body.permissions).toEqual([`${resource}:approve`]);
  });

  it('200 for two who declare different ones at once', async () => {
    fresh();
    const names = [1, 2, 3].map((n) => `${resource} ${n}`);
    const answers = await Promise.all(names.map((name) => put(['read'], '', name)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const there = (await list()).map((each) => each.resource);
    expect(names.filter((name) => !there.includes(name))).toEqual([]);
  });

  it('409 for what the file declares, in any case; 400 for what cannot be one', async () => {
    expect((await put(['x'], '', 'invoices')).problem).toMatchObject({
      status: 409,
      locked: ['permissions'],
    });
    for (const name of ['Users', ' x', 'x'.repeat(101)]) {
      expect((await put(['read'], '', name)).problem).toMatchObject({ status: 400 });
    }
    for (const operations of [[], ['a:b'], [''], [' a'], ['a', 'a']]) {
      expect([operations, (await put(operations)).status]).toEqual([operations, 400]);
    }
  });

  it('409 where a role holds an operation that goes, until it is said by how many', async () => {
    fresh();
    await put(['read', 'approve']);
    const id = await role([`${resource}:approve`]);
    const events = await api.eventsOf(async () => {
      expect((await put(['read'])).problem).toMatchObject({ status: 409, confirm: 1 });
      expect((await put(['read'], '?confirm=2')).status).toBe(409);
    });
    expect(events).toEqual([]);
    expect((await put(['read'], '?confirm=1')).status).toBe(200);
    // The role keeps it, and nobody can be given it anew.
    const held = await api.get<Page<PermissionJson>>(`/api/roles/${id}/permissions`);
    expect(held.body.items).toMatchObject([{ permission: `${resource}:approve`, from: 'nowhere' }]);
    const given = await api.send('POST', '/api/roles', {
      body: { name: `Late ${next}`, permissions: [`${resource}:approve`] },
    });
    expect(given.status).toBe(400);
  });
});

describe('DELETE /api/app-permissions/{resource}', () => {
  it('204: gone from what there is to permit; a second time changes nothing', async () => {
    fresh();
    await put(['read']);
    const events = await api.eventsOf(async () => {
      for (const _ of [1, 2]) expect((await remove()).status).toBe(204);
    });
    expect(events).toMatchObject([{ type: 'settings.updated', data: { before: { resource }, after: null } }]);
    expect(await find()).toBeUndefined();
  });

  it('409 while roles hold it, with how many; 409 for what the file declares', async () => {
    fresh();
    await put(['read']);
    const id = await role([`${resource}:read`]);
    await role([`${resource}:read`]);
    expect((await remove()).problem).toMatchObject({ status: 409, confirm: 2 });
    expect((await remove('?confirm=2')).status).toBe(204);
    const { permissions } = (await api.get<{ permissions: string[] }>(`/api/roles/${id}`)).body;
    expect(permissions).toEqual([`${resource}:read`]);
    expect((await remove('', 'Invoices')).problem).toMatchObject({ status: 409, locked: ['permissions'] });
  });
});

describe('GET /api/app-permissions', () => {
  it('200: those of the file are locked', async () => {
    expect(await find('Invoices')).toEqual({
      resource: 'Invoices',
      operations: ['view'],
      description: 'Of the ledger',
      locked: true,
      roles: [],
    });
    expect(
      (await api.send('PUT', path('x'), { body: { operations: ['a'] }, key: keys.developer })).status,
    ).toBe(403);
  });
});
