// Signing in as people do it: in a real browser, by what the pages show. Policies, cookies and forms are judged by the browser
// itself; whatever it logs as an error fails the test that did not expect it.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../scripts/build.mjs';
import type { TenantUser } from '../../simulator/tenant.ts';
import { type Look, startBrowser, type TestBrowser, type Window } from '../harness/browser.ts';
import { ENTERPRISE, USER } from '../harness/scim-client.ts';
import { startWorld, type World } from './world.ts';

const PASSWORD = 'correct horse battery staple';
const SESSION = '__Host-bifrost';

// Asked before anything is described: a machine that no browser can be had for leaves these out, and says so.
const browser = await startBrowser();

let world: World;
let next = 0;

beforeAll(async () => {
  await build();
  world = await startWorld();
});
afterEach(async () => {
  world.entra.clearFaults();
  await browser?.closeWindows();
});
afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

const open = (look?: Look): Promise<Window> => (browser as TestBrowser).open(look);
const at = (path: string): string => world.server.url + path;

function somebody(roles: readonly string[] = ['Admin']): TenantUser {
  const user = [...world.entra.tenant().users.values()][next++]!;
  world.entra.assignUser(user.userPrincipalName, roles);
  return user;
}

async function provisioned(user: TenantUser): Promise<string> {
  const { resource } = await world.scim.post('/Users', {
    schemas: [USER, ENTERPRISE],
    userName: user.userPrincipalName,
    externalId: user.objectId,
    displayName: user.displayName,
    active: true,
  });
  return resource.id;
}

const setActive = (id: string, active: boolean) =>
  world.scim.patch(`/Users/${id}`, [{ op: 'Replace', path: 'active', value: active }]);

const saysTitle = (page: Page, title: string) =>
  page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();

/** From the page for signing in to wherever it ends. */
async function signInAtEntra(page: Page, user: TenantUser): Promise<void> {
  await page.goto(at('/login?returnTo=/account'));
  await page.getByRole('link', { name: 'Continue with entra' }).click();
  await page.getByLabel('Search').fill(user.userPrincipalName);
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('link', { name: user.userPrincipalName }).click();
  await page.waitForURL((url) => url.origin === world.server.url);
}

async function signedIn(page: Page, user: TenantUser): Promise<void> {
  await signInAtEntra(page, user);
  await saysTitle(page, 'You are signed in');
}

