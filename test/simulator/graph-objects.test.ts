// Directory objects by their ids, and the recycle bin as the days go by.

import { describe, expect, test } from 'vitest';
import type { LoginSimulator } from '../../simulator/login/login-server.ts';
import { deleteGroup, restoreUser, softDeleteUser } from '../../simulator/tenant.ts';
import { type GraphRow, graphCaller } from './graph-caller.ts';
import { loginFixture, somebody } from './login-client.ts';

const login = loginFixture();

const DAY_MS = 86_400_000;
const BIN = '/v1.0/directory/deletedItems';

const idsOf = (rows: unknown): unknown[] => (rows as GraphRow[]).map(({ id }) => id);

describe('directoryObjects/getByIds', () => {
  const path = '/v1.0/directoryObjects/getByIds';

  function mayReadAll(sim: LoginSimulator): void {
    sim.changeApp({ grantedPermissions: ['Directory.Read.All'] });
  }

  test('answers each with its type, and drops whoever it does not know', async () => {
    const sim = login();
    mayReadAll(sim);
    const [user, binned] = sim.tenant().users.keys();
    const [group] = sim.tenant().groups.keys();
    const { servicePrincipalId } = sim.app();
    sim.editUser(binned!, { softDeleted: true });
    const graph = await graphCaller(sim);
    const ids = [group, 'nobody', user, binned, servicePrincipalId, user];
    const { status, body } = await graph.post(path, { ids });
    expect(status).toBe(200);
    expect(body.value).toMatchObject([
      { '@odata.type': '#microsoft.graph.group', id: group },
      { '@odata.type': '#microsoft.graph.user', id: user, displayName: sim.user(user!).displayName },
      { '@odata.type': '#microsoft.graph.servicePrincipal', id: servicePrincipalId, appId: sim.clientId },
    ]);
    expect(body.value).toHaveLength(3);
  });

  test('only of the types that are asked for', async () => {
    const sim = login();
    mayReadAll(sim);
    const [group] = sim.tenant().groups.keys();
    const graph = await graphCaller(sim);
    const ids = [group, somebody(sim)];
    const of = async (types: unknown) => idsOf((await graph.post(path, { ids, types })).body.value);
    expect(await of(['user'])).toEqual([somebody(sim)]);
    expect(await of(['group', 'user'])).toEqual(ids);
    expect(await of(['directoryObject'])).toEqual(ids);
    expect(await of(['device'])).toEqual([]);
  });

  test('1000 ids, and not one more', async () => {
    const sim = login();
    mayReadAll(sim);
    const graph = await graphCaller(sim);
    const ids = Array.from({ length: 1_000 }, (_, number) => `unknown-${number}`);
    expect((await graph.post(path, { ids })).body.value).toEqual([]);
    const { status, body } = await graph.post(path, { ids: [...ids, 'one more'] });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 'Request_BadRequest' });
    for (const wrong of [{}, { ids: 'one' }, { ids: [], types: 'user' }]) {
      expect((await graph.post(path, wrong)).status).toBe(400);
    }
  });

  test('needs Directory.Read.All', async () => {
    const graph = await graphCaller(login());
    expect((await graph.post(path, { ids: [] })).status).toBe(403);
  });
});

