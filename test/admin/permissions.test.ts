// Role x route: every route of the table, asked by every role, and by nobody.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { permissionText, systemRoles } from '../../src/edge/admin/permissions.ts';
import { routes } from '../../src/edge/admin/routes.ts';
import { type Fixture, keys, startFixture } from './fixture.ts';

let api: Fixture;
beforeAll(async () => {
  api = await startFixture();
});
afterAll(() => api.stop());

/** What each role may do, route by route: read by people, so that a change of a permission shows here. */
const table: Record<string, string> = {
  'GET /users': 'Admin Developer Viewer',
  'GET /users/{id}': 'Admin Developer Viewer',
  'PATCH /users/{id}': 'Admin',
  'GET /users/{id}/timeline': 'Admin Developer Viewer',
  'GET /users/{id}/access': 'Admin Developer Viewer',
  'POST /users/{id}/grants': 'Admin',
  'POST /users/{id}/purge': 'Admin',
  'GET /jobs': 'Admin Developer',
  'GET /jobs/{id}': 'Admin Developer',
  'DELETE /users/{id}/grants/{kind}/{target}': 'Admin',
  'GET /access': 'Admin Developer',
  'GET /teams': 'Admin Developer Viewer',
  'GET /teams/{id}': 'Admin Developer Viewer',
  'GET /teams/{id}/members': 'Admin Developer Viewer',
  'GET /business-units': 'Admin Developer Viewer',
  'GET /business-units/{id}': 'Admin Developer Viewer',
  'GET /business-units/{id}/members': 'Admin Developer Viewer',
  'GET /roles': 'Admin Developer Viewer',
  'GET /roles/{id}/permissions': 'Admin Developer Viewer',
  'GET /providers': 'Admin Developer',
  'GET /providers/{id}': 'Admin Developer',
  'POST /providers': 'Admin',
  'PATCH /providers/{id}': 'Admin',
  'DELETE /providers/{id}': 'Admin',
  'GET /providers/{id}/removal-plan': 'Admin',
  'GET /providers/{id}/health': 'Admin Developer',
  'GET /providers/{id}/tokens': 'Admin Developer',
  'POST /providers/{id}/tokens': 'Admin',
  'DELETE /providers/{id}/tokens/{tokenId}': 'Admin',
  'GET /providers/{id}/mappings': 'Admin Developer',
  'PUT /providers/{id}/mappings': 'Admin',
  'GET /events': 'Admin Developer',
  'GET /audit': 'Admin Developer',
  'GET /requests': 'Admin Developer',
  'GET /requests/{id}': 'Admin Developer',
  'GET /export': 'Admin',
  'POST /key/rotate': 'Admin',
  'GET /status': 'Admin Developer',
  'POST /verify': 'Admin',
  'GET /openapi.json': 'everybody',
};

const nameOf = (route: { method: string; path: string }) => `${route.method} ${route.path}`;

it('the table has every route', () => {
  expect(routes.map(nameOf).sort()).toEqual(Object.keys(table).sort());
});

it('the roles hold permissions that some route or other asks for', () => {
  const asked = new Set(routes.map((route) => route.permission && permissionText(route.permission)));
  for (const { permissions } of systemRoles) {
    expect(permissions.filter((permission) => !asked.has(permission))).toEqual([]);
  }
});

describe.each(routes.map((route) => [nameOf(route), route] as const))('%s', (name, route) => {
  const path = `/api${route.path.replaceAll(/\{\w+\}/g, 'nothing')}`;
  const allowed = table[name]!;
  const ask = async (key: string | null | undefined) => {
    const sending = key === undefined ? {} : { key };
    return (await api.send(route.method, path, sending)).status;
  };

  it.each([
    ['Admin', undefined],
    ['Developer', keys.developer],
    ['Viewer', keys.viewer],
  ])('%s', async (role, key) => {
    const status = await ask(key);
    if (allowed === 'everybody' || allowed.includes(role)) expect([401, 403]).not.toContain(status);
    else expect(status).toBe(403);
  });

  it('nobody', async () => {
    expect(await ask(null)).toBe(allowed === 'everybody' ? 200 : 401);
  });
});
