// What the guide is walked with: one administrator with two tabs of one browser, ours and the local Entra's portal in place of the
// Azure Portal, whom the guide is about, and a window of somebody else.

import type { Page } from 'playwright-core';
import type { TenantGroup, TenantUser } from '../../simulator/tenant.ts';
import type { UserJson } from '../../src/edge/admin/contract.ts';
import type { Window } from '../harness/browser.ts';
import { nobodyAssigned } from '../simulator/portal-steps.ts';
import { browser, type DashboardWorld, startDashboard } from './world.ts';

/** Everything of it runs beside other tests. */
const STEP_LIMIT_MS = 20_000;

export interface Guide {
  world: DashboardWorld;
  bifrost: Page;
  portal: Page;
  /** A group of few, two of its members, and two who are not in it. */
  team: TenantGroup;
  members: [TenantUser, TenantUser];
  others: [TenantUser, TenantUser];
  userOf(person: TenantUser): Promise<UserJson | undefined>;
  /** What was copied last. */
  copied(): Promise<string>;
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
  await bifrost.bringToFront();
  const team = [...tenant.groups.values()].at(-1)!;
  const people = [...tenant.users.values()];
  const inTeam = people.filter(({ objectId }) => team.memberIds.has(objectId));
  const outside = people.filter(({ objectId }) => !team.memberIds.has(objectId));
  return {
    ...{ world, bifrost, portal, team },
    members: [inTeam[0]!, inTeam[1]!],
    others: [outside[0]!, outside[1]!],
    async userOf({ userPrincipalName }) {
      const path = `/api/users?search=${encodeURIComponent(userPrincipalName)}`;
      return (await world.api<{ items: UserJson[] }>('GET', path)).body.items[0];
    },
    copied: () => bifrost.evaluate('navigator.clipboard.readText()'),
    async elsewhere(url) {
      const window = await browser!.open({ width: 1000, height: 800 });
      await window.page.goto(url);
      return window;
    },
  };
}
