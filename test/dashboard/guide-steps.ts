// What an administrator does in our dashboard on the way through the guide, by the labels that the guide prints.

import type { Locator, Page } from 'playwright-core';
import { saysTitle } from './world.ts';

export const PROVIDER = 'Microsoft Entra';
/** As many as stand before the last of the page. */
const TAB_PRESSES_MOST = 60;

export const button = (within: Pick<Page, 'getByRole'>, name: string | RegExp): Locator =>
  within.getByRole('button', { name, exact: true });
export const dialog = (page: Page, name?: string): Locator =>
  page.getByRole('dialog', name === undefined ? {} : { name });

/** `GovernanceUsers` is how the guide prints the way there. */
export async function goTo(page: Page, place: string): Promise<void> {
  const menu = page.getByRole('region', { name: 'Governance' });
  await menu.getByRole('link', { name: place, exact: true }).click();
  await saysTitle(page, place);
}

export async function openProvider(page: Page): Promise<void> {
  await goTo(page, 'User Provisioning');
  await page.getByRole('link', { name: PROVIDER, exact: true }).click();
  await saysTitle(page, PROVIDER);
}

export async function openAttributeMapping(page: Page): Promise<void> {
  await openProvider(page);
  await page.getByRole('link', { name: 'Open Attribute Mapping' }).click();
  await saysTitle(page, 'Attribute Mapping');
}

/** For whatever value; where it gives no role, what it gives is called after the value. */
export async function addRule(page: Page, kind: string, attribute: string, role?: string): Promise<void> {
  await button(page, `Add ${kind} rule`).click();
  const rule = dialog(page);
  await rule.getByRole('combobox', { name: 'Attribute', exact: true }).fill(attribute);
  await rule.getByRole('combobox', { name: 'Value', exact: true }).fill('*');
  if (role !== undefined) {
    await rule.getByRole('combobox', { name: 'Role', exact: true }).click();
    await page.getByRole('option', { name: role, exact: true }).click();
  }
  await rule.getByRole('button', { name: 'Add to the draft' }).click();
}

/** `says` is what Review has to say first. */
export async function reviewAndApply(page: Page, says: string | RegExp): Promise<void> {
  await button(page, 'Review').click();
  await dialog(page).getByRole('heading', { name: says }).waitFor();
  await dialog(page)
    .getByRole('button', { name: /^Apply/ })
    .click();
  await page.getByText('not applied').waitFor({ state: 'detached' });
}

interface Credentials {
  endpoint: string;
  token: string;
}

/** What the dialog shows once is copied by its buttons. */
export async function copyCredentials(page: Page, title: string): Promise<Credentials> {
  const shown = dialog(page, title);
  const copy = async (label: string): Promise<string> => {
    await shown.getByRole('button', { name: `Copy ${label}` }).click();
    await shown.getByRole('button', { name: `${label} copied` }).waitFor();
    return page.evaluate('navigator.clipboard.readText()');
  };
  const endpoint = await copy('SCIM Endpoint URL');
  const token = await copy('Provisioning Token');
  await shown.getByLabel('I have stored it').check();
  await button(shown, 'Done').click();
  await shown.waitFor({ state: 'hidden' });
  return { endpoint, token };
}

/** Tab until it has the focus, then Enter: as whoever has no mouse. */
export async function pressByKeyboard(page: Page, name: string | RegExp): Promise<void> {
  const wanted = button(page, name);
  await wanted.waitFor();
  for (let presses = 0; presses < TAB_PRESSES_MOST; presses++) {
    await page.keyboard.press('Tab');
    if (await wanted.evaluate((element) => element === element.ownerDocument.activeElement)) {
      return page.keyboard.press('Enter');
    }
  }
  throw new Error(`${name} is not reached by the keyboard`);
}

export const userRow = (page: Page, displayName: string): Locator =>
  page.getByRole('table', { name: 'Users' }).getByRole('row').filter({ hasText: displayName });

/** Apart from the other requests, with what to do. */
export async function seesRejected(page: Page, lastFour: string): Promise<void> {
  await page.getByRole('link', { name: 'Requests', exact: true }).click();
  await page.getByRole('tab', { name: 'Rejected credentials' }).click();
  const row = page.getByRole('row').filter({ hasText: `Wrong token, ending in ${lastFour}` });
  await row.waitFor();
  await page.getByText(/Compare the last four characters/).waitFor();
}
