// POST, PATCH and DELETE /api/roles, PUT /api/roles/{id}/permissions: what counts from when on, and what is refused.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { adminCore, everything } from '../../src/edge/admin/permissions.ts';
import { type Fixture, keys, startFixture, told } from './fixture.ts';
import { keyOf, personNamed } from './signed-in.ts';

interface RoleJson {
  id: string;
  name: string;
  description: string;
  permissions: string[];
  permissionCount: number;
  revision: number;
}

let api: Fixture;
let role: RoleJson;
let next = 0;

beforeAll(async () => {
  api = await startFixture({ config: { permissions: [{ resource: 'Orders', operations: ['View'] }] } });
});
afterAll(() => api.stop());

beforeEach(async () => {
  const body = { name: `Helpdesk ${++next}`, permissions: ['users:read', 'Orders:View'] };
  role = (await api.send<RoleJson>('POST', '/api/roles', { body })).body;
});

const put = (permissions: string[], headers = {}, id = role.id) =>
  api.send<RoleJson>('PUT', `/api/roles/${id}/permissions`, { body: { permissions }, headers });
const patch = (body: object, headers = {}, id = role.id) =>
  api.send<RoleJson>('PATCH', `/api/roles/${id}`, { body, headers });
const mappings = (rules: object[], id: string) =>
  api.send('PUT', `/api/providers/${id}/mappings`, { body: { attributeRoleMappings: rules } });

async function provider(name: string): Promise<string> {
  const body = { name, kind: 'oidc', issuer: 'https://id.contoso.com', clientId: 'x' };
  return (await api.send<{ id: string }>('POST', '/api/providers', { body })).body.id;
}

describe('POST /api/roles', () => {
  it('201: there, with its event', async () => {
    const body = { name: 'Auditor', description: 'Looks back', permissions: ['events:read', 'audit:read'] };
    const events = await api.eventsOf(async () => {
      const { status, body: made, headers } = await api.send<RoleJson>('POST', '/api/roles', { body });
      expect([status, headers.get('etag')]).toEqual([201, '"1"']);
      expect(made).toMatchObject({ ...body, system: false, permissionCount: 2, revision: 1 });
      expect((await api.get<RoleJson>('/api/roles/Auditor')).body).toEqual(made);
    });
    expect(events).toMatchObject([{ type: 'role.created', data: { after: body }, actor: { kind: 'key' } }]);
  });

  it('201: a copy of another', async () => {
    const body = { name: 'Second admin', copyOf: 'Admin' };
    const made = (await api.send<RoleJson>('POST', '/api/roles', { body })).body;
    expect(made.permissions).toEqual(everything);
    await api.send('DELETE', `/api/roles/${made.id}`);
  });

  it.each([
    [{ name: 'X', permissions: ['user:read'] }, 'did you mean users:read?'],
    [{ name: 'X', permissions: ['orders:View'] }, 'did you mean Orders:View?'],
    [{ name: 'X', permissions: ['zzzzzzzzzz'] }, 'GET /api/permissions has them all'],
    [{ name: 'X', copyOf: 'Boss' }, 'names no role'],
    [{ name: 'X', copyOf: 'Admin', permissions: [] }, 'cannot stand beside permissions'],
    [{ name: 'none' }, 'people without a role'],
    [{ name: ' X' }, 'name'],
    [{}, 'name is missing'],
  ])('400 for %j', async (body, said) => {
    const { problem } = await api.send('POST', '/api/roles', { body });
    expect(problem).toMatchObject({ status: 400, detail: expect.stringContaining(said) });
  });

  it('409 for a name that is there in another letter case', async () => {
    expect((await api.send('POST', '/api/roles', { body: { name: 'ADMIN' } })).problem.status).toBe(409);
  });
});

describe('PATCH /api/roles/{id}', () => {
  it('200: renamed; the same again is no event', async () => {
    const name = `Desk ${next}`;
    const events = await api.eventsOf(async () => {
      expect((await patch({ name })).body).toMatchObject({ name, revision: 2 });
      expect((await patch({ name })).body).toMatchObject({ name, revision: 2 });
    });
    expect(told(events)).toEqual([`role.updated -> role ${role.id}`]);
    expect(events[0]!.data).toEqual({ name, before: { name: role.name }, after: { name } });
  });

  it('409 for another name while rules give it by the former, naming the providers; the description changes', async () => {
    const id = await provider(`Rules ${next}`);
    await mappings([{ attribute: 'title', value: 'x', role: role.name }], id);
    const { problem } = await patch({ name: 'Desk' });
    expect(problem).toMatchObject({ status: 409, providers: [{ id, name: `Rules ${next}` }] });
    expect((await patch({ description: 'First line' })).body).toMatchObject({ description: 'First line' });
  });

  it('409 for the name of a system role; its description is free', async () => {
    expect((await patch({ name: 'Boss' }, {}, 'admin')).problem).toMatchObject({ status: 409 });
    expect((await patch({ description: 'Everything' }, {}, 'admin')).status).toBe(200);
  });

  it('412 when somebody else was first', async () => {
    await patch({ description: 'One' }, { 'if-match': '"1"' });
    expect((await patch({ description: 'Two' }, { 'if-match': '"1"' })).problem.status).toBe(412);
  });
});

