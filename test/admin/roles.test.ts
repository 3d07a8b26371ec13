// GET /api/roles, one of them, its permissions, and the catalogue. Changing them: role-changes.test.ts.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everything, systemRoles } from '../../src/edge/admin/permissions.ts';
import { startBifrost } from '../../src/main.ts';
import { storage } from '../harness/storage.ts';
import { type Fixture, type Page, startFixture } from './fixture.ts';

interface RoleJson {
  id: string;
  name: string;
  description: string;
  system: boolean;
  permissionCount: number;
  revision: number;
  permissions: string[];
}

interface PermissionJson {
  permission: string;
  resource: string;
  operation: string;
  description: string;
  from: string;
}

const permissions = [{ resource: 'Orders: EU', operations: ['View', 'Ship'], description: 'The shop' }];

let api: Fixture;
beforeAll(async () => {
  api = await startFixture({ config: { permissions } });
});
afterAll(() => api.stop());

describe('GET /api/roles 200', () => {
  it('lists the system roles; more permissions is more', async () => {
    const { items } = (await api.get<Page<RoleJson>>('/api/roles')).body;
    expect(items.map(({ name, system, revision }) => [name, system, revision])).toEqual([
      ['Admin', true, 1],
      ['Developer', true, 1],
      ['Viewer', true, 1],
    ]);
    const counts = items.map((role) => role.permissionCount);
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
    expect(new Set(counts).size).toBe(3);
  });
});

describe('GET /api/roles/{id}', () => {
  it.each(['Viewer', 'viewer'])('200 for %s, with its ETag', async (role) => {
    const { body, headers } = await api.get<RoleJson>(`/api/roles/${role}`);
    expect(body).toEqual({
      ...systemRoles[2],
      system: true,
      permissionCount: systemRoles[2]!.permissions.length,
      revision: 1,
    });
    expect(headers.get('etag')).toBe('"1"');
  });

  it('404 for no role', async () => {
    expect((await api.get('/api/roles/boss')).problem.status).toBe(404);
  });
});

describe('GET /api/roles/{id}/permissions', () => {
  it.each(['Viewer', 'viewer'])('200 for %s', async (role) => {
    const { body } = await api.get<Page<PermissionJson>>(`/api/roles/${role}/permissions`);
    const wanted = systemRoles.find((each) => each.name === 'Viewer')!.permissions;
    expect(body.items.map((each) => each.permission)).toEqual([...wanted].sort());
    expect(body.items[0]).toMatchObject({
      resource: 'businessUnits',
      operation: 'read',
      description: 'See business units and their members.',
      from: 'product',
    });
    expect(body).toMatchObject({ total: wanted.length, nextCursor: null });
  });

  it('404 for no role', async () => {
    expect((await api.get('/api/roles/boss/permissions')).problem.status).toBe(404);
  });
});

describe('GET /api/permissions 200', () => {
  it("has all of the product's own, each in words, and those that applications declare", async () => {
    const { items, total } = (await api.get<Page<PermissionJson>>('/api/permissions?limit=500')).body;
    expect(total).toBe(everything.length + 2);
    expect(
      items
        .filter(({ from }) => from === 'product')
        .map((each) => each.permission)
        .sort(),
    ).toEqual([...everything].sort());
    expect(
      items.filter(({ description }) => !/^[A-Z].+\.$/.test(description) && description !== 'The shop'),
    ).toEqual([]);
    expect(items.filter(({ from }) => from === 'configuration')).toEqual([
      {
        permission: 'Orders: EU:Ship',
        resource: 'Orders: EU',
        operation: 'Ship',
        description: 'The shop',
        from: 'configuration',
      },
      {
        permission: 'Orders: EU:View',
        resource: 'Orders: EU',
        operation: 'View',
        description: 'The shop',
        from: 'configuration',
      },
    ]);
  });

  it('finds a part of one', async () => {
    const { items } = (await api.get<Page<PermissionJson>>('/api/permissions?search=apikeys')).body;
    expect(items.map((each) => each.permission)).toEqual([
      'apiKeys:create',
      'apiKeys:read',
      'apiKeys:revoke',
    ]);
  });
});

it("a file that declares a resource of Bifrost's own does not start", async () => {
  const { env, remove } = await storage();
  const start = startBifrost({
    env: { PORT: '0', HOST: '127.0.0.1', ...env, VITEST: '1' },
    config: { permissions: [{ resource: 'Users', operations: ['purge'] }] },
  });
  await expect(start).rejects.toThrow('"Users" is a resource of Bifrost itself');
  await remove();
});

it('a file that gives a key what there is not to give does not start', async () => {
  const { env, remove } = await storage();
  const apiKeys = [
    { name: 'shop', key: 'key-of-a-shop-that-is-long-01', role: 'Viewer', permissions: ['acces:read'] },
  ];
  const start = startBifrost({
    env: { PORT: '0', HOST: '127.0.0.1', ...env, VITEST: '1' },
    config: { apiKeys },
  });
  await expect(start).rejects.toThrow('apiKeys[0].permissions[0]: there is no permission "acces:read"');
  await remove();
});
