// Delta queries of the simulated Graph: whole rounds, what came and went since, and tokens that are too old, forgotten or made up.

import { describe, expect, test } from 'vitest';
import type { LoginSimulator } from '../../simulator/login/login-server.ts';
import { deleteGroup, hardDeleteUser, renameGroup, type Tenant, withGroup } from '../../simulator/tenant.ts';
import { type GraphCaller, type GraphRow, graphCaller } from './graph-caller.ts';
import { loginFixture, somebody } from './login-client.ts';

const login = loginFixture();

const DAY_MS = 86_400_000;
const CREW = 'c4e30000-0000-4000-8000-000000000001';

interface Round {
  readonly pages: readonly (readonly GraphRow[])[];
  readonly rows: readonly GraphRow[];
  readonly deltaLink: string;
}

/** To its end, as a client has to: links as they come, until there is a delta link. */
async function round(graph: GraphCaller, path: string, headers?: Record<string, string>): Promise<Round> {
  const pages: (readonly GraphRow[])[] = [];
  let next: unknown = path;
  for (let count = 0; count < 40; count++) {
    const { status, body, text } = await graph.get(String(next), headers);
    if (status !== 200) throw new Error(`${status} ${text}`);
    pages.push(body.value as GraphRow[]);
    const deltaLink = body['@odata.deltaLink'];
    if (typeof deltaLink === 'string') {
      expect(body).not.toHaveProperty(['@odata.nextLink']);
      return { pages, rows: pages.flat(), deltaLink };
    }
    next = body['@odata.nextLink'];
  }
  throw new Error('The round has no end');
}

function manyPeople(sim: LoginSimulator, count: number): void {
  sim.changeTenant((tenant) => {
    const [sample] = tenant.users.values();
    const users = Array.from({ length: count }, (_, number) => {
      const objectId = `bbbbbbbb-0000-4000-8000-${String(number).padStart(12, '0')}`;
      return [objectId, { ...sample!, objectId, userPrincipalName: `u${number}@nordhafen.example` }] as const;
    });
    return { ...tenant, users: new Map(users) };
  });
}

function crew(tenant: Tenant, ids: Iterable<string>, hiddenMembership = false): Tenant {
  const memberIds = new Set(ids);
  return withGroup(tenant, {
    objectId: CREW,
    displayName: 'Crew',
    memberIds,
    assigned: false,
    hiddenMembership,
  });
}

const USERS = '/v1.0/users/delta?$select=displayName,accountEnabled,department';
const GROUPS = '/v1.0/groups/delta?$select=displayName,members';
const user = (id: string) => ({ '@odata.type': '#microsoft.graph.user', id });
const gone = (id: string) => ({ ...user(id), '@removed': { reason: 'deleted' } });

