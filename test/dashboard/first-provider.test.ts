// The first provider, from an empty Bifrost to its end: tiles, the steps of adding one, Step 1 of the administrator's guide word for
// word, rotation, switching SCIM off, deleting. One story: each test goes on where the one before it stopped. What axe says of pages
// that an address opens is asked by the gallery.

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MappingsJson, ProviderJson } from '../../src/edge/admin/contract.ts';
import { scimClient, USER } from '../harness/scim-client.ts';
import { axe } from './axe.ts';
import { browser, type DashboardWorld, saysTitle, startDashboard } from './world.ts';

const PROVIDER = '/governance/user-provisioning/microsoft-entra';
const NAME = 'Microsoft Entra';
const FINISH = (step: string) => `/governance/user-provisioning/new?step=${step}&provider=microsoft-entra`;
const WAIT = { timeout: 20_000 };
/** The pages may have to be built first. */
const BUILD_MS = 90_000;

let world: DashboardWorld;
let token = '';

beforeAll(async () => {
  world = await startDashboard({ config: { providers: [] } });
  // Verifying compares the clocks of both sides.
  world.pass(Date.now() - world.now());
}, BUILD_MS);
afterEach(() => browser?.closeWindows());
afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

/** The page asks the port that everybody has; the one of this test is another. */
const localEntraAt = (page: Page, address: string) =>
  page.route('**/api/providers/local-entra', (route) =>
    route.continue({ postData: JSON.stringify({ address }) }),
  );
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const secretField = (page: Page) => page.getByRole('textbox', { name: 'Client secret' });
const dialog = (page: Page, name: string) => page.getByRole('dialog', { name });
const statusWith = async (bearer: string) =>
  (await fetch(`${world.server.scim}/Users`, { headers: { authorization: `Bearer ${bearer}` } })).status;

async function storedToken(page: Page, title: string): Promise<string> {
  const shown = dialog(page, title);
  const text = await shown.getByLabel('Provisioning Token', { exact: true }).inputValue(WAIT);
  await shown.getByLabel('I have stored it').check();
  await shown.getByRole('button', { name: 'Done' }).click();
  await shown.waitFor({ state: 'hidden' });
  return text;
}

describe.skipIf(!browser)('without a provider', () => {
  it('there are tiles', async () => {
    const { page } = await world.asAdmin('/governance/user-provisioning');
    for (const kind of ['Microsoft Entra', 'Okta', 'Keycloak', 'Google Workspace', 'OpenID Connect']) {
      await button(page, new RegExp(`^${kind}`)).waitFor();
    }
  });

  it('says how to start the local Entra where none answers', async () => {
    const { page } = await world.asAdmin('/governance/user-provisioning');
    await localEntraAt(page, 'http://127.0.0.1:1');
    await button(page, /^Try it with the local Entra/).click();
    await page.getByText('No local Entra answers at http://127.0.0.1:1.').waitFor(WAIT);
    await page.getByText('npm run simulator -- serve').waitFor();
  });
});

