// GET /api/roles and /api/roles/{id}/permissions.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemRoles } from '../../src/edge/admin/permissions.ts';
import { type Fixture, type Page, startFixture } from './fixture.ts';

let api: Fixture;
beforeAll(async () => {
  api = await startFixture();
});
afterAll(() => api.stop());

describe('GET /api/roles 200', () => {
  it('lists the system roles; more permissions is more', async () => {
    const { items } = (
      await api.get<Page<{ name: string; system: boolean; permissionCount: number }>>('/api/roles')
    ).body;
    expect(items.map(({ name, system }) => [name, system])).toEqual([
      ['Admin', true],
      ['Developer', true],
      ['Viewer', true],
    ]);
    const counts = items.map((role) => role.permissionCount);
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
    expect(new Set(counts).size).toBe(3);
  });
});

describe('GET /api/roles/{id}/permissions', () => {
  it.each(['Viewer', 'viewer'])('200 for %s', async (role) => {
    const { body } = await api.get<Page<{ permission: string; resource: string; operation: string }>>(
      `/api/roles/${role}/permissions`,
    );
    const wanted = systemRoles.find((each) => each.name === 'Viewer')!.permissions;
    expect(body.items.map((each) => each.permission)).toEqual([...wanted].sort());
    expect(body.items[0]).toMatchObject({ resource: 'businessUnits', operation: 'read' });
    expect(body).toMatchObject({ total: wanted.length, nextCursor: null });
  });

  it('404 for no role', async () => {
    expect((await api.get('/api/roles/boss/permissions')).problem.status).toBe(404);
  });
});
