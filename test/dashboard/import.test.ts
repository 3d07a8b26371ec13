// Importing people in the dashboard: looked at first, applied with progress, begun again; what waits is found again, and where nobody
// can be imported from is said.

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sampleOrganisation } from '../../simulator/sample-organisation.ts';
import { disableUser, type TenantUser } from '../../simulator/tenant.ts';
import { axe } from './axe.ts';
import { browser, type DashboardWorld, saysTitle, startDashboard } from './world.ts';

const PATH = '/governance/import';
const LONG_MS = 20_000;
const WORLD_LIMIT_MS = 120_000;
const EVERYBODY = 60;
/** The only one that a rule names, so that others would have no role. */
const DEPARTMENT = 'Finance';
const wide = { width: 1280, height: 900 };

let world: DashboardWorld;
let people: TenantUser[];

beforeAll(async () => {
  world = await startDashboard({
    tenant: sampleOrganisation({ users: EVERYBODY, groups: 3, members: 90 }, 7),
    provider: {
      name: 'entra',
      scope: 'all',
      scim: { enabled: false },
      attributeRoleMappings: [{ attribute: 'department', value: DEPARTMENT, role: 'Viewer' }],
    },
  });
  people = [...world.entra.tenant().users.values()].filter(({ userType }) => userType === 'Member');
  world.entra.changeTenant((tenant) => disableUser(tenant, people[0]!.objectId));
  const plain = { kind: 'oidc', issuer: 'https://login.example.com', clientId: 'x', name: 'plain' };
  await world.api('POST', '/api/providers', plain);
}, WORLD_LIMIT_MS);
afterEach(() => browser?.closeWindows());
afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

async function preview(page: Page): Promise<void> {
  world.pass(60_000);
  await page.getByRole('button', { name: 'Preview', exact: true }).click();
  await page.waitForURL(/import\?run=/, { timeout: LONG_MS });
  await page.getByText('Waits for you', { exact: true }).waitFor({ timeout: LONG_MS });
}

async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label }).click();
  await page.getByRole('option', { name: option }).click();
}

const users = async () => (await world.api<{ total: number }>('GET', '/api/users?limit=1')).body.total;

describe.skipIf(!browser)('Import', () => {
  it('says from where nobody can be imported, and why', async () => {
    const { page } = await world.asAdmin(PATH, wide);
    await saysTitle(page, 'Import');
    await page.getByRole('heading', { name: 'Nobody was imported so far' }).waitFor();
    const closed = page.getByRole('region', { name: 'Not from these' });
    expect(await closed.innerText()).toContain('plain: A generic OpenID Connect issuer has no directory API');
  });

  it('shows who would come and with what, and changes nothing', async () => {
    const { page } = await world.asAdmin(PATH, wide);
    await preview(page);
    const becomes = page.getByRole('region', { name: 'What would become of them' });
    expect(await becomes.innerText()).toMatch(/Created\s+59\s+Updated\s+0\s+Unchanged\s+0\s+Skipped\s+1/);
    await page.getByRole('heading', { name: `The first 50 of ${EVERYBODY}` }).waitFor();
    await page.getByRole('note', { name: /would have no role/ }).waitFor();
    const row = page.getByRole('row').filter({ hasText: people[0]!.userPrincipalName });
    expect(await row.innerText()).toContain('The account is disabled in the directory.');
    expect(await users()).toBe(0);
  });

  it('finds the preview again, and imports with progress', async () => {
    const { page } = await world.asAdmin(PATH, wide);
    await page.getByRole('link', { name: 'Apply or discard it' }).click();
    await page.getByRole('button', { name: 'Import 59 people' }).click();
    await page.getByRole('status').filter({ hasText: '59 people imported.' }).waitFor({ timeout: LONG_MS });
    expect(await users()).toBe(59);
    const each = page.getByRole('table', { name: 'People of this import' });
    await each.getByText('Imported', { exact: true }).first().waitFor();
    await page.getByRole('heading', { name: '1 person left out by the preview' }).waitFor();
  });

  it('begins the same again, which changes nothing, and discards it', async () => {
    const { page } = await world.asAdmin(PATH, wide);
    await page.getByRole('table', { name: 'Imports' }).getByRole('link').first().click();
    await page.getByRole('link', { name: 'Import again' }).click();
    await preview(page);
    await page.getByText('Nobody would come and nobody would change.').waitFor();
    expect(await page.getByRole('button', { name: /^Import \d/ }).count()).toBe(0);
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Discard', exact: true }).click();
    await page.getByRole('note', { name: 'Discarded' }).waitFor();
  });

  it('narrows down whom, and says what the directory makes of it', async () => {
    const { page } = await world.asAdmin(PATH, wide);
    await choose(page, 'Whom', 'Members of a group');
    await page.getByRole('textbox', { name: 'Group' }).fill('There is no such group');
    world.pass(60_000);
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    await page.getByText('There is no such group').first().waitFor({ timeout: LONG_MS });
    await page.getByText('Nobody was imported.').waitFor({ timeout: LONG_MS });
    await page.getByRole('note', { name: 'Failed' }).waitFor();
    await page.getByRole('link', { name: 'Import again' }).click();
    const field = page.getByRole('textbox', { name: 'Group' });
    expect(await field.inputValue()).toBe('There is no such group');
  });

  it('is not for whoever may not', async () => {
    const person = people.find(({ department }) => department === DEPARTMENT)!;
    const { page } = await world.asUser(person.userPrincipalName, PATH);
    await page.getByRole('heading', { name: 'You may not see this' }).waitFor();
  });

  it('axe finds nothing, light and dark', async () => {
    const found = await world.api<{ items: { id: string }[] }>('GET', '/api/reconciliations?channel=import');
    const first = found.body.items.at(-1)!;
    world.pass(60_000);
    const begun = await world.api<{ id: string }>('POST', '/api/providers/entra/import', { preview: true });
    const looks: [string, string, (page: Page) => Promise<unknown>][] = [
      ['form', PATH, (page) => page.getByRole('table', { name: 'Imports' }).waitFor()],
      ['result', `${PATH}?run=${first.id}`, (page) => page.getByRole('table').first().waitFor()],
      ['preview', `${PATH}?run=${begun.body.id}`, (page) => page.getByRole('table').first().waitFor()],
    ];
    for (const [name, path, ready] of looks) {
      for (const scheme of ['light', 'dark'] as const) {
        const { page } = await world.asAdmin(path, { ...wide, scheme });
        await ready(page);
        if (process.env.SHOTS)
          await page.screenshot({ path: `${process.env.SHOTS}/import-${name}-${scheme}.png` });
        expect(await axe(page)).toEqual([]);
      }
    }
  });
});
