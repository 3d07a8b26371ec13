// Every page of the portal in the states that it can be in: what its pictures show, and what is judged on each.

import type { Page } from 'playwright-core';
import { group, type PortalWorld, person } from './portal-world.ts';

export interface Sight {
  name: string;
  /** Of its heading. */
  title: string | RegExp;
  path(world: PortalWorld): string;
  /** Pictured in both schemes of colours. */
  inTheDark?: true;
  /** What somebody does there before it is looked at. */
  afterwards?(page: Page, world: PortalWorld): Promise<void>;
}

const application = '/enterprise-applications/bifrost';
const provisioning = `${application}/provisioning`;
const main = (page: Page) => page.getByRole('main');
const dialog = (page: Page) => page.getByRole('dialog');

/** Before provisioning was ever configured. */
export const before: readonly Sight[] = [
  { name: 'get-started', title: 'Provisioning', path: () => provisioning },
  { name: 'logs-empty', title: 'Provisioning logs', path: () => `${provisioning}/logs` },
  {
    name: 'users-and-groups-empty',
    title: 'Users and groups',
    path: () => `${application}/users-and-groups`,
  },
  { name: 'on-demand-not-yet', title: 'Provision on demand', path: () => `${provisioning}/on-demand` },
];

/** Once people are provisioned. */
export const running: readonly Sight[] = [
  { name: 'home', title: 'Microsoft Entra ID', inTheDark: true, path: () => '/' },
  { name: 'users', title: 'Users', path: () => '/users' },
  { name: 'users-none', title: 'Users', path: () => '/users?search=nobody-has-this-name' },
  { name: 'user', title: /./, path: (world) => `/users/${person(world, 3).objectId}` },
  { name: 'deleted-users', title: 'Deleted users', path: () => '/deleted-users' },
  { name: 'groups', title: 'Groups', path: () => '/groups' },
  { name: 'group', title: /./, path: (world) => `/groups/${group(world).objectId}` },
  { name: 'applications', title: 'Enterprise applications', path: () => '/enterprise-applications' },
  { name: 'application', title: 'Bifrost Enterprise', path: () => application },
  { name: 'users-and-groups', title: 'Users and groups', path: () => `${application}/users-and-groups` },
  {
    name: 'add-assignment',
    title: 'Users and groups',
    path: () => `${application}/users-and-groups`,
    async afterwards(page, world) {
      await page.getByRole('toolbar').getByText('Add user/group').click();
      await dialog(page).getByRole('searchbox').fill('a');
      await dialog(page)
        .getByRole('checkbox', { name: person(world, 9).displayName })
        .check();
    },
  },
  { name: 'provisioning', title: 'Provisioning', inTheDark: true, path: () => provisioning },
  {
    name: 'settings',
    inTheDark: true,
    title: 'Provisioning settings',
    path: () => `${provisioning}/settings`,
    afterwards: (page) => main(page).getByRole('button', { name: 'Mappings' }).click(),
  },
  {
    name: 'test-connection-refused',
    title: 'Provisioning settings',
    path: () => `${provisioning}/settings`,
    async afterwards(page) {
      await page.getByLabel('Secret Token').fill('mistyped');
      await main(page).getByRole('button', { name: 'Test Connection' }).click();
      await main(page)
        .getByText(/invalid credentials/)
        .waitFor();
    },
  },
  { name: 'mapping', title: 'Attribute Mapping', path: () => `${provisioning}/mappings/user` },
  {
    name: 'add-new-mapping',
    title: 'Attribute Mapping',
    path: () => `${provisioning}/mappings/user`,
    async afterwards(page) {
      await main(page).getByRole('button', { name: 'Add New Mapping' }).click();
      await dialog(page).getByRole('combobox', { name: 'Source attribute' }).click();
      await page.getByRole('option', { name: 'city', exact: true }).click();
      await dialog(page).getByLabel('Target attribute').fill('nickName');
      await dialog(page).getByLabel('Target attribute').press('Escape');
    },
  },
  {
    name: 'on-demand',
    inTheDark: true,
    title: 'Provision on demand',
    path: (world) => `${provisioning}/on-demand?kind=user&selected=${person(world, 3).objectId}`,
    async afterwards(page) {
      await main(page).getByRole('button', { name: 'Provision', exact: true }).click();
      await main(page).getByText('4. Perform action').waitFor();
    },
  },
  { name: 'logs', title: 'Provisioning logs', path: () => `${provisioning}/logs` },
  {
    name: 'log-details',
    title: 'Provisioning logs',
    path: () => `${provisioning}/logs?action=Update`,
    async afterwards(page) {
      await main(page).getByRole('table').getByRole('button').first().click();
      await dialog(page).getByRole('tab', { name: 'Modified properties' }).click();
    },
  },
  {
    name: 'sent',
    title: 'Provisioning',
    path: () => provisioning,
    async afterwards(page) {
      await page
        .getByRole('region', { name: 'What was sent' })
        .getByRole('button', { name: /PATCH/ })
        .first()
        .click();
      await dialog(page).getByText('Answered').waitFor();
    },
  },
];
