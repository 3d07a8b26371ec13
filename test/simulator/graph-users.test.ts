// People of the simulated Graph as lists: which properties, which pages, which filters, and what only advanced queries get.

import { describe, expect, test } from 'vitest';
import type { LoginSimulator } from '../../simulator/login/login-server.ts';
import type { TenantUser } from '../../simulator/tenant.ts';
import { EVENTUAL, type GraphRow, graphCaller } from './graph-caller.ts';
import { loginFixture, somebody } from './login-client.ts';

const login = loginFixture();

function people(sim: LoginSimulator): TenantUser[] {
  return [...sim.tenant().users.values()].filter((user) => !user.softDeleted);
}

function idsOf(rows: unknown): unknown[] {
  return (rows as GraphRow[]).map(({ id }) => id);
}

describe('users', () => {
  test('lists everybody but the recycle bin, with the default properties and without accountEnabled', async () => {
    const sim = login();
    sim.editUser(somebody(sim), { softDeleted: true });
    const { status, body } = await (await graphCaller(sim)).get('/v1.0/users');
    expect(status).toBe(200);
    expect(idsOf(body.value)).toEqual(people(sim).map(({ objectId }) => objectId));
    expect(body['@odata.context']).toBe(`${sim.graphUrl}/v1.0/$metadata#users`);
    const [first] = body.value as GraphRow[];
    expect(Object.keys(first!).sort()).toEqual(
      [
        ...['businessPhones', 'displayName', 'givenName', 'id', 'jobTitle', 'mail', 'mobilePhone'],
        ...['officeLocation', 'preferredLanguage', 'surname', 'userPrincipalName'],
      ].sort(),
    );
  });

  test('$select shows what it names, and the context says so', async () => {
    const sim = login();
    sim.editUser(somebody(sim), { accountEnabled: false });
    const { body } = await (await graphCaller(sim)).get('/v1.0/users?$select=id,accountEnabled&$top=1');
    expect(body.value).toEqual([{ id: somebody(sim), accountEnabled: false }]);
    expect(body['@odata.context']).toBe(`${sim.graphUrl}/v1.0/$metadata#users(id,accountEnabled)`);
  });

  test('pages are as long as $top says, and the link to the next is absolute and carries the query', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    const pages = await graph.pages('/v1.0/users?$select=id&$top=15');
    expect(pages.map((page) => page.length)).toEqual([15, 15, 10]);
    expect(idsOf(pages.flat())).toEqual(people(sim).map(({ objectId }) => objectId));
    expect(Object.keys(pages[2]![0]!)).toEqual(['id']);
    const { body } = await graph.get('/v1.0/users?$top=15');
    expect(body['@odata.nextLink']).toContain(`${sim.graphUrl}/v1.0/users?`);
    for (const top of ['0', '-1', 'many', '1.5']) {
      expect((await graph.get(`/v1.0/users?$top=${top}`)).status, top).toBe(400);
    }
  });

  test('100 on a page, and 999 at most', async () => {
    const sim = login();
    sim.changeTenant((tenant) => {
      const users = new Map(tenant.users);
      const [sample] = users.values();
      for (let number = 0; number < 1_100; number++) {
        const objectId = `bbbbbbbb-0000-4000-8000-${String(number).padStart(12, '0')}`;
        users.set(objectId, { ...sample!, objectId, userPrincipalName: `u${number}@nordhafen.example` });
      }
      return { ...tenant, users };
    });
    const graph = await graphCaller(sim);
    expect((await graph.pages('/v1.0/users?$select=id', 1))[0]).toHaveLength(100);
    const pages = await graph.pages('/v1.0/users?$select=id&$top=5000');
    expect(pages.map((page) => page.length)).toEqual([999, 141]);
  });
});

