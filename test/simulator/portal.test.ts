// The portal in a browser: Steps 2 and 3 of the guide by the labels that it names, in front of a real Bifrost.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  assign,
  choose,
  command,
  main,
  openTab,
  provisionOnDemand,
  runCycle,
  saved,
  testConnection,
  title,
} from './portal-steps.ts';
import { browser, group, type PortalWorld, person, startPortalWorld } from './portal-world.ts';

const WORLD_LIMIT_MS = 120_000;
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const WAIT = { timeout: 20_000 };

let world: PortalWorld;

beforeAll(async () => {
  world = await startPortalWorld();
}, WORLD_LIMIT_MS);
afterEach(() => browser?.closeWindows());
afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

interface ScimUser {
  userName: string;
  active: boolean;
  [ENTERPRISE]?: { employeeNumber?: string };
}

/** As Bifrost has them. */
async function inBifrost(userName: string): Promise<ScimUser | undefined> {
  const answer = await world.scim.get(`/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`);
  return (answer.json as { Resources: ScimUser[] }).Resources[0];
}

describe.skipIf(!browser)('Step 2: Configure Entra provisioning', () => {
  it('refuses a wrong token as Entra does, and takes the right one', async () => {
    const { page } = await world.portal('/');
    await openTab(page, 'Provisioning');
    await page.getByRole('link', { name: 'Get started' }).click();
    await title(page, 'Provisioning settings');
    await choose(page, 'Provisioning Mode', 'Automatic');
    await page.getByLabel('Tenant URL').fill(world.server.scim);
    await testConnection(page, 'mistyped', /^You appear to have entered invalid credentials/);
    await page
      .getByText(/answered 401/)
      .first()
      .waitFor();
    await testConnection(
      page,
      world.server.token,
      'The supplied credentials are authorized to enable provisioning',
    );
    await saved(page);
  });

  it('adds a mapping under Mappings, and it is sent by its name', async () => {
    const { page } = await world.portal('/enterprise-applications/bifrost/provisioning/settings');
    await main(page).getByRole('button', { name: 'Mappings' }).click();
    await page.getByRole('link', { name: 'Provision Microsoft Entra ID Users' }).click();
    await title(page, 'Attribute Mapping');
    await main(page)
      .getByRole('button', { name: `Delete ${ENTERPRISE}:employeeNumber` })
      .click();
    await main(page).getByRole('button', { name: 'Add New Mapping' }).click();
    const dialog = page.getByRole('dialog');
    await choose(page, 'Source attribute', 'employeeId');
    await dialog.getByLabel('Target attribute').fill(`${ENTERPRISE}:EmployeeNumber`);
    await dialog.getByLabel('Target attribute').press('Escape');
    await dialog.getByRole('button', { name: 'Ok' }).click();
    await saved(page);
    await page.reload();
    await main(page)
      .getByRole('cell', { name: `${ENTERPRISE}:EmployeeNumber`, exact: true })
      .waitFor(WAIT);
  });

  it('is on when Provisioning Status says so', async () => {
    const { page } = await world.portal('/enterprise-applications/bifrost/provisioning/settings');
    await page.getByRole('radiogroup', { name: 'Provisioning Status' }).getByLabel('On').check();
    await saved(page);
    await page.getByLabel('Above this page').getByRole('link', { name: 'Provisioning', exact: true }).click();
    await title(page, 'Provisioning');
    await main(page).getByRole('cell', { name: 'Initial cycle 1' }).waitFor(WAIT);
    await page.getByText(/^Next cycle in \d+ minutes\.$/).waitFor(WAIT);
  });
});

