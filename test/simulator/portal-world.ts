// A Bifrost, the local Entra beside it with nobody assigned yet, and windows of the portal.

import { build } from '../../scripts/build.mjs';
import { sampleOrganisation } from '../../simulator/sample-organisation.ts';
import { type Tenant, unassignGroup, unassignUser } from '../../simulator/tenant.ts';
import { type Look, startBrowser, type TestBrowser, type Window } from '../harness/browser.ts';
import { startWorld, type World } from '../sign-in/world.ts';

/** null where no browser can be had for this machine. */
export const browser: TestBrowser | null = await startBrowser();

const SIZE = { users: 24, groups: 4, members: 40 };
const SEED = 7;

export interface PortalWorld extends World {
  /** A window of the portal on that page. */
  portal(path: string, look?: Look): Promise<Window>;
}

/** As an enterprise application is when it is new. */
function nobodyAssigned(): Tenant {
  const tenant = sampleOrganisation(SIZE, SEED);
  const withoutPeople = [...tenant.users.keys()].reduce(unassignUser, tenant);
  return [...tenant.groups.keys()].reduce(unassignGroup, withoutPeople);
}

export async function startPortalWorld(): Promise<PortalWorld> {
  await build();
  const world = await startWorld({ tenant: nobodyAssigned() });
  return {
    ...world,
    async portal(path, look) {
      const window = await browser!.open({ width: 1280, height: 860, ...look });
      await window.page.goto(`${world.entra.url}/portal${path}`);
      return window;
    },
  };
}

/** One group, and people who are not in it. */
export const group = ({ entra }: PortalWorld) => [...entra.tenant().groups.values()].at(-1)!;
export const person = (world: PortalWorld, position: number) =>
  [...world.entra.tenant().users.values()].filter(({ objectId }) => !group(world).memberIds.has(objectId))[
    position
  ]!;
