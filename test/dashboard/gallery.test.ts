// How the pages of the dashboard look in their states, light and dark, wide and narrow: nothing that axe finds, nothing wider than its
// window, nothing that goes wrong in the browser. With BIFROST_SCREENSHOTS=1 (`npm run screenshots`) pictures of them go into docs/.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Window } from '../harness/browser.ts';
import { inScheme, overflow, steady } from '../harness/page-looks.ts';
import { sendsForADay } from './a-day.ts';
import { axe } from './axe.ts';
import { type Populated, startPopulated } from './populated.ts';
import { aDay, empty, lived, refused, type Sight } from './sights.ts';
import { browser, type DashboardWorld, startDashboard } from './world.ts';

const WORLD_LIMIT_MS = 120_000;
const LOADED_WITHIN_MS = 15_000;
/** A slot of 40 minutes is going on then. */
const A_DAY_AND_MORE_MS = (25 * 60 + 10) * 60_000;
const LOADING = '[role=status][aria-label^="Loading"], [aria-busy=true], .mantine-Loader-root';

const pictures = process.env.BIFROST_SCREENSHOTS
  ? fileURLToPath(new URL('../../docs/screenshots/dashboard', import.meta.url))
  : null;

const WIDE = { width: 1280, height: 860 };
const TELEPHONE = { width: 390, height: 780 };

afterEach(() => browser?.closeWindows());
afterAll(() => browser?.close());

/** Until nothing says that it is loading. */
async function settled(page: Page, title: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name: title, exact: true }).first().waitFor();
  const isLoading = () => page.evaluate<boolean>(`document.querySelector('${LOADING}') !== null`);
  await expect.poll(isLoading, { timeout: LOADED_WITHIN_MS }).toBe(false);
}

/** Times are told as from then. */
async function open(world: DashboardWorld | Populated, window: Window, sight: Sight) {
  const { page, context } = window;
  const { of, names } = 'of' in world ? world : ({ of: {}, names: {} } as Pick<Populated, 'of' | 'names'>);
  await context.clock.setFixedTime(world.now());
  await page.goto(world.server.url + sight.path(of));
  await settled(page, typeof sight.title === 'string' ? sight.title : sight.title(names));
  await sight.doing?.(page);
}

/** Light, then dark, then on a telephone: one visit, as of somebody who changes their mind. */
async function judge(world: DashboardWorld, { page }: Window, name: string): Promise<void> {
  for (const scheme of ['light', 'dark'] as const) {
    await inScheme(page, scheme);
    expect(await axe(page)).toEqual([]);
    if (!pictures) continue;
    await steady(page, world.server.url);
    await page.screenshot({ path: join(pictures, `${name}.${scheme}.png`), scale: 'css', caret: 'hide' });
  }
  for (const size of [WIDE, TELEPHONE]) {
    await page.setViewportSize(size);
    await expect.poll(() => overflow(page)).toEqual([]);
  }
}

beforeAll(async () => {
  if (pictures) await mkdir(pictures, { recursive: true });
});

describe.skipIf(!browser)('an organisation after some days', () => {
  let world: Populated;
  beforeAll(async () => {
    world = await startPopulated();
  }, WORLD_LIMIT_MS);
  afterAll(() => world?.stop());

  it.each(lived)('$name', async (sight) => {
    const window = await world.asAdmin(null, WIDE);
    await open(world, window, sight);
    await judge(world, window, sight.name);
  });

  it.each(refused)('$name for somebody who may not see it', async (sight) => {
    const window = await world.asUser(world.of.viewer, null, WIDE);
    await open(world, window, sight);
    await judge(world, window, `${sight.name}.refused`);
  });
});

describe.skipIf(!browser)('after a day', () => {
  let world: DashboardWorld;
  beforeAll(async () => {
    world = await startDashboard();
    world.pass(A_DAY_AND_MORE_MS);
    await sendsForADay(world);
  }, WORLD_LIMIT_MS);
  afterAll(() => world?.stop());

  it.each(aDay)('$name', async (sight) => {
    const window = await world.asAdmin(null, WIDE);
    await open(world, window, sight);
    await judge(world, window, sight.name);
  });
});

describe.skipIf(!browser)('before anything is set up', () => {
  let world: DashboardWorld;
  beforeAll(async () => {
    world = await startDashboard({ config: { providers: [] } });
  }, WORLD_LIMIT_MS);
  afterAll(() => world?.stop());

  it.each(empty)('$name', async (sight) => {
    const window = await world.asAdmin(null, WIDE);
    await open(world, window, sight);
    await judge(world, window, `${sight.name}.empty`);
  });
});
