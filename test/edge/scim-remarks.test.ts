// What the SCIM edge must not keep, and what it must tell: masked bodies and addresses in the request log, the alarm of
// a group that shrank to one, a suspension that silence does not lift.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ScimClient, scimClient } from '../harness/scim-client.ts';
import { startServer, type TestServer } from '../harness/server.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

let server: TestServer;
let scim: ScimClient;

beforeAll(async () => {
  server = await startServer();
  scim = scimClient(server.scim, server.token);
});

afterAll(async () => {
  scim.close();
  await server.stop();
});

async function api(path: string): Promise<{ items: Record<string, unknown>[] }> {
  const answer = await fetch(server.url + path, { headers: { authorization: `Bearer ${server.apiKey}` } });
  return (await answer.json()) as { items: Record<string, unknown>[] };
}

async function made(path: '/Users' | '/Groups', resource: object): Promise<string> {
  const { resource: answer } = await scim.post(path, resource);
  return String(answer.id);
}

const patch = (path: string, ...operations: Parameters<ScimClient['patch']>[1]) =>
  scim.patch(path, operations);

describe('the request log', () => {
  it('keeps no password, however it is spelled and wherever it stands', async () => {
    const id = await made('/Users', {
      schemas: [USER],
      userName: 'mask@kitehaus.example',
      password: 'Sesame-1',
    });
    await scim.send('PATCH', `/Users/${id}`, {
      body: `{"schemas":["${PATCH}"],"Operations":[{"op":"replace","value":{"p\\u0061ssword":"Sesame-2"}}]}`,
    });
    await patch(`/Users/${id}`, { op: 'replace', path: 'password', value: 'Sesame-3' });
    await patch(`/Users/${id}`, {
      op: 'replace',
      path: 'password[value eq "Sesame-4"]',
      value: { a: 'Sesame-5' },
    });
    await scim.get('/Users?filter=password%20eq%20%22Sesame-6%22&access_token=Sesame-7');
    const { items } = await api('/api/requests?limit=50');
    expect(items.length).toBeGreaterThanOrEqual(5);
    const details = await Promise.all(items.map((item) => api(`/api/requests/${item.id}`)));
    expect(JSON.stringify([items, details])).not.toContain('Sesame');
  });
});

describe('replace of members by one', () => {
  it('raises an alarm when others left, and none when the group was that one (Q27)', async () => {
    const people: string[] = [];
    for (const n of [1, 2, 3])
      people.push(await made('/Users', { schemas: [USER], userName: `crew${n}@kitehaus.example` }));
    const members = people.map((value) => ({ value }));
    const group = await made('/Groups', { schemas: [GROUP], displayName: 'Shrinking Crew', members });
    const one = { op: 'replace', path: 'members', value: [{ value: people[0] }] };
    await patch(`/Groups/${group}`, one);
    await patch(`/Groups/${group}`, one);
    const { items } = await api('/api/events?type=members.replaced_with_one');
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ subject: { kind: 'group', id: group }, data: { left: 2 } });
  });
});

describe('a suspended user', () => {
  it.each([
    [
      'PUT without active',
      (id: string) => scim.put(`/Users/${id}`, { schemas: [USER], userName: `quiet-${id}` }),
    ],
    ['remove of active', (id: string) => patch(`/Users/${id}`, { op: 'remove', path: 'active' })],
    [
      'active made empty',
      (id: string) => patch(`/Users/${id}`, { op: 'replace', path: 'active', value: '' }),
    ],
  ])('stays suspended through %s', async (_, speak) => {
    const userName = `leaver-${Math.random()}@kitehaus.example`;
    const id = await made('/Users', { schemas: [USER], userName, active: false });
    await speak(id);
    expect((await scim.get(`/Users/${id}`)).resource.active).toBe(false);
    await patch(`/Users/${id}`, { op: 'replace', path: 'active', value: true });
    expect((await scim.get(`/Users/${id}`)).resource.active).toBe(true);
  });
});

describe('a group with an extension that we do not know', () => {
  it('is changed by a filter on that extension', async () => {
    const urn = 'urn:kitehaus:2.0:Group';
    const group = await made('/Groups', {
      schemas: [GROUP, urn],
      displayName: 'Tagged Crew',
      [urn]: { tags: [{ value: 'alpha', label: 'A' }] },
    });
    const path = `${urn}:tags[value sw "al"].label`;
    expect((await patch(`/Groups/${group}`, { op: 'replace', path, value: 'B' })).status).toBe(204);
    const { resource } = await scim.get(`/Groups/${group}`);
    expect(resource[urn]).toEqual({ tags: [{ value: 'alpha', label: 'B' }] });
  });
});
