// Attribute Mapping as an administrator uses it: what is wrong is seen and mended, rules are added and ordered, a token is looked
// into, and nothing counts before it was reviewed and applied.

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MappingsJson, ProviderJson } from '../../src/edge/admin/contract.ts';
import { ENTERPRISE, scimClient, USER } from '../harness/scim-client.ts';
import { axe } from './axe.ts';
import { browser, type DashboardWorld, saysTitle, startDashboard } from './world.ts';

const OBJECT_ID = '9c1b2f54-1b7e-4a52-8d0e-5f6a7b8c9d';
const rules = [
  { attribute: 'Department', value: 'Sales', role: 'Developer', sticky: false },
  { attribute: 'title', value: 'Head*', role: 'Admin', sticky: false },
  { attribute: 'department', value: '*', role: 'Viewer', sticky: false },
];

let world: DashboardWorld;
let provider: string;

beforeAll(async () => {
  if (!browser) return;
  world = await startDashboard({
    provider: {
      attributeRoleMappings: [
        { attribute: 'roles', value: 'admin', role: 'Admin' },
        { attribute: 'roles', value: 'developer', role: 'Developer' },
        { attribute: 'roles', value: 'viewer', role: 'Viewer' },
      ],
    },
  });
  const { entra } = world;
  const made = await world.api<ProviderJson>('POST', '/api/providers', {
    name: 'Contoso',
    kind: 'entra',
    tenantId: entra.tenantId,
    clientId: entra.clientId,
    clientSecret: entra.clientSecret,
    authorityUrl: entra.url,
    graphUrl: entra.graphUrl,
    scim: {},
    attributeRoleMappings: rules,
    attributeTeamMappings: [],
  });
  provider = made.body.id;
  await pushPeople(made.body.scim);
}, 120_000);
afterEach(() => browser?.closeWindows());
afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

async function pushPeople({ endpoint, token }: ProviderJson['scim']): Promise<void> {
  const scim = scimClient(endpoint, token!);
  for (const [at, department] of ['Sales', 'Sales', 'Kitchen', null].entries()) {
    await scim.post('/Users', {
      schemas: [USER, ENTERPRISE],
      userName: `person${at}@contoso.com`,
      externalId: `${OBJECT_ID}0${at}`,
      active: true,
      title: at === 0 ? 'Head of Sales' : 'Cook',
      ...(department && { [ENTERPRISE]: { department, employeeNumber: `70${at}` } }),
    });
  }
  scim.close();
}

const stored = async () => (await world.api<MappingsJson>('GET', `/api/providers/${provider}/mappings`)).body;

/** Puts the rules back that every test begins with. */
async function asBefore(): Promise<void> {
  const body = { attributeRoleMappings: rules, attributeTeamMappings: [], claimScimAttributes: {} };
  const { status } = await world.api('PUT', `/api/providers/${provider}/mappings?confirm=3`, body);
  if (status === 409) await world.api('PUT', `/api/providers/${provider}/mappings`, body);
}

async function openPage(of = provider): Promise<Page> {
  const { page } = await world.asAdmin(`/governance/user-provisioning/${of}/attribute-mapping`);
  await saysTitle(page, 'Attribute Mapping');
  // Which of the two is open depends on whether anybody has arrived.
  await page.getByRole('tab', { name: 'Doctor' }).waitFor();
  return page;
}

const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const roleRules = (page: Page) => section(page, 'Roles').getByRole('listitem').allInnerTexts();
const firstWords = (texts: readonly string[]) => texts.map((text) => text.replace(/\s+/g, ' ').trim());
const notApplied = (page: Page, words: string) => page.getByText(`${words}, not applied`).waitFor();

