// A Bifrost, the local Entra beside it with nobody assigned yet, and windows of the portal.

import { build } from '../../scripts/build.mjs';
import { type Look, startBrowser, type TestBrowser, type Window } from '../harness/browser.ts';
import { startWorld, type World } from '../sign-in/world.ts';
import { nobodyAssigned } from './portal-steps.ts';

/** null where no browser can be had for this machine. */
export const browser: TestBrowser | null = await startBrowser();

export interface PortalWorld extends World {
  /** A window of the portal on that page. */
  portal(path: string, look?: Look): Promise<Window>;
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
