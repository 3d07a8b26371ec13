// The frame of the dashboard: who is led where, what the menu shows to whom, and that its policy lets nothing else in.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { axe } from './axe.ts';
import { browser, type DashboardWorld, saysTitle, startDashboard } from './world.ts';

let world: DashboardWorld;

beforeAll(async () => {
  world = await startDashboard();
});
afterEach(() => browser?.closeWindows());
afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

describe('without a session', () => {
  it.each(['/', '/governance/users?status=active', '/settings'])(
    '%s leads to signing in, and back',
    async (path) => {
      const answer = await fetch(world.server.url + path, { redirect: 'manual' });
      expect(answer.status).toBe(303);
      const back = path === '/' ? '/login' : `/login?returnTo=${encodeURIComponent(path)}`;
      expect(answer.headers.get('location')).toBe(back);
    },
  );
});

describe.skipIf(!browser)('signed in', () => {
  it('opens on User Provisioning, under a policy without exceptions', async () => {
    const { page } = await world.asAdmin('/');
    await saysTitle(page, 'User Provisioning');
    expect(new URL(page.url()).pathname).toBe('/governance/user-provisioning');
    const answer = await page.goto(`${world.server.url}/governance/users`);
    const policy = answer!.headers()['content-security-policy']!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    await saysTitle(page, 'Users');
  });

  it('goes from page to page by its menu', async () => {
    const { page } = await world.asAdmin('/');
    for (const [group, place] of [
      ['Governance', 'Users'],
      ['Governance', 'Teams'],
      ['Governance', 'Business Units'],
      ['Governance', 'Roles & Permissions'],
      ['Activity', 'Requests'],
      ['Activity', 'Audit'],
      ['System', 'Settings'],
      ['Governance', 'User Provisioning'],
    ]) {
      await page
        .getByRole('region', { name: group! })
        .getByRole('link', { name: place!, exact: true })
        .click();
      await saysTitle(page, place!);
    }
  });

  it('says what is not there', async () => {
    const { page } = await world.asAdmin('/governance/nowhere');
    await saysTitle(page, 'There is no such page');
  });

  it.each(['light', 'dark'] as const)('axe finds nothing, %s', async (scheme) => {
    const { page } = await world.asAdmin('/governance/users', { scheme });
    await saysTitle(page, 'Users');
    expect(await axe(page)).toEqual([]);
  });
});
