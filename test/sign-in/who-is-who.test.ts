// Whom a sign-in is about where names and ids of several people meet: who was brought back, who was taken over for somebody
// else, whose name another has, and who only says that they have it.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TenantUser, withUser } from '../../simulator/tenant.ts';
import { type ScimClient, scimClient, USER } from '../harness/scim-client.ts';
import { startServer, type TestServer } from '../harness/server.ts';
import { type Issuer, startIssuer } from './issuer.ts';
import { type Visit, visitor } from './visitor.ts';
import { startWorld, type World } from './world.ts';

const MINUTE_MS = 60_000;

describe('at Entra', () => {
  let world: World;
  afterEach(() => world.stop());

  async function two(): Promise<[TenantUser, TenantUser]> {
    const attributeRoleMappings = [{ attribute: 'preferred_username', value: '*', role: 'Viewer' }];
    world = await startWorld({ provider: { attributeRoleMappings } });
    const [one, other] = [...world.entra.tenant().users.values()] as [TenantUser, TenantUser];
    for (const { userPrincipalName } of [one, other]) world.entra.assignUser(userPrincipalName);
    return [one, other];
  }

  it('lets in whom SCIM brought back under a name and no object id, once the directory confirms it', async () => {
    const [one] = await two();
    const person = { schemas: [USER], userName: one.userPrincipalName, active: true, title: 'Engineer' };
    const first = await world.scim.post('/Users', { ...person, externalId: one.objectId });
    await world.signIn(one.userPrincipalName);
    await world.scim.delete(`/Users/${first.resource.id}`);
    const gone = await world.signIn(one.userPrincipalName);
    expect([gone.status, gone.text.includes('Your account was removed')]).toEqual([403, true]);
    const second = await world.scim.post('/Users', { ...person, externalId: 'a-mail-nickname' });
    expect((await world.signIn(one.userPrincipalName)).status).toBe(303);
    const links = await world.eventsOf('user.linked');
    expect(links.at(-1)).toMatchObject({ subject: { id: second.resource.id }, data: { by: 'userName' } });
  });

  it('a link ends where provisioning says that the user is somebody else', async () => {
    const [one, other] = await two();
    expect((await world.signIn(one.userPrincipalName)).status).toBe(303);
    const [made] = await world.eventsOf('user.created');
    const { status } = await world.scim.patch(`/Users/${made!.subject.id}`, [
      { op: 'replace', path: 'externalId', value: other.objectId },
    ]);
    expect(status).toBe(200);
    const refused = await world.signIn(one.userPrincipalName);
    expect([refused.status, refused.text.includes('another object id')]).toEqual([403, true]);
    expect((await world.signIn(other.userPrincipalName)).status).toBe(303);
  });

  it('a refresh whose name another has by now tells the rest', async () => {
    const [one] = await two();
    const { browser } = await world.signIn(one.userPrincipalName);
    const name = 'taken@contoso.example';
    await world.scim.post('/Users', { schemas: [USER], userName: name, externalId: 'x', active: true });
    world.entra.changeTenant((tenant) =>
      withUser(tenant, { ...one, userPrincipalName: name, displayName: 'Another Name' }),
    );
    world.pass(16 * MINUTE_MS);
    expect((await browser.get('/api/me', { accept: 'application/json' })).status).toBe(200);
    const [updated] = await world.eventsOf('user.updated');
    expect(updated?.data).toMatchObject({ channel: 'refresh', after: { name: 'Another Name' } });
  });
});

describe('at another issuer, where people choose their name', () => {
  const NAME = 'victim@others.example';
  let issuer: Issuer;
  let server: TestServer;
  let scim: ScimClient;

  beforeEach(async () => {
    issuer = await startIssuer();
    const provisioningToken = 'a-provisioning-token-of-these-tests';
    const provider = {
      name: 'others',
      kind: 'oidc',
      clientId: issuer.client.id,
      clientSecret: issuer.client.secret,
      issuer: issuer.url,
      scim: { enabled: true, provisioningToken },
      attributeRoleMappings: [
        { attribute: 'title', value: '*', role: 'Admin' },
        { attribute: 'name', value: 'Stranger', role: 'Viewer' },
      ],
      attributeTeamMappings: [{ attribute: 'nickname', value: '*', team: '*' }],
    };
    server = await startServer({ env: { BIFROST_DEVELOPMENT: '1' }, config: { providers: [provider] } });
    scim = scimClient(server.scim, provisioningToken);
    issuer.admit(server.url);
  });
  afterEach(async () => {
    await server.stop();
    await issuer.close();
  });

  async function signIn(claims: Record<string, unknown>): Promise<Visit> {
    issuer.people.set('stranger', { preferred_username: NAME, ...claims });
    const browser = visitor(server.url);
    const begun = await browser.get('/login?provider=others');
    return browser.get(await issuer.signIn(visitor(issuer.url), begun.location!, 'stranger'));
  }

  async function api<Item>(path: string, method = 'GET'): Promise<Item[]> {
    const headers = { authorization: `Bearer ${server.apiKey}` };
    const answer = await fetch(server.url + path, { method, headers });
    return answer.status === 204 ? [] : ((await answer.json()) as { items: Item[] }).items;
  }

  const confirms = 'An administrator has to confirm you';

  it('whoever says that they have a name changes nothing of whoever has it', async () => {
    await scim.post('/Users', { schemas: [USER], userName: NAME, active: true });
    const answer = await signIn({ name: 'Nobody' });
    expect([answer.status, answer.text.includes(confirms)]).toEqual([403, true]);
    expect(await api('/api/events?after=0&limit=500&type=user.updated,grant.added')).toEqual([]);
  });

  it('whoever waits under a name gets nothing of whoever is provisioned under it, until somebody confirms', async () => {
    expect((await signIn({ name: 'Stranger' })).status).toBe(303);
    const [made] = await api<{ id: string }>(`/api/users?search=${encodeURIComponent(NAME)}`);
    await scim.patch(`/Users/${made!.id}`, [
      { op: 'replace', path: 'externalId', value: 'the-id-of-the-victim' },
      { op: 'add', path: 'title', value: 'Head of everything' },
    ]);
    const answer = await signIn({ name: 'Stranger' });
    expect([answer.status, answer.text.includes(confirms)]).toEqual([403, true]);
    const [asked] = await api<{ id: string }>('/api/link-requests');
    await api(`/api/link-requests/${asked!.id}/approve`, 'POST');
    expect((await signIn({ name: 'Stranger' })).status).toBe(303);
  });
});
