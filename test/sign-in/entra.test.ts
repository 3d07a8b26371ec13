// Signing in with the local Entra, as a browser does it: who comes in, as whom, with which access, and who does not.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TenantUser } from '../../simulator/tenant.ts';
import { ENTERPRISE, USER } from '../harness/scim-client.ts';
import { type Visitor, visitor } from './visitor.ts';
import { startWorld, type World } from './world.ts';

interface Me {
  name: string;
  role: string | null;
  person: { kind: string; id: string } | null;
  permissions: string[];
}

let world: World;
let next = 0;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

async function me(browser: Visitor): Promise<{ status: number; body: Me }> {
  const answer = await browser.get('/api/me', { accept: 'application/json' });
  return { status: answer.status, body: JSON.parse(answer.text) as Me };
}

/** Somebody whom no test has used, assigned to the application. */
function somebody(roles: readonly string[] = ['Admin']): TenantUser {
  const user = [...world.entra.tenant().users.values()][next++]!;
  world.entra.assignUser(user.userPrincipalName, roles);
  return user;
}

async function provisioned(user: TenantUser, more: Record<string, unknown> = {}): Promise<string> {
  const { resource } = await world.scim.post('/Users', {
    schemas: [USER, ENTERPRISE],
    userName: user.userPrincipalName,
    externalId: user.objectId,
    displayName: user.displayName,
    active: true,
    [ENTERPRISE]: { department: 'Kites' },
    ...more,
  });
  return resource.id;
}

const active = (id: string, value: boolean) =>
  world.scim.patch(`/Users/${id}`, [{ op: 'Replace', path: 'active', value }]);

const refusals = async (user: string) =>
  (await world.eventsOf('sign_in.refused'))
    .filter(({ subject }) => subject.id === user)
    .map(({ data }) => data?.reason);

describe('somebody whom nobody provisioned', () => {
  it('is made by their first sign-in, with what the token says, and comes back as the same', async () => {
    const user = somebody();
    const first = await world.signIn(user.userPrincipalName);
    expect([first.status, first.location]).toEqual([303, '/users']);
    const seen = await me(first.browser);
    expect(seen.body).toMatchObject({ name: user.displayName, role: 'Admin', person: { kind: 'user' } });
    const again = await world.signIn(user.userPrincipalName);
    expect((await me(again.browser)).body.person?.id).toBe(seen.body.person?.id);
    const made = await world.eventsOf('user.created', 'user.linked', 'user.signed_in');
    expect(made.map(({ type }) => type)).toEqual([
      'user.created',
      'user.linked',
      'user.signed_in',
      'user.signed_in',
    ]);
    const filter = encodeURIComponent(`externalId eq "${user.objectId}"`);
    const found = await world.scim.get(`/Users?filter=${filter}`);
    expect(found.list.totalResults).toBe(1);
  });

  it('exists without a role, is told what was looked at, and is not let in', async () => {
    const user = somebody([]);
    const refused = await world.signIn(user.userPrincipalName);
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('You have no role here');
    expect(refused.text).toMatch(/<code>roles<\/code>.*nothing/s);
    expect(refused.browser.cookies.size).toBe(0);
    const listed = await world.api<{ items: { id: string; userName: string }[] }>(
      'GET',
      '/api/users?role=none',
    );
    const found = listed.body.items.find(({ userName }) => userName === user.userPrincipalName)!;
    expect(await refusals(found.id)).toEqual(['no-role']);
  });
});

