// Users in a browser: found by filters that stay in the address, shown with why they have what they have, given and taken by hand,
// suspended and let in again; with some thousand of them, and as somebody who may only look.

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sampleOrganisation } from '../../simulator/sample-organisation.ts';
import type { EventJson, UserJson } from '../../src/edge/admin/contract.ts';
import { ENTERPRISE, USER } from '../harness/scim-client.ts';
import { axe } from './axe.ts';
import { browser, type DashboardWorld, saysTitle, startDashboard } from './world.ts';

const MANY = 1_504;
const AT_ONCE = 8;
const DOM_ROWS_MOST = 60;

let world: DashboardWorld;
let ada: string;
let nemo: string;
let looker: string;

beforeAll(async () => {
  const tenant = sampleOrganisation({ users: 10, groups: 2, members: 10 }, 7);
  looker = [...tenant.users.values()][0]!.userPrincipalName;
  world = await startDashboard({
    tenant,
    provider: {
      attributeRoleMappings: [
        { attribute: 'department', value: '*', role: 'Viewer' },
        { attribute: 'preferred_username', value: looker, role: 'Viewer' },
        { attribute: 'title', value: '*Engineer*', role: 'Developer' },
      ],
      attributeTeamMappings: [{ attribute: 'title', value: '*', team: '*' }],
      attributeBusinessUnitMappings: [{ attribute: 'department', value: '*', businessUnit: '*' }],
    },
  });
  ada = await provision('ada@contoso.com', 'Ada Lovelace', { title: 'Engineer', department: 'Research' });
  nemo = await provision('nemo@contoso.com', 'Nemo Nobody', {});
  for (let n = 0; n < MANY; n += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => provisionNumber(n + at)));
  }
}, 120_000);
afterEach(() => browser?.closeWindows());
afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

async function provision(
  userName: string,
  displayName: string,
  { title, department }: { title?: string; department?: string },
): Promise<string> {
  const answer = await world.scim.post('/Users', {
    schemas: [USER, ...(department ? [ENTERPRISE] : [])],
    userName,
    displayName,
    active: true,
    ...(title && { title }),
    ...(department && { [ENTERPRISE]: { department } }),
  });
  expect(answer.status).toBe(201);
  return answer.resource.id;
}

const provisionNumber = (n: number) => {
  const number = String(n).padStart(4, '0');
  return provision(`p${number}@contoso.com`, `Person ${number}`, { department: n % 2 ? 'Sales' : 'Finance' });
};

const person = async (id: string) => (await world.api<UserJson>('GET', `/api/users/${id}`)).body;
const eventsAbout = async (id: string, type: EventJson['type']) =>
  (await world.api<{ items: EventJson[] }>('GET', `/api/audit?subject=${id}&type=${type}`)).body.items;
const of = (id: string) => `/governance/users/${id}`;
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const rows = (page: Page, count: string) =>
  page
    .getByRole('status')
    .filter({ hasText: `${count} row` })
    .waitFor({ timeout: 20_000 });