describe('users/delta', () => {
  test('the first round has everybody, with what $select names and the id; the recycle bin as removed', async () => {
    const sim = login();
    sim.editUser(somebody(sim), { softDeleted: true });
    const { rows } = await round(await graphCaller(sim), USERS);
    expect(rows).toHaveLength(40);
    expect(rows[0]).toEqual({ id: somebody(sim), '@removed': { reason: 'changed' } });
    const [, second] = sim.tenant().users.values();
    expect(rows[1]).toEqual({
      id: second!.objectId,
      displayName: second!.displayName,
      accountEnabled: true,
      department: second!.department,
    });
  });

  test('without $select the default properties are followed, and accountEnabled is not among them', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    const { rows, deltaLink } = await round(graph, '/v1.0/users/delta');
    expect(rows[0]).toHaveProperty('userPrincipalName');
    expect(rows[0]).not.toHaveProperty('accountEnabled');
    sim.editUser(somebody(sim), { accountEnabled: false });
    expect((await round(graph, deltaLink)).rows).toEqual([]);
  });

  test('the delta link has who changed in what is followed, and $select is in it', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    const first = await round(graph, USERS);
    expect((await round(graph, first.deltaLink)).rows).toEqual([]);
    sim.editUser(somebody(sim), { accountEnabled: false });
    sim.editUser([...sim.tenant().users.keys()][1]!, { jobTitle: 'Pilot' });
    const { rows, deltaLink } = await round(graph, first.deltaLink);
    const { displayName, department } = sim.user(somebody(sim));
    expect(rows).toEqual([{ id: somebody(sim), displayName, department, accountEnabled: false }]);
    expect((await round(graph, deltaLink)).rows).toEqual([]);
    expect((await round(graph, first.deltaLink)).rows).toEqual(rows);
  });

  test('deleted, restored, gone for good and new', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    const [one, two, three] = sim.tenant().users.keys();
    let { deltaLink } = await round(graph, USERS);
    const next = async (): Promise<readonly GraphRow[]> => {
      const again = await round(graph, deltaLink);
      deltaLink = again.deltaLink;
      return again.rows;
    };
    sim.editUser(one!, { softDeleted: true });
    expect(await next()).toEqual([{ id: one, '@removed': { reason: 'changed' } }]);
    sim.editUser(one!, { department: 'Nowhere' });
    expect(await next()).toEqual([]);
    sim.editUser(one!, { softDeleted: false });
    expect(await next()).toEqual([expect.objectContaining({ id: one, accountEnabled: true })]);
    sim.changeTenant((tenant) => hardDeleteUser(tenant, two!));
    expect(await next()).toEqual([{ id: two, '@removed': { reason: 'deleted' } }]);
    sim.changeTenant((tenant) => {
      const newcomer = { ...tenant.users.get(three!)!, objectId: 'newcomer', displayName: 'New' };
      return { ...tenant, users: new Map(tenant.users).set('newcomer', newcomer) };
    });
    expect(await next()).toEqual([expect.objectContaining({ id: 'newcomer', displayName: 'New' })]);
  });

  test('30 days in the recycle bin and a person is deleted', async () => {
    const sim = login();
    const binned = somebody(sim);
    sim.setClock(Date.UTC(2026, 8, 1));
    sim.editUser(binned, { softDeleted: true });
    sim.advanceClock(28 * DAY_MS);
    const { deltaLink } = await round(await graphCaller(sim), USERS);
    sim.advanceClock(2 * DAY_MS);
    const { rows } = await round(await graphCaller(sim), deltaLink);
    expect(rows).toEqual([{ id: binned, '@removed': { reason: 'deleted' } }]);
  });

  test('a property that was taken away is null, one that never was is left out', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    const without = ({ department: _, ...rest }: ReturnType<LoginSimulator['user']>) => rest;
    const [one, two] = sim.tenant().users.values();
    const put = (edited: typeof one): void =>
      sim.changeTenant((tenant) => ({
        ...tenant,
        users: new Map(tenant.users).set(edited!.objectId, edited!),
      }));
    put(without(two!));
    const { rows, deltaLink } = await round(graph, USERS);
    expect(rows[1]).not.toHaveProperty('department');
    put(without(one!));
    sim.editUser(two!.objectId, { accountEnabled: false });
    const changed = await round(graph, deltaLink);
    expect(changed.rows[0]).toHaveProperty('department', null);
    expect(changed.rows[1]).not.toHaveProperty('department');
  });

  test('Prefer: return=minimal leaves out what did not change', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    const { deltaLink } = await round(graph, USERS);
    sim.editUser(somebody(sim), { accountEnabled: false });
    const answer = await graph.get(deltaLink, { prefer: 'return=minimal' });
    expect(answer.body.value).toEqual([{ id: somebody(sim), accountEnabled: false }]);
    expect(answer.headers.get('preference-applied')).toBe('return=minimal');
  });

  test.each(['$deltatoken=latest', '$deltaToken=latest'])('%s starts from now', async (latest) => {
    const sim = login();
    const graph = await graphCaller(sim);
    const { body } = await graph.get(`${USERS}&${latest}`);
    expect(body.value).toEqual([]);
    sim.editUser(somebody(sim), { accountEnabled: false });
    const { rows } = await round(graph, String(body['@odata.deltaLink']));
    expect(rows.map(({ id }) => id)).toEqual([somebody(sim)]);
  });
});

