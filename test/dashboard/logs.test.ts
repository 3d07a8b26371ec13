// Requests, audit and settings in a browser: what arrived and what it changed, who did what, and that pages follow what happens.

import { createReadStream } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { inspectPack } from '../../src/evidence/inspected-pack.ts';
import { ENTERPRISE, USER } from '../harness/scim-client.ts';
import { axe } from './axe.ts';
import { browser, type DashboardWorld, saysTitle, startDashboard } from './world.ts';

const WAIT = { timeout: 20_000 };
/** The pages may have to be built first. */
const BUILD_MS = 90_000;
let world: DashboardWorld;
let ada: string;

beforeAll(async () => {
  world = await startDashboard();
  ada = await push('ada@contoso.com', 'Ada Lovelace');
  await world.scim.patch(`/Users/${ada}`, [{ op: 'Replace', path: 'title', value: 'Analyst' }]);
  await world.scim.get(`/Users?filter=${encodeURIComponent('userName eq "nobody@contoso.com"')}`);
  for (let times = 0; times < 3; times++) {
    await fetch(`${world.server.scim}/Users`, { headers: { authorization: 'Bearer bifrost_mistyped_4f2a' } });
  }
}, BUILD_MS);
afterEach(() => browser?.closeWindows());
afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

async function push(userName: string, displayName: string): Promise<string> {
  const { resource } = await world.scim.post('/Users', {
    schemas: [USER, ENTERPRISE],
    userName,
    externalId: `oid-${userName}`,
    displayName,
    active: true,
    [ENTERPRISE]: { department: 'Sales' },
  });
  return resource.id;
}