describe('PUT /api/roles/{id}/permissions', () => {
  it('200: counts from the next request on', async () => {
    const key = await keyOf(api, await personNamed(api, `amara${next}`, role.name));
    expect((await api.get('/api/users', { key })).status).toBe(200);
    expect((await api.get('/api/events', { key })).problem).toMatchObject({
      status: 403,
      permission: 'events:read',
      role: role.name,
    });
    const events = await api.eventsOf(async () => {
      expect((await put(['events:read', 'events:read'])).body).toMatchObject({
        permissions: ['events:read'],
      });
    });
    expect(events).toMatchObject([
      {
        type: 'role.updated',
        data: {
          before: { permissions: ['users:read', 'Orders:View'] },
          after: { permissions: ['events:read'] },
        },
      },
    ]);
    expect((await api.get('/api/users', { key })).status).toBe(403);
    expect((await api.get('/api/events', { key })).status).toBe(200);
  });

  it('200: the same in another order is no event', async () => {
    const events = await api.eventsOf(async () => {
      expect((await put(['Orders:View', 'users:read'])).body).toMatchObject({ revision: 1 });
    });
    expect(events).toEqual([]);
  });

  it('200: a system role is edited like any other', async () => {
    const before = (await api.get<RoleJson>('/api/roles/viewer')).body.permissions;
    await put([...before, 'events:read'], {}, 'viewer');
    expect((await api.get('/api/events', { key: keys.viewer })).status).toBe(200);
    await put(before, {}, 'viewer');
    expect((await api.get('/api/events', { key: keys.viewer })).status).toBe(403);
  });

  it('200: who wins is decided anew where rules give the role, at once, and stored', async () => {
    const [user] = await api.pushUsers(`kim${next}@contoso.com/Sales`);
    const { body } = await api.get<{ attributeRoleMappings: object[] }>('/api/providers/entra/mappings');
    await api.eventsOf(async () => undefined);
    expect(body.attributeRoleMappings.length).toBeGreaterThan(0);
    const roleOf = async () =>
      (await api.get<{ role: { name: string } }>(`/api/users/${user}`)).body.role.name;
    expect(await roleOf()).toBe('Viewer');
    const viewer = (await api.get<RoleJson>('/api/roles/viewer')).body.permissions;
    const events = await api.eventsOf(() => put([...viewer, 'events:read'], {}, 'viewer'));
    expect(events.map(({ type }) => type)).toEqual(['role.updated', 'mapping.applied']);
    await put(viewer, {}, 'viewer');
    await api.settled();
    expect((await api.send<{ ok: boolean; problems: [] }>('POST', '/api/verify')).body.problems).toEqual([]);
  });

  it('409: the role Admin keeps the way back, whatever else it loses', async () => {
    const { problem } = await put(['users:read'], {}, 'Admin');
    expect(problem).toMatchObject({ status: 409, kept: adminCore });
    expect(problem.detail).toContain('roles:edit');
    expect((await put([...adminCore], {}, 'Admin')).status).toBe(200);
    expect((await api.get('/api/events')).status).toBe(403);
    expect((await put([...everything], {}, 'Admin')).status).toBe(200);
    expect((await api.get('/api/events')).status).toBe(200);
  });

  it('400 for one that nobody knows; 412 for another version; 404 for no role', async () => {
    expect((await put(['users:reed'])).problem.detail).toContain('did you mean users:read?');
    expect((await put([], { 'if-match': '"7"' })).problem.status).toBe(412);
    expect((await put([], {}, 'boss')).problem.status).toBe(404);
  });
});

describe('DELETE /api/roles/{id}', () => {
  const remove = (id = role.id, headers = {}) => api.send('DELETE', `/api/roles/${id}`, { headers });

  it('204, then 404', async () => {
    const events = await api.eventsOf(async () => {
      expect((await remove()).status).toBe(204);
      expect((await remove()).status).toBe(404);
    });
    expect(told(events)).toEqual([`role.removed -> role ${role.id}`]);
  });

  it('409 for a system role, and while rules give it', async () => {
    expect((await remove('viewer')).problem.status).toBe(409);
    await mappings([{ attribute: 'title', value: 'x', role: role.name }], await provider(`Gives ${next}`));
    expect((await remove()).problem).toMatchObject({ status: 409, providers: [{ name: `Gives ${next}` }] });
  });

  it('409 while people hold it: how many, and how to find them; then it goes', async () => {
    const { id } = await personNamed(api, `noor${next}`, role.name);
    const { problem } = await remove();
    expect(problem).toMatchObject({
      status: 409,
      holders: 1,
      people: [id],
      advice: `Find them: bifrost user list --role "${role.name}"`,
    });
    expect(problem.detail).toContain(`1 person holds the role "${role.name}"`);
    await api.send('DELETE', `/api/users/${id}/grants/role/${role.id}`);
    expect((await remove()).status).toBe(204);
  });

  it('412 for another version', async () => {
    expect((await remove(role.id, { 'if-match': '"7"' })).problem.status).toBe(412);
  });
});
