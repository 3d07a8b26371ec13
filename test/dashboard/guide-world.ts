// What the guide is walked with: one administrator with two tabs of one browser, ours and the local Entra's portal in place of the
// Azure Portal, the people whom it is about, and windows of somebody else.

import type { Page } from 'playwright-core';
import type { TenantGroup, TenantUser } from '../../simulator/tenant.ts';
import type { UserJson } from '../../src/edge/admin/contract.ts';
import type { Window } from '../harness/browser.ts';
import { nobodyAssigned } from '../simulator/portal-steps.ts';
import { browser, type DashboardWorld, startDashboard } from './world.ts';

/** It runs beside other tests. */
const STEP_LIMIT_MS = 20_000;

export interface Guide {
  world: DashboardWorld;
  bifrost: Page;
  portal: Page;
  /** A group of few, and two who are in it. */
  team: TenantGroup;
  members: readonly [TenantUser, TenantUser];
  /** Not in it. */
  others: readonly [TenantUser, TenantUser, TenantUser];
  userOf(person: TenantUser): Promise<UserJson | undefined>;
  /** Another browser on that address: nobody is signed in there. */
  elsewhere(url: string): Promise<Window>;
}

export async function startGuide(): Promise<Guide> {
  const tenant = nobodyAssigned();
  const world = await startDashboard({ config: { providers: [] }, tenant });
  // Verifying compares the clocks of both sides.
  world.pass(Date.now() - world.now());
  const { page: bifrost, context } = await world.asAdmin('/', { height: 900 });
  context.setDefaultTimeout(STEP_LIMIT_MS);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  // The page asks the port that everybody has; the one of this test is another.
  await bifrost.route('**/api/providers/local-entra', (route) =>
    route.continue({ postData: JSON.stringify({ address: world.entra.url }) }),
  );
  const portal = await context.newPage();
  await portal.goto(`${world.entra.url}/portal/`);
  const team = [...tenant.groups.values()].at(-1)!;
  const people = [...tenant.users.values()];
  const [first, second] = people.filter(({ objectId }) => team.memberIds.has(objectId));
  const [third, fourth, fifth] = people.filter(({ objectId }) => !team.memberIds.has(objectId));
  return {
    ...{ world, bifrost, portal, team },
    members: [first!, second!],
    others: [third!, fourth!, fifth!],
    async userOf({ userPrincipalName }) {
      const path = `/api/users?search=${encodeURIComponent(userPrincipalName)}`;
      return (await world.api<{ items: UserJson[] }>('GET', path)).body.items[0];
    },
    async elsewhere(url) {
      const window = await browser!.open();
      window.context.setDefaultTimeout(STEP_LIMIT_MS);
      await window.page.goto(url);
      return window;
    },
  };
}