const choose = async (page: Page, label: string, option: string) => {
  await page.getByRole('combobox', { name: label, exact: true }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
};
const cells = (page: Page) =>
  page.locator('.grid-table .body [role=row] [role=cell]:first-child').allTextContents();

describe.skipIf(!browser)('Requests', () => {
  it('shows each in plain words, narrows by the address, and opens one with its effects', async () => {
    const { page } = await world.asAdmin('/governance/requests');
    await saysTitle(page, 'Requests');
    await page.getByRole('button', { name: 'Updated Ada Lovelace: title' }).waitFor(WAIT);
    expect(await cells(page)).toEqual(
      expect.arrayContaining([
        'Wrong token, ending in 4f2a',
        'Looked up nobody@contoso.com: nobody',
        'Updated Ada Lovelace: title',
        'Created Ada Lovelace',
      ]),
    );
    await choose(page, 'What was done', 'Changed');
    await expect.poll(() => cells(page), WAIT).toEqual(['Updated Ada Lovelace: title']);
    expect(new URL(page.url()).searchParams.get('action')).toBe('changed');
    // By the keyboard, as whoever has no mouse.
    await page.getByRole('button', { name: 'Updated Ada Lovelace: title' }).focus();
    await page.keyboard.press('Tab');
    await page.getByRole('tooltip').filter({ hasText: 'as Entra does' }).waitFor(WAIT);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Updated Ada Lovelace: title' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByText('SCIM changed Ada Lovelace: title').waitFor(WAIT);
    await drawer.getByText('"Analyst"').waitFor();
    expect(new URL(page.url()).searchParams.get('open')).not.toBeNull();
    await page.reload();
    await page.getByRole('dialog').getByText('SCIM changed Ada Lovelace: title').waitFor(WAIT);
    expect(await axe(page)).toEqual([]);
  });

  it('keeps rejected credentials apart, with how often from where and what to do', async () => {
    const { page } = await world.asAdmin('/governance/requests?tab=rejected', { scheme: 'dark' });
    const row = page.getByRole('row').filter({ hasText: 'Wrong token, ending in 4f2a' });
    await row.waitFor(WAIT);
    expect(await row.getByRole('cell').allTextContents()).toEqual(
      expect.arrayContaining(['127.0.0.1', '3', expect.stringContaining('mistyped')]),
    );
    await page.getByText('Compare the last four characters').waitFor();
    expect(await axe(page)).toEqual([]);
  });
});

const TRY = 'What would it change now?';
const FOR_REAL = 'Do it for real';

describe.skipIf(!browser)('a request once more', () => {
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click(WAIT);
  const roleOf = async (id: string) =>
    (await world.api<{ role: { name: string } | null }>('GET', `/api/users/${id}`)).body.role?.name;
  const department = `${ENTERPRISE}:department`;
  /** Which takes their role, and comes back. */
  const losesDepartment = async (id: string) => {
    await world.scim.patch(`/Users/${id}`, [{ op: 'Remove', path: department }]);
    await world.scim.patch(`/Users/${id}`, [{ op: 'Replace', path: department, value: 'Sales' }]);
  };
  /** The newest request about them comes first. */
  const requestsOf = async (id: string) =>
    (await world.api<{ items: { id: string }[] }>('GET', `/api/requests?resource=${id}`)).body.items;
  const open = (id: string) => `/governance/requests?open=${id}`;

  it('says what would change now, does it for real when that is confirmed, and says when nothing is left', async () => {
    const lin = await push('lin@contoso.com', 'Lin Ma');
    await losesDepartment(lin);
    const [, taken, created] = await requestsOf(lin);
    const { page } = await world.asAdmin(open(taken!.id));
    await press(page, TRY);
    await page.getByText('This would change now').waitFor(WAIT);
    await page.getByText('Lin Ma loses the role Viewer').waitFor();
    expect(await roleOf(lin)).toBe('Viewer');
    await press(page, FOR_REAL);
    const question = page.getByRole('dialog', { name: 'Do it for real?' });
    await question.getByText('Lin Ma loses the role Viewer').waitFor(WAIT);
    expect(await axe(page)).toEqual([]);
    await question.getByRole('button', { name: FOR_REAL }).click();
    await page.getByText('It took effect').waitFor(WAIT);
    expect(await roleOf(lin)).toBeUndefined();
    const [again] = await requestsOf(lin);
    await page.getByRole('link', { name: 'The new request' }).click();
    await page.waitForURL((url) => url.searchParams.get('open') === again!.id);
    await press(page, TRY);
    await page.getByText('Nothing would change', { exact: true }).waitFor(WAIT);
    expect(await page.getByRole('button', { name: FOR_REAL }).count()).toBe(0);
    await page.goto(world.server.url + open(created!.id));
    await press(page, TRY);
    await page.getByText('It would be refused now, with 409').waitFor(WAIT);
    expect(await page.getByRole('button', { name: FOR_REAL }).count()).toBe(0);
  });

  it('is not offered for what only read, and is done by nobody who may not', async () => {
    const mary = await push('mary@contoso.com', 'Mary Somerville');
    await losesDepartment(mary);
    await world.scim.get(`/Users/${mary}`);
    const [read, , taken] = await requestsOf(mary);
    const person = [...world.entra.tenant().users.values()].at(-1)!;
    await world.signIn(person.userPrincipalName);
    const search = `/api/users?search=${encodeURIComponent(person.userPrincipalName)}`;
    const [developer] = (await world.api<{ items: { id: string }[] }>('GET', search)).body.items;
    await world.api('POST', `/api/users/${developer!.id}/grants`, { kind: 'role', target: 'Developer' });
    const { page } = await world.asUser(person.userPrincipalName, open(read!.id));
    await page.getByText('Not possible. It only read').waitFor(WAIT);
    expect(await page.getByRole('button', { name: TRY }).count()).toBe(0);
    await page.goto(world.server.url + open(taken!.id));
    await press(page, TRY);
    await page.getByText('Mary Somerville loses the role Viewer').waitFor(WAIT);
    expect(await page.getByRole('button', { name: FOR_REAL }).count()).toBe(0);
  });
});

describe.skipIf(!browser)('Audit', () => {
  it('says who did what, with before and after, by filters of the address', async () => {
    const { page } = await world.asAdmin(`/governance/audit?subject=${ada}`);
    await page.getByRole('button', { name: 'SCIM changed Ada Lovelace: title' }).waitFor(WAIT);
    await choose(page, 'What happened', 'Access');
    await page
      .getByRole('button', { name: /^Rule department=Sales gave Ada Lovelace the role Viewer/ })
      .waitFor(WAIT);
    await page.goto(`${world.server.url}/governance/audit?subject=${ada}&type=user.updated`);
    await page.getByRole('button', { name: 'SCIM changed Ada Lovelace: title' }).click(WAIT);
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('row', { name: 'title nothing Analyst' }).waitFor(WAIT);
    expect(await axe(page)).toEqual([]);
  });

  it('goes as a file with the filters, and its chain is verified', async () => {
    const { page } = await world.asAdmin(`/governance/audit?type=user.created`);
    await page.getByRole('button', { name: 'SCIM created Ada Lovelace' }).waitFor(WAIT);
    await page.getByRole('button', { name: 'Export' }).click();
    const item = page.getByRole('menuitem', { name: /^CSV/ });
    const address = await item.getAttribute('href');
    expect(address).toContain('type=user.created');
    const [file] = await Promise.all([page.waitForEvent('download'), item.click()]);
    expect(file.suggestedFilename()).toMatch(/^audit-.*\.csv$/);
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: /^Access at a moment/ }).click();
    const moment = page.getByLabel('As it was at');
    await moment.fill('2001-01-01T00:00');
    await page.getByText(/^The log begins at/).waitFor(WAIT);
    await moment.fill('');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    expect(await axe(page)).toEqual([]);
    const [access] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: /^CSV/ }).click(),
    ]);
    expect(access.suggestedFilename()).toMatch(/^access-.*\.csv$/);
    await page.getByRole('button', { name: 'Verify the chain' }).click();
    await page.getByRole('dialog').getByText('Everything holds').waitFor(WAIT);
    expect(await axe(page)).toEqual([]);
  });
});

