// What an administrator does in the portal, by the labels that the guide prints: for the portal's own tests, and for those that walk
// the guide on both sides.

import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { sampleOrganisation } from '../../simulator/sample-organisation.ts';
import { type Tenant, unassignGroup, unassignUser } from '../../simulator/tenant.ts';

const WAIT = { timeout: 20_000 };
const SIZE = { users: 24, groups: 4, members: 40 };
const SEED = 7;

/** As an enterprise application is when it is new. */
export function nobodyAssigned(): Tenant {
  const tenant = sampleOrganisation(SIZE, SEED);
  const withoutPeople = [...tenant.users.keys()].reduce(unassignUser, tenant);
  return [...tenant.groups.keys()].reduce(unassignGroup, withoutPeople);
}

export const title = (page: Page, name: string) =>
  page.getByRole('heading', { level: 1, name, exact: true }).waitFor(WAIT);

export const command = (page: Page, name: string) =>
  page.getByRole('toolbar').getByText(name, { exact: true }).click();

/** Without the strip below it, which names people and requests too. */
export const main = (page: Page) => page.getByRole('main');

/** Opened from `Enterprise applications`, as the guide goes. */
async function openApplication(page: Page): Promise<void> {
  await page.getByLabel('Pages').getByRole('link', { name: 'Enterprise applications', exact: true }).click();
  await title(page, 'Enterprise applications');
  await main(page).getByRole('table').getByRole('link', { name: 'Bifrost Enterprise' }).click();
  await title(page, 'Bifrost Enterprise');
}

export async function openTab(page: Page, tab: string): Promise<void> {
  await openApplication(page);
  await page.getByLabel('Pages').getByRole('link', { name: tab, exact: true }).click();
}

export async function choose(page: Page, field: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: field, exact: true }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

export async function saved(page: Page): Promise<void> {
  await command(page, 'Save');
  await page.getByText(/saved/).first().waitFor(WAIT);
}

/** Add user/group on `Users and groups`, which is open. */
export async function assign(page: Page, names: readonly string[], role = 'Default Access'): Promise<void> {
  await command(page, 'Add user/group');
  const dialog = page.getByRole('dialog');
  for (const name of names) {
    await dialog.getByRole('searchbox').fill(name);
    await dialog.getByRole('checkbox', { name, exact: true }).check();
  }
  if (role !== 'Default Access') await choose(page, 'Select a role', role);
  await dialog.getByRole('button', { name: 'Assign' }).click();
  for (const name of names)
    await main(page).getByRole('table').getByRole('link', { name, exact: true }).waitFor(WAIT);
}

/** On the Provisioning tab, to the end of the cycle; answers its row. */
export async function runCycle(page: Page): Promise<string> {
  await page.getByLabel('Pages').getByRole('link', { name: 'Provisioning', exact: true }).click();
  await title(page, 'Provisioning');
  const cycles = main(page)
    .getByRole('row')
    .filter({ hasText: /cycle \d+/ });
  const before = await cycles.count();
  await command(page, 'Run a cycle now');
  await expect.poll(() => cycles.count(), WAIT).toBeGreaterThan(before);
  return cycles.first().innerText();
}

export async function openSettings(page: Page): Promise<void> {
  await openTab(page, 'Provisioning');
  await command(page, 'Edit provisioning');
  await title(page, 'Provisioning settings');
}

/** On the page of the settings. */
export async function testConnection(page: Page, secret: string, says: string | RegExp): Promise<void> {
  await page.getByLabel('Secret Token').fill(secret);
  await main(page).getByRole('button', { name: 'Test Connection', exact: true }).click();
  await page.getByText(says).waitFor(WAIT);
}

export async function enableGroups(page: Page, isEnabled: boolean): Promise<void> {
  await openSettings(page);
  await main(page).getByRole('button', { name: 'Mappings', exact: true }).click();
  await page.getByRole('link', { name: 'Provision Microsoft Entra ID Groups', exact: true }).click();
  await title(page, 'Attribute Mapping');
  await page.getByRole('switch', { name: 'Enabled' }).setChecked(isEnabled, { force: true });
  await saved(page);
}

/** `name`: of the one that is to be selected of those that were found. */
export async function provisionOnDemand(page: Page, search: string, name: string): Promise<void> {
  await openTab(page, 'Provisioning');
  await command(page, 'Provision on demand');
  await title(page, 'Provision on demand');
  await main(page).getByRole('searchbox').fill(search);
  await main(page).getByRole('button', { name }).click();
  await main(page).getByRole('button', { name: 'Provision', exact: true }).click();
}
