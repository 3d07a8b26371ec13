// Whom a sign-in is about where names and ids of several people meet: who was brought back, who was taken over for somebody
// else, whose name another has, and who only says that they have it.

import { afterEach, describe, expect, it } from 'vitest';
import { type TenantUser, withUser } from '../../simulator/tenant.ts';
import { scimClient, USER } from '../harness/scim-client.ts';
import { startServer } from '../harness/server.ts';
import { startIssuer } from './issuer.ts';
import { visitor } from './visitor.ts';
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

it('at another issuer, whoever says that they have a name changes nothing of whoever has it', async () => {
  const issuer = await startIssuer();
  const token = 'a-provisioning-token-of-these-tests';
  const provider = {
    name: 'others',
    kind: 'oidc',
    clientId: issuer.client.id,
    clientSecret: issuer.client.secret,
    issuer: issuer.url,
    scim: { enabled: true, provisioningToken: token },
    attributeTeamMappings: [{ attribute: 'name', value: '*', team: '*' }],
  };
  const server = await startServer({ env: { BIFROST_DEVELOPMENT: '1' }, config: { providers: [provider] } });
  try {
    issuer.admit(server.url);
    const body = { schemas: [USER], userName: 'victim@others.example', active: true };
    await scimClient(server.scim, token).post('/Users', body);
    issuer.people.set('stranger', { name: 'Stranger', preferred_username: 'victim@others.example' });
    const browser = visitor(server.url);
    const begun = await browser.get('/login?provider=others');
    const answer = await browser.get(await issuer.signIn(visitor(issuer.url), begun.location!, 'stranger'));
    expect([answer.status, answer.text.includes('An administrator has to confirm you')]).toEqual([403, true]);
    const events = await fetch(`${server.url}/api/events?after=0&limit=500&type=user.updated,grant.added`, {
      headers: { authorization: `Bearer ${server.apiKey}` },
    });
    expect(((await events.json()) as { items: unknown[] }).items).toEqual([]);
  } finally {
    await server.stop();
    await issuer.close();
  }
});
