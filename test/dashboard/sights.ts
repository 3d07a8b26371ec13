// Every page of the dashboard in the states that it can be in: what its pictures show, and what is judged on each.

import type { Page } from 'playwright-core';
import type { Populated } from './populated.ts';

export interface Sight {
  name: string;
  /** Of its heading. */
  title: string | ((of: Populated['names']) => string);
  path(of: Populated['of']): string;
  /** What somebody does there before it is looked at. */
  doing?(page: Page): Promise<void>;
}

const governance = '/governance';
const provisioning = `${governance}/user-provisioning`;

/** In an organisation as it is after some days. */
export const lived: readonly Sight[] = [
  { name: 'user-provisioning', title: 'User Provisioning', path: () => provisioning },
  {
    name: 'provider',
    title: ({ provider }) => provider,
    path: ({ provider }) => `${provisioning}/${provider}`,
  },
  {
    name: 'provider-configuration',
    title: ({ provider }) => provider,
    path: ({ provider }) => `${provisioning}/${provider}?open=configuration`,
    doing: (page) => page.getByRole('dialog').getByRole('button', { name: 'Save' }).waitFor(),
  },
  {
    name: 'attribute-mapping',
    title: 'Attribute Mapping',
    path: ({ provider }) => `${provisioning}/${provider}/attribute-mapping`,
  },
  {
    name: 'mapping-history',
    title: 'Rule changes',
    path: ({ provider }) => `${provisioning}/${provider}/history`,
  },
  ...(['configuration', 'mapping', 'review'] as const).map((step) => ({
    name: `new-provider-${step}`,
    title: 'Add a provider',
    path: ({ unfinished }: Populated['of']) => `${provisioning}/new?provider=${unfinished}&step=${step}`,
  })),
  { name: 'users', title: 'Users', path: () => `${governance}/users` },
  { name: 'users-without-role', title: 'Users', path: () => `${governance}/users?role=none` },
  { name: 'users-none-found', title: 'Users', path: () => `${governance}/users?search=nobody-has-this-name` },
  { name: 'user-access', title: ({ user }) => user, path: ({ user }) => `${governance}/users/${user}` },
  {
    name: 'user-access-then',
    title: ({ moved }) => moved,
    path: ({ moved, awayAt }) => `${governance}/users/${moved}?position=${awayAt}`,
  },
  {
    name: 'user-attributes',
    title: ({ user }) => user,
    path: ({ user }) => `${governance}/users/${user}?tab=attributes`,
  },
  {
    name: 'user-timeline',
    title: ({ user }) => user,
    path: ({ user }) => `${governance}/users/${user}?tab=timeline`,
  },
  {
    name: 'user-sessions',
    title: ({ user }) => user,
    path: ({ user }) => `${governance}/users/${user}?tab=sessions`,
  },
  {
    name: 'user-scim',
    title: ({ user }) => user,
    path: ({ user }) => `${governance}/users/${user}?tab=scim`,
  },
  {
    name: 'user-suspended',
    title: ({ suspended }) => suspended,
    path: ({ suspended }) => `${governance}/users/${suspended}`,
  },
  { name: 'teams', title: 'Teams', path: () => `${governance}/teams` },
  { name: 'team', title: ({ team }) => team, path: ({ team }) => `${governance}/teams/${team}` },
  { name: 'business-units', title: 'Business Units', path: () => `${governance}/business-units` },
  {
    name: 'business-unit',
    title: ({ businessUnit }) => businessUnit,
    path: ({ businessUnit }) => `${governance}/business-units/${businessUnit}`,
  },
  { name: 'roles', title: 'Roles & Permissions', path: () => `${governance}/roles` },
  { name: 'app-permissions', title: 'Permissions of apps', path: () => `${governance}/roles/apps` },
  { name: 'role', title: ({ role }) => role, path: ({ role }) => `${governance}/roles/${role}` },
  { name: 'reconciliation', title: 'Reconciliation', path: () => `${governance}/reconciliation` },
  {
    name: 'reconciliation-run',
    title: ({ run }) => run,
    path: ({ run }) => `${governance}/reconciliation/${run}`,
  },
  { name: 'import', title: 'Import', path: () => `${governance}/import` },
  { name: 'held', title: 'Held batches', path: () => `${governance}/held` },
  { name: 'held-batch', title: ({ batch }) => batch, path: ({ batch }) => `${governance}/held/${batch}` },
  { name: 'requests', title: 'Requests', path: () => `${governance}/requests` },
  { name: 'request', title: 'Requests', path: ({ request }) => `${governance}/requests?open=${request}` },
  {
    name: 'request-once-more',
    title: 'Requests',
    path: ({ away }) => `${governance}/requests?open=${away}`,
    async doing(page) {
      await page.getByRole('button', { name: 'What would it change now?' }).click();
      await page.getByRole('button', { name: 'Do it for real' }).waitFor();
      const section = page.getByRole('region', { name: 'Try it again' });
      await section.evaluate((element) => element.scrollIntoView({ block: 'center' }));
    },
  },
  { name: 'requests-rejected', title: 'Requests', path: () => `${governance}/requests?tab=rejected` },
  { name: 'audit', title: 'Audit', path: () => `${governance}/audit` },
  {
    name: 'audit-access',
    title: 'Audit',
    path: () => `${governance}/audit`,
    async doing(page) {
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menuitem', { name: /^Access at a moment/ }).click();
      await page.getByRole('dialog').getByLabel('As it was at').waitFor();
      await page.getByRole('menu').waitFor({ state: 'detached' });
    },
  },
  {
    name: 'audit-evidence',
    title: 'Audit',
    path: () => `${governance}/audit`,
    doing: async (page) => {
      await page.getByRole('button', { name: 'Evidence pack' }).click();
      await page.getByRole('link', { name: 'Download' }).waitFor();
    },
  },
  { name: 'webhooks', title: 'Webhooks', path: () => `${governance}/webhooks` },
  {
    name: 'webhook',
    title: ({ webhook }) => webhook,
    path: ({ webhook }) => `${governance}/webhooks/${webhook}`,
  },
  { name: 'settings', title: 'Settings', path: () => '/settings' },
];