async function choose(page: Page, label: string, option: string): Promise<void> {
  const field = page.getByRole('combobox', { name: label, exact: true });
  await field.click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

describe.skipIf(!browser)('the list', () => {
  it('keeps filters, search and sort in the address, and across a reload', async () => {
    const { page } = await world.asAdmin('/governance/users');
    await saysTitle(page, 'Users');
    await rows(page, '1,506');
    await choose(page, 'Business unit', 'Sales');
    await rows(page, '752');
    await choose(page, 'Role', 'Viewer');
    await page.getByRole('searchbox').fill('person 000');
    await rows(page, '5');
    await button(page, 'User').click();
    await page.waitForURL(/sort=-userName/);
    const names = () => page.getByRole('table', { name: 'Users' }).getByRole('link').allTextContents();
    const expected = ['Person 0009', 'Person 0007', 'Person 0005', 'Person 0003', 'Person 0001'];
    await expect.poll(names, { timeout: 20_000 }).toEqual(expected);
    const asked = new URL(page.url()).searchParams;
    expect([...asked.keys()].sort()).toEqual(['businessUnit', 'role', 'search', 'sort']);
    await page.reload();
    await expect.poll(names, { timeout: 20_000 }).toEqual(expected);
    expect(await page.getByRole('combobox', { name: 'Business unit' }).inputValue()).toBe('Sales');
    expect(await page.getByRole('searchbox').inputValue()).toBe('person 000');
  });

  it('shows whoever has no role, and where to look', async () => {
    const { page } = await world.asAdmin('/governance/users');
    await button(page, /^No role/).click();
    await rows(page, '1');
    expect(new URL(page.url()).searchParams.get('role')).toBe('none');
    await page.getByRole('note', { name: 'Whoever has no role cannot sign in' }).waitFor();
    await page.getByRole('link', { name: 'Nemo Nobody' }).click();
    await saysTitle(page, 'Nemo Nobody');
    await page.getByRole('link', { name: 'Doctor on Attribute Mapping' }).click();
    await saysTitle(page, 'Attribute Mapping');
  });

  it('has few rows in the document, however far it is scrolled', async () => {
    const { page } = await world.asAdmin('/governance/users');
    await rows(page, '1,506');
    const table = page.getByRole('table', { name: 'Users' });
    const inDocument = () => table.getByRole('row').count();
    expect(await inDocument()).toBeLessThan(DOM_ROWS_MOST);
    const asked = page.waitForResponse((answer) => answer.url().includes('cursor='));
    await table.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await asked;
    await table.getByText('Person 0099').first().waitFor({ state: 'attached' });
    expect(await inDocument()).toBeLessThan(DOM_ROWS_MOST);
  });

  it('says why it is empty, and shows all again', async () => {
    const { page } = await world.asAdmin('/governance/users?search=nobody-has-this-name');
    await page.getByRole('heading', { name: 'Nobody is like that' }).waitFor();
    await button(page, 'Show all users').click();
    await rows(page, '1,506');
    expect(new URL(page.url()).search).toBe('');
  });
});

describe.skipIf(!browser)('one user', () => {
  it('has a role for reasons, with the one that lost, and what rules looked at', async () => {
    const { page } = await world.asAdmin(of(ada));
    await saysTitle(page, 'Ada Lovelace');
    const speaks = page.getByRole('table', { name: 'What speaks for a role' });
    const won = speaks.getByRole('row').filter({ hasText: 'Won' });
    await won.getByText('title is "Engineer"').waitFor();
    await won.getByRole('link', { name: 'Developer' }).waitFor();
    await speaks
      .getByRole('row')
      .filter({ hasText: 'Lost: fewer permissions' })
      .getByText('Viewer')
      .first()
      .waitFor();
    const looked = page.getByRole('table', { name: 'What the role rules looked at' });
    await looked.getByText('"Research" (by scim)').waitFor();
    await page
      .getByRole('region', { name: 'Business Units' })
      .getByRole('link', { name: 'Research' })
      .waitFor();
    await page.getByText('owns the name, the address and all attributes').waitFor();
  });

  it('has attributes, with whose word counts and which rules look at them', async () => {
    const { page } = await world.asAdmin(`${of(ada)}?tab=attributes`);
    const row = page
      .getByRole('table', { name: 'Attributes' })
      .getByRole('row')
      .filter({ hasText: 'department' });
    await row.getByText('Research').waitFor();
    await row.getByText('Nobody else speaks of it.').waitFor();
    await row.getByText('department = "*" gives the role "Viewer"').waitFor();
  });

  it('is given a role by hand, and it is taken back', async () => {
    const { page } = await world.asAdmin(of(nemo));
    await page.getByRole('note', { name: 'No role: they cannot sign in' }).waitFor();
    await button(page, 'Give by hand').click();
    await choose(page, 'Role', 'Viewer');
    await button(page, 'Give it').click();
    await page.getByText('Given by You; only people take it back.').waitFor();
    expect((await person(nemo)).role?.name).toBe('Viewer');
    await button(page, 'Take back Viewer').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click();
    await page.getByRole('note', { name: 'No role: they cannot sign in' }).waitFor();
    expect((await person(nemo)).role).toBeNull();
    await page.getByRole('tab', { name: 'Timeline' }).click();
    await page.getByText(/gave Nemo Nobody the role Viewer by hand/).waitFor();
    await page.getByText(/took the role Viewer from Nemo Nobody/).waitFor();
  });

  it('is suspended and let in again', async () => {
    const { page } = await world.asAdmin(of(ada));
    await button(page, 'Suspend').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
    await page.getByText('Somebody suspended them here.').waitFor();
    expect((await person(ada)).suspensions).toEqual(['admin']);
    await button(page, 'Lift suspension').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Lift suspension' }).click();
    await button(page, 'Suspend').waitFor();
    expect((await person(ada)).status).toBe('active');
  });

  it('is shown as they were at a past moment, with what came and went since', async () => {
    const lin = await provision('lin@contoso.com', 'Lin Ma', { title: 'Engineer', department: 'Research' });
    world.pass(1_000);
    await world.scim.patch(`/Users/${lin}`, [{ op: 'Replace', path: 'title', value: 'Writer' }]);
    const [changed] = await eventsAbout(lin, 'user.updated');
    const { page, expectProblem } = await world.asAdmin(`${of(lin)}?tab=timeline`);
    await page.getByRole('link', { name: `Before event ${changed!.position}`, exact: true }).click();
    const since = page.getByRole('list', { name: 'What changed since then' });
    await since.waitFor();
    expect((await since.getByRole('listitem').allTextContents()).map((text) => text.slice(1))).toEqual([
      'lost the role Developer',
      'lost the team Engineer',
      'gained the role Viewer',
      'gained the team Writer',
    ]);
    await page
      .getByRole('region', { name: 'Role' })
      .getByText(/title.*Engineer/)
      .first()
      .waitFor();
    expect(await axe(page)).toEqual([]);
    const [created] = await eventsAbout(lin, 'user.created');
    await page.goto(`${world.server.url}${of(lin)}?at=${encodeURIComponent(created!.at)}`);
    await since.waitFor();
    const field = page.getByLabel('As it was at', { exact: true });
    expect(Date.parse(`${await field.inputValue()}Z`)).toBe(
      Math.floor(Date.parse(created!.at) / 1000) * 1000,
    );
    await field.fill('2999-01-01T00:00');
    await button(page, 'Show').click();
    await page.getByText('That has not come yet.').waitFor();
    expectProblem(/400/);
    await field.fill('2001-01-01T00:00');
    await button(page, 'Show').click();
    await page.getByText('Nothing is known of 2001-01-01').waitFor();
    expectProblem(/404/);
    await page.goto(`${world.server.url}${of(lin)}?position=1`);
    await page.getByText('They were not here then').waitFor();
    await button(page, 'Back to now').click();
    await page.getByRole('table', { name: 'What speaks for a role' }).waitFor();
  });

  it('is erased when removed, once the name is typed', async () => {
    const gone = await provision('gone@contoso.com', 'Gone Person', { department: 'Sales' });
    expect((await world.scim.delete(`/Users/${gone}`)).status).toBe(204);
    const window = await world.asAdmin(of(gone));
    const { page } = window;
    await button(page, 'Erase').click();
    const erase = page.getByRole('dialog').getByRole('button', { name: 'Erase' });
    expect(await erase.isDisabled()).toBe(true);
    await page.getByLabel('Type gone@contoso.com to go on').fill('gone@contoso.com');
    await erase.click();
    await page.getByText('What is personal of Gone Person is being erased.').waitFor();
    await expect
      .poll(async () => (await world.eventsOf('user.purged')).map(({ subject }) => subject.id), {
        timeout: 20_000,
      })
      .toEqual([gone]);
    window.expectProblem(/404/);
    await page.reload();
    await saysTitle(page, 'There is no such user');
    // What they had stays known, without what is personal.
    const [removed] = await eventsAbout(gone, 'user.removed');
    await page.goto(`${world.server.url}${of(gone)}?position=${removed!.position - 1}`);
    await saysTitle(page, 'There is no such user now');
    await page.getByText('They were removed and erased since.').waitFor();
    await page.getByText('lost the role Viewer').waitFor();
  });

  it('is signed out everywhere', async () => {
    const { browser: visitor } = await world.signIn(looker);
    const { items } = (await world.api<{ items: UserJson[] }>('GET', `/api/users?source=login`)).body;
    const { id } = items[0]!;
    const { page } = await world.asAdmin(`${of(id)}?tab=sessions`);
    await page.getByRole('table', { name: 'Sessions' }).waitFor();
    await button(page, 'End all sessions').click();
    await page.getByRole('dialog').getByRole('button', { name: 'End all sessions' }).click();
    await page.getByText('Not signed in anywhere.').waitFor();
    expect((await visitor.get('/api/me')).status).toBe(401);
  });
});

describe.skipIf(!browser)('a Viewer', () => {
  it('sees people and reasons, and no button that would be refused', async () => {
    const { page } = await world.asUser(looker, of(ada));
    await saysTitle(page, 'Ada Lovelace');
    await page.getByRole('table', { name: 'What speaks for a role' }).waitFor();
    for (const name of ['Suspend', 'Give by hand', /^Take back/, 'Erase']) {
      expect(await button(page, name).count(), String(name)).toBe(0);
    }
    expect(await page.getByRole('tab').allTextContents()).toEqual([
      'Access',
      'Attributes',
      'Timeline',
      'Raw SCIM',
    ]);
    await page.getByRole('link', { name: 'Users', exact: true }).first().click();
    await saysTitle(page, 'Users');
    await page.getByRole('link', { name: 'Ada Lovelace' }).waitFor();
  });
});

describe.skipIf(!browser)('[WCAG 2.2] axe finds nothing', () => {
  it.each(['light', 'dark'] as const)('%s', async (scheme) => {
    const { page } = await world.asAdmin('/governance/users?role=none', { scheme });
    await page.getByRole('link', { name: 'Nemo Nobody' }).waitFor();
    expect(await axe(page)).toEqual([]);
    for (const [tab, shown] of [
      ['access', 'What speaks for a role'],
      ['attributes', 'Attributes'],
      ['timeline', 'Timeline'],
    ]) {
      await page.goto(`${world.server.url}${of(ada)}?tab=${tab}`);
      await page.getByRole('table', { name: shown! }).waitFor();
      expect(await axe(page), tab).toEqual([]);
    }
    for (const [tab, shown] of [
      ['sessions', 'They have made none.'],
      ['scim', '"userName": "ada@contoso.com"'],
    ]) {
      await page.goto(`${world.server.url}${of(ada)}?tab=${tab}`);
      await page.getByText(shown!).waitFor();
      expect(await axe(page), tab).toEqual([]);
    }
  });
});
