// Signing in at an issuer that is not Entra and that others wrote: by its own address, and under a path as a realm of Keycloak
// is. People, roles from a claim inside a claim, refresh with rotation, and the way out.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EventJson } from '../../src/edge/admin/contract.ts';
import { startBrowser } from '../harness/browser.ts';
import { startServer, type TestServer } from '../harness/server.ts';
import { type Issuer, startIssuer } from './issuer.ts';
import { type Visitor, visitor } from './visitor.ts';

const MINUTE_MS = 60_000;

const kinds = [
  {
    kind: 'oidc',
    path: '',
    rolesAt: 'resource.bifrost.roles',
    claims: (roles: string[]) => ({ resource: { bifrost: { roles } } }),
    connection: (url: string) => ({ issuer: url }),
  },
  {
    kind: 'keycloak',
    path: '/realms/staff',
    rolesAt: 'realm_access.roles',
    claims: (roles: string[]) => ({ realm_access: { roles } }),
    connection: (url: string) => ({ serverUrl: new URL(url).origin, realm: 'staff' }),
  },
] as const;

describe.each(kinds)('$kind', ({ kind, path, rolesAt, claims, connection }) => {
  let issuer: Issuer;
  let server: TestServer;
  let shiftMs = 0;
  let next = 0;

  beforeAll(async () => {
    issuer = await startIssuer(path);
    const provider = {
      name: 'others',
      kind,
      clientId: issuer.client.id,
      clientSecret: issuer.client.secret,
      ...connection(issuer.url),
      attributeRoleMappings: [
        { attribute: rolesAt, value: 'boss', role: 'Admin' },
        { attribute: rolesAt, value: 'staff', role: 'Viewer' },
      ],
    };
    server = await startServer({
      clock: { now: () => Date.now() + shiftMs },
      env: { BIFROST_DEVELOPMENT: '1' },
      config: { providers: [provider] },
    });
    issuer.admit(server.url);
  });
  afterEach(() => {
    issuer.tale.length = 0;
    shiftMs = 0;
  });
  afterAll(async () => {
    await server?.stop();
    await issuer?.close();
  });

  function somebody(...roles: string[]): string {
    const sub = `person-${next++}`;
    const names = { name: `Person ${next}`, preferred_username: `${sub}@others.example` };
    issuer.people.set(sub, { ...names, ...claims(roles) });
    return sub;
  }

  async function signIn(sub: string, browser = visitor(server.url), there = visitor(issuer.url)) {
    const begun = await browser.get('/login?provider=others');
    const callback = await issuer.signIn(there, begun.location!, sub);
    return { ...(await browser.get(callback)), browser };
  }

  async function me(browser: Visitor) {
    const answer = await browser.get('/api/me', { accept: 'application/json' });
    return { status: answer.status, body: JSON.parse(answer.text) as { name: string; role: string } };
  }

  async function eventsOf(...types: string[]): Promise<EventJson[]> {
    const answer = await fetch(`${server.url}/api/events?after=0&limit=500&type=${types.join(',')}`, {
      headers: { authorization: `Bearer ${server.apiKey}` },
    });
    return ((await answer.json()) as { items: EventJson[] }).items;
  }

  it('makes the person at their first sign-in, and knows them at the second', async () => {
    const sub = somebody('staff', 'boss');
    const first = await signIn(sub);
    expect([first.status, first.location]).toEqual([303, '/']);
    expect(await me(first.browser)).toMatchObject({ status: 200, body: { name: 'Person 1', role: 'Admin' } });
    await signIn(sub);
    const made = await eventsOf('user.created', 'user.linked', 'user.signed_in');
    expect(made.map(({ type }) => type)).toEqual([
      'user.created',
      'user.linked',
      'user.signed_in',
      'user.signed_in',
    ]);
    expect(made[1]?.data).toMatchObject({ issuer: issuer.url, subject: sub });
  });

  it('tells whoever has no role where it was looked for', async () => {
    const refused = await signIn(somebody('guest'));
    expect(refused.status).toBe(403);
    expect(refused.text).toMatch(new RegExp(`<code>${rolesAt}</code></td><td>guest<`));
  });

  it('reads the claims anew with one refresh for many requests, and follows what they say', async () => {
    const sub = somebody('boss');
    const { browser } = await signIn(sub);
    for (let turn = 1; turn <= 3; turn++) {
      issuer.people.set(sub, { ...issuer.people.get(sub), ...claims([turn % 2 ? 'staff' : 'boss']) });
      issuer.tale.length = 0;
      shiftMs += 15 * MINUTE_MS + 1;
      const answers = await Promise.all(Array.from({ length: 20 }, () => me(browser)));
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
      // The second use of a rotated token would be a theft, and end the grant.
      expect(issuer.tale).toEqual(['refresh_token']);
      expect((await me(browser)).body.role).toBe(turn % 2 ? 'Viewer' : 'Admin');
    }
  });

  it('ends the session when the issuer has ended the grant', async () => {
    const { browser } = await signIn(somebody('boss'));
    await issuer.revokeAll();
    expect((await me(browser)).status).toBe(200);
    shiftMs += 16 * MINUTE_MS;
    expect((await me(browser)).status).toBe(401);
    expect((await eventsOf('session.ended')).at(-1)?.data?.reason).toBe('grant-ended');
  });

  it('leads to the sign-out of the issuer, and back to the door', async () => {
    const { browser } = await signIn(somebody('boss'));
    const out = await browser.post('/logout', {});
    const href = /href="([^"]+)">Sign out of others too/.exec(out.text)?.[1]?.replaceAll('&amp;', '&');
    const url = new URL(href!);
    expect(url.href.startsWith(issuer.url)).toBe(true);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      client_id: issuer.client.id,
      post_logout_redirect_uri: `${server.url}/login`,
    });
  });
});

const chromium = await startBrowser();

describe.skipIf(!chromium)('in a browser', () => {
  let issuer: Issuer;
  let server: TestServer;
  beforeAll(async () => {
    issuer = await startIssuer();
    const { id: clientId, secret: clientSecret } = issuer.client;
    const rule = { attribute: 'resource.bifrost.roles', value: '*', role: 'Viewer' };
    const connection = { issuer: issuer.url, clientId, clientSecret };
    server = await startServer({
      env: { BIFROST_DEVELOPMENT: '1' },
      config: {
        providers: [{ name: 'Others', kind: 'oidc', ...connection, attributeRoleMappings: [rule] }],
      },
    });
    issuer.admit(server.url);
    issuer.people.set('ada', { name: 'Ada Lovelace', resource: { bifrost: { roles: ['staff'] } } });
  });
  afterEach(() => chromium!.closeWindows());
  afterAll(async () => {
    await chromium?.close();
    await server?.stop();
    await issuer?.close();
  });

  it('goes there, comes back as that person, and leaves both', async () => {
    const { page } = await chromium!.open();
    const titled = (name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
    await page.goto(`${server.url}/account`);
    await page.getByRole('link', { name: 'Continue with Others' }).click();
    await titled('Who are you?');
    await page.getByRole('button', { name: 'ada' }).click();
    await titled('You are signed in');
    expect(await page.locator('main').innerText()).toMatch(/As Ada Lovelace\.\s+Your role is Viewer\./);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Sign out of Others too' }).click();
    await titled('Leave the issuer?');
    await page.getByRole('button', { name: 'Sign out there' }).click();
    await titled('Sign in');
    await page.getByRole('link', { name: 'Continue with Others' }).click();
    await titled('Who are you?');
  });
});