describe('somebody whom SCIM provisioned', () => {
  it('is found by externalId, whatever they are called', async () => {
    const user = somebody();
    const id = await provisioned(user, { userName: 'another.name@kitehaus.example' });
    const entered = await world.signIn(user.userPrincipalName);
    expect((await me(entered.browser)).body).toMatchObject({ role: 'Admin', person: { id } });
  });

  it('is found by name, once, where externalId is no object id and the directory confirms it', async () => {
    const user = somebody([]);
    const id = await provisioned(user, { externalId: user.mailNickname });
    const entered = await world.signIn(user.userPrincipalName);
    expect((await me(entered.browser)).body).toMatchObject({ role: 'Viewer', person: { id } });
    const linked = (await world.eventsOf('user.linked')).at(-1);
    expect(linked).toMatchObject({ subject: { id }, data: { by: 'userName', subject: user.objectId } });
  });

  it('waits for an administrator where a name would make one', async () => {
    const user = somebody(['Admin']);
    const id = await provisioned(user, { externalId: user.mailNickname });
    const refused = await world.signIn(user.userPrincipalName);
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('An administrator has to confirm you');
    const asked = await world.api<{ items: { id: string; userName: string }[] }>('GET', '/api/link-requests');
    const request = asked.body.items.find(({ userName }) => userName === user.userPrincipalName)!;
    expect((await world.api('POST', `/api/link-requests/${request.id}/approve`)).status).toBeLessThan(300);
    const entered = await world.signIn(user.userPrincipalName);
    expect((await me(entered.browser)).body).toMatchObject({ role: 'Admin', person: { id } });
  });

  it('is not found by a name that is another person’s', async () => {
    const user = somebody();
    const id = await provisioned(user, { externalId: '99999999-8888-4777-8666-555555555555' });
    const refused = await world.signIn(user.userPrincipalName);
    expect([refused.status, await refusals(id)]).toEqual([403, ['not-confirmed']]);
  });

  it('is not found by a name while the directory does not answer', async () => {
    const user = somebody();
    const id = await provisioned(user, { externalId: user.mailNickname });
    // Longer than anybody waits: it is not asked again. The clock of this world stands still, so no patience would end.
    const away = { kind: 'status', status: 503, retryAfterSeconds: 60 } as const;
    world.entra.setFault({ at: 'graph', ...away, times: null });
    const refused = await world.signIn(user.userPrincipalName);
    world.entra.clearFaults();
    expect([refused.status, await refusals(id)]).toEqual([403, ['not-confirmed']]);
    expect(refused.text).toContain('source attribute objectId');
  });

  it('does not come in while suspended, nor once removed; only provisioning brings them back', async () => {
    const user = somebody();
    const id = await provisioned(user);
    await world.signIn(user.userPrincipalName);
    await active(id, false);
    expect((await world.signIn(user.userPrincipalName)).text).toContain('Your account is suspended');
    await active(id, true);
    expect((await world.signIn(user.userPrincipalName)).status).toBe(303);
    await world.scim.delete(`/Users/${id}`);
    const gone = await world.signIn(user.userPrincipalName);
    expect([gone.status, gone.text.includes('Your account was removed')]).toEqual([403, true]);
    expect(await refusals(id)).toEqual(['suspended', 'removed']);
    const anew = await provisioned(user);
    const back = await world.signIn(user.userPrincipalName);
    expect((await me(back.browser)).body.person?.id).toBe(anew);
  });

  it('does not come back by signing in once purged', async () => {
    const user = somebody();
    const id = await provisioned(user);
    await world.scim.delete(`/Users/${id}`);
    expect((await world.api('POST', `/api/users/${id}/purge`)).status).toBe(202);
    for (let i = 0; i < 200 && (await world.api('GET', `/api/users/${id}`)).status === 200; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect((await world.signIn(user.userPrincipalName)).text).toContain('Your account was removed');
  });
});

describe('a session', () => {
  it('ends with the commit that suspends its person: the next request is refused', async () => {
    const user = somebody();
    const id = await provisioned(user);
    const { browser } = await world.signIn(user.userPrincipalName);
    expect((await me(browser)).status).toBe(200);
    await active(id, false);
    expect((await me(browser)).status).toBe(401);
    await active(id, true);
    expect((await me(browser)).status).toBe(401);
  });

  it('changes nothing for a page of another site', async () => {
    const user = somebody();
    const { browser } = await world.signIn(user.userPrincipalName);
    const body = JSON.stringify({ name: 'stolen', permissions: [] });
    const headers = { 'content-type': 'application/json', origin: 'https://evil.example' };
    const refused = await browser.send('POST', '/api/api-keys', headers, body);
    expect(refused.status).toBe(403);
    const silent = await browser.send('POST', '/api/api-keys', { 'content-type': 'application/json' }, body);
    expect(silent.status).toBe(403);
    const own = await browser.send(
      'POST',
      '/api/api-keys',
      { 'content-type': 'application/json', origin: world.server.url },
      JSON.stringify({ name: 'mine' }),
    );
    expect(own.status).toBe(201);
  });

  it('is a new one each time, whatever cookie the browser came with', async () => {
    const user = somebody();
    const browser = visitor(world.server.url);
    browser.cookies.set('__Host-bifrost', 'A'.repeat(43));
    await world.signIn(user.userPrincipalName, browser);
    const first = browser.cookies.get('__Host-bifrost');
    expect(first).not.toBe('A'.repeat(43));
    await world.signIn(user.userPrincipalName, browser);
    expect(browser.cookies.get('__Host-bifrost')).not.toBe(first);
    const old = visitor(world.server.url);
    old.cookies.set('__Host-bifrost', first!);
    expect((await me(old)).status).toBe(401);
  });

  it('reads its claims anew when they are old, once for many requests, and follows what they say', async () => {
    const user = somebody(['Admin']);
    const { browser } = await world.signIn(user.userPrincipalName);
    world.entra.editUser(user.userPrincipalName, { department: 'Elsewhere' });
    world.entra.unassignUser(user.userPrincipalName);
    world.entra.assignUser(user.userPrincipalName, ['User']);
    world.pass(16 * 60_000);
    const before = tokenRequests();
    await Promise.all(Array.from({ length: 8 }, () => me(browser)));
    expect(tokenRequests() - before).toBe(1);
    expect((await me(browser)).status).toBe(200);
  });

  it('ends when the provider ends the grant, and stays while the provider is away', async () => {
    const user = somebody();
    const { browser } = await world.signIn(user.userPrincipalName);
    world.pass(16 * 60_000);
    world.entra.setFault({ at: 'token', kind: 'status', status: 503, times: 1 });
    expect((await me(browser)).status).toBe(200);
    world.entra.clearFaults();
    world.entra.revokeSessions(user.userPrincipalName);
    world.pass(16 * 60_000);
    expect((await me(browser)).status).toBe(401);
    const ended = (await world.eventsOf('session.ended')).at(-1);
    expect(ended?.data?.reason).toBe('grant-ended');
  });

  it('ends when the provider says so through the front channel, and for no other sid', async () => {
    world.entra.changeApp({ optionalClaims: [{ name: 'sid' }] });
    const user = somebody();
    const { browser } = await world.signIn(user.userPrincipalName);
    const wrong = await visitor(world.server.url).get('/login/front-channel-logout?iss=x&sid=y');
    expect(wrong.status).toBe(200);
    expect((await me(browser)).status).toBe(200);
    world.entra.changeApp({ logoutUrl: `${world.server.url}/login/front-channel-logout` });
    await world.entra.signOut(user.userPrincipalName);
    expect((await me(browser)).status).toBe(401);
  });
});

/** Beside the first one of each sign-in, every question at the token endpoint is a refresh. */
function tokenRequests(): number {
  return world.entra.requests().filter(({ target }) => target.includes('/oauth2/v2.0/token')).length;
}

it('whoever comes back with a session that has ended is told so, and loses the cookie', async () => {
  const user = somebody();
  const id = await provisioned(user);
  const { browser } = await world.signIn(user.userPrincipalName);
  await active(id, false);
  const back = await browser.get('/');
  expect([back.status, back.location]).toEqual([303, '/login?ended']);
  expect(browser.cookies.size).toBe(0);
  expect((await browser.get(back.location!)).text).toContain('Your session has ended.');
  expect((await browser.get('/')).location).toBe('/login');
});