describe.skipIf(!browser)('adding one', () => {
  it('says what is wrong at its field, keeps what was typed, and never the secret', async () => {
    const { page, expectProblem } = await world.asAdmin('/governance/user-provisioning');
    expectProblem(/400/);
    await button(page, /^Microsoft Entra/).click();
    await page.getByLabel('Directory (tenant) ID').fill('nobody');
    await page.getByLabel('Application (client) ID').fill('an-application');
    await secretField(page).fill('very secret');
    await button(page, 'Verify').click();
    const wrong = page.getByLabel('Directory (tenant) ID');
    await page.getByText(/^Is no tenant: write its id/).waitFor(WAIT);
    expect(await wrong.getAttribute('aria-invalid')).toBe('true');
    await page.getByRole('link', { name: 'Users', exact: true }).click();
    await saysTitle(page, 'Users');
    await page.goBack();
    expect(await secretField(page).inputValue(WAIT)).toBe('very secret');
    expect(await page.evaluate('JSON.stringify({ ...sessionStorage, ...localStorage })')).not.toContain(
      'secret"',
    );
    await page.reload();
    expect(await wrong.inputValue(WAIT)).toBe('nobody');
    expect(await secretField(page).inputValue()).toBe('');
  });

  it('fills in from the local Entra, shows each check with what to do, and stores it disabled', async () => {
    const { page } = await world.asAdmin('/governance/user-provisioning/new');
    await localEntraAt(page, world.entra.url);
    await button(page, /^Try it with the local Entra/).click();
    await secretField(page).waitFor(WAIT);
    expect(await page.getByLabel('Directory (tenant) ID').inputValue()).toBe(world.entra.tenantId);
    await secretField(page).fill('wrong');
    await button(page, 'Verify').click();
    await page.getByText('Does not work yet').waitFor(WAIT);
    const checks = page.getByRole('list', { name: 'Checks' });
    await checks.getByText('AADSTS7000215').waitFor();
    await checks.getByText(/Paste the value of the secret/).waitFor();
    expect(await axe(page)).toEqual([]);
    await secretField(page).fill(world.entra.clientSecret);
    await button(page, 'Verify').click();
    await page.getByText('All is well').waitFor(WAIT);
    await button(page, 'Continue').click();
    await page.getByRole('region', { name: 'Roles' }).waitFor(WAIT);
    const { items } = (await world.api<{ items: ProviderJson[] }>('GET', '/api/providers')).body;
    expect(items).toMatchObject([{ id: 'microsoft-entra', enabled: false, scim: { enabled: false } }]);
  });

  it('goes on with it from its card, and Back and a reload find what was stored', async () => {
    const { page } = await world.asAdmin('/governance/user-provisioning');
    await page.getByRole('link', { name: `Go on with ${NAME}` }).click();
    await page.getByRole('region', { name: 'Roles' }).waitFor(WAIT);
    await button(page, 'Back').click();
    await page.getByLabel('Name').fill('Entra of Contoso');
    await button(page, 'Continue').click();
    await page.getByText('Entra of Contoso is stored and disabled').waitFor(WAIT);
    await page.goBack();
    expect(await page.getByLabel('Name').inputValue(WAIT)).toBe('Entra of Contoso');
    await page.getByLabel('Name').fill(NAME);
    await button(page, 'Verify').click();
    await page.getByText('All is well').waitFor(WAIT);
    await page.reload();
    expect(await page.getByLabel('Name').inputValue(WAIT)).toBe(NAME);
    expect(await secretField(page).inputValue()).toBe('');
  });

  it('discovers claims before anybody can sign in, and stores the rules with the step', async () => {
    const someone = [...world.entra.tenant().users.values()][0]!;
    world.entra.assignUser(someone.userPrincipalName, ['developer']);
    world.entra.nextUser(someone.userPrincipalName);
    const { page } = await world.asAdmin(FINISH('mapping'));
    const roles = page.getByRole('region', { name: 'Roles' });
    await roles.getByRole('button', { name: 'Remove role rule 3' }).click();
    const [popUp] = await Promise.all([page.waitForEvent('popup'), button(page, 'Discover Claims').click()]);
    await button(page, 'Use roles').click(WAIT);
    await expect.poll(() => popUp.isClosed()).toBe(true);
    await page.getByRole('menuitem', { name: 'In a role rule' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.reload();
    await roles.getByRole('listitem').nth(1).waitFor(WAIT);
    expect(await roles.getByRole('listitem').count()).toBe(2);
    await button(page, 'Continue').click();
    const told = page.getByRole('region', { name: 'What the rules will do' });
    await told.getByText('Nobody of Microsoft Entra has arrived so far').waitFor(WAIT);
    expect(await told.getByRole('listitem').allInnerTexts()).toEqual([
      expect.stringMatching(/^roles is admin\s+gives\s+Admin$/),
      expect.stringMatching(/^roles is developer\s+gives\s+Developer$/),
    ]);
    expect(await axe(page)).toEqual([]);
    const stored = await world.api<MappingsJson>('GET', '/api/providers/microsoft-entra/mappings');
    expect(stored.body.attributeRoleMappings).toHaveLength(2);
  });

  it('is enabled at the end of the steps, once, and says what to do next', async () => {
    const { page } = await world.asAdmin(FINISH('review'));
    await page.getByText(world.entra.clientId).waitFor(WAIT);
    expect(await page.getByText(world.entra.clientSecret).count()).toBe(0);
    await button(page, 'Enable provider').dblclick();
    await saysTitle(page, NAME);
    await page.getByText('Verified', { exact: true }).waitFor(WAIT);
    const next = page.getByRole('list', { name: 'Next steps' });
    await next.getByText('Sign in once yourself').waitFor(WAIT);
    await button(page, 'Open Provider Configuration').click();
    await dialog(page, 'Provider Configuration').waitFor();
    await page.goto(world.server.url + FINISH('mapping'));
    await saysTitle(page, NAME);
  });
});

describe.skipIf(!browser)('Step 1: Enable SCIM in Bifrost', () => {
  it('goes word for word, and the token that is shown once works', async () => {
    const { page } = await world.asAdmin('/');
    const menu = page.getByRole('region', { name: 'Governance' });
    await menu.getByRole('link', { name: 'User Provisioning' }).click();
    await page.getByRole('link', { name: NAME }).click();
    await button(page, 'Settings').click();
    const configuration = dialog(page, 'Provider Configuration');
    await configuration.getByRole('switch', { name: 'Enable SCIM Provisioning' }).check();
    await configuration.getByRole('button', { name: 'Save & Enable' }).click();
    const complete = dialog(page, 'Setup Complete');
    const endpoint = await complete.getByLabel('SCIM Endpoint URL', { exact: true }).inputValue(WAIT);
    await complete.getByText('In Entra: Tenant URL').waitFor();
    await complete.getByText('In Entra: Secret Token').waitFor();
    await complete.getByText('127.0.0.1 is this machine alone.').waitFor();
    await page.keyboard.press('Escape');
    expect(await complete.getByRole('button', { name: 'Done' }).isDisabled()).toBe(true);
    expect(await axe(page)).toEqual([]);
    token = await storedToken(page, 'Setup Complete');
    expect(endpoint).toBe(world.server.scim);
    expect(await statusWith(token)).toBe(200);
    await page.reload();
    await saysTitle(page, NAME);
    expect(await page.content()).not.toContain(token);
  });

  it('shows whom it brought, on time', async () => {
    // They are in no directory: a comparison that is due now would suspend them.
    await world.api('PATCH', '/api/providers/microsoft-entra', { reconcile: { mode: 'report' } });
    const scim = scimClient(world.server.scim, token);
    for (const [at, userName] of ['ada@contoso.com', 'bela@contoso.com'].entries()) {
      const body = {
        schemas: [USER],
        userName,
        externalId: `oid-${at}`,
        displayName: userName,
        active: true,
      };
      expect((await scim.post('/Users', body)).status).toBe(201);
    }
    scim.close();
    const { page } = await world.asAdmin(PROVIDER);
    await page.getByText('2 active, 0 suspended, 2 without a role').waitFor(WAIT);
    await page.getByText('On time', { exact: true }).waitFor();
    await page.getByRole('table', { name: 'Last requests' }).getByText('201').first().waitFor(WAIT);
  });
});

describe.skipIf(!browser)('tokens', () => {
  const rotate = async (page: Page, how: string) => {
    await button(page, 'Rotate token').click();
    const shown = dialog(page, 'Rotate token');
    await shown.getByRole('radio', { name: how }).check();
    await shown.getByRole('button', { name: 'Make the new token' }).click();
    return storedToken(page, 'New provisioning token');
  };

  it('keeps the one before it until the new one is first used', async () => {
    const { page } = await world.asAdmin(PROVIDER);
    const newer = await rotate(page, 'When the new one is first used');
    await page.getByText('when the newer one is first used').waitFor(WAIT);
    expect(await statusWith(token)).toBe(200);
    expect(await statusWith(newer)).toBe(200);
    expect(await statusWith(token)).toBe(401);
    token = newer;
  });

  it('keeps it for a while, or ends it at once, and revokes', async () => {
    const { page } = await world.asAdmin(PROVIDER);
    const second = await rotate(page, 'After a while');
    expect([await statusWith(token), await statusWith(second)]).toEqual([200, 200]);
    const third = await rotate(page, 'At once');
    expect([await statusWith(token), await statusWith(second)]).toEqual([401, 401]);
    await page
      .getByRole('button', { name: /^Revoke/ })
      .first()
      .click();
    await dialog(page, 'Revoke this token?').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('No provisioning token is live').waitFor(WAIT);
    expect(await statusWith(third)).toBe(401);
  });
});

describe.skipIf(!browser)('changing it', () => {
  it('keeps what was typed when somebody else was first, and says what they changed', async () => {
    const { page } = await world.asAdmin(`${PROVIDER}?open=configuration`);
    const configuration = dialog(page, 'Provider Configuration');
    await configuration.getByLabel('Compared every').fill('12h');
    const path = '/api/providers/microsoft-entra';
    await world.api('PATCH', path, { guard: { percent: 30 } });
    await configuration.getByText('Somebody else changed this meanwhile').waitFor(WAIT);
    await configuration.getByText('Guard: percent of active users: 20 % became 30 %').waitFor();
    expect(await configuration.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await configuration.getByRole('button', { name: 'Keep what I typed' }).click();
    await configuration.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor(WAIT);
    const { body } = await world.api<ProviderJson>('GET', path);
    expect(body).toMatchObject({ reconcile: { every: '12h' }, guard: { percent: 30 } });
  });

  it('takes the end of the client secret, and shows whose word counts', async () => {
    const { page } = await world.asAdmin(`${PROVIDER}?open=configuration`);
    const configuration = dialog(page, 'Provider Configuration');
    await configuration.getByLabel('Secret ends on').fill('2027-05-01');
    await configuration.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor(WAIT);
    await page.getByText(/, as it was typed$/).waitFor(WAIT);
  });

  it('says at the field what the server refuses', async () => {
    const { page, expectProblem } = await world.asAdmin(`${PROVIDER}?open=configuration`);
    expectProblem(/400/);
    const configuration = dialog(page, 'Provider Configuration');
    await configuration.getByLabel('Compared every').fill('soon');
    await configuration.getByRole('button', { name: 'Save' }).click();
    await configuration.getByText(/^Is no duration/).waitFor(WAIT);
  });
});

describe.skipIf(!browser)('its end', () => {
  it('disables SCIM after its plan, and suspends whom it brought', async () => {
    const { page } = await world.asAdmin(`${PROVIDER}?open=configuration`);
    const configuration = dialog(page, 'Provider Configuration');
    await configuration.getByRole('switch', { name: 'Enable SCIM Provisioning' }).uncheck();
    await configuration.getByRole('button', { name: 'Save' }).click();
    const asked = dialog(page, 'Disable SCIM');
    await asked.getByRole('radio', { name: 'Suspend them' }).check();
    await asked.getByText('2: 2 active, 0 suspended').waitFor(WAIT);
    expect(await axe(page)).toEqual([]);
    const go = asked.getByRole('button', { name: 'Disable SCIM' });
    expect(await go.isDisabled()).toBe(true);
    await asked.getByLabel(`Type ${NAME} to go on`).fill(NAME);
    await go.click();
    await page.getByText('SCIM is off').first().waitFor(WAIT);
    await page.getByText('0 active, 2 suspended').waitFor(WAIT);
  });

  it('is deleted with its people, and the tiles are back', async () => {
    const { page } = await world.asAdmin(PROVIDER);
    await button(page, 'More').click();
    await page.getByRole('menuitem', { name: 'Delete provider' }).click();
    const asked = dialog(page, `Delete ${NAME}`);
    await asked.getByRole('radio', { name: 'Remove them' }).check();
    await asked.getByRole('table', { name: 'Who loses what' }).getByText('ada@contoso.com').waitFor(WAIT);
    await asked.getByLabel(`Type ${NAME} to go on`).fill(NAME);
    await asked.getByRole('button', { name: 'Delete provider' }).click();
    await saysTitle(page, 'User Provisioning');
    await button(page, /^Keycloak/).waitFor(WAIT);
    expect((await world.api<{ total: number }>('GET', '/api/providers')).body.total).toBe(0);
  });
});
