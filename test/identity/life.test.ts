// The life of a user over HTTP: names that are taken and free again, the recycle bin and who may have the name meanwhile,
// removal and return. The answer an app gets follows at once.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admin } from '../concurrency/admin.ts';
import { type Operation, type ScimClient, scimClient, USER } from '../harness/scim-client.ts';
import { startServer, type TestServer } from '../harness/server.ts';
import { BIN, replace } from './person.ts';

interface Shown {
  id: string;
  userName: string;
  email: string | null;
  status: string;
  inRecycleBin: boolean;
  formerly: string | null;
}

describe('the life of a user', () => {
  let server: TestServer;
  let client: ScimClient;
  let count = 0;

  beforeAll(async () => {
    server = await startServer();
    client = scimClient(server.scim, server.token);
  });
  afterAll(async () => {
    client.close();
    await server.stop();
  });

  const newName = () => `amara${count++}@kitehaus.example`;
  const post = (userName: string, more: object = {}) =>
    client.post('/Users', { schemas: [USER], userName, ...more });
  const make = async (userName: string, more: object = {}) => (await post(userName, more)).resource.id;
  const patch = async (id: string, ...operations: Operation[]) =>
    (await client.patch(`/Users/${id}`, operations)).status;
  const shown = (id: string) => admin<Shown>(server, `/users/${id}`);

  /** What an app hears when it asks for that name. */
  async function access(userName: string): Promise<string> {
    const answer = await fetch(`${server.url}/api/access?userName=${encodeURIComponent(userName)}`, {
      headers: { authorization: `Bearer ${server.apiKey}` },
    });
    if (answer.status !== 200) return String(answer.status);
    return ((await answer.json()) as { active: boolean }).active ? 'active' : 'inactive';
  }

  it('holds a name while the user is active or suspended, and frees it at the removal', async () => {
    const name = newName();
    const id = await make(name);
    expect((await post(name.toUpperCase())).error.scimType).toBe('uniqueness');
    expect(await access(name)).toBe('active');
    expect(await patch(id, replace('active', false))).toBe(200);
    expect((await post(name)).status).toBe(409);
    expect(await access(name)).toBe('inactive');
    expect((await client.delete(`/Users/${id}`)).status).toBe(204);
    expect((await client.get(`/Users/${id}`)).status).toBe(404);
    expect(await access(name)).toBe('inactive');
    const again = await make(name);
    expect(again).not.toBe(id);
    expect(await shown(again)).toMatchObject({ formerly: id, status: 'active' });
    expect(await shown(id)).toMatchObject({ status: 'removed', userName: name });
    expect(await access(name)).toBe('active');
  });

  it('gives the same id and access back when the provider does', async () => {
    const id = await make(newName(), { roles: [{ value: 'admin' }] });
    const group = (
      await client.post('/Groups', {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
        displayName: newName(),
        members: [{ value: id }],
      })
    ).resource.id;
    const before = await admin<{ role: object; teams: object }>(server, `/users/${id}`);
    await patch(id, replace('active', 'False'));
    await patch(id, replace('active', 'True'));
    const after = await admin<{ role: object; teams: object }>(server, `/users/${id}`);
    expect([after.role, after.teams]).toEqual([before.role, before.teams]);
    expect((await client.get(`/Groups/${group}`)).resource.members?.map((each) => each.value)).toEqual([id]);
  });

  it('lets somebody else have the name of who is in the recycle bin, who then cannot come back to it', async () => {
    const name = newName();
    const id = await make(name, { emails: [{ type: 'work', value: name }] });
    await patch(id, replace('userName', `${BIN}${name}`), replace('active', false));
    expect(await shown(id)).toMatchObject({
      userName: name,
      email: name,
      status: 'suspended',
      inRecycleBin: true,
    });
    expect((await client.get(`/Users/${id}`)).resource.userName).toBe(`${BIN}${name}`);
    expect((await client.users(`userName eq "${name}"`)).list.totalResults).toBe(0);
    expect((await client.users(`userName eq "${BIN}${name}"`)).list.totalResults).toBe(1);
    expect(await access(name)).toBe('404');
    const other = await make(name);
    expect(await access(name)).toBe('active');
    expect(await patch(id, replace('userName', name))).toBe(409);
    expect(await shown(id)).toMatchObject({ inRecycleBin: true });
    expect((await client.delete(`/Users/${other}`)).status).toBe(204);
    expect(await patch(id, replace('userName', name), replace('active', true))).toBe(200);
    expect(await shown(id)).toMatchObject({ userName: name, status: 'active', inRecycleBin: false });
    expect(await access(name)).toBe('active');
  });

  it('knows who was removed out of the recycle bin by the name that people know', async () => {
    const name = newName();
    const id = await make(name);
    await patch(id, replace('userName', `${BIN}${name}`), replace('active', false));
    expect((await client.delete(`/Users/${id}`)).status).toBe(204);
    expect(await shown(id)).toMatchObject({ userName: name, status: 'removed' });
    expect(await access(name)).toBe('inactive');
    const again = await make(name);
    expect(await shown(again)).toMatchObject({ formerly: id });
  });

  it('says what happened, and nothing else, to a second identical request', async () => {
    const name = newName();
    const id = await make(name);
    const twice: Operation[] = [replace('userName', `${BIN}${name}`), replace('active', false)];
    await patch(id, ...twice);
    const { version } = (await client.get(`/Users/${id}`)).resource.meta;
    await patch(id, ...twice);
    expect((await client.get(`/Users/${id}`)).resource.meta.version).toBe(version);
    const { items } = await admin<{ items: { type: string }[] }>(server, `/events?subject=${id}&limit=100`);
    expect(items.map((each) => each.type)).toEqual([
      'user.created',
      'user.updated',
      'user.binned',
      'user.suspended',
    ]);
  });
});
