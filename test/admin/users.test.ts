// GET /api/users, /api/users/{id}, /api/users/{id}/timeline and PATCH /api/users/{id}.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventJson, UserJson } from '../../src/edge/admin/contract.ts';
import { type Fixture, type Page, startFixture, told } from './fixture.ts';

let api: Fixture;
let ids: Record<'amara' | 'bela' | 'chen' | 'dora' | 'emil', string>;
let platform: string;

beforeAll(async () => {
  api = await startFixture();
  const [amara, bela, chen, dora, emil] = await api.pushUsers(
    'amara@contoso.com/Sales',
    'bela@contoso.com/Sales',
    'chen@contoso.com/Finance',
    'dora@contoso.com',
    'emil@contoso.com/Finance',
  );
  ids = { amara: amara!, bela: bela!, chen: chen!, dora: dora!, emil: emil! };
  platform = await api.pushGroup('Platform', [ids.amara, ids.chen]);
  await api.scim.patch(`/Users/${ids.bela}`, [{ op: 'replace', path: 'active', value: false }]);
  await api.scim.delete(`/Users/${ids.emil}`);
});
afterAll(() => api.stop());

const names = (page: Page<UserJson>) => page.items.map((user) => user.userName.split('@')[0]);
const list = async (query: string) => (await api.get<Page<UserJson>>(`/api/users${query}`)).body;

describe('GET /api/users 200', () => {
  it('shows a user as the contract says', async () => {
    const { items, nextCursor, total } = await list('?search=amara');
    expect({ nextCursor, total }).toEqual({ nextCursor: null, total: 1 });
    expect(items[0]).toEqual({
      id: ids.amara,
      provider: 'entra',
      externalId: 'oid-amara',
      userName: 'amara@contoso.com',
      displayName: 'Amara',
      email: 'amara@contoso.com',
      status: 'active',
      source: 'scim',
      role: { id: 'viewer', name: 'Viewer' },
      roleBy: 'rule',
      teams: [{ id: expect.any(String), name: 'Platform' }],
      businessUnits: [{ id: expect.any(String), name: 'Sales' }],
      suspensions: [],
      inRecycleBin: false,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      removedAt: null,
      lastProvisionedAt: expect.any(String),
      lastSignInAt: null,
      formerly: null,
    });
  });

  it.each([
    ['', ['amara', 'bela', 'chen', 'dora']],
    ['?status=active', ['amara', 'chen', 'dora']],
    ['?status=suspended', ['bela']],
    ['?status=removed', ['emil']],
    ['?role=none', ['dora']],
    ['?role=Viewer', ['amara', 'bela', 'chen']],
    ['?role=viewer&status=suspended', ['bela']],
    ['?role=Nobody', []],
    ['?team=Platform', ['amara', 'chen']],
    ['?team=platform&businessUnit=Finance', ['chen']],
    ['?team=Nothing', []],
    ['?businessUnit=Sales', ['amara', 'bela']],
    ['?provider=entra', ['amara', 'bela', 'chen', 'dora']],
    ['?provider=ENTRA', ['amara', 'bela', 'chen', 'dora']],
    ['?provider=okta', []],
    ['?search=CONTOSO', ['amara', 'bela', 'chen', 'dora']],
    ['?search=ora', ['dora']],
    ['?search=AM', ['amara']],
    ['?search=ra', []],
    ['?search=d&sort=displayName', ['dora']],
    ['?source=scim', ['amara', 'bela', 'chen', 'dora']],
    ['?source=login', []],
    ['?canSignIn=false', ['bela', 'dora']],
    ['?canSignIn=false&status=active', ['dora']],
    ['?canSignIn=false&search=contoso&sort=-displayName', ['dora', 'bela']],
    ['?sort=-userName', ['dora', 'chen', 'bela', 'amara']],
    ['?sort=displayName', ['amara', 'bela', 'chen', 'dora']],
    ['?sort=-lastSignInAt', ['dora', 'chen', 'bela', 'amara']],
    ['?sort=createdAt', ['amara', 'bela', 'chen', 'dora']],
    ['?sort=-createdAt', ['dora', 'chen', 'bela', 'amara']],
    ['?sort=-lastProvisionedAt&limit=1', ['bela']],
  ])('answers %s', async (query, expected) => {
    const page = await list(query);
    expect(names(page)).toEqual(expected);
    if (!query.includes('limit')) expect(page.total).toBe(expected.length);
  });

  it('finds by the id of a team as by its name', async () => {
    const [team] = (await list('?search=amara')).items[0]!.teams;
    expect(names(await list(`?team=${team!.id}`))).toEqual(['amara', 'chen']);
    expect(names(await list(`?businessUnit=${team!.id}`))).toEqual([]);
  });

  it.each(['userName', '-userName', '-displayName', 'createdAt', '-lastProvisionedAt', 'lastSignInAt'])(
    'pages through everybody once, by %s',
    async (sort) => {
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: Page<UserJson> = await list(`?limit=1&sort=${sort}${cursor && `&cursor=${cursor}`}`);
        expect(page.total).toBe(4);
        seen.push(...page.items.map((user) => user.id));
        cursor = page.nextCursor;
      }
      expect(seen).toHaveLength(4);
      expect(new Set(seen).size).toBe(4);
    },
  );
});