describe('pages', () => {
  test('one is empty, one object comes twice, and $top changes nothing', async () => {
    const sim = login();
    manyPeople(sim, 250);
    const graph = await graphCaller(sim);
    const { pages, rows } = await round(graph, `${USERS}&$top=5`);
    expect(pages.map((page) => page.length)).toEqual([100, 0, 100, 51]);
    expect(pages[2]![0]).toEqual(pages[0]![99]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(250);
  });

  test('links are absolute, opaque and can be asked again', async () => {
    const sim = login();
    manyPeople(sim, 250);
    const graph = await graphCaller(sim);
    const { body } = await graph.get(USERS);
    const link = String(body['@odata.nextLink']);
    expect(link).toMatch(new RegExp(`^${sim.graphUrl}/v1\\.0/users/delta\\?\\$skiptoken=[\\w-]+$`));
    expect((await graph.get(link)).body).toEqual((await graph.get(link)).body);
    const { pages } = await round(graph, link);
    expect(pages[1]![0]).toHaveProperty('department');
  });

  test('a round tells of the moment it began; what happens meanwhile is in the next', async () => {
    const sim = login();
    manyPeople(sim, 250);
    const graph = await graphCaller(sim);
    const { body } = await graph.get(USERS);
    const last = [...sim.tenant().users.keys()].at(-1)!;
    sim.editUser(last, { department: 'Elsewhere' });
    const { rows, deltaLink } = await round(graph, String(body['@odata.nextLink']));
    expect(rows.at(-1)).toMatchObject({ id: last });
    expect(rows.at(-1)!.department).not.toBe('Elsewhere');
    const next = await round(graph, deltaLink);
    expect(next.rows).toEqual([expect.objectContaining({ id: last, department: 'Elsewhere' })]);
  });
});

describe('groups/delta', () => {
  test('without members unless they are selected', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    const { rows, deltaLink } = await round(graph, '/v1.0/groups/delta');
    expect(rows).toHaveLength(6);
    expect(rows[0]).toMatchObject({ id: expect.any(String), securityEnabled: true });
    expect(rows.some((row) => 'members@delta' in row)).toBe(false);
    const [group] = sim.tenant().groups.values();
    sim.leaveGroup(group!.objectId, [...group!.memberIds][0]!);
    expect((await round(graph, deltaLink)).rows).toEqual([]);
  });

  test('who joined and who left, people and groups', async () => {
    const sim = login();
    const [one, two, three] = sim.tenant().users.keys();
    const [nested] = sim.tenant().groups.keys();
    sim.changeTenant((tenant) => crew(tenant, [one!, two!]));
    const graph = await graphCaller(sim);
    const first = await round(graph, GROUPS);
    expect(first.rows.at(-1)).toEqual({
      id: CREW,
      displayName: 'Crew',
      'members@delta': [user(one!), user(two!)],
    });
    sim.changeTenant((tenant) => crew(tenant, [two!, three!, nested!]));
    const { rows } = await round(graph, first.deltaLink);
    const group = { '@odata.type': '#microsoft.graph.group', id: nested };
    expect(rows).toEqual([
      { id: CREW, displayName: 'Crew', 'members@delta': [user(three!), group, gone(one!)] },
    ]);
    const minimal = await graph.get(first.deltaLink, { prefer: 'return=minimal' });
    expect(minimal.body.value).toEqual([{ id: CREW, 'members@delta': rows[0]!['members@delta'] }]);
  });

  test('a member in the recycle bin has left, and is back when restored; one gone for good has left', async () => {
    const sim = login();
    const [one, two] = sim.tenant().users.keys();
    sim.changeTenant((tenant) => ({ ...crew(tenant, [one!, two!]) }));
    for (const { objectId } of sim.tenant().groups.values()) {
      if (objectId !== CREW) sim.changeTenant((tenant) => deleteGroup(tenant, objectId));
    }
    const graph = await graphCaller(sim);
    let { deltaLink } = await round(graph, GROUPS);
    const next = async (): Promise<unknown[]> => {
      const again = await round(graph, deltaLink);
      deltaLink = again.deltaLink;
      return again.rows.flatMap((row) => row['members@delta']);
    };
    sim.editUser(one!, { softDeleted: true });
    expect(await next()).toEqual([gone(one!)]);
    sim.editUser(one!, { softDeleted: false });
    expect(await next()).toEqual([user(one!)]);
    sim.deleteUser(two!);
    expect(await next()).toEqual([gone(two!)]);
  });

  test('a new name, a new group, and one that is deleted', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    const { deltaLink } = await round(graph, GROUPS);
    const [one, two] = sim.tenant().groups.keys();
    sim.changeTenant((tenant) => crew(deleteGroup(renameGroup(tenant, one!, 'Renamed'), two!), []));
    const { rows } = await round(graph, deltaLink);
    expect(rows).toEqual([
      { id: one, displayName: 'Renamed' },
      { id: CREW, displayName: 'Crew' },
      { id: two, '@removed': { reason: 'deleted' } },
    ]);
    sim.assignGroup(one!, ['admin']);
    expect((await round(graph, deltaLink)).rows).toHaveLength(3);
  });

  test('a large group is spread over pages', async () => {
    const sim = login();
    manyPeople(sim, 1_300);
    sim.changeTenant((tenant) => crew({ ...tenant, groups: new Map() }, tenant.users.keys()));
    const graph = await graphCaller(sim);
    const { pages, rows } = await round(graph, GROUPS);
    const sizes = pages.map((page) => page.map((row) => (row['members@delta'] as unknown[]).length));
    expect(sizes).toEqual([[500], [], [500], [300]]);
    const members = rows.flatMap((row) => row['members@delta'] as GraphRow[]);
    expect(members.map(({ id }) => id)).toEqual([...sim.tenant().users.keys()]);
    expect(rows.map(({ id }) => id)).toEqual([CREW, CREW, CREW]);
  });

  test('a group that fills the first page comes twice, and the round ends', async () => {
    const sim = login();
    manyPeople(sim, 500);
    sim.changeTenant((tenant) => {
      const [other] = tenant.groups.values();
      return withGroup(crew({ ...tenant, groups: new Map() }, tenant.users.keys()), other!);
    });
    const { pages } = await round(await graphCaller(sim), GROUPS);
    expect(pages.map((page) => page.map(({ id }) => id === CREW))).toEqual([[true], [], [true], [false]]);
  });

  test('hidden members stay hidden without Member.Read.Hidden', async () => {
    const sim = login();
    const [one] = sim.tenant().users.keys();
    sim.changeTenant((tenant) => crew({ ...tenant, groups: new Map() }, [one!], true));
    const seen = async () => (await round(await graphCaller(sim), GROUPS)).rows;
    expect(await seen()).toEqual([{ id: CREW, displayName: 'Crew' }]);
    sim.changeApp({ grantedPermissions: ['GroupMember.Read.All', 'Member.Read.Hidden'] });
    expect(await seen()).toEqual([{ id: CREW, displayName: 'Crew', 'members@delta': [user(one!)] }]);
  });
});