describe.skipIf(!browser)('the doctor beside the rules', () => {
  it('mends a wrong case with one click, which counts when it was reviewed and applied', async () => {
    const page = await openPage();
    await page.getByText('"Department" was never seen; 3 people have "department".').waitFor();
    await page.getByRole('button', { name: 'Use "department"' }).click();
    await notApplied(page, '1 change');
    await section(page, 'Roles').getByText('2 people').first().waitFor();
    expect((await stored()).attributeRoleMappings).toEqual(rules);
    // The draft survives a reload of the tab.
    await page.reload();
    await notApplied(page, '1 change');
    await page.getByRole('button', { name: 'Review' }).click();
    const review = page.getByRole('dialog');
    await review.getByText('person1@contoso.com').waitFor();
    await review.getByRole('button', { name: /^Apply/ }).click();
    await page.getByText('not applied').waitFor({ state: 'detached' });
    expect((await stored()).attributeRoleMappings[0]!.attribute).toBe('department');
  });

  it('says that somebody else was first, and does not lose the draft', async () => {
    await asBefore();
    const page = await openPage();
    await page.getByRole('button', { name: 'Remove role rule 3' }).click();
    await notApplied(page, '1 change');
    const body = { roleResolutionStrategy: 'first-match' };
    await world.api('PUT', `/api/providers/${provider}/mappings`, body);
    await page.reload();
    await page.getByRole('alert').getByText('Somebody else changed these rules').waitFor();
    expect(await page.getByRole('button', { name: 'Review' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Keep the draft on top' }).click();
    await notApplied(page, '2 changes');
    expect(await page.getByRole('button', { name: 'Review' }).isDisabled()).toBe(false);
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByText('not applied').waitFor({ state: 'detached' });
    expect(await roleRules(page)).toHaveLength(3);
  });
});

describe.skipIf(!browser)('rules', () => {
  it('are ordered by buttons, which keep the focus, by keys and by dragging', async () => {
    await asBefore();
    const page = await openPage();
    const order = async () => firstWords(await roleRules(page)).map((text) => text.split(' ')[1]);
    expect(await order()).toEqual(['Department', 'title', 'department']);
    await page.getByRole('button', { name: 'Move role rule 3 up' }).click();
    await notApplied(page, '1 change');
    expect(await order()).toEqual(['Department', 'department', 'title']);
    expect(await page.evaluate('document.activeElement.ariaLabel')).toBe('Move role rule 2 up');

    await page.getByRole('button', { name: 'Drag rule 1' }).focus();
    await page.keyboard.press('Space');
    await page.getByText('It would be at place 1 of 3.').waitFor({ state: 'attached' });
    await page.keyboard.press('ArrowDown');
    await page.getByText('It would be at place 2 of 3.').waitFor({ state: 'attached' });
    await page.keyboard.press('Space');
    await page.getByText('It is at place 2 of 3 now.').waitFor({ state: 'attached' });
    expect(await order()).toEqual(['department', 'Department', 'title']);

    const [from, to] = [
      page.getByRole('button', { name: 'Drag rule 3' }),
      page.getByRole('button', { name: 'Drag rule 1' }),
    ];
    await from.dragTo(to, { steps: 8 });
    await page.getByText('It is at place 1 of 3 now.').waitFor({ state: 'attached' });
    expect(await order()).toEqual(['title', 'department', 'Department']);
  });

  it('are made of what was seen: names and values are offered, with how many have them', async () => {
    await asBefore();
    const page = await openPage();
    await page.getByRole('button', { name: 'Add team rule' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'Attribute' }).fill('Depart');
    await page.getByRole('option', { name: /^department 75 %/ }).click();
    await dialog.getByRole('combobox', { name: 'Value' }).fill('k');
    await page.getByRole('option', { name: /^Kitchen 1 person/ }).click();
    await dialog.getByRole('combobox', { name: 'Team' }).fill('Cooks');
    await page.keyboard.press('Escape');
    expect(await axe(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Add to the draft' }).click();
    await notApplied(page, '1 change');
    await section(page, 'Teams').getByText('1 person').waitFor();
  });

  it('say of a name in the wrong case what was seen', async () => {
    await asBefore();
    const page = await openPage();
    await page.getByRole('button', { name: 'Edit role rule 2' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'Attribute' }).fill('Title');
    await dialog.getByText('Nobody has this attribute.').waitFor();
    await dialog.getByRole('combobox', { name: 'Value' }).focus();
    await dialog.getByRole('button', { name: 'Use title' }).click();
    expect(await dialog.getByRole('combobox', { name: 'Attribute' }).inputValue()).toBe('title');
  });
});

describe.skipIf(!browser)('SCIM Attribute (Step 2.3)', () => {
  it('takes the name that Entra sends, and says when nobody has it', async () => {
    await asBefore();
    const page = await openPage();
    const name = `${ENTERPRISE}:employeeNumber`;
    for (const [written, says] of [
      [name.replace('employeeN', 'employeen'), 'Never seen'],
      [name, '75 % of people'],
    ]) {
      await page.getByRole('button', { name: 'Add SCIM Attribute' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('combobox', { name: 'SCIM Attribute' }).fill(written!);
      await dialog.getByRole('textbox', { name: 'Claim' }).fill(`by ${says}`);
      await dialog.getByRole('button', { name: 'Add to the draft' }).click();
      await section(page, 'SCIM Attribute')
        .getByRole('row', { name: `by ${says}` })
        .getByText(says!)
        .last()
        .waitFor();
    }
    await page.getByText(/SCIM Attribute ".*employeenumber" .* never arrived/).waitFor();
  });
});

describe.skipIf(!browser)('Discover Claims', () => {
  it('shows what a token holds, in a window that closes, and offers it for rules', async () => {
    const someone = [...world.entra.tenant().users.values()][5]!;
    world.entra.assignUser(someone.userPrincipalName, ['developer']);
    world.entra.nextUser(someone.userPrincipalName);
    const page = await openPage();
    await page.getByRole('tab', { name: 'Attributes seen' }).click();
    const [popUp] = await Promise.all([
      page.waitForEvent('popup'),
      page.getByRole('button', { name: 'Discover Claims' }).click(),
    ]);
    await page.getByText('In your token').waitFor({ timeout: 20_000 });
    await expect.poll(() => popUp.isClosed()).toBe(true);
    await page.getByRole('button', { name: 'Use roles' }).click();
    await page.getByRole('menuitem', { name: 'In a role rule' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('combobox', { name: 'Attribute' }).inputValue()).toBe('roles');
    expect(await dialog.getByRole('combobox', { name: 'Value' }).inputValue()).toBe('developer');
  });
});

describe.skipIf(!browser)('who may what', () => {
  it('shows what the configuration file owns as locked', async () => {
    const page = await openPage('entra');
    await page.getByText('The configuration file owns attributeRoleMappings').waitFor();
    expect(await page.getByRole('button', { name: 'Add role rule' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: /^Edit role rule/ }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Add SCIM Attribute' }).count()).toBe(1);
  });

  it('lets a Developer look, and a Viewer not', async () => {
    const [, , , developer, viewer] = [...world.entra.tenant().users.values()];
    world.entra.assignUser(developer!.userPrincipalName, ['developer']);
    world.entra.assignUser(viewer!.userPrincipalName, ['viewer']);
    const path = `/governance/user-provisioning/${provider}/attribute-mapping`;
    const looking = await world.asUser(developer!.userPrincipalName, path);
    await looking.page.getByText('Changing them takes the permission mappings:apply.').waitFor();
    await looking.page.getByText('"Department" was never seen; 3 people have "department".').waitFor();
    expect(
      await looking.page.getByRole('button', { name: /^(Add|Edit|Remove|Move|Drag|Use) / }).count(),
    ).toBe(0);
    const refused = await world.asUser(viewer!.userPrincipalName, path);
    await refused.page.getByText('You may not see this').waitFor();
  });

  it.each(['light', 'dark'] as const)('axe finds nothing, %s', async (scheme) => {
    const path = `/governance/user-provisioning/${provider}/attribute-mapping`;
    const { page } = await world.asAdmin(path, { scheme });
    await page.getByRole('button', { name: 'Remove role rule 1' }).click();
    await notApplied(page, '1 change');
    await page.getByRole('tab', { name: 'Attributes seen' }).click();
    await page.getByRole('button', { name: 'Use title' }).waitFor();
    expect(await axe(page)).toEqual([]);
  });
});
