// Roles & Permissions, teams and business units, as an administrator and as somebody who may only look.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { WholeRoleJson } from '../../src/edge/admin/contract.ts';
import { browser, type DashboardWorld, saysTitle, startDashboard } from './world.ts';

let world: DashboardWorld;
let person: string;

beforeAll(async () => {
  world = await startDashboard({
    provider: { attributeRoleMappings: [{ attribute: 'roles', value: 'viewer', role: 'Viewer' }] },
  });
  person = [...world.entra.tenant().users.keys()][0]!;
  world.entra.assignUser(person, ['viewer']);
  const core = 'urn:ietf:params:scim:schemas:core:2.0';
  const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
  const user = { userName: 'ada@contoso.com', [enterprise]: { department: 'Sales' } };
  const made = await world.scim.post('/Users', { schemas: [`${core}:User`, enterprise], ...user });
  const members = [{ value: made.resource.id }];
  await world.scim.post('/Groups', { schemas: [`${core}:Group`], displayName: 'Readers', members });
});
afterEach(() => browser?.closeWindows());
afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

const role = async (id: string) => (await world.api<WholeRoleJson>('GET', `/api/roles/${id}`)).body;

describe.skipIf(!browser)('roles', () => {
  it('are made, given permissions, and deleted', async () => {
    const { page } = await world.asAdmin('/governance/roles');
    await saysTitle(page, 'Roles & Permissions');
    await page.getByRole('button', { name: 'New role' }).click();
    const dialog = page.getByRole('dialog', { name: 'New role' });
    await dialog.getByLabel('Name').fill('Auditor');
    await dialog.getByRole('button', { name: 'Make it' }).click();
    await saysTitle(page, 'Auditor');
    await page
      .getByRole('navigation', { name: 'Resources' })
      .getByRole('button', { name: /^events/ })
      .click();
    await page.getByRole('checkbox', { name: /^read/ }).check();
    await page.getByText('1 more permitted, not saved').waitFor();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Auditor is saved.').waitFor();
    const id = new URL(page.url()).pathname.split('/').at(-1)!;
    expect((await role(id)).permissions).toEqual(['events:read']);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete it' }).click();
    await saysTitle(page, 'Roles & Permissions');
    expect((await world.api('GET', `/api/roles/${id}`)).status).toBe(404);
  });

  it('keep what was chosen when somebody else was first, and say what they changed', async () => {
    const { page } = await world.asAdmin('/governance/roles/viewer');
    await saysTitle(page, 'Viewer');
    const choose = async () => {
      await page
        .getByRole('navigation', { name: 'Resources' })
        .getByRole('button', { name: /^tokens/ })
        .click();
      await page.getByRole('checkbox', { name: /^read/ }).check();
    };
    const also = async (permission: string) => {
      const body = { permissions: [...(await role('viewer')).permissions, permission] };
      expect((await world.api('PUT', '/api/roles/viewer/permissions', body)).status).toBe(200);
    };
    await choose();
    await also('mappings:read');
    await page.getByText('mappings:read: none became permitted').waitFor();
    await page.getByRole('button', { name: 'Load anew' }).click();
    await page.getByText('not saved').waitFor({ state: 'detached' });
    await choose();
    await also('guard:read');
    await page.getByRole('button', { name: 'Keep what I typed' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Viewer is saved.').waitFor();
    const { permissions } = await role('viewer');
    expect(permissions).toEqual(expect.arrayContaining(['mappings:read', 'guard:read', 'tokens:read']));
  });

  it('can hold what an application declares, and keep it when that goes', async () => {
    const { page } = await world.asAdmin('/governance/roles');
    await page.getByRole('link', { name: 'Permissions of apps' }).click();
    await saysTitle(page, 'Permissions of apps');
    await page.getByRole('button', { name: 'Declare a resource' }).click();
    const dialog = page.getByRole('dialog', { name: 'A resource of an application' });
    await dialog.getByLabel('Resource').fill('orders');
    await dialog.getByLabel('Operations').fill('read, approve');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: /orders.*read.*approve.*no role/ }).waitFor();
    const made = await world.api<WholeRoleJson>('POST', '/api/roles', {
      name: 'Buyer',
      permissions: ['orders:read'],
    });
    await page.getByRole('link', { name: 'Buyer' }).waitFor();
    await page.getByRole('button', { name: 'Remove orders' }).click();
    await page.getByText('Buyer keeps what is held of it').waitFor();
    await page.getByRole('button', { name: 'Remove it' }).click();
    await page.getByText('No application declares anything so far').waitFor();
    await page.goto(`${world.server.url}/governance/roles/${made.body.id}`);
    await page
      .getByRole('navigation', { name: 'Resources' })
      .getByRole('button', { name: /^orders/ })
      .click();
    await page.getByRole('checkbox', { name: /read.*declared nowhere/ }).uncheck();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Buyer is saved.').waitFor();
    expect((await role(made.body.id)).permissions).toEqual([]);
  });

  it('cannot be changed by whoever may only look', async () => {
    const { page } = await world.asUser(person, '/governance/roles/viewer');
    await saysTitle(page, 'Viewer');
    await page.getByRole('checkbox').first().waitFor();
    expect(await page.getByRole('checkbox', { disabled: false }).count()).toBe(0);
    for (const name of ['Describe', 'Rename', 'Delete', 'Save', 'All of these']) {
      expect(await page.getByRole('button', { name, exact: true }).count()).toBe(0);
    }
  });
});

describe.skipIf(!browser)('teams and business units', () => {
  it.each([
    ['teams', 'Teams', 'Readers', /In the group "Readers"/],
    ['business-units', 'Business Units', 'Sales', /department is "Sales"/],
  ])('%s show who is in them, and why', async (path, title, name, why) => {
    const { page } = await world.asAdmin(`/governance/${path}`);
    await saysTitle(page, title);
    await page.getByLabel(`Search ${title.toLowerCase()}`).fill(name.slice(0, 4));
    await page.getByRole('link', { name, exact: true }).click();
    await saysTitle(page, name);
    const members = page.getByRole('table', { name: `Members of ${name}` });
    await members.getByText('ada@contoso.com').first().waitFor();
    await members.getByText(why).waitFor();
  });

  it('say that nobody is called so', async () => {
    const { page } = await world.asAdmin('/governance/teams?search=nothing');
    await page.getByRole('heading', { name: 'No team is called so' }).waitFor();
  });
});