/** After a day in which a provider called, more and less, and did not for two hours. */
export const aDay: readonly Sight[] = [
  {
    name: 'provider-rhythm',
    title: 'entra',
    path: () => `${provisioning}/entra`,
    async doing(page) {
      const chart = page.getByRole('application');
      await chart.evaluate((element) => element.scrollIntoView({ block: 'center' }));
      const label = (await chart.getByText('04:00').boundingBox())!;
      await page.mouse.move(label.x + label.width / 2, label.y - 30);
      await page.getByText('214 accepted, 31 refused').waitFor();
    },
  },
];

/** Before anything was set up. */
export const empty: readonly Sight[] = [
  { name: 'user-provisioning', title: 'User Provisioning', path: () => provisioning },
  { name: 'new-provider', title: 'Add a provider', path: () => `${provisioning}/new` },
  {
    name: 'new-provider-entra',
    title: 'Add a provider',
    path: () => `${provisioning}/new?kind=entra&step=configuration`,
  },
  { name: 'users', title: 'Users', path: () => `${governance}/users` },
  { name: 'teams', title: 'Teams', path: () => `${governance}/teams` },
  { name: 'business-units', title: 'Business Units', path: () => `${governance}/business-units` },
  { name: 'reconciliation', title: 'Reconciliation', path: () => `${governance}/reconciliation` },
  { name: 'import', title: 'Import', path: () => `${governance}/import` },
  { name: 'held', title: 'Held batches', path: () => `${governance}/held` },
  { name: 'requests', title: 'Requests', path: () => `${governance}/requests` },
  { name: 'audit', title: 'Audit', path: () => `${governance}/audit` },
  { name: 'webhooks', title: 'Webhooks', path: () => `${governance}/webhooks` },
];

/** As somebody whose role lets them see nearly nothing. */
export const refused: readonly Sight[] = [
  { name: 'audit', title: 'Audit', path: () => `${governance}/audit` },
  { name: 'settings', title: 'Settings', path: () => '/settings' },
];
