// A change of rules reviewed in a browser: losses first, the number that is typed, applying and undoing from the notice and from the
// history; what is held instead, dropped, approved and taken back; and what a stale plan says.

import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MappingsJson, ProviderJson, UserJson } from '../../src/edge/admin/contract.ts';
import { scimClient, USER } from '../harness/scim-client.ts';
import { axe } from './axe.ts';
import { browser, type DashboardWorld, saysTitle, startDashboard } from './world.ts';

const SALES = 30;
const LAB = 3;
const ALL = SALES + LAB;

let world: DashboardWorld;
let provider: string;
let history: string;

beforeAll(async () => {
  world = await startDashboard({ config: { providers: [] } });
  const made = await world.api<ProviderJson>('POST', '/api/providers', {
    ...{ name: 'Staff', kind: 'entra', tenantId: '5d1c0c5e-7f0a-4d57-b8a5-8f4a1b7f2f11', clientId: 'x' },
    ...{ scim: {}, attributeRoleMappings: viewers, attributeTeamMappings: [] },
  });
  const { id, scim } = made.body;
  provider = id;
  history = `/governance/user-provisioning/${id}/history`;
  const client = scimClient(scim.endpoint!, scim.token!);
  for (let n = 0; n < ALL; n++) {
    await client.post('/Users', {
      schemas: [USER, enterprise],
      userName: `p${String(n).padStart(2, '0')}@contoso.com`,
      displayName: `Person ${n}`,
      active: true,
      [enterprise]: { department: n < SALES ? 'Sales' : 'Lab' },
    });
  }
  await put({ attributeRoleMappings: labDevelops, attributeTeamMappings: departments }, 0);
}, 60_000);
afterEach(() => browser?.closeWindows());
afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const viewers = [{ attribute: 'department', value: '*', role: 'Viewer' }];
const labDevelops = [{ attribute: 'department', value: 'Lab', role: 'Developer' }, ...viewers];
const departments = [{ attribute: 'department', value: '*', team: '*' }];

const mappings = async () =>
  (await world.api<MappingsJson>('GET', `/api/providers/${provider}/mappings`)).body;

