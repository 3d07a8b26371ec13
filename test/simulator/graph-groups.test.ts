// Groups of the simulated Graph and who is in them: mixed types, casts, any depth, and what a caller is not allowed to see.

import { describe, expect, test } from 'vitest';
import type { LoginSimulator } from '../../simulator/login/login-server.ts';
import { deleteGroup, joinGroup, type TenantGroup, withGroup } from '../../simulator/tenant.ts';
import { EVENTUAL, type GraphRow, graphCaller } from './graph-caller.ts';
import { loginFixture } from './login-client.ts';

const login = loginFixture();

const OUTER = '0a7e0000-0000-4000-8000-000000000001';
const MIDDLE = '0a7e0000-0000-4000-8000-000000000002';
const INNER = '0a7e0000-0000-4000-8000-000000000003';

/** Somebody in each of three groups, each in the one before it; the last holds the first again. */
function nest(sim: LoginSimulator, changes: Partial<TenantGroup> = {}): string[] {
  const people = [...sim.tenant().users.keys()].slice(0, 4);
  const [one, two, three, both] = people;
  const groups = [
    { objectId: OUTER, displayName: 'Outer', members: [one!, both!, MIDDLE], ...changes },
    { objectId: MIDDLE, displayName: 'Middle', members: [two!, both!, INNER] },
    { objectId: INNER, displayName: 'Inner', members: [three!, OUTER] },
  ];
  sim.changeTenant((tenant) =>
    groups.reduce((before, { members, ...group }) => {
      return withGroup(before, { assigned: false, ...group, memberIds: new Set(members) });
    }, tenant),
  );
  return people;
}

const idsOf = (rows: unknown): unknown[] => (rows as GraphRow[]).map(({ id }) => id);

describe('groups', () => {
  test('lists them, by name too, with what $select names, and counts them', async () => {
    const sim = login();
    nest(sim);
    const graph = await graphCaller(sim);
    const pages = await graph.pages('/v1.0/groups?$select=id&$top=5');
    expect(pages.map((page) => page.length)).toEqual([5, 4]);
    expect(idsOf(pages.flat())).toEqual([...sim.tenant().groups.keys()]);
    const named = await graph.get("/v1.0/groups?$filter=displayName eq 'middle'&$select=id,displayName");
    expect(named.body.value).toEqual([{ id: MIDDLE, displayName: 'Middle' }]);
    expect(named.body['@odata.context']).toBe(`${sim.graphUrl}/v1.0/$metadata#groups(id,displayName)`);
    expect((await graph.get('/v1.0/groups/$count')).status).toBe(400);
    expect((await graph.get('/v1.0/groups/$count', EVENTUAL)).text).toBe('9');
    expect((await graph.get('/v1.0/groups?$count=true', EVENTUAL)).body['@odata.count']).toBe(9);
  });

  test('one of them, until it is deleted', async () => {
    const sim = login();
    nest(sim);
    const graph = await graphCaller(sim);
    const { body } = await graph.get(`/v1.0/groups/${OUTER}`);
    expect(body).toMatchObject({ id: OUTER, displayName: 'Outer', securityEnabled: true, groupTypes: [] });
    sim.changeTenant((tenant) => deleteGroup(tenant, OUTER));
    for (const path of ['', '/members', '/transitiveMembers']) {
      const gone = await graph.get(`/v1.0/groups/${OUTER}${path}`);
      expect(gone.status, path).toBe(404);
      expect(gone.body.error).toMatchObject({ code: 'Request_ResourceNotFound' });
    }
  });
});