describe('what can be asked', () => {
  test('a filter by id, 50 at most, which holds in later rounds', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    const [one, two, three] = sim.tenant().users.keys();
    const filter = (ids: readonly unknown[]) => ids.map((id) => `id eq '${id}'`).join(' or ');
    const { rows, deltaLink } = await round(graph, `${USERS}&$filter=${filter([one, three])}`);
    expect(rows.map(({ id }) => id)).toEqual([one, three]);
    for (const id of [two, three]) sim.editUser(id!, { accountEnabled: false });
    expect((await round(graph, deltaLink)).rows.map(({ id }) => id)).toEqual([three]);
    const fifty = Array.from({ length: 50 }, () => one);
    expect((await graph.get(`${USERS}&$filter=${filter(fifty)}`)).status).toBe(200);
    expect((await graph.get(`${USERS}&$filter=${filter([...fifty, one])}`)).status).toBe(400);
  });

  test.each([
    '$expand=manager',
    '$orderby=displayName',
    '$search="displayName:x"',
    '$filter=accountEnabled eq true',
    "$filter=id eq 'x' and id eq 'y'",
    '$deltatoken=made-up',
    '$skiptoken=made-up',
  ])('400 for %s', async (query) => {
    const { status, body } = await (await graphCaller(login())).get(`/v1.0/users/delta?${query}`);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 'Request_BadRequest' });
  });

  test('400 for the token of another list, or another application', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    const { deltaLink } = await round(graph, USERS);
    expect((await graph.get(deltaLink.replace('/users/', '/groups/'))).status).toBe(400);
    sim.changeApp({ grantedPermissions: ['User.Read.All'] }, sim.other.clientId);
    expect((await (await graphCaller(sim, sim.other)).get(deltaLink)).status).toBe(400);
  });
});

describe('410', () => {
  test('for a token of more than seven days, and its Location starts again with the same $select', async () => {
    const sim = login();
    const { deltaLink } = await round(await graphCaller(sim), USERS);
    sim.advanceClock(7 * DAY_MS - 60_000);
    expect((await (await graphCaller(sim)).get(deltaLink)).status).toBe(200);
    sim.advanceClock(120_000);
    const graph = await graphCaller(sim);
    const { status, body, headers } = await graph.get(deltaLink);
    expect(status).toBe(410);
    expect(body.error).toMatchObject({ code: 'syncStateNotFound' });
    const location = headers.get('location')!;
    expect(location).toContain(`${sim.graphUrl}/v1.0/users/delta?$deltatoken=&`);
    const { rows } = await round(graph, location);
    expect(rows).toHaveLength(40);
    expect(rows[0]).toHaveProperty('accountEnabled');
  });

  test('for a link to the next page that is as old', async () => {
    const sim = login();
    manyPeople(sim, 250);
    const { body } = await (await graphCaller(sim)).get(USERS);
    sim.advanceClock(8 * DAY_MS);
    expect((await (await graphCaller(sim)).get(String(body['@odata.nextLink']))).status).toBe(410);
  });

  test('for what is no longer remembered: of many rounds the oldest', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    const { deltaLink } = await round(graph, USERS);
    for (let count = 0; count < 63; count++) await graph.get('/v1.0/groups/delta?$deltatoken=latest');
    expect((await graph.get(deltaLink)).status).toBe(200);
    const { status, body, headers } = await graph.get(deltaLink);
    expect(status).toBe(410);
    expect(body.error).toMatchObject({ code: 'resyncRequired' });
    expect(headers.get('location')).toBe(`${sim.graphUrl}/v1.0/users/delta?$deltatoken=`);
  });
});