async function put(body: object, confirm: number): Promise<void> {
  const path = `/api/providers/${provider}/mappings?confirm=${confirm}`;
  const answer = await world.api<MappingsJson>('PUT', path, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
}

async function teamless(): Promise<number> {
  const { body } = await world.api<{ items: UserJson[] }>('GET', `/api/users?provider=${provider}&limit=100`);
  return body.items.filter(({ teams }) => teams.length === 0).length;
}

const dialog = (page: Page) => page.getByRole('dialog');
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const review = (page: Page, title: string) => page.getByRole('dialog', { name: title });

/** Back to the rules before: whoever has a team loses it, and the Lab its role. */
async function reviewUndo(page: Page): Promise<void> {
  await button(page, 'Undo the last change').click();
  await page.getByRole('heading', { name: `${ALL} users lose something, all can still sign in` }).waitFor();
}

describe.skipIf(!browser)('reviewing a change of rules', () => {
  it('losses first, by user and by team; the number is typed; the notice takes it back', async () => {
    const { page } = await world.asAdmin(history);
    await saysTitle(page, 'Rule changes');
    await page.getByText('Lab" gives the role "Developer"').first().waitFor();
    const { ruleset } = await mappings();
    await reviewUndo(page);
    expect(await axe(page)).toEqual([]);
    await page.getByRole('tab', { name: `Teams 2` }).click();
    await page.getByText(`− ${SALES} users`).waitFor();
    // Open without a click, with the first of them.
    await page.getByText('p00@contoso.com').waitFor();
    await button(page, `All ${SALES}`).click();
    await page
      .getByRole('status')
      .filter({ hasText: `${SALES} rows` })
      .waitFor();
    await dialog(page).getByRole('searchbox').fill('person 7');
    await page.getByRole('status').filter({ hasText: '1 row' }).waitFor();
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download CSV' }).click();
    const csv = await readFile(await (await downloading).path(), 'utf8');
    expect(csv.trimEnd().split('\r\n')).toHaveLength(1 + ALL);
    const apply = button(page, `Apply for ${ALL} users`);
    expect(await apply.isDisabled()).toBe(true);
    await page.getByLabel(`Type ${ALL} to take`).fill(String(ALL));
    await apply.click();
    await page.getByText('The rules of Staff are changed').waitFor();
    expect((await mappings()).ruleset).toBe(ruleset + 1);
    expect(await teamless()).toBe(ALL);
    await button(page, 'Undo').last().click();
    await review(page, `Go back to the rules number ${ruleset}`).waitFor();
    await page.getByRole('heading', { name: `${ALL} gain` }).waitFor();
    await button(page, `Apply for ${ALL} users`).click();
    await dialog(page).waitFor({ state: 'detached' });
    expect(await teamless()).toBe(0);
    expect((await mappings()).ruleset).toBe(ruleset + 2);
  });

  it('says that other rules hold by now, and plans anew on those', async () => {
    const window = await world.asAdmin(history);
    const { page } = window;
    await reviewUndo(page);
    await put({ attributeBusinessUnitMappings: departmentUnits }, 0);
    window.expectProblem(/412/);
    await page.getByLabel(`Type ${ALL} to take`).fill(String(ALL));
    await button(page, `Apply for ${ALL} users`).click();
    await page
      .getByRole('alert')
      .getByText(/changed|stale/i)
      .first()
      .waitFor();
    await button(page, 'Try again').click();
    await page.getByRole('tab', { name: 'Business Units 2' }).waitFor();
    await button(page, 'Cancel').last().click();
    await dialog(page).waitFor({ state: 'detached' });
    expect(await teamless()).toBe(0);
    await put({ attributeBusinessUnitMappings: [] }, ALL);
    await put({ attributeTeamMappings: [] }, ALL);
    await put({ attributeTeamMappings: departments }, 0);
  });

  it('one of the history opens with its rules and what has changed since', async () => {
    const { page } = await world.asAdmin(`${history}?ruleset=1`);
    await review(page, 'Rules number 1').waitFor();
    await page.getByRole('heading', { name: /What has changed since/ }).waitFor();
    await dialog(page).getByText('"*" gives the team "*"').waitFor();
    expect(await axe(page)).toEqual([]);
    await button(page, 'Review going back to number 1').click();
    await review(page, 'Go back to the rules number 1').waitFor();
  });
});

const departmentUnits = [{ attribute: 'department', value: '*', businessUnit: '*' }];

describe.skipIf(!browser)('what is held', () => {
  async function hold(page: Page): Promise<void> {
    await saysTitle(page, 'Rule changes');
    await reviewUndo(page);
    await button(page, 'Hold for approval').click();
    await page.getByRole('link', { name: 'Look at the held batch' }).click();
    await saysTitle(page, 'A change of rules of Staff');
  }

  it('is announced above every page, and dropped', async () => {
    const { page } = await world.asAdmin(history);
    const { ruleset } = await mappings();
    await hold(page);
    await page.goto(`${world.server.url}/governance/users`);
    await page
      .getByText(`A change of the rules of Staff would take something from ${ALL} of ${ALL}`)
      .waitFor();
    await page.getByRole('link', { name: 'Look and decide' }).click();
    await page.getByText('p00@contoso.com').waitFor();
    expect(await axe(page)).toEqual([]);
    await button(page, 'Drop').click();
    await dialog(page).getByRole('button', { name: 'Drop' }).click();
    await page.getByText('Dropped. Nothing was changed.').waitFor();
    await page.getByText('Dropped', { exact: true }).waitFor();
    expect((await mappings()).ruleset).toBe(ruleset);
    await page.goto(`${world.server.url}/governance/held`);
    await page.getByRole('row').filter({ hasText: 'Dropped' }).first().waitFor();
    expect(await axe(page)).toEqual([]);
  });

  it('is approved by its number, and taken back', async () => {
    const { page } = await world.asAdmin(history);
    const { ruleset } = await mappings();
    await hold(page);
    await button(page, 'Approve').click();
    const sure = dialog(page).getByRole('button', { name: `Approve for ${ALL} users` });
    expect(await sure.isDisabled()).toBe(true);
    await page.getByLabel(`Type ${ALL} to go on`).fill(String(ALL));
    await sure.click();
    await page.getByText('Applied', { exact: true }).waitFor();
    expect([(await mappings()).ruleset, await teamless()]).toEqual([ruleset + 1, ALL]);
    await button(page, 'Undo').click();
    await page.getByLabel(`Type ${ALL} to go on`).fill(String(ALL));
    await button(page, 'Take it back').click();
    await page.getByText('Taken back', { exact: true }).waitFor();
    expect([(await mappings()).ruleset, await teamless()]).toEqual([ruleset + 2, 0]);
  });
});
