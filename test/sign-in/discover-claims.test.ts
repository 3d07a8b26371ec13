// Discover Claims: a sign-in in a pop-up that shows what arrived and leaves nothing behind.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TenantUser } from '../../simulator/tenant.ts';
import { ENTERPRISE, USER } from '../harness/scim-client.ts';
import { type Visit, type Visitor, visitor } from './visitor.ts';
import { startWorld, type World } from './world.ts';

const DISCOVER = '/workspace/scim/discover-claims';

let world: World;
let admin: Visitor;
let next = 0;
beforeAll(async () => {
  world = await startWorld();
  const { userPrincipalName } = somebody(['Admin']);
  admin = (await world.signIn(userPrincipalName)).browser;
});
afterAll(() => world.stop());

function somebody(roles: readonly string[]): TenantUser {
  const user = [...world.entra.tenant().users.values()][next++]!;
  world.entra.assignUser(user.userPrincipalName, roles);
  return user;
}

/** As the pop-up goes: there, and back with what the provider said. */
async function popUp(browser: Visitor, name: string, path = `${DISCOVER}?provider=entra`): Promise<Visit> {
  const begun = await browser.get(path);
  expect(begun.status, begun.text).toBe(303);
  world.entra.nextUser(name);
  const back = await fetch(begun.location!, { redirect: 'manual', signal: AbortSignal.timeout(20_000) });
  const callback = back.headers.get('location')!;
  expect(new URL(callback).pathname).toBe('/workspace/scim/oauth-discover-callback');
  return browser.get(callback);
}

/** What the page hands to the one that opened it. */
function handedOn({ text }: Visit): Record<string, unknown> {
  const [, json = ''] = /<template id="claims">(.*?)<\/template>/s.exec(text) ?? [];
  const entities = { '&quot;': '"', '&#39;': "'", '&lt;': '<', '&gt;': '>', '&amp;': '&' } as const;
  return JSON.parse(json.replace(/&(quot|#39|lt|gt|amp);/g, (each) => entities[each as '&amp;']));
}

const people = async () => (await world.api<{ total: number }>('GET', '/api/users?limit=1')).body.total;
const sessions = async () =>
  (await world.api<{ items: unknown[] }>('GET', '/api/sessions')).body.items.length;
const events = async () => {
  const { body } = await world.api<{ items: { position: number }[] }>('GET', '/api/audit?limit=1');
  return body.items[0]!.position;
};

describe('whoever may write rules', () => {
  it('sees exactly what arrived; no session, no user, no fact, no event comes of it', async () => {
    const stranger = somebody(['developer', 'viewer']);
    const before = [await people(), await sessions(), await events()];
    const cookie = admin.cookies.get('__Host-bifrost');
    const shown = await popUp(admin, stranger.userPrincipalName);
    expect(shown.status).toBe(200);
    expect(handedOn(shown)).toMatchObject({
      oid: stranger.objectId,
      tid: world.entra.tenantId,
      aud: world.entra.clientId,
      preferred_username: stranger.userPrincipalName,
      roles: ['developer', 'viewer'],
    });
    expect(shown.text).toContain('<code>roles</code>');
    expect([await people(), await sessions(), await events()]).toEqual(before);
    // The administrator is still who they were, and nothing of the pop-up stays in the browser.
    expect([...admin.cookies]).toEqual([['__Host-bifrost', cookie]]);
  });

  it('hands it to its own origin alone, from a page that stays joined to its opener', async () => {
    const shown = await popUp(admin, somebody([]).userPrincipalName);
    expect(shown.headers.get('cross-origin-opener-policy')).toBe('unsafe-none');
    expect(shown.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(shown.text).toContain('src="/sign-in/claims.js"');
    const script = await admin.get('/sign-in/claims.js');
    expect(script.text).toContain("postMessage({ bifrost: 'claims', claims }, location.origin)");
  });

  it('sees it of a provider that is not enabled yet, with which nobody can sign in', async () => {
    const { entra } = world;
    const { body } = await world.api<{ id: string }>('POST', '/api/providers', {
      name: 'Draft',
      kind: 'entra',
      enabled: false,
      tenantId: entra.tenantId,
      clientId: entra.clientId,
      clientSecret: entra.clientSecret,
      authorityUrl: entra.url,
      graphUrl: entra.graphUrl,
    });
    const user = somebody(['viewer']);
    const shown = await popUp(admin, user.userPrincipalName, `${DISCOVER}?provider=${body.id}`);
    expect(handedOn(shown)).toMatchObject({ oid: user.objectId });
    expect((await admin.get(`/login?provider=${body.id}`)).status).toBe(404);
  });

  it('is told why the provider let nobody in, and a wrong token is no good here either', async () => {
    const user = somebody([]);
    world.entra.unassignUser(user.userPrincipalName);
    const groups = [...world.entra.tenant().groups.values()];
    for (const { objectId } of groups) world.entra.leaveGroup(objectId, user.userPrincipalName);
    const refused = await popUp(admin, user.userPrincipalName);
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('AADSTS50105')]);
    world.entra.nextIdToken('wrong-nonce');
    expect((await popUp(admin, somebody([]).userPrincipalName)).status).toBe(400);
  });

  it('404 for a provider that is not there', async () => {
    expect((await admin.get(`${DISCOVER}?provider=nowhere`)).status).toBe(404);
    expect((await admin.get(DISCOVER)).status).toBe(404);
  });
});

describe('whoever may not', () => {
  it('without a session is led to signing in, and comes back', async () => {
    const answer = await visitor(world.server.url).get(`${DISCOVER}?provider=entra`);
    expect(answer.status).toBe(303);
    const there = new URL(answer.location!, world.server.url);
    expect([there.pathname, there.searchParams.get('returnTo')]).toEqual([
      '/login',
      `${DISCOVER}?provider=entra`,
    ]);
  });

  it('without the permission is refused, with its name', async () => {
    const viewer = somebody([]);
    await world.scim.post('/Users', {
      schemas: [USER, ENTERPRISE],
      userName: viewer.userPrincipalName,
      externalId: viewer.objectId,
      active: true,
      [ENTERPRISE]: { department: 'Kites' },
    });
    const { browser } = await world.signIn(viewer.userPrincipalName);
    const refused = await browser.get(`${DISCOVER}?provider=entra`);
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('mappings:apply');
  });

  it('an API key begins nothing: it is no browser', async () => {
    const answer = await visitor(world.server.url).get(`${DISCOVER}?provider=entra`, {
      authorization: `Bearer ${world.server.apiKey}`,
    });
    expect([answer.status, new URL(answer.location!, world.server.url).pathname]).toEqual([303, '/login']);
  });

  it('a callback that another browser began, or that was begun for signing in, shows nothing', async () => {
    const begun = await admin.get(`${DISCOVER}?provider=entra`);
    world.entra.nextUser(somebody([]).userPrincipalName);
    const back = await fetch(begun.location!, { redirect: 'manual', signal: AbortSignal.timeout(20_000) });
    const callback = back.headers.get('location')!;
    const elsewhere = await visitor(world.server.url).get(callback);
    expect([elsewhere.status, elsewhere.text.includes('id="claims"')]).toEqual([400, false]);
    // Where people sign in, it is worth nothing.
    const swapped = await admin.get(callback.replace('/workspace/scim/oauth-discover-callback', '/login'));
    expect(swapped.status).toBe(400);
  });
});
