// The Graph of the simulated tenant, as far as sign-in needs it: permissions, envelopes, and what each route shows.

import { describe, expect, test } from 'vitest';
import type { LoginSimulator } from '../../simulator/login/login-server.ts';
import { withGroup } from '../../simulator/tenant.ts';
import { loginFixture, postToken, somebody, tokensFor } from './login-client.ts';

const login = loginFixture();

async function appToken(sim: LoginSimulator): Promise<string> {
  const scope = `${sim.graphUrl}/.default`;
  const { body } = await postToken(sim, { grant_type: 'client_credentials', scope });
  return String(body.access_token);
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function ask(
  sim: LoginSimulator,
  path: string,
  init: RequestInit = {},
  token?: string,
): Promise<Answer> {
  const authorization = `Bearer ${token ?? (await appToken(sim))}`;
  const headers = { authorization, 'client-request-id': 'mine' };
  const response = await fetch(path.startsWith('http') ? path : `${sim.graphUrl}${path}`, {
    ...init,
    headers,
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

function inManyGroups(sim: LoginSimulator, count: number): void {
  sim.changeTenant((before) => {
    let tenant = { ...before, groups: new Map() };
    for (let number = 0; number < count; number++) {
      const objectId = `aaaaaaaa-0000-4000-8000-${String(number).padStart(12, '0')}`;
      const memberIds = new Set([somebody(sim)]);
      const group = { objectId, displayName: `Group ${number}`, memberIds, assigned: false };
      tenant = withGroup(tenant, { ...group, securityEnabled: number !== 0 }) as typeof tenant;
    }
    return tenant;
  });
}

describe('users/{id}', () => {
  test('shows the default properties, without accountEnabled', async () => {
    const sim = login();
    const { status, body } = await ask(sim, `/v1.0/users/${somebody(sim)}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: somebody(sim), displayName: sim.user(somebody(sim)).displayName });
    expect(body).not.toHaveProperty('accountEnabled');
  });

  test('shows what $select names, by user name too, as it is now', async () => {
    const sim = login();
    sim.editUser(somebody(sim), { accountEnabled: false });
    const name = encodeURIComponent(sim.user(somebody(sim)).userPrincipalName);
    const { body } = await ask(sim, `/v1.0/users/${name}?$select=id,accountEnabled,employeeId`);
    expect(body).toEqual({
      '@odata.context': `${sim.graphUrl}/v1.0/$metadata#users(id,accountEnabled,employeeId)/$entity`,
      id: somebody(sim),
      accountEnabled: false,
      employeeId: 'N-10000',
    });
  });

  test('404 for nobody, and for the recycle bin', async () => {
    const sim = login();
    sim.editUser(somebody(sim), { softDeleted: true });
    const { status, body } = await ask(sim, `/v1.0/users/${somebody(sim)}`);
    expect(status).toBe(404);
    expect(body.error).toMatchObject({
      code: 'Request_ResourceNotFound',
      innerError: {
        date: expect.any(String),
        'request-id': expect.any(String),
        'client-request-id': 'mine',
      },
    });
  });
});

describe('groups of a person', () => {
  test('getMemberObjects names all, and the security groups only', async () => {
    const sim = login();
    inManyGroups(sim, 250);
    const path = `/v1.0/users/${somebody(sim)}/getMemberObjects`;
    for (const [securityEnabledOnly, count] of [
      [false, 250],
      [true, 249],
    ]) {
      const body = JSON.stringify({ securityEnabledOnly });
      expect((await ask(sim, path, { method: 'POST', body })).body.value).toHaveLength(Number(count));
    }
    expect((await ask(sim, path, { method: 'POST', body: '{}' })).status).toBe(400);
    expect((await ask(sim, path, { method: 'POST', body: 'no' })).status).toBe(400);
  });

  test('transitiveMemberOf goes over pages', async () => {
    const sim = login();
    inManyGroups(sim, 250);
    let next = `/v1.0/users/${somebody(sim)}/transitiveMemberOf/microsoft.graph.group?$select=id`;
    const pages: unknown[][] = [];
    while (next && pages.length < 9) {
      const { body } = await ask(sim, next);
      pages.push(body.value as unknown[]);
      next = String(body['@odata.nextLink'] ?? '');
    }
    expect(pages.map((page) => page.length)).toEqual([100, 100, 50]);
    expect(pages[0]![0]).toEqual({ '@odata.type': '#microsoft.graph.group', id: expect.any(String) });
  });
});

describe('servicePrincipals', () => {
  test('by application id, with the app roles', async () => {
    const sim = login();
    const { body } = await ask(
      sim,
      `/v1.0/servicePrincipals(appId='${sim.clientId}')?$select=id,appRoles,appRoleAssignmentRequired`,
    );
    expect(body).toMatchObject({ id: sim.app().servicePrincipalId, appRoleAssignmentRequired: true });
    expect((body.appRoles as { value: string }[]).map(({ value }) => value)).toEqual([
      'admin',
      'developer',
      'viewer',
    ]);
    const unknown = `/v1.0/servicePrincipals(appId='${sim.attacker.clientId}')`;
    expect((await ask(sim, unknown)).status).toBe(404);
  });
});

describe('appRoleAssignedTo', () => {
  test('has a row for each role of each principal, and the zero id for default access', async () => {
    const sim = login();
    const [first, second, ...rest] = sim.tenant().users.keys();
    const [group, ...groups] = sim.tenant().groups.keys();
    for (const id of rest) sim.unassignUser(id);
    for (const id of groups) sim.unassignGroup(id);
    sim.assignUser(first!, ['admin', 'viewer']);
    sim.assignUser(second!);
    sim.assignGroup(group!, ['developer']);
    const role = (value: string) => sim.tenant().appRoles.find((one) => one.value === value)!.id;
    const path = `/v1.0/servicePrincipals(appId='${sim.clientId}')/appRoleAssignedTo`;
    const { body } = await ask(sim, path);
    const rows = body.value as Record<string, unknown>[];
    expect(rows.map((row) => [row.principalType, row.principalId, row.appRoleId])).toEqual([
      ['User', first, role('admin')],
      ['User', first, role('viewer')],
      ['User', second, '00000000-0000-0000-0000-000000000000'],
      ['Group', group, role('developer')],
    ]);
    expect(new Set(rows.map((row) => row.id)).size).toBe(4);
    expect((await ask(sim, `${path}?$top=3`)).body['@odata.nextLink']).toContain('%24skiptoken');
  });
});

describe('who may', () => {
  test.each([
    ['User.Read.All', 'GET', (sim: LoginSimulator) => `/v1.0/users/${somebody(sim)}`],
    [
      'GroupMember.Read.All',
      'POST',
      (sim: LoginSimulator) => `/v1.0/users/${somebody(sim)}/getMemberObjects`,
    ],
    [
      'GroupMember.Read.All',
      'GET',
      (sim: LoginSimulator) => `/v1.0/users/${somebody(sim)}/transitiveMemberOf`,
    ],
    [
      'Application.Read.All',
      'GET',
      (sim: LoginSimulator) => `/v1.0/servicePrincipals(appId='${sim.clientId}')`,
    ],
  ])('needs %s: %s', async (permission, method, path) => {
    const sim = login();
    sim.changeApp({ grantedPermissions: [] });
    const init = method === 'POST' ? { method, body: '{"securityEnabledOnly":true}' } : {};
    const { status, body } = await ask(sim, path(sim), init);
    expect(status).toBe(403);
    expect(body.error).toMatchObject({
      code: 'Authorization_RequestDenied',
      message: expect.stringContaining(permission),
    });
    sim.changeApp({ grantedPermissions: [permission] });
    expect((await ask(sim, path(sim), init)).status).toBe(200);
  });

  test('a delegated token reads its own person only', async () => {
    const sim = login();
    const { body } = await tokensFor(sim, { scope: 'openid User.Read' });
    const token = String(body.access_token);
    expect((await ask(sim, '/v1.0/me', {}, token)).body.id).toBe(somebody(sim));
    const [, another] = sim.tenant().users.keys();
    expect((await ask(sim, `/v1.0/users/${another}`, {}, token)).status).toBe(403);
  });

  test.each(['', 'nonsense', 'a.b.c'])('401 for the token "%s"', async (token) => {
    const { status, body } = await ask(login(), '/v1.0/users/x', {}, token);
    expect(status).toBe(401);
    expect(body.error).toMatchObject({ code: 'InvalidAuthenticationToken' });
  });

  test('401 once the token has expired, and for an ID token', async () => {
    const sim = login();
    const token = await appToken(sim);
    const { body } = await tokensFor(sim);
    expect((await ask(sim, '/v1.0/me', {}, String(body.id_token))).status).toBe(401);
    sim.advanceClock(2 * 3_600_000);
    expect((await ask(sim, `/v1.0/users/${somebody(sim)}`, {}, token)).status).toBe(401);
  });

  test('501 for what is not simulated', async () => {
    expect((await ask(login(), '/v1.0/subscriptions')).status).toBe(501);
  });
});