describe('$filter', () => {
  test('compares properties, whatever the case of the text, and joins conditions', async () => {
    const sim = login();
    const [one, two, three] = people(sim);
    sim.editUser(one!.objectId, { department: "Research and Development's", accountEnabled: false });
    sim.editUser(two!.objectId, { department: "Research and Development's" });
    sim.editUser(three!.objectId, { accountEnabled: false, displayName: 'Zacharias Zander' });
    const graph = await graphCaller(sim);
    const found = async (filter: string): Promise<unknown[]> => {
      const { status, body } = await graph.get(
        `/v1.0/users?$select=id&$filter=${encodeURIComponent(filter)}`,
      );
      expect(status, filter).toBe(200);
      return idsOf(body.value);
    };
    const department = "department eq 'research and development''s'";
    expect(await found(department)).toEqual([one!.objectId, two!.objectId]);
    expect(await found(`${department} AND accountEnabled eq false`)).toEqual([one!.objectId]);
    expect(await found('accountEnabled eq false')).toEqual([one!.objectId, three!.objectId]);
    expect(await found("startswith(displayName,'zacharias z')")).toEqual([three!.objectId]);
    expect(await found(`userPrincipalName eq '${two!.userPrincipalName}'`)).toEqual([two!.objectId]);
    expect(await found("department eq 'nowhere'")).toEqual([]);
  });

  test('holds on every page', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    const off = people(sim).slice(0, 7);
    for (const { objectId } of off) sim.editUser(objectId, { accountEnabled: false });
    const pages = await graph.pages('/v1.0/users?$filter=accountEnabled eq false&$top=3&$select=id');
    expect(pages.map(idsOf)).toEqual([0, 3, 6].map((at) => off.slice(at, at + 3).map((u) => u.objectId)));
  });

  test('is remembered for one state of the directory only', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    const path = '/v1.0/users?$filter=accountEnabled eq false&$select=id';
    sim.editUser(somebody(sim), { accountEnabled: false });
    expect(idsOf((await graph.get(path)).body.value)).toEqual([somebody(sim)]);
    sim.editUser(somebody(sim), { accountEnabled: true });
    expect((await graph.get(path)).body.value).toEqual([]);
  });

  test.each(['accountEnabled', "shoeSize eq '4'", "displayName eq 'x", "displayName eq 'x' or id eq 'y'"])(
    '400 for %s',
    async (filter) => {
      const graph = await graphCaller(login());
      const { status, body } = await graph.get(`/v1.0/users?$filter=${encodeURIComponent(filter)}`);
      expect(status).toBe(400);
      expect(body.error).toMatchObject({ code: 'Request_BadRequest' });
    },
  );
});

describe('advanced queries', () => {
  const ADVANCED = [
    ['$filter=accountEnabled ne true', (user: TenantUser) => !user.accountEnabled],
    ['$filter=not accountEnabled eq true', (user: TenantUser) => !user.accountEnabled],
    ["$filter=not(startswith(displayName,'Za'))", (user: TenantUser) => !user.displayName.startsWith('Za')],
    ["$filter=endswith(mail,'.example')", (user: TenantUser) => user.mail?.endsWith('.example') ?? false],
    ['$search="displayName:zac"', (user: TenantUser) => user.displayName.startsWith('Zac')],
  ] as const;

  test.each(ADVANCED)('%s: with header and $count=true only', async (query, fits) => {
    const sim = login();
    sim.editUser(somebody(sim), { accountEnabled: false, displayName: 'Zacharias Zander' });
    const graph = await graphCaller(sim);
    const path = `/v1.0/users?${query}&$select=id`;
    for (const [address, headers] of [
      [path, {}],
      [path, EVENTUAL],
      [`${path}&$count=true`, {}],
    ] as const) {
      const refused = await graph.get(address, headers);
      expect(refused.status, address).toBe(400);
      expect(refused.body.error).toMatchObject({ code: 'Request_UnsupportedQuery' });
    }
    const { body } = await graph.get(`${path}&$count=true`, EVENTUAL);
    const expected = people(sim).filter(fits);
    expect(expected.length).toBeGreaterThan(0);
    expect(idsOf(body.value)).toEqual(expected.map(({ objectId }) => objectId));
    expect(body['@odata.count']).toBe(expected.length);
  });

  test('the header is needed on the next page too', async () => {
    const graph = await graphCaller(login());
    const path = '/v1.0/users?$filter=accountEnabled ne null&$count=true&$top=30';
    const { body } = await graph.get(path, EVENTUAL);
    expect((await graph.get(String(body['@odata.nextLink']))).status).toBe(400);
    expect((await graph.get(String(body['@odata.nextLink']), EVENTUAL)).status).toBe(200);
  });

  test('a count comes with the first page, and only where it is asked for', async () => {
    const graph = await graphCaller(login());
    const { body } = await graph.get('/v1.0/users?$count=true&$top=30', EVENTUAL);
    expect(body['@odata.count']).toBe(40);
    const next = await graph.get(String(body['@odata.nextLink']), EVENTUAL);
    expect(next.body).not.toHaveProperty(['@odata.count']);
    expect((await graph.get('/v1.0/users', EVENTUAL)).body).not.toHaveProperty(['@odata.count']);
  });

  test('users/$count is a number as text, with the header only', async () => {
    const sim = login();
    sim.editUser(somebody(sim), { accountEnabled: false });
    const graph = await graphCaller(sim);
    expect((await graph.get('/v1.0/users/$count')).status).toBe(400);
    const { headers, text } = await graph.get('/v1.0/users/$count', EVENTUAL);
    expect(headers.get('content-type')).toContain('text/plain');
    expect(text).toBe('40');
    const some = await graph.get('/v1.0/users/$count?$filter=accountEnabled eq false', EVENTUAL);
    expect(some.text).toBe('1');
  });
});

test.each(['/v1.0/users', '/v1.0/users/$count', '/v1.0/users/delta'])(
  '%s needs User.Read.All',
  async (path) => {
    const sim = login();
    sim.changeApp({ grantedPermissions: ['GroupMember.Read.All'] });
    const { status, body } = await (await graphCaller(sim)).get(path, EVENTUAL);
    expect(status).toBe(403);
    expect(body.error).toMatchObject({ message: expect.stringContaining('User.Read.All') });
  },
);