describe('GET /api/users 400', () => {
  it.each([
    ['?stauts=active', 'stauts'],
    ['?status=gone', 'status'],
    ['?limit=0', 'limit'],
    ['?limit=501', 'limit'],
    ['?limit=ten', 'limit'],
    ['?limit=1e2', 'limit'],
    ['?sort=email', 'sort'],
    ['?search=', 'search'],
    ['?status=active&status=suspended', 'status'],
    ['?__proto__=1', '__proto__'],
  ])('names what is wrong in %s', async (query, parameter) => {
    const { status, problem } = await api.get(`/api/users${query}`);
    expect([status, problem.reason]).toEqual([400, 'invalidValue']);
    expect(problem.detail).toContain(parameter);
  });

  it.each(['x', 'e30', 'bnVsbA', Buffer.from('["users userName",{},"x"]').toString('base64url')])(
    'refuses the cursor %s',
    async (cursor) => {
      const { status, problem } = await api.get(`/api/users?cursor=${cursor}`);
      expect([status, problem.reason]).toEqual([400, 'invalidCursor']);
    },
  );

  it('refuses a cursor of another order', async () => {
    const { nextCursor } = await list('?limit=1&sort=createdAt');
    expect((await api.get(`/api/users?cursor=${nextCursor}`)).problem.reason).toBe('invalidCursor');
  });
});

describe('GET /api/users/{id}', () => {
  it('200 with an ETag', async () => {
    const { body, headers } = await api.get<UserJson>(`/api/users/${ids.chen}`);
    expect(body.userName).toBe('chen@contoso.com');
    expect(headers.get('etag')).toMatch(/^"\d+"$/);
  });

  it('200 for a removed one, without access', async () => {
    const { body } = await api.get<UserJson>(`/api/users/${ids.emil}`);
    expect(body).toMatchObject({ status: 'removed', role: null, teams: [], businessUnits: [] });
    expect(body.removedAt).not.toBeNull();
  });

  it('404 for nobody', async () => {
    const { problem } = await api.get('/api/users/019ab7f0-3c1e-7d52-9a44-0c1f2e3d4b5a');
    expect(problem).toMatchObject({ status: 404, reason: 'notFound', title: 'Not found' });
  });
});

describe('GET /api/users/{id}/timeline', () => {
  it('200: what happened to them, newest first, in pages', async () => {
    const page = (await api.get<Page<EventJson>>(`/api/users/${ids.bela}/timeline`)).body;
    expect(page.items.map((event) => event.type)).toEqual([
      'user.suspended',
      'grant.added',
      'grant.added',
      'user.created',
    ]);
    const first = (await api.get<Page<EventJson>>(`/api/users/${ids.bela}/timeline?limit=3`)).body;
    const second = (
      await api.get<Page<EventJson>>(`/api/users/${ids.bela}/timeline?cursor=${first.nextCursor}`)
    ).body;
    expect([...first.items, ...second.items]).toEqual(page.items);
    expect(second.nextCursor).toBeNull();
  });
});

