// A provider of the configuration file, and who sees what of a provider: what would be refused is not offered.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sampleOrganisation } from '../../simulator/sample-organisation.ts';
import { axe } from './axe.ts';
import { browser, type DashboardWorld, saysTitle, startDashboard } from './world.ts';

const PROVIDER = '/governance/user-provisioning/entra';
const WAIT = { timeout: 20_000 };
/** The pages may have to be built first. */
const BUILD_MS = 90_000;
const HOUR_MS = 3_600_000;

let world: DashboardWorld;
const tenant = sampleOrganisation({ users: 12, groups: 2, members: 20 }, 7);
const [developer = '', viewer = ''] = [...tenant.users.values()].map((user) => user.userPrincipalName);

beforeAll(async () => {
  world = await startDashboard({
    tenant,
    provider: {
      attributeRoleMappings: [
        { attribute: 'preferred_username', value: developer, role: 'Developer' },
        { attribute: 'preferred_username', value: viewer, role: 'Viewer' },
      ],
    },
  });
}, BUILD_MS);
afterEach(() => browser?.closeWindows());
afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

describe.skipIf(!browser)('a provider of the configuration file', () => {
  it('is locked as far as the file wrote it, and says where to change it', async () => {
    const { page } = await world.asAdmin(`${PROVIDER}?open=configuration`);
    const configuration = page.getByRole('dialog', { name: 'Provider Configuration' });
    await configuration
      .getByText(/^The configuration file owns what is locked here \(.*\): change it there/)
      .waitFor(WAIT);
    expect(await configuration.getByRole('switch', { name: 'Enable SCIM Provisioning' }).isDisabled()).toBe(
      true,
    );
    expect(await configuration.getByLabel('Directory (tenant) ID').isDisabled()).toBe(true);
    expect(await configuration.getByLabel('Compared every').isEnabled()).toBe(true);
    expect(await axe(page)).toEqual([]);
    await configuration.getByLabel('Compared every').fill('12h');
    await configuration.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Differences are healed, every 12h').waitFor(WAIT);
  });

  it('cannot be deleted here', async () => {
    const { page } = await world.asAdmin(PROVIDER);
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Disable provider' }).waitFor();
    expect(await page.getByRole('menuitem', { name: 'Delete provider' }).count()).toBe(0);
  });

  it('is silent after two missed cycles, and says what that means', async () => {
    await world.scim.get('/Users');
    world.pass(3 * HOUR_MS);
    const { page } = await world.asAdmin('/governance/user-provisioning');
    await page.getByText('Silent', { exact: true }).waitFor(WAIT);
    await page.getByText('Its provisioning has probably stopped').waitFor();
    await page.getByText('SCIM is on, and signing in was never verified').waitFor();
    expect(await axe(page)).toEqual([]);
  });
});

describe.skipIf(!browser)('who sees what', () => {
  const changing = ['Settings', 'More', 'Verify', 'Rotate token', /^Revoke/];

  it('a developer sees everything and is offered no change', async () => {
    const { page } = await world.asUser(developer, PROVIDER);
    await page.getByRole('table', { name: 'Provisioning tokens' }).waitFor(WAIT);
    for (const name of changing) {
      expect(await page.getByRole('button', { name, exact: true }).count(), `${name}`).toBe(0);
    }
    expect(await page.getByRole('link', { name: 'Discover Claims', exact: true }).count()).toBe(0);
    await page.goto(`${world.server.url}/governance/user-provisioning`);
    await page.getByRole('link', { name: 'entra', exact: true }).waitFor(WAIT);
    expect(await page.getByRole('link', { name: 'Add a provider' }).count()).toBe(0);
    await page.goto(`${world.server.url}/governance/user-provisioning/new`);
    await page.getByText('You may not see this').waitFor(WAIT);
  });

  it('a viewer is told what it takes', async () => {
    const first = await world.asUser(viewer, PROVIDER);
    first.expectProblem(/403/);
    await first.page.getByText('You may not see this').waitFor(WAIT);
    // A window of its own: leaving a page that has just come takes back what it still loads.
    const { page } = await world.asUser(viewer, '/governance/user-provisioning');
    await saysTitle(page, 'User Provisioning');
    await page.getByText('providers:read').waitFor(WAIT);
  });
});
