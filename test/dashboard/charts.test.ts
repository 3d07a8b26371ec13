// Charts in a browser: they show what came, follow it, lead to the pages about it, and say it in words for whoever does not see them.

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { USER } from '../harness/scim-client.ts';
import { sendsForADay } from './a-day.ts';
import { browser, type DashboardWorld, saysTitle, startDashboard } from './world.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const BUILD_MS = 90_000;
const PAGE = '/governance/user-provisioning/entra';

let world: DashboardWorld;

beforeAll(async () => {
  world = await startDashboard();
  await push('first@contoso.com');
  // In the middle of a slot: 10:30, a day later.
  world.pass(DAY_MS + 90 * MINUTE_MS);
}, BUILD_MS);
afterEach(() => browser?.closeWindows());
afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

const push = (userName: string) =>
  world.scim.post('/Users', { schemas: [USER], userName, externalId: userName, active: true });
const figure = (page: Page) => page.getByRole('figure', { name: /^Requests of the last 24 hours/ });
function loadedBy(page: Page): string[] {
  const addresses: string[] = [];
  page.on('request', (request) => addresses.push(request.url()));
  return addresses;
}
const isLibrary = (address: string) => /\/bars-[^/]+\.js/.test(address);
/** The rows of the table in which something came. */
const rows = async (page: Page) => (await allRows(page)).filter((row) => !/\| 0 \| 0|not known/.test(row));
const allRows = (page: Page) =>
  page.evaluate<string[]>(`[...document.querySelectorAll('figure tbody tr')]
    .map((row) => [...row.children].map(({ textContent }) => textContent).filter(Boolean).join(' | '))`);

describe.skipIf(!browser)('when a provider called', () => {
  it('is said in words where nothing came for a day, or never did', async () => {
    const { page } = await world.asAdmin(null);
    const loaded = loadedBy(page);
    await page.goto(world.server.url + PAGE);
    await page.getByText('Nothing called in the last 24 hours. Entra does every 40 minutes').waitFor();
    expect(await page.getByRole('figure').count()).toBe(0);
    const okta = { kind: 'okta', issuer: 'https://partners.okta.example', clientId: 'bifrost', scim: {} };
    expect((await world.api('POST', '/api/providers', { name: 'partners', ...okta })).status).toBe(201);
    await page.goto(`${world.server.url}/governance/user-provisioning/partners`);
    await page.getByText('Nothing has called with a token of this provider so far.').waitFor();
    expect(await page.getByRole('figure').count()).toBe(0);
    expect(loaded.filter(isLibrary)).toEqual([]);
  });

  it('is shown as it came, by the clock of whoever looks, and follows what comes', async () => {
    await push('ada@contoso.com');
    await push('ada@contoso.com');
    await push('grace@contoso.com');
    const { page, context } = await world.asAdmin(null, { zone: 'Asia/Kolkata' });
    const loaded = loadedBy(page);
    await context.clock.install();
    await page.goto(world.server.url + PAGE);
    await figure(page).waitFor();
    await page.getByRole('application').waitFor();
    expect(loaded.filter(isLibrary)).toHaveLength(1);
    await expect
      .poll(() => figure(page).getAttribute('aria-label'))
      .toBe('Requests of the last 24 hours: 2 were accepted and 1 refused.');
    // From 10:00 in UTC on.
    expect(await rows(page)).toEqual(['15:30 to now | 2 | 1']);
    await push('alan@contoso.com');
    // News of it are no reason to count again: only the minute is.
    await page.getByText(/^4 active/).waitFor();
    expect(await rows(page)).toEqual(['15:30 to now | 2 | 1']);
    await context.clock.fastForward(MINUTE_MS + 1_000);
    await expect.poll(() => rows(page)).toEqual(['15:30 to now | 3 | 1']);
  });

  it('leads to the requests of a bar, by the keyboard and by a click, and says what it is about', async () => {
    await sendsForADay(world);
    const { page } = await world.asAdmin(PAGE);
    await figure(page).waitFor();
    const chart = page.getByRole('application', { name: /^Bars: .* Enter opens it$/ });
    expect(await figure(page).getAttribute('aria-label')).toMatch(
      / accepted and 4\d refused\. Cycles were missed in 3 slots of 40 minutes\.$/,
    );
    // Hatched as often as something was refused.
    const refused = (await rows(page)).filter((row) => !row.endsWith('| 0'));
    expect(refused.length).toBeGreaterThan(2);
    expect((await allRows(page)).filter((row) => row.endsWith(' | 0 | 0 | missed'))).toHaveLength(3);
    await expect.poll(() => chart.locator('path[fill^="url("]').count()).toBe(refused.length);
    await chart.focus();
    for (let bars = 0; bars < 26; bars++) await page.keyboard.press('ArrowRight');
    await page.getByRole('status').getByText('214 accepted, 31 refused').waitFor();
    await page.keyboard.press('Enter');
    await saysTitle(page, 'Requests');
    const asked = new URL(page.url()).searchParams;
    const [from, to] = [asked.get('from')!, asked.get('to')!];
    expect(Date.parse(to) - Date.parse(from)).toBe(40 * MINUTE_MS);
    await page.getByText('245 rows').waitFor();
    await page.getByRole('button', { name: 'At any time' }).click();
    await page.getByLabel('From this day').waitFor();
    expect(page.url()).not.toMatch(/from=|to=/);
    await page.goBack();
    await page.getByRole('button', { name: 'At any time' }).waitFor();
    await page.goBack();
    await figure(page).waitFor();
    await page.getByRole('application').scrollIntoViewIfNeeded();
    const label = (await page.getByRole('application').getByText('04:00').boundingBox())!;
    await page.mouse.click(label.x + label.width / 2, label.y - 30);
    await saysTitle(page, 'Requests');
    expect(new URL(page.url()).searchParams.get('from')).toMatch(/T04:00:00/);
  });
});