describe('members', () => {
  test('are people and groups, direct ones, each with its type', async () => {
    const sim = login();
    const [one, , , both] = nest(sim);
    const { body } = await (await graphCaller(sim)).get(
      `/v1.0/groups/${OUTER}/members?$select=id,displayName`,
    );
    const name = (id: string) => sim.user(id).displayName;
    expect(body.value).toEqual([
      { '@odata.type': '#microsoft.graph.user', id: one, displayName: name(one!) },
      { '@odata.type': '#microsoft.graph.user', id: both, displayName: name(both!) },
      { '@odata.type': '#microsoft.graph.group', id: MIDDLE, displayName: 'Middle' },
    ]);
  });

  test('come in pages, and without the recycle bin and who is gone', async () => {
    const sim = login();
    const [one, two, three] = [...sim.tenant().users.keys()];
    const memberIds = new Set([one!, 'gone for good', two!, three!]);
    sim.changeTenant((tenant) =>
      withGroup(tenant, { objectId: OUTER, displayName: 'Outer', memberIds, assigned: false }),
    );
    sim.editUser(two!, { softDeleted: true });
    const pages = await (await graphCaller(sim)).pages(`/v1.0/groups/${OUTER}/members?$top=1`);
    expect(pages.map(idsOf)).toEqual([[one], [three]]);
  });

  test('can be asked about by id', async () => {
    const sim = login();
    const [one, two] = nest(sim);
    const graph = await graphCaller(sim);
    for (const [id, found] of [
      [one, [one]],
      [two, []],
    ] as const) {
      const { body } = await graph.get(`/v1.0/groups/${OUTER}/members?$select=id&$filter=id eq '${id}'`);
      expect(idsOf(body.value)).toEqual(found);
    }
    expect((await graph.get(`/v1.0/groups/${OUTER}/members?$filter=mail eq 'x'`)).status).toBe(400);
  });

  test('follow a change at once', async () => {
    const sim = login();
    const [one, two, , both] = nest(sim);
    const graph = await graphCaller(sim);
    const now = async () => idsOf((await graph.get(`/v1.0/groups/${OUTER}/members?$select=id`)).body.value);
    expect(await now()).toEqual([one, both, MIDDLE]);
    sim.joinGroup(OUTER, two!);
    expect(await now()).toEqual([one, both, MIDDLE, two]);
  });

  test.each(['members', 'transitiveMembers'])(
    'of one type: %s as an advanced query, on every page',
    async (list) => {
      const sim = login();
      const people = nest(sim);
      const graph = await graphCaller(sim);
      const path = `/v1.0/groups/${OUTER}/${list}/microsoft.graph.user?$select=id,accountEnabled&$top=1`;
      for (const [address, headers] of [
        [path, {}],
        [path, EVENTUAL],
        [`${path}&$count=true`, {}],
      ] as const) {
        const { status, body } = await graph.get(address, headers);
        expect(status).toBe(400);
        expect(body.error).toMatchObject({ code: 'Request_UnsupportedQuery' });
      }
      const first = await graph.get(`${path}&$count=true`, EVENTUAL);
      expect(first.body['@odata.count']).toBe(list === 'members' ? 2 : 4);
      const next = String(first.body['@odata.nextLink']);
      expect((await graph.get(next)).status).toBe(400);
      const second = await graph.get(next, EVENTUAL);
      expect(second.body).not.toHaveProperty(['@odata.count']);
      expect(second.body.value).toEqual([
        { '@odata.type': '#microsoft.graph.user', id: people[3], accountEnabled: true },
      ]);
      const groups = `/v1.0/groups/${OUTER}/${list}/microsoft.graph.group?$count=true&$select=id`;
      const nested = (await graph.get(groups, EVENTUAL)).body.value;
      expect(idsOf(nested)).toEqual(list === 'members' ? [MIDDLE] : [MIDDLE, INNER]);
    },
  );

  test('to any depth: each once, and circles end', async () => {
    const sim = login();
    const [one, two, three, both] = nest(sim);
    const graph = await graphCaller(sim);
    const { body } = await graph.get(`/v1.0/groups/${OUTER}/transitiveMembers?$select=id`);
    expect(idsOf(body.value).sort()).toEqual([one, two, three, both, MIDDLE, INNER].sort());
    sim.changeTenant((tenant) => joinGroup(tenant, INNER, [...tenant.users.keys()][7]!));
    const after = await graph.get(`/v1.0/groups/${OUTER}/transitiveMembers?$select=id`);
    expect(idsOf(after.body.value)).toHaveLength(7);
  });
});

describe('what the caller may not see', () => {
  test.each(['members', 'transitiveMembers'])(
    'people: type and id, and null for the rest of %s',
    async (list) => {
      const sim = login();
      const [one] = nest(sim);
      sim.changeApp({ grantedPermissions: ['GroupMember.Read.All'] });
      const graph = await graphCaller(sim);
      const path = `/v1.0/groups/${OUTER}/${list}?$select=id,displayName,accountEnabled`;
      const rows = (await graph.get(path)).body.value as GraphRow[];
      expect(rows[0]).toEqual({
        '@odata.type': '#microsoft.graph.user',
        id: one,
        displayName: null,
        accountEnabled: null,
      });
      expect(rows).toContainEqual({
        '@odata.type': '#microsoft.graph.group',
        id: MIDDLE,
        displayName: 'Middle',
      });
    },
  );

  test('hidden members: none without Member.Read.Hidden', async () => {
    const sim = login();
    nest(sim, { hiddenMembership: true });
    const lists = async (): Promise<unknown[]> => {
      const graph = await graphCaller(sim);
      const sizes: unknown[] = [];
      for (const path of ['members', 'transitiveMembers', 'members/microsoft.graph.user']) {
        const { status, body } = await graph.get(`/v1.0/groups/${OUTER}/${path}?$count=true`, EVENTUAL);
        sizes.push(status, (body.value as unknown[]).length);
      }
      return sizes;
    };
    expect(await lists()).toEqual([200, 0, 200, 0, 200, 0]);
    sim.changeApp({ grantedPermissions: ['GroupMember.Read.All', 'Member.Read.Hidden'] });
    expect(await lists()).toEqual([200, 3, 200, 6, 200, 2]);
  });

  test.each(['', '/$count', `/${OUTER}`, `/${OUTER}/members`, `/${OUTER}/transitiveMembers`, '/delta'])(
    'groups%s needs GroupMember.Read.All',
    async (path) => {
      const sim = login();
      nest(sim);
      sim.changeApp({ grantedPermissions: ['User.Read.All'] });
      const { status, body } = await (await graphCaller(sim)).get(`/v1.0/groups${path}`, EVENTUAL);
      expect(status).toBe(403);
      expect(body.error).toMatchObject({ message: expect.stringContaining('GroupMember.Read.All') });
    },
  );
});
