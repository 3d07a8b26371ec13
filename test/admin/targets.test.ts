// GET /api/teams, /api/business-units, one of them, and their members.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PersonJson, RoleJson, SourceJson } from '../../src/edge/admin/contract.ts';
import { type Fixture, type Page, startFixture } from './fixture.ts';

interface Target {
  id: string;
  name: string;
  provider: string;
  members: number;
  group: string | null;
}
type Member = PersonJson & { sources: SourceJson[] };

let api: Fixture;
let users: string[];
let platform: string;

beforeAll(async () => {
  api = await startFixture();
  users = await api.pushUsers(
    'amara@contoso.com/Sales',
    'bela@contoso.com/Sales',
    'chen@contoso.com/Finance',
  );
  platform = await api.pushGroup('Platform', users.slice(0, 2));
  await api.pushGroup('Archive', []);
});
afterAll(() => api.stop());

const list = async (path: string) => (await api.get<Page<Target>>(path)).body;

describe('GET /api/teams and /api/business-units 200', () => {
  it('lists teams by name, also those without members', async () => {
    expect((await list('/api/teams')).items).toMatchObject([
      { name: 'Archive', members: 0, provider: 'entra' },
      { name: 'Platform', members: 2, group: platform, rules: [{ attribute: 'groups', target: '*' }] },
    ]);
    expect((await list('/api/teams?sort=-name')).items.map(({ name }) => name)).toEqual([
      'Platform',
      'Archive',
    ]);
  });

  it('lists business units, which come from values', async () => {
    expect((await list('/api/business-units')).items).toMatchObject([
      { name: 'Finance', members: 1, group: null },
      { name: 'Sales', members: 2, group: null },
    ]);
  });

  it('filters and pages', async () => {
    expect((await list('/api/teams?search=plat')).total).toBe(1);
    expect((await list('/api/teams?provider=nobody')).items).toEqual([]);
    const first = await list('/api/business-units?limit=1');
    const second = await list(`/api/business-units?limit=1&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items].map((unit) => unit.name)).toEqual(['Finance', 'Sales']);
    expect(second.nextCursor).toBeNull();
    const last = await list('/api/business-units?limit=1&sort=-name');
    const before = await list(`/api/business-units?limit=1&sort=-name&cursor=${last.nextCursor}`);
    expect([...last.items, ...before.items].map((unit) => unit.name)).toEqual(['Sales', 'Finance']);
  });
});

it('GET /api/roles 200 says how many hold each, and how many rules give it', async () => {
  const { items } = (await api.get<Page<RoleJson>>('/api/roles?search=viewer')).body;
  expect(items).toMatchObject([{ name: 'Viewer', members: 3, rules: 1 }]);
});

describe('GET /api/teams/{id}', () => {
  it('200 by id and by exact name', async () => {
    const { items } = await list('/api/teams?search=Platform');
    expect((await api.get(`/api/teams/${items[0]!.id}`)).body).toEqual(items[0]);
    expect((await api.get('/api/teams/Platform')).body).toEqual(items[0]);
  });

  it('404 for one of the other kind, and for none', async () => {
    const { items } = await list('/api/teams');
    expect((await api.get(`/api/business-units/${items[0]!.id}`)).problem.status).toBe(404);
    expect((await api.get('/api/teams/nothing')).problem.status).toBe(404);
    expect((await api.get('/api/teams/nothing/members')).problem.status).toBe(404);
  });
});

describe('GET /api/teams/{id}/members 200', () => {
  it('shows each with what makes them a member', async () => {
    const { items, total } = (await api.get<Page<Member>>('/api/teams/Platform/members')).body;
    expect(total).toBe(2);
    expect(items[0]).toMatchObject({
      id: users[0],
      userName: 'amara@contoso.com',
      status: 'active',
      sources: [{ by: 'rule', group: { id: platform, name: 'Platform' }, since: expect.any(String) }],
    });
  });

  it('pages', async () => {
    const first = (await api.get<Page<Member>>('/api/teams/Platform/members?limit=1')).body;
    const second = (
      await api.get<Page<Member>>(`/api/teams/Platform/members?limit=1&cursor=${first.nextCursor}`)
    ).body;
    expect([...first.items, ...second.items].map((member) => member.id)).toEqual(users.slice(0, 2));
    expect(second.nextCursor).toBeNull();
  });

  it('refuses the cursor of another list', async () => {
    const { nextCursor } = (await api.get<Page<Member>>('/api/teams/Platform/members?limit=1')).body;
    const other = await api.get(`/api/business-units/Sales/members?cursor=${nextCursor}`);
    expect(other.problem.reason).toBe('invalidCursor');
  });

  it('shows a manual member as such, and a name given to a group later', async () => {
    await api.send('POST', `/api/users/${users[2]}/grants`, { body: { kind: 'team', target: 'Platform' } });
    await api.scim.patch(`/Groups/${platform}`, [{ op: 'replace', path: 'displayName', value: 'Base' }]);
    const { items } = (await api.get<Page<Member>>('/api/teams/Base/members')).body;
    expect(items.map((member) => member.sources[0]!.by)).toEqual(['rule', 'rule', 'manual']);
    expect(items[0]!.sources[0]!.group).toEqual({ id: platform, name: 'Base' });
  });

  it('shows members of a business unit', async () => {
    const { items } = (await api.get<Page<Member>>('/api/business-units/Sales/members')).body;
    expect(items.map((member) => member.sources[0]!.words)).toEqual([
      'department is "Sales" (by scim), and department = "*" gives the business unit "*".',
      'department is "Sales" (by scim), and department = "*" gives the business unit "*".',
    ]);
  });
});