describe.skipIf(!browser)('Evidence', () => {
  it('comes as a signed file of the moment that was chosen, and of none before the log', async () => {
    const { page } = await world.asAdmin('/governance/audit');
    await page.getByRole('button', { name: 'Evidence pack' }).click(WAIT);
    const dialog = page.getByRole('dialog');
    const moment = dialog.getByLabel('As it was at');
    await moment.fill('2001-01-01T08:00');
    await dialog.getByText('The log begins at').waitFor(WAIT);
    expect(await dialog.getByRole('link', { name: 'Download' }).count()).toBe(0);
    await moment.fill('2999-01-01T08:00');
    await dialog.getByText('That has not come yet.').waitFor(WAIT);
    await moment.fill('');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('link', { name: 'Download' }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/^bifrost-evidence-.*\.tar$/);
    const { problems, manifest } = await inspectPack(createReadStream(await file.path()));
    expect([problems, manifest?.made.by.kind]).toEqual([[], 'admin']);
  });
});

describe.skipIf(!browser)('Settings', () => {
  it('changes how long sessions last', async () => {
    const { page, expectProblem } = await world.asAdmin('/settings');
    expectProblem(/400/);
    await saysTitle(page, 'Settings');
    const cap = page.getByRole('textbox', { name: 'A session ends after' });
    await cap.fill('soon');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('is no duration', { exact: false }).waitFor(WAIT);
    await cap.fill('7d');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('It counts on every server').waitFor(WAIT);
    expect((await world.api<{ cap: string }>('GET', '/api/settings/sessions')).body.cap).toBe('7d');
    expect(await axe(page)).toEqual([]);
  });

  it('keeps what was typed when somebody else was first, and says who that was', async () => {
    const { page } = await world.asAdmin('/settings');
    const cap = page.getByRole('textbox', { name: 'A session ends after' });
    await cap.fill('9d');
    const rules = { cap: '8d', refreshAfter: '10m' };
    await world.api('PUT', '/api/settings/sessions', rules);
    await page.getByText('A session ends after: 7d became 8d').waitFor(WAIT);
    await page.getByText(/changed the setting/).waitFor(WAIT);
    expect(await cap.inputValue()).toBe('9d');
    await page.getByRole('button', { name: 'Keep what I typed' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('It counts on every server').waitFor(WAIT);
    const { body } = await world.api('GET', '/api/settings/sessions');
    expect(body).toMatchObject({ cap: '9d', refreshAfter: '10m' });
    await cap.fill('1d');
    await world.api('PUT', '/api/settings/sessions', rules);
    await page.getByRole('button', { name: 'Load anew' }).click(WAIT);
    expect(await cap.inputValue()).toBe('8d');
  });

  it('changes trusted networks and the limits of the guard', async () => {
    const { page, expectProblem } = await world.asAdmin('/settings/trusted-networks');
    expectProblem(/400/);
    await page.getByRole('button', { name: 'Add a network' }).click(WAIT);
    await page.getByRole('textbox', { name: 'Network 1', exact: true }).fill('127.0.0.1');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('this machine', { exact: false }).last().waitFor(WAIT);
    await page.getByRole('textbox', { name: 'Network 1', exact: true }).fill('10.20.0.0/16');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('It counts on every server').waitFor(WAIT);
    await page.getByRole('tab', { name: 'Guard limits' }).click();
    await page.getByRole('textbox', { name: 'Or more than so many people' }).waitFor(WAIT);
    expect(await axe(page)).toEqual([]);
  });

  it('makes an API key, shows it once, and ends it', async () => {
    const { page } = await world.asAdmin('/settings/api-keys');
    await page.getByRole('button', { name: 'New API key' }).click(WAIT);
    await page.getByRole('textbox', { name: 'What it is for' }).fill('Nightly report');
    await page.getByRole('button', { name: 'Make the key' }).click();
    const field = page.getByRole('textbox', { name: 'API key' });
    await field.waitFor(WAIT);
    const key = await field.inputValue();
    const ask = () => fetch(`${world.server.url}/api/me`, { headers: { authorization: `Bearer ${key}` } });
    expect((await ask()).status).toBe(200);
    await page.getByRole('button', { name: 'I have stored it' }).click();
    await page.getByRole('button', { name: 'Revoke Nightly report' }).click(WAIT);
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('is revoked', { exact: false }).waitFor(WAIT);
    expect((await ask()).status).toBe(401);
    await page.getByRole('tab', { name: 'Break-glass administrators' }).click();
    await page.getByRole('cell', { name: 'admin', exact: true }).waitFor(WAIT);
    expect(await axe(page)).toEqual([]);
  });
});

describe.skipIf(!browser)('live', () => {
  it('shows what just happened without a reload', async () => {
    const { page } = await world.asAdmin('/governance/audit?type=user.created');
    await page.getByRole('button', { name: 'SCIM created Ada Lovelace' }).waitFor(WAIT);
    await push('grace@contoso.com', 'Grace Hopper');
    await page.getByRole('button', { name: 'SCIM created Grace Hopper' }).waitFor({ timeout: 8_000 });
  });

  it('tells whoever is suspended at once', async () => {
    const person = [...world.entra.tenant().users.values()].find(({ department }) => department)!;
    const { page, expectProblem } = await world.asUser(person.userPrincipalName, '/governance/users');
    await saysTitle(page, 'Users');
    expectProblem(/401/);
    // The browser tells of it beside the page, which may be closed before.
    const told = page.waitForEvent('console', (message) => message.text().includes('401'));
    const found = await world.api<{ items: { id: string }[] }>(
      'GET',
      `/api/users?search=${encodeURIComponent(person.userPrincipalName)}`,
    );
    await world.api('PATCH', `/api/users/${found.body.items[0]!.id}`, { suspended: true });
    await page.getByText('Your session has ended.').waitFor({ timeout: 8_000 });
    await told;
  });
});