describe('PATCH /api/users/{id}', () => {
  it('200: suspends once, and no channel lifts it', async () => {
    const suspend = () =>
      api.send<UserJson>('PATCH', `/api/users/${ids.chen}`, { body: { suspended: true } });
    const events = await api.eventsOf(async () => {
      expect((await suspend()).body).toMatchObject({ status: 'suspended', suspensions: ['admin'] });
      await suspend();
    });
    expect(told(events)).toEqual([`user.suspended -> user ${ids.chen}`]);
    expect(events[0]).toMatchObject({
      actor: { kind: 'key' },
      cause: { kind: 'request' },
      data: { reason: 'admin' },
    });

    await api.scim.patch(`/Users/${ids.chen}`, [{ op: 'replace', path: 'active', value: true }]);
    expect((await api.get<UserJson>(`/api/users/${ids.chen}`)).body.status).toBe('suspended');
    expect((await api.scim.get(`/Users/${ids.chen}`)).resource.active).toBe(true);
  });

  it('200: lifts it, with the access that was there', async () => {
    const events = await api.eventsOf(async () => {
      const { body } = await api.send<UserJson>('PATCH', `/api/users/${ids.chen}`, {
        body: { suspended: false },
      });
      expect(body).toMatchObject({ status: 'active', role: { id: 'viewer' }, suspensions: [] });
      expect(body.teams.map((team) => team.name)).toEqual(['Platform']);
    });
    expect(told(events)).toEqual([`user.reactivated -> user ${ids.chen}`]);
  });

  it('200: people lift their own reason, not the one of the provider', async () => {
    const { body } = await api.send<UserJson>('PATCH', `/api/users/${ids.bela}`, {
      body: { suspended: false },
    });
    expect(body).toMatchObject({ status: 'suspended', suspensions: ['scim'] });
  });

  it('412 when somebody else was first', async () => {
    const stale = { headers: { 'if-match': '"1"' }, body: { suspended: true } };
    const events = await api.eventsOf(async () => {
      const { problem } = await api.send('PATCH', `/api/users/${ids.chen}`, stale);
      expect(problem).toMatchObject({ status: 412, reason: 'stale', version: expect.any(String) });
    });
    expect(events).toEqual([]);
    const etag = (await api.get(`/api/users/${ids.chen}`)).headers.get('etag')!;
    const fresh = { headers: { 'if-match': etag }, body: { suspended: false } };
    expect((await api.send('PATCH', `/api/users/${ids.chen}`, fresh)).status).toBe(200);
  });

  it('409 for a removed user', async () => {
    const { problem } = await api.send('PATCH', `/api/users/${ids.emil}`, { body: { suspended: true } });
    expect(problem).toMatchObject({ status: 409, reason: 'conflict' });
  });

  it.each([
    [{ suspended: 'yes' }, 'suspended'],
    [{ suspended: true, role: 'Admin' }, 'role'],
    [{}, 'suspended'],
    [[], 'body'],
    [null, 'body'],
  ])('400 for %j', async (body, named) => {
    const { problem } = await api.send('PATCH', `/api/users/${ids.chen}`, { body });
    expect(problem).toMatchObject({ status: 400, reason: 'invalidValue' });
    expect(problem.detail.toLowerCase()).toContain(named);
  });
});

describe('a team renamed by its group', () => {
  it('is the same team under its new name', async () => {
    const before = (await list('?search=amara')).items[0]!.teams;
    await api.scim.patch(`/Groups/${platform}`, [
      { op: 'replace', path: 'displayName', value: 'Foundation' },
    ]);
    const after = (await list('?search=amara')).items[0]!.teams;
    expect(after).toEqual([{ id: before[0]!.id, name: 'Foundation' }]);
    expect(names(await list('?team=Foundation'))).toEqual(['amara', 'chen']);
  });
});
