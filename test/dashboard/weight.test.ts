// What the first page costs: what comes over the wire until it is there, and how soon something is seen. The limits are the product's.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { browser, type DashboardWorld, saysTitle, startDashboard } from './world.ts';

/** 300 KB, compressed. */
const FIRST_PAGE_BYTES = 300_000;
const FIRST_PAINT_MS = 1_000;
/** A busy machine is slow now and then; the page is judged by its best of these. */
const VISITS = 3;

let world: DashboardWorld;

beforeAll(async () => {
  world = await startDashboard();
});
afterEach(() => browser?.closeWindows());
afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

interface Visit {
  bytes: number;
  paintMs: number;
  /** What came without being compressed though it could have been. */
  plain: string[];
}

/** The first page in a window that has been nowhere. */
async function visit(): Promise<Visit> {
  const { page } = await world.asAdmin('/governance/users');
  await saysTitle(page, 'Users');
  return page.evaluate<Visit>(`(() => {
    const loaded = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      .filter(({ name }) => !name.includes('/api/'));
    return {
      bytes: loaded.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
      paintMs: performance.getEntriesByName('first-contentful-paint')[0].startTime,
      plain: loaded
        .filter(({ name, encodedBodySize, decodedBodySize }) =>
          /\\.(js|css)$/.test(name) && decodedBodySize > 2000 && encodedBodySize === decodedBodySize)
        .map(({ name }) => name),
    };
  })()`);
}

describe.skipIf(!browser)('the first page', () => {
  it('is light, and seen within a second', async () => {
    const visits: Visit[] = [];
    for (let times = 0; times < VISITS; times++) visits.push(await visit());
    expect(visits.flatMap(({ plain }) => plain)).toEqual([]);
    const [{ bytes }] = visits as [Visit];
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThanOrEqual(FIRST_PAGE_BYTES);
    expect(Math.min(...visits.map(({ paintMs }) => paintMs))).toBeLessThanOrEqual(FIRST_PAINT_MS);
  });
});