describe('directory/deletedItems', () => {
  test('holds who was deleted, and since when; the type must be named', async () => {
    const sim = login();
    const [, two, three] = sim.tenant().users.keys();
    const at = Date.UTC(2026, 8, 1, 12);
    sim.setClock(at);
    sim.editUser(two!, { softDeleted: true });
    sim.changeTenant((tenant) => softDeleteUser(tenant, three!));
    const graph = await graphCaller(sim);
    const uncast = await graph.get(BIN);
    expect(uncast.status).toBe(400);
    expect(uncast.body.error).toMatchObject({ code: 'Request_BadRequest' });
    const path = `${BIN}/microsoft.graph.user`;
    const { body } = await graph.get(`${path}?$select=id,deletedDateTime,displayName`);
    expect(body.value).toEqual(
      [two, three].map((id) => ({
        id,
        deletedDateTime: '2026-09-01T12:00:00.000Z',
        displayName: sim.user(id!).displayName,
      })),
    );
    expect((await graph.pages(`${path}?$top=1`)).map(idsOf)).toEqual([[two], [three]]);
    expect((await graph.get(`${BIN}/${two}`)).body).toMatchObject({
      '@odata.type': '#microsoft.graph.user',
      id: two,
      deletedDateTime: '2026-09-01T12:00:00.000Z',
    });
    expect((await graph.get(`${BIN}/${somebody(sim)}`)).status).toBe(404);
  });

  test('for 30 days; then the person is gone for good, with every trace', async () => {
    const sim = login();
    const gone = somebody(sim);
    const [group] = sim.tenant().groups.keys();
    sim.joinGroup(group!, gone);
    sim.setClock(Date.UTC(2026, 8, 1));
    sim.editUser(gone, { softDeleted: true });
    sim.advanceClock(30 * DAY_MS - 1);
    const path = `${BIN}/microsoft.graph.user?$select=id`;
    expect(idsOf((await (await graphCaller(sim)).get(path)).body.value)).toEqual([gone]);
    sim.advanceClock(1);
    const graph = await graphCaller(sim);
    expect((await graph.get(path)).body.value).toEqual([]);
    expect((await graph.get(`${BIN}/${gone}`)).status).toBe(404);
    expect((await graph.get(`/v1.0/users/${gone}`)).status).toBe(404);
    expect(() => sim.user(gone)).toThrow();
    expect(sim.tenant().groups.get(group!)!.memberIds.has(gone)).toBe(false);
    expect([...sim.tenant().users.values()].filter(({ managerId }) => managerId === gone)).toEqual([]);
  });

  test('whoever is restored loses the time, and is kept for 30 days again when deleted again', async () => {
    const sim = login();
    const user = somebody(sim);
    sim.setClock(Date.UTC(2026, 8, 1));
    sim.editUser(user, { softDeleted: true });
    sim.advanceClock(20 * DAY_MS);
    sim.changeTenant((tenant) => restoreUser(tenant, user));
    expect(sim.user(user)).not.toHaveProperty('deletedAt');
    sim.advanceClock(20 * DAY_MS);
    const back = await graphCaller(sim);
    expect((await back.get(`/v1.0/users/${user}`)).status).toBe(200);
    expect((await back.get(`${BIN}/microsoft.graph.user`)).body.value).toEqual([]);
    sim.editUser(user, { softDeleted: true });
    sim.advanceClock(20 * DAY_MS);
    expect((await (await graphCaller(sim)).get(`${BIN}/${user}`)).status).toBe(200);
  });

  test('security groups are purged at once', async () => {
    const sim = login();
    const [group] = sim.tenant().groups.keys();
    sim.changeTenant((tenant) => deleteGroup(tenant, group!));
    sim.changeApp({ grantedPermissions: ['Group.Read.All', 'User.Read.All'] });
    const graph = await graphCaller(sim);
    expect((await graph.get(`${BIN}/microsoft.graph.group`)).body.value).toEqual([]);
    expect((await graph.get(`${BIN}/${group}`)).status).toBe(404);
  });

  test.each([
    ['microsoft.graph.user', 'GroupMember.Read.All', 'User.Read.All'],
    ['an-id', 'GroupMember.Read.All', 'User.Read.All'],
    ['microsoft.graph.group', 'User.Read.All', 'Group.Read.All'],
  ])('%s: %s does not do, %s is needed', async (what, given, needed) => {
    const sim = login();
    sim.changeApp({ grantedPermissions: [given] });
    const { status, body } = await (await graphCaller(sim)).get(`${BIN}/${what}`);
    expect(status).toBe(403);
    expect(body.error).toMatchObject({ message: expect.stringContaining(needed) });
  });
});
