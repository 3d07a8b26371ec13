// Comparing with a directory as an administrator does it in the dashboard: a push that was lost is healed and named, differences are
// decided on row by row, and what would take from many is held.

import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { provisioning } from '../../simulator/provisioning.ts';
import { sampleOrganisation } from '../../simulator/sample-organisation.ts';
import { disableUser, type TenantUser } from '../../simulator/tenant.ts';
import { axe } from './axe.ts';
import { browser, type DashboardWorld, saysTitle, startDashboard } from './world.ts';

const PATH = '/governance/reconciliation';
const LONG_MS = 20_000;
const WORLD_LIMIT_MS = 120_000;
const shots = process.env.SHOTS;

let world: DashboardWorld;
let agent: ReturnType<typeof provisioning>;
let people: TenantUser[];

beforeAll(async () => {
  world = await startDashboard({
    tenant: sampleOrganisation({ users: 40, groups: 3, members: 80 }, 7),
    provider: {
      reconcile: { mode: 'heal' },
      attributeRoleMappings: [
        { attribute: 'displayName', value: 'Olivia Operator', role: 'Developer' },
        { attribute: 'department', value: '*', role: 'Viewer' },
      ],
    },
  });
  people = [...world.entra.tenant().users.values()].filter(({ userType }) => userType === 'Member');
  // Of somebody who may read and decide nothing
  change(people[1]!, { displayName: 'Olivia Operator' });
  agent = provisioning(world.entra, { base: world.server.scim, token: world.server.token });
  await agent.cycle();
}, WORLD_LIMIT_MS);
afterEach(() => browser?.closeWindows());
afterAll(async () => {
  agent?.close();
  await browser?.close();
  await world?.stop();
});

function change({ objectId }: TenantUser, to: Partial<TenantUser>): void {
  world.entra.changeTenant((tenant) => ({
    ...tenant,
    users: new Map(tenant.users).set(objectId, { ...tenant.users.get(objectId)!, ...to }),
  }));
}

/** Of whom nothing arrives, whatever is changed of them. */
async function lostPush(person: TenantUser, to: Partial<TenantUser>): Promise<void> {
  agent.skip({ objectIds: [person.objectId] });
  change(person, to);
  await agent.cycle();
  agent.skip(null);
}

/** Begins one on the page, waits for its end, and opens its report. */
async function compare(page: Page, by: (card: Locator) => Promise<void>): Promise<void> {
  world.pass(60_000);
  const card = page.getByRole('region', { name: 'Directory of entra' });
  const begun = page.waitForResponse((answer) => answer.url().endsWith('/reconcile'));
  await by(card);
  const { id } = (await (await begun).json()) as { id: string };
  await page.locator(`a[href="${PATH}/${id}"]`).first().waitFor({ timeout: LONG_MS });
  await page.goto(`${world.server.url}${PATH}/${id}`);
  await saysTitle(page, 'Comparison with entra');
  await page.getByText('Complete', { exact: true }).first().waitFor({ timeout: LONG_MS });
}

const now = (card: Locator) => card.getByRole('button', { name: 'Reconcile now' }).click();
const reportOnly = async (card: Locator) => {
  await card.getByRole('button', { name: 'Other ways to compare entra' }).click();
  await card.page().getByRole('menuitem', { name: 'Report only, change nothing' }).click();
};

const rowOf = (page: Page, person: TenantUser, difference: string) =>
  page
    .getByRole('table', { name: 'Differences', exact: true })
    .getByRole('row')
    .filter({ hasText: person.userPrincipalName })
    .filter({ hasText: difference });

const state = (row: Locator, words: string) =>
  row.getByText(words, { exact: true }).waitFor({ timeout: LONG_MS });

