// Which groups and roles somebody has, asked from the person's side, and enterprise applications by object id.

import { describe, expect, test } from 'vitest';
import type { LoginSimulator } from '../../simulator/login/login-server.ts';
import type { TenantGroup } from '../../simulator/tenant.ts';
import { enableAppRole } from '../../simulator/tenant-changes.ts';
import { EVENTUAL, type GraphRow, graphCaller } from './graph-caller.ts';
import { loginFixture, somebody } from './login-client.ts';

const login = loginFixture();

const INNER = '0a7e0000-0000-4000-8000-000000000003';
const OUTER = '0a7e0000-0000-4000-8000-000000000001';
const LIST = '0a7e0000-0000-4000-8000-000000000004';

/** In one group that is in another, and in a distribution list; in nothing else. */
function inNestedGroups(sim: LoginSimulator): void {
  const memberIds = new Set([somebody(sim)]);
  const groups: TenantGroup[] = [
    { objectId: INNER, displayName: 'Inner', assigned: false, memberIds },
    { objectId: OUTER, displayName: 'Outer', assigned: false, memberIds: new Set([INNER]) },
    { objectId: LIST, displayName: 'List', assigned: false, memberIds, securityEnabled: false },
  ];
  const byId = new Map(groups.map((group) => [group.objectId, group]));
  sim.changeTenant((tenant) => ({ ...tenant, groups: byId }));
}

const idsOf = (rows: unknown): unknown[] => (rows as GraphRow[]).map(({ id }) => id);

describe('groups of a person', () => {
  test('memberOf names those that hold the person directly', async () => {
    const sim = login();
    inNestedGroups(sim);
    const graph = await graphCaller(sim);
    const path = `/v1.0/users/${somebody(sim)}/memberOf`;
    const { body } = await graph.get(`${path}?$select=id,displayName`);
    expect(body.value).toEqual([
      { '@odata.type': '#microsoft.graph.group', id: INNER, displayName: 'Inner' },
      { '@odata.type': '#microsoft.graph.group', id: LIST, displayName: 'List' },
    ]);
    const cast = `${path}/microsoft.graph.group?$select=id&$top=1`;
    expect((await graph.get(cast)).status).toBe(400);
    const first = await graph.get(`${cast}&$count=true`, EVENTUAL);
    expect(first.body['@odata.count']).toBe(2);
    const next = String(first.body['@odata.nextLink']);
    expect((await graph.get(next)).status).toBe(400);
    expect(idsOf((await graph.get(next, EVENTUAL)).body.value)).toEqual([LIST]);
  });

  test.each(['getMemberGroups', 'microsoft.graph.getMemberGroups', 'getMemberObjects'])(
    '%s names them to any depth, the security groups alone where that is asked',
    async (action) => {
      const sim = login();
      inNestedGroups(sim);
      const graph = await graphCaller(sim);
      const path = `/v1.0/users/${somebody(sim)}/${action}`;
      const all = await graph.post(path, { securityEnabledOnly: false });
      expect([...(all.body.value as string[])].sort()).toEqual([OUTER, INNER, LIST].sort());
      const secure = await graph.post(path, { securityEnabledOnly: true });
      expect([...(secure.body.value as string[])].sort()).toEqual([OUTER, INNER].sort());
      expect((await graph.post(path, {})).status).toBe(400);
    },
  );

  test('checkMemberGroups answers which of the named hold the person; 20 at most', async () => {
    const sim = login();
    inNestedGroups(sim);
    const graph = await graphCaller(sim);
    const path = `/v1.0/users/${somebody(sim)}/checkMemberGroups`;
    const nobody = '0a7e0000-0000-4000-8000-00000000000f';
    const { body } = await graph.post(path, { groupIds: [nobody, OUTER.toUpperCase(), LIST] });
    expect(body.value).toEqual([OUTER, LIST]);
    expect((await graph.post(path, { groupIds: Array(20).fill(OUTER) })).status).toBe(200);
    for (const groupIds of [Array(21).fill(OUTER), 'one', [7], undefined]) {
      expect((await graph.post(path, { groupIds })).status).toBe(400);
    }
  });

  test.each([
    ['GET', 'memberOf', undefined],
    ['POST', 'getMemberGroups', { securityEnabledOnly: true }],
    ['POST', 'checkMemberGroups', { groupIds: [] }],
  ])('%s %s needs GroupMember.Read.All, and somebody who is there', async (method, action, body) => {
    const sim = login();
    const ask = async (user: string): Promise<number> => {
      const graph = await graphCaller(sim);
      const path = `/v1.0/users/${user}/${action}`;
      return (await (method === 'GET' ? graph.get(path) : graph.post(path, body))).status;
    };
    expect(await ask(somebody(sim))).toBe(200);
    sim.editUser(somebody(sim), { softDeleted: true });
    expect(await ask(somebody(sim))).toBe(404);
    sim.changeApp({ grantedPermissions: ['User.Read.All'] });
    expect(await ask(somebody(sim))).toBe(403);
  });
});

