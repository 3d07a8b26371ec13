// Every page that people see while they sign in, and how to get there. Owns the order: earlier sights leave behind what later
// ones need.

import type { Page } from 'playwright-core';
import type { TenantUser } from '../../simulator/tenant.ts';
import type { Window } from '../harness/browser.ts';
import { ENTERPRISE, USER } from '../harness/scim-client.ts';
import type { World } from './world.ts';

export interface Sight {
  /** Of its pictures. */
  name: string;
  /** Title of the page, by which it is recognised. */
  title: string;
  /** What the browser logs on the way there. */
  problem?: RegExp;
  go(world: World, window: Window): Promise<void>;
}

export const PASSWORD = 'correct horse battery staple';

const at = (world: World, path: string): string => world.server.url + path;

function userAt(world: World, place: number, roles: readonly string[]): TenantUser {
  const user = [...world.entra.tenant().users.values()][place]!;
  world.entra.assignUser(user.userPrincipalName, roles);
  return user;
}

async function provisioned(world: World, user: TenantUser): Promise<string> {
  const { resource } = await world.scim.post('/Users', {
    schemas: [USER, ENTERPRISE],
    userName: user.userPrincipalName,
    externalId: user.objectId,
    displayName: user.displayName,
    active: true,
  });
  return resource.id;
}

async function throughEntra(world: World, { page }: Window, user: TenantUser): Promise<void> {
  world.entra.nextUser(user.userPrincipalName);
  await page.goto(at(world, '/login?provider=entra&returnTo=/account'));
}

async function usePassword(world: World, page: Page, password: string): Promise<void> {
  await page.goto(at(world, '/login?returnTo=/account'));
  await page.getByText('Use the break-glass account').click();
  await page.getByLabel('Name').fill('admin');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

const beforeSetUp: readonly Sight[] = [
  {
    name: 'sign-in-first-start',
    title: 'Sign in',
    go: async (world, { page }) => void (await page.goto(at(world, '/login?returnTo=/account'))),
  },
  {
    name: 'set-up-incomplete-link',
    title: 'Set up Bifrost',
    async go(world, { page }) {
      await page.goto(at(world, '/setup'));
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'set-up',
    title: 'Set up Bifrost',
    go: async (world, { page }) => void (await page.goto(at(world, '/setup#a-secret-of-a-link'))),
  },
];

const withPassword: readonly Sight[] = [
  {
    name: 'sign-in',
    title: 'Sign in',
    go: async (world, { page }) => void (await page.goto(at(world, '/login?returnTo=/account'))),
  },
  {
    name: 'break-glass',
    title: 'Sign in',
    async go(world, { page }) {
      await page.goto(at(world, '/login?returnTo=/account'));
      await page.getByText('Use the break-glass account').click();
    },
  },
  {
    name: 'break-glass-wrong',
    title: 'Sign in',
    problem: /401/,
    async go(world, { page }) {
      await usePassword(world, page, 'not the password at all');
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'home-break-glass',
    title: 'You are signed in',
    go: (world, { page }) => usePassword(world, page, PASSWORD),
  },
];

const withEntra: readonly Sight[] = [
  {
    name: 'entra-accounts',
    title: 'Pick an account',
    async go(world, { page }) {
      await page.goto(at(world, '/login?returnTo=/account'));
      await page.getByRole('link', { name: 'Continue with entra' }).click();
      // Names that the fonts of the tests can write.
      await page.getByLabel('Search').fill('tom');
      await page.getByLabel('Search').press('Enter');
      await page.waitForURL((url) => url.searchParams.has('sim_search'));
    },
  },
  {
    name: 'home',
    title: 'You are signed in',
    go: (world, window) => throughEntra(world, window, userAt(world, 0, ['Admin'])),
  },
  {
    name: 'claims',
    title: 'Claims of this sign-in',
    async go(world, { page }) {
      await usePassword(world, page, PASSWORD);
      await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
      world.entra.nextUser(userAt(world, 0, ['Admin']).userPrincipalName);
      await page.goto(at(world, '/workspace/scim/discover-claims?provider=entra'));
    },
  },
  {
    name: 'signed-out',
    title: 'Signed out',
    async go(world, window) {
      await throughEntra(world, window, userAt(world, 0, ['Admin']));
      await window.page.getByRole('button', { name: 'Sign out' }).click();
    },
  },
  {
    name: 'refused-no-role',
    title: 'You have no role here',
    problem: /403/,
    go: (world, window) => throughEntra(world, window, userAt(world, 1, [])),
  },
  {
    name: 'refused-suspended',
    title: 'Your account is suspended',
    problem: /403/,
    async go(world, window) {
      const user = userAt(world, 2, ['Admin']);
      const id = await provisioned(world, user);
      await world.scim.patch(`/Users/${id}`, [{ op: 'Replace', path: 'active', value: false }]);
      await throughEntra(world, window, user);
      await world.scim.delete(`/Users/${id}`);
    },
  },
  {
    name: 'refused-removed',
    title: 'Your account was removed',
    problem: /403/,
    go: (world, window) => throughEntra(world, window, userAt(world, 2, ['Admin'])),
  },
  {
    name: 'refused-by-entra',
    title: 'You are not signed in',
    problem: /400/,
    async go(world, window) {
      world.entra.setFault({ at: 'authorize', kind: 'error', error: 'adminConsentMissing' });
      await window.page.goto(at(world, '/login?provider=entra&returnTo=/account'));
    },
  },
  {
    name: 'refused-entra-away',
    title: 'You are not signed in',
    problem: /503/,
    async go(world, window) {
      world.entra.setFault({ at: 'token', kind: 'status', status: 503, times: null });
      await throughEntra(world, window, userAt(world, 0, ['Admin']));
      world.entra.clearFaults();
    },
  },
  {
    name: 'not-there',
    title: 'Not found',
    problem: /404/,
    go: async (world, { page }) => void (await page.goto(at(world, '/login?provider=nobody'))),
  },
  {
    name: 'nowhere',
    title: 'There is nothing here',
    problem: /404/,
    go: async (world, { page }) => void (await page.goto(at(world, '/wiki/how-to'))),
  },
];

/** As far as no administrator was made; `onceSetUp` needs the account `admin` with `PASSWORD`. */
export const sights = { beforeSetUp, onceSetUp: [...withPassword, ...withEntra] };
