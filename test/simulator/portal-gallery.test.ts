// How the pages of the portal look in their states, light and dark, wide and narrow: nothing that axe finds, nothing wider than its
// window, nothing that goes wrong in the browser. With BIFROST_SCREENSHOTS=1 (`npm run screenshots`) pictures of them go into docs/.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { axe } from '../dashboard/axe.ts';
import { inScheme, overflow, steady } from '../harness/page-looks.ts';
import { before, running, type Sight } from './portal-sights.ts';
import { browser, group, type PortalWorld, person, startPortalWorld } from './portal-world.ts';

const WORLD_LIMIT_MS = 120_000;
const WAIT = { timeout: 20_000 };

const pictures = process.env.BIFROST_SCREENSHOTS
  ? fileURLToPath(new URL('../../docs/screenshots/local-entra', import.meta.url))
  : null;

const WIDE = { width: 1280, height: 860 };
const TELEPHONE = { width: 390, height: 780 };

let world: PortalWorld;

async function order(method: string, path: string, body?: unknown): Promise<void> {
  const answer = await fetch(`${world.entra.url}/portal/api${path}`, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
}

/** A cycle, something that changed, another cycle; each order waits for its turn. */
async function provision(): Promise<void> {
  const users = [1, 2, 3, 4].map((position) => person(world, position).objectId);
  await order('POST', '/assignments', { users, groups: [group(world).objectId], role: null });
  await order('PATCH', '/provisioning', {
    ...{ mode: 'automatic', tenantUrl: world.server.scim, secretToken: world.server.token, status: 'on' },
  });
  await order('POST', '/provisioning/on-demand', { users: [users[0]] });
  await order('PATCH', `/users/${users[2]}`, { jobTitle: 'Harbour Master', department: 'Finance' });
  await order('PATCH', `/users/${users[1]}`, { accountEnabled: false });
  await order('DELETE', `/users/${person(world, 12).objectId}`);
  await order('POST', '/provisioning/cycle');
  await order('POST', '/provisioning/on-demand', { users: [users[0]] });
}

async function open(sight: Sight): Promise<Page> {
  const { page } = await world.portal(sight.path(world), WIDE);
  await page.getByRole('heading', { level: 1, name: sight.title }).waitFor(WAIT);
  await page.getByRole('status', { name: 'Loading' }).waitFor({ state: 'hidden', ...WAIT });
  await sight.afterwards?.(page, world);
  return page;
}

async function judge(sight: Sight): Promise<void> {
  const page = await open(sight);
  for (const scheme of ['light', 'dark'] as const) {
    await inScheme(page, scheme);
    expect(await axe(page)).toEqual([]);
    if (!pictures || (scheme === 'dark' && !sight.inTheDark)) continue;
    await steady(page, world.server.url);
    const path = join(pictures, `${sight.name}.${scheme}.png`);
    await page.screenshot({ path, scale: 'css', caret: 'hide' });
  }
  for (const size of [WIDE, TELEPHONE]) {
    await page.setViewportSize(size);
    expect(await overflow(page)).toEqual([]);
  }
}

beforeAll(async () => {
  world = await startPortalWorld();
  if (pictures) await mkdir(pictures, { recursive: true });
}, WORLD_LIMIT_MS);
afterEach(() => browser?.closeWindows());
afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

describe.skipIf(!browser)('before anything is configured', () => {
  it.each(before)('$name', judge);
});

describe.skipIf(!browser)('once people are provisioned', () => {
  beforeAll(provision);

  it.each(running)('$name', judge);
});