describe.skipIf(!browser)('Step 3: Assign users and groups', () => {
  it('provisions who is added, with the group that they are in', async () => {
    const { page } = await world.portal('/');
    await openTab(page, 'Users and groups');
    await assign(page, [person(world, 3).displayName, group(world).displayName]);
    expect(await runCycle(page)).toContain('Incremental cycle 2');
    expect(await inBifrost(person(world, 3).userPrincipalName)).toMatchObject({ active: true });
    const groups = await world.scim.get('/Groups');
    expect(groups.json).toMatchObject({
      Resources: [
        { displayName: group(world).displayName, members: { length: group(world).memberIds.size } },
      ],
    });
  });

  it('provisions on demand whoever is searched for and selected, step by step', async () => {
    world.entra.assignUser(person(world, 5).userPrincipalName);
    const { page } = await world.portal('/');
    await provisionOnDemand(page, person(world, 5).userPrincipalName, person(world, 5).displayName);
    for (const step of [
      '1. Import user',
      '2. Determine if user is in scope',
      '3. Match user between source and target system',
      '4. Perform action',
    ]) {
      await page.getByText(step).waitFor(WAIT);
    }
    await page.getByText('Created in the application.').waitFor();
    await main(page).getByRole('tab', { name: 'Modified properties' }).click();
    await main(page)
      .getByRole('cell', { name: person(world, 5).employeeId!, exact: true })
      .waitFor();
    const raw = await world.scim.get(
      `/Users?filter=${encodeURIComponent(`userName eq "${person(world, 5).userPrincipalName}"`)}`,
    );
    expect(JSON.stringify(raw.json)).toContain(person(world, 5).employeeId);
  });

  it('does not send who is not assigned', async () => {
    const { page } = await world.portal(
      `/enterprise-applications/bifrost/provisioning/on-demand?kind=user&selected=${person(world, 7).objectId}`,
    );
    await main(page).getByRole('button', { name: 'Provision', exact: true }).click();
    await page.getByText(/NotEffectivelyEntitled/).waitFor(WAIT);
    expect(await inBifrost(person(world, 7).userPrincipalName)).toBeUndefined();
  });
});

describe.skipIf(!browser)('a change', () => {
  it('is seen to arrive, and is in the provisioning logs', async () => {
    const { page } = await world.portal(`/users/${person(world, 3).objectId}`);
    await page.getByLabel('Job title').fill('Harbour Master');
    await page.getByLabel('Account enabled').uncheck({ force: true });
    await main(page).getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved', { exact: true }).waitFor(WAIT);
    await page.getByLabel('Pages').getByRole('link', { name: 'Provisioning', exact: true }).click();
    await command(page, 'Run a cycle now');
    const sent = page.getByRole('region', { name: 'What was sent' });
    await sent
      .getByRole('button', { name: new RegExp(`${person(world, 3).displayName}.*PATCH.*/Users/`) })
      .click(WAIT);
    await page.getByRole('dialog').getByText('Harbour Master').first().waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    expect(await inBifrost(person(world, 3).userPrincipalName)).toMatchObject({ active: false });
    await page.getByLabel('Pages').getByRole('link', { name: 'Provisioning logs' }).click();
    await choose(page, 'Action', 'Disable');
    await main(page)
      .getByRole('table')
      .getByRole('button', { name: person(world, 3).displayName })
      .click(WAIT);
    const details = page.getByRole('dialog');
    await details.getByRole('tab', { name: 'Modified properties' }).click();
    await details.getByRole('row', { name: 'active true false' }).waitFor();
  });

  it('of the scope brings everybody', async () => {
    const { page } = await world.portal('/enterprise-applications/bifrost/provisioning/settings');
    await choose(page, 'Scope', 'Sync all users and groups');
    await saved(page);
    await page.getByText('Every 10 seconds').click();
    await page.getByLabel('Pages').getByRole('link', { name: 'Provisioning', exact: true }).click();
    await main(page)
      .getByText(/^Next cycle in \d+ s\.$/)
      .waitFor(WAIT);
    await command(page, 'Run a cycle now');
    await main(page).getByRole('cell', { name: 'Incremental cycle 4' }).waitFor(WAIT);
    expect(await inBifrost(person(world, 7).userPrincipalName)).toMatchObject({ active: true });
  });
});
