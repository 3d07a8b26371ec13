// How the pages of signing in look, in light and dark, wide and narrow: nothing wider than its window, nothing hard to read. With
// BIFROST_SCREENSHOTS=1 (`npm run screenshots`) pictures of them go into docs/.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Look, startBrowser } from '../harness/browser.ts';
import { faintTexts, overflow, steady } from '../harness/page-looks.ts';
import { PASSWORD, type Sight, sights } from './sights.ts';
import { visitor } from './visitor.ts';
import { startWorld, type World } from './world.ts';

const pictures = process.env.BIFROST_SCREENSHOTS
  ? fileURLToPath(new URL('../../docs/screenshots/sign-in', import.meta.url))
  : null;

const pictured: Readonly<Record<string, Look>> = {
  desktop: { width: 1000, height: 720, scheme: 'light' },
  'desktop-dark': { width: 1000, height: 720, scheme: 'dark' },
  mobile: { width: 390, height: 780, scheme: 'light', isMobile: true },
  'mobile-dark': { width: 390, height: 780, scheme: 'dark', isMobile: true },
};

/** The hardest to fit, one for each scheme of colours. */
const judged: Readonly<Record<string, Look>> = {
  mobile: { width: 360, height: 640, scheme: 'light', isMobile: true },
  // A window of 1280 at 400 %: WCAG 2.2, 1.4.10.
  zoomed: { width: 320, height: 256, scheme: 'dark' },
};

const looks = pictures ? pictured : judged;

const browser = await startBrowser();
let world: World;

beforeAll(async () => {
  world = await startWorld();
  if (pictures) await mkdir(pictures, { recursive: true });
});
afterEach(async () => {
  world.entra.clearFaults();
  // So that no door shuts for the wrong passwords of one picture after the other.
  world.pass(120_000);
  await browser?.closeWindows();
});
afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

async function show(sight: Sight, look: string): Promise<void> {
  const window = await browser!.open(looks[look]!);
  if (sight.problem) window.expectProblem(sight.problem);
  await sight.go(world, window);
  const { page } = window;
  await page.getByRole('heading', { level: 1, name: sight.title, exact: true }).waitFor();
  expect(await overflow(page)).toEqual([]);
  expect(await faintTexts(page)).toEqual([]);
  if (!pictures) return;
  await steady(page, world.server.url);
  await page.screenshot({
    path: join(pictures, `${sight.name}.${look}.png`),
    fullPage: true,
    scale: 'css',
    caret: 'hide',
  });
}

describe.skipIf(!browser).each(Object.keys(looks))('%s: before anybody is an administrator', (look) => {
  it.each(sights.beforeSetUp)('$name', (sight) => show(sight, look));
});

describe.skipIf(!browser)('once somebody is', () => {
  beforeAll(async () => {
    const link = (await world.server.setUpLink())!;
    const form = { token: new URL(link).hash.slice(1), name: 'admin', password: PASSWORD };
    expect((await visitor(world.server.url).post('/setup', form)).status).toBe(303);
  });

  describe.each(Object.keys(looks))('%s', (look) => {
    it.each(sights.onceSetUp)('$name', (sight) => show(sight, look));
  });
});