async function usePassword(page: Page, password: string): Promise<void> {
  if (!(await page.getByLabel('Password').isVisible()))
    await page.getByText('Use the break-glass account').click();
  await page.getByLabel('Name').fill('admin');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

const cookieOf = async ({ context }: Window) =>
  (await context.cookies(world.server.url)).find(({ name }) => name === SESSION) ?? null;

describe.skipIf(!browser)('in a browser', () => {
  describe('the first start', () => {
    it('leads from the printed link to an account that is signed in; the link works once', async () => {
      const link = (await world.server.setUpLink())!;
      const first = await open();
      await first.page.goto(at('/login?returnTo=/account'));
      await first.page.getByText('set-up link').waitFor();
      await first.page.goto(link);
      expect(new URL(first.page.url()).hash).toBe('');
      await first.page.getByLabel('Password, at least').fill(PASSWORD);
      await first.page.getByLabel('The same again').fill(`${PASSWORD}!`);
      await first.page.getByRole('button').click();
      expect(await first.page.getByRole('alert').textContent()).toBe('The two passwords are not the same.');
      await first.page.getByLabel('The same again').fill(PASSWORD);
      await first.page.getByRole('button').click();
      await saysTitle(first.page, 'User Provisioning');
      await first.page.goto(at('/account'));
      expect(await first.page.locator('main').innerText()).toContain('admin (break-glass account)');

      const second = await open();
      second.expectProblem(/403/);
      await second.page.goto(link);
      await second.page.getByLabel('Password, at least').fill(PASSWORD);
      await second.page.getByLabel('The same again').fill(PASSWORD);
      await second.page.getByRole('button').click();
      await second.page.getByText('bifrost admin reset').waitFor();
      expect(await cookieOf(second)).toBe(null);
    });

    it('says so when the link is cut off before its secret', async () => {
      const { page } = await open();
      await page.goto(at('/setup'));
      await page.getByText('This link is incomplete').waitFor();
    });
  });

  describe('the break-glass account', () => {
    it('is told of a wrong password, gets in with the right one, and out again', async () => {
      const window = await open();
      const { page } = window;
      window.expectProblem(/401/);
      await page.goto(at('/account'));
      await usePassword(page, 'not the password at all');
      await page.getByText('The name or the password is wrong.').waitFor();
      expect(await page.getByLabel('Name').inputValue()).toBe('admin');
      await usePassword(page, PASSWORD);
      await saysTitle(page, 'You are signed in');
      await page.getByRole('button', { name: 'Sign out' }).click();
      await saysTitle(page, 'Signed out');
      expect(await cookieOf(window)).toBe(null);
      await page.goto(at('/account'));
      await saysTitle(page, 'Sign in');
    });

    it('needs no more than a keyboard', async () => {
      const { page } = await open();
      await page.goto(at('/login?returnTo=/account'));
      await tabTo(page, 'summary');
      await page.keyboard.press('Enter');
      await tabTo(page, 'input[name=name]');
      await page.keyboard.type('admin');
      await tabTo(page, 'input[name=password]');
      await page.keyboard.type(PASSWORD);
      await page.keyboard.press('Enter');
      await saysTitle(page, 'You are signed in');
      await tabTo(page, 'form button');
      await page.keyboard.press('Enter');
      await saysTitle(page, 'Signed out');
    });

    it('is not signed in by a page of somebody else', async () => {
      const elsewhere = await otherSite(`<form method="post" action="${at('/login')}">
        <input name="name" value="admin"><input name="password" value="${PASSWORD}"><button>Win</button></form>`);
      try {
        const window = await open();
        window.expectProblem(/403/);
        await window.page.goto(elsewhere.url);
        await window.page.getByRole('button', { name: 'Win' }).click();
        await window.page.getByText('This form was not sent by a page of').waitFor();
        expect(await cookieOf(window)).toBe(null);
      } finally {
        await elsewhere.close();
      }
    });
  });

  describe('with the provider', () => {
    it('comes back from the account page as that person, with name and role', async () => {
      const user = somebody();
      const window = await open();
      await window.page.goto(at('/login?returnTo=/account'));
      await window.page.getByRole('link', { name: 'Continue with entra' }).click();
      const underWay = await window.context.cookies(world.server.url);
      expect(underWay).toEqual([
        expect.objectContaining({ httpOnly: true, secure: true, sameSite: 'Lax', path: '/' }),
      ]);
      expect(underWay[0]!.name).toMatch(/^__Host-bifrost-sign-in-/);
      await window.context.clearCookies();
      await signedIn(window.page, user);
      const text = await window.page.locator('main').innerText();
      expect(text).toContain(`As ${user.displayName}`);
      expect(text).toContain('Your role is Admin');
      expect(await cookieOf(window)).toMatchObject({
        httpOnly: true,
        secure: true,
        sameSite: 'Lax',
        path: '/',
        domain: '127.0.0.1',
      });
      const others = (await window.context.cookies(world.server.url)).map(({ name }) => name);
      expect(others.filter((name) => name.startsWith(`${SESSION}-sign-in`))).toEqual([]);
      expect(await window.page.evaluate('document.cookie')).toBe('');
    });

    it('needs no more than a keyboard', async () => {
      const user = somebody();
      const { page } = await open();
      await page.goto(at('/login?returnTo=/account'));
      await tabTo(page, 'a.button');
      await page.keyboard.press('Enter');
      await page.waitForURL((url) => url.href.startsWith(world.entra.url));
      await tabTo(page, 'input[type=search]');
      await page.keyboard.type(user.userPrincipalName);
      await page.keyboard.press('Enter');
      await page.waitForURL((url) => url.searchParams.has('sim_search'));
      await tabTo(page, 'ul.accounts a');
      await page.keyboard.press('Enter');
      await saysTitle(page, 'You are signed in');
    });

    it('tells somebody without a role what was looked at', async () => {
      const window = await open();
      window.expectProblem(/403/);
      await signInAtEntra(window.page, somebody([]));
      await saysTitle(window.page, 'You have no role here');
      const rows = await window.page.locator('tbody tr').allInnerTexts();
      expect(rows.map((row) => row.split(/\s+/))).toContainEqual(['roles', 'nothing']);
      expect(await cookieOf(window)).toBe(null);
    });

    it('leads whoever is suspended while the page is open back to signing in, and says why then', async () => {
      const user = somebody();
      const id = await provisioned(user);
      const window = await open();
      const { page } = window;
      await signedIn(page, user);
      await setActive(id, false);
      await page.getByRole('link', { name: 'Bifrost' }).click();
      await saysTitle(page, 'Sign in');
      window.expectProblem(/403/);
      await page.getByRole('link', { name: 'Continue with entra' }).click();
      await saysTitle(page, 'Your account is suspended');
    });

    it('does not bring back whoever was removed', async () => {
      const user = somebody();
      const id = await provisioned(user);
      const window = await open();
      const { page } = window;
      await signedIn(page, user);
      await world.scim.delete(`/Users/${id}`);
      await page.getByRole('link', { name: 'Bifrost' }).click();
      await saysTitle(page, 'Sign in');
      window.expectProblem(/403/);
      await page.getByRole('link', { name: 'Continue with entra' }).click();
      await saysTitle(page, 'Your account was removed');
      await page.getByRole('link', { name: 'Back to sign-in' }).click();
      await saysTitle(page, 'Sign in');
    });

    it('passes on what the provider says, with advice', async () => {
      const window = await open();
      const { page } = window;
      window.expectProblem(/400/);
      world.entra.setFault({ at: 'authorize', kind: 'error', error: 'adminConsentMissing' });
      await page.goto(at('/login?returnTo=/account'));
      await page.getByRole('link', { name: 'Continue with entra' }).click();
      await saysTitle(page, 'You are not signed in');
      const text = await page.locator('main').innerText();
      expect(text).toMatch(/AADSTS\d+/);
      expect(text).toContain('For your administrator');
      expect(text).toMatch(/Correlation id\s+[0-9a-f-]{36}/);
    });

    it('signs out there as well', async () => {
      const user = somebody();
      const window = await open();
      const { page } = window;
      await signedIn(page, user);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('link', { name: 'Sign out of entra too' }).click();
      await page.waitForURL((url) => url.href.startsWith(world.server.url));
      await page.getByRole('link', { name: 'Continue with entra' }).click();
      await saysTitle(page, 'Pick an account');
    });

    it('is signed out by the provider through a frame of its page', async () => {
      world.entra.changeApp({ logoutUrl: at('/login/front-channel-logout') });
      const { page, context } = await open();
      await signedIn(page, somebody());
      const there = await context.newPage();
      const told = there.waitForResponse((answer) => answer.url().startsWith(at('/login/front-channel')));
      await there.goto(`${world.entra.url}/${world.entra.tenantId}/oauth2/v2.0/logout`);
      expect((await told).status()).toBe(200);
      await page.getByRole('link', { name: 'Bifrost' }).click();
      await saysTitle(page, 'Sign in');
      world.entra.changeApp({ logoutUrl: null });
    });

    it('shows in a window of its own what claims it sends, and signs nobody in', async () => {
      const address = at('/workspace/scim/discover-claims?provider=entra');
      const window = await open();
      await window.page.goto(at('/login?returnTo=/account'));
      await usePassword(window.page, PASSWORD);
      await saysTitle(window.page, 'You are signed in');
      world.entra.nextUser(somebody().userPrincipalName);
      const begun = (await cookieOf(window))!.value;
      await window.page.evaluate(
        `var told = new Promise((resolve) => addEventListener('message', ({ data }) => resolve(data)))`,
      );
      const [popup] = await Promise.all([
        window.page.waitForEvent('popup'),
        window.page.evaluate(`void open('${address}', 'claims', 'popup')`),
      ]);
      await saysTitle(popup, 'Claims of this sign-in');
      expect(await window.page.evaluate('told')).toMatchObject({
        bifrost: 'claims',
        claims: { roles: ['Admin'] },
      });
      await window.page.reload();
      expect((await cookieOf(window))!.value).toBe(begun);
    });
  });
});

/** Presses Tab until that has the focus, and shows it. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let pressed = 0; pressed < 20; pressed++) {
    if ((await page.locator(`${selector}:focus`).count()) > 0) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`no way to ${selector} by keyboard`);
}

/** A page of another site: `localhost` is another one than `127.0.0.1`. */
async function otherSite(body: string): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end(`<!doctype html><title>Prize</title>${body}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://localhost:${(server.address() as AddressInfo).port}/`, close };
}