async function picture(page: Page, name: string): Promise<void> {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png` });
}

async function soundIn(path: string, name: string, ready: (page: Page) => Promise<unknown>): Promise<void> {
  for (const scheme of ['light', 'dark'] as const) {
    const { page } = await world.asAdmin(path, { scheme, width: 1280, height: 900 });
    await ready(page);
    await picture(page, `${name}-${scheme}`);
    expect(await axe(page)).toEqual([]);
  }
}

describe.skipIf(!browser)('Reconciliation', () => {
  it('says what it is before anything was compared', async () => {
    const { page } = await world.asAdmin(PATH);
    await saysTitle(page, 'Reconciliation');
    await page.getByRole('heading', { name: 'Nothing was compared so far' }).waitFor();
    expect(await page.getByRole('figure').count()).toBe(0);
    await picture(page, 'empty');
    await page.getByRole('tab', { name: 'Pending' }).click();
    await page.getByRole('heading', { name: 'Nobody knows yet' }).waitFor();
  });

  it('heals a push that was lost, and names whom', async () => {
    const lost = people[5]!;
    await lostPush(lost, { accountEnabled: false });
    const { page } = await world.asAdmin(PATH, { width: 1280, height: 900 });
    await compare(page, now);
    await state(rowOf(page, lost, 'Disabled in the directory, active here'), 'Healed');
    await picture(page, 'healed');
    await page.getByRole('button', { name: 'Disabled in the directory' }).click();
    await page.waitForURL(/category=disabled-there&state=healed/);
    await rowOf(page, lost, 'Disabled').getByRole('link', { name: lost.userPrincipalName }).click();
    await page.waitForURL(/\/governance\/users\//);
  });

  it('reports, and heals or ignores single differences by hand', async () => {
    const [left, moved] = [people[6]!, people[7]!];
    await lostPush(left, { accountEnabled: false });
    await lostPush(moved, { jobTitle: 'Keeper of keys' });
    const { page } = await world.asAdmin(PATH, { width: 1280, height: 900 });
    await compare(page, reportOnly);
    const row = rowOf(page, left, 'Disabled in the directory, active here');
    await state(row, 'Open');
    await row.getByRole('button', { name: `Heal ${left.userPrincipalName}` }).click();
    const dialog = page.getByRole('dialog', { name: `Heal ${left.userPrincipalName}?` });
    await picture(page, 'heal-dialog');
    await dialog.getByRole('button', { name: 'Heal', exact: true }).click();
    await state(row, 'Healed');

    const title = rowOf(page, moved, 'title differs');
    await state(title, 'Open');
    await title.getByText('Keeper of keys there').waitFor();
    await title.getByRole('button', { name: `Ignore ${moved.userPrincipalName}` }).click();
    await page.getByRole('radio', { name: 'For a week' }).check();
    await picture(page, 'ignore-dialog');
    await page.getByRole('dialog').getByRole('button', { name: 'Ignore', exact: true }).click();
    await state(title, 'Ignored');

    await page.goto(world.server.url + PATH);
    await compare(page, now);
    await state(title, 'Ignored');
    await title.getByRole('button', { name: 'Stop ignoring' }).click();
    await state(title, 'Open');
  });

  it('says who is assigned and has not arrived', async () => {
    const { objectId, userPrincipalName } = people[8]!;
    const found = await world.api<{ items: { id: string }[] }>(
      'GET',
      `/api/users?search=${userPrincipalName}`,
    );
    await fetch(`${world.server.scim}/Users/${found.body.items[0]!.id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${world.server.token}` },
    });
    expect(world.entra.tenant().users.has(objectId)).toBe(true);
    const { page } = await world.asAdmin(PATH, { width: 1280, height: 900 });
    await compare(page, reportOnly);
    await page.goto(`${world.server.url}${PATH}?tab=pending`);
    const table = page.getByRole('table', { name: 'Pending of entra' });
    await table.getByText(userPrincipalName).waitFor();
    await page.getByText('Provision on demand').waitFor();
    await picture(page, 'pending');
  });

  it('holds what would take from many, and leads to the decision', async () => {
    const gone = people.slice(10, 24);
    world.entra.changeTenant((tenant) =>
      gone.reduce((changed, { objectId }) => disableUser(changed, objectId), tenant),
    );
    const { page } = await world.asAdmin(PATH, { width: 1280, height: 900 });
    await compare(page, now);
    await page.getByText('Held: it would take something from 14 people').waitFor();
    await state(rowOf(page, gone[0]!, 'Disabled in the directory, active here'), 'Held');
    await picture(page, 'held');
    const leads = page.getByRole('link', { name: 'Look at it and decide' });
    expect(await leads.getAttribute('href')).toMatch(/^\/governance\/held\/./);
    await page.goto(world.server.url + PATH);
    await page.getByRole('link', { name: '14 held' }).waitFor();
    await picture(page, 'overview');
  });

  it('draws what each complete run found, and leads to it', async () => {
    type Runs = { items: { id: string; outcome: string; drift: { rows: number }[] }[] };
    const { items } = (await world.api<Runs>('GET', '/api/reconciliations?drift=true&limit=100')).body;
    const complete = items.filter(({ outcome }) => outcome === 'complete').reverse();
    const found = complete.map(({ drift }) => drift.reduce((sum, { rows }) => sum + rows, 0));
    const { page } = await world.asAdmin(PATH, { width: 1280, height: 1200 });
    const figure = page.getByRole('figure', { name: /^Differences found by the last/ });
    await figure.waitFor();
    expect(await figure.getAttribute('aria-label')).toBe(
      `Differences found by the last ${found.length} complete runs: ${found.at(-1)} by the last one, ${Math.max(...found)} at most.`,
    );
    expect(await figure.locator('tbody td').allTextContents()).toEqual(found.map(String));
    await page.getByRole('application').focus();
    for (let bars = 1; bars < found.length; bars++) await page.keyboard.press('ArrowRight');
    await page
      .getByRole('status')
      .getByText(`${found.at(-1)} differences`)
      .waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(`${world.server.url}${PATH}/${complete.at(-1)!.id}`);
  });

  it('offers nobody what would be refused', async () => {
    const reader = people[1]!.userPrincipalName;
    const { page } = await world.asUser(reader, PATH);
    await saysTitle(page, 'Reconciliation');
    await page.getByRole('table', { name: 'Runs' }).getByRole('link').first().click();
    await saysTitle(page, 'Comparison with entra');
    await page.getByRole('table', { name: 'Differences', exact: true }).waitFor();
    for (const name of [/^Reconcile/, /^Heal /, /^Ignore /, /^Stop ignoring/, /^Cancel/]) {
      expect(await page.getByRole('button', { name }).count()).toBe(0);
    }
    const viewer = await world.asUser(people[2]!.userPrincipalName, PATH);
    await viewer.page.getByRole('heading', { name: 'You may not see this' }).waitFor();
  });

  it('axe finds nothing, light and dark', async () => {
    const runs = await world.api<{ items: { id: string }[] }>('GET', '/api/reconciliations?limit=1');
    const table = (name: string) => (page: Page) => page.getByRole('table', { name, exact: true }).waitFor();
    await soundIn(PATH, 'overview', table('Runs'));
    await soundIn(`${PATH}?tab=pending`, 'pending', table('Pending of entra'));
    await soundIn(`${PATH}/${runs.body.items[0]!.id}`, 'run', table('Differences'));
  });
});