describe('roles of a person', () => {
  test('appRoleAssignments are those in person, and those of one resource where it is named', async () => {
    const sim = login();
    const [, user] = sim.tenant().users.keys();
    const [group] = sim.tenant().groups.keys();
    sim.joinGroup(group!, user!);
    sim.assignGroup(group!, ['admin']);
    sim.assignUser(user!, ['viewer', 'developer']);
    const graph = await graphCaller(sim);
    const path = `/v1.0/users/${user}/appRoleAssignments`;
    const role = (value: string) => sim.tenant().appRoles.find((one) => one.value === value)!.id;
    const rows = (await graph.get(path)).body.value as GraphRow[];
    expect(rows).toMatchObject([
      { principalId: user, principalType: 'User', appRoleId: role('viewer') },
      { principalId: user, principalType: 'User', appRoleId: role('developer') },
    ]);
    const { servicePrincipalId } = sim.app();
    expect(rows[0]!.resourceId).toBe(servicePrincipalId);
    for (const [resource, count] of [
      [servicePrincipalId, 2],
      [sim.app(sim.other.clientId).servicePrincipalId, 0],
    ] as const) {
      const { body } = await graph.get(`${path}?$filter=resourceId eq ${resource}`);
      expect(body.value).toHaveLength(count);
    }
    sim.unassignUser(user!);
    expect((await graph.get(path)).body.value).toEqual([]);
  });

  test('another application that may read them sees the same', async () => {
    const sim = login();
    sim.assignUser(somebody(sim), ['viewer']);
    sim.changeApp({ grantedPermissions: ['Application.Read.All'] }, sim.other.clientId);
    const graph = await graphCaller(sim, sim.other);
    const { body } = await graph.get(`/v1.0/users/${somebody(sim)}/appRoleAssignments`);
    expect(body.value).toHaveLength(1);
  });
});

describe('servicePrincipals/{id}', () => {
  test('is the same as by application id, and so are its assignments', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    const byApp = `/v1.0/servicePrincipals(appId='${sim.clientId}')`;
    const byId = `/v1.0/servicePrincipals/${sim.app().servicePrincipalId}`;
    for (const path of ['', '?$select=id,appRoles', '/appRoleAssignedTo']) {
      const { status, body } = await graph.get(byId + path);
      expect(status).toBe(200);
      expect(body).toEqual((await graph.get(byApp + path)).body);
    }
    const pages = await graph.pages(`${byId}/appRoleAssignedTo?$top=30`);
    expect(pages.map((page) => page.length)).toEqual([30, 16]);
    for (const path of ['', '/appRoleAssignedTo']) {
      expect((await graph.get(`/v1.0/servicePrincipals/${sim.clientId}${path}`)).status).toBe(404);
      const foreign = sim.app(sim.attacker.clientId).servicePrincipalId;
      expect((await graph.get(`/v1.0/servicePrincipals/${foreign}${path}`)).status).toBe(404);
    }
    sim.changeApp({ grantedPermissions: ['User.Read.All'] });
    const without = await graphCaller(sim);
    expect((await without.get(byId)).status).toBe(403);
    expect((await without.get(`${byId}/appRoleAssignedTo`)).status).toBe(403);
  });

  test('shows a role that was disabled as such, and who has it still', async () => {
    const sim = login();
    sim.assignUser(somebody(sim), ['viewer']);
    sim.changeTenant((tenant) => enableAppRole(tenant, 'viewer', false));
    const graph = await graphCaller(sim);
    const path = `/v1.0/servicePrincipals/${sim.app().servicePrincipalId}`;
    const roles = (await graph.get(path)).body.appRoles as GraphRow[];
    const viewer = roles.find(({ value }) => value === 'viewer')!;
    expect(roles.map(({ isEnabled }) => isEnabled)).toEqual(roles.map((role) => role !== viewer));
    const rows = (await graph.get(`${path}/appRoleAssignedTo`)).body.value;
    expect(rows).toContainEqual(
      expect.objectContaining({ principalId: somebody(sim), appRoleId: viewer.id }),
    );
  });

  test('assignments follow a change at once', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    const path = `/v1.0/servicePrincipals/${sim.app().servicePrincipalId}/appRoleAssignedTo`;
    expect((await graph.get(path)).body.value).toHaveLength(46);
    sim.unassignUser(somebody(sim));
    expect((await graph.get(path)).body.value).toHaveLength(45);
  });
});
