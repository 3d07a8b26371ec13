// A wrong rule shuts an administrator out: the break-glass password, as a browser sends it, gets in and puts the rule back, and
// everybody is who they were.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Visitor, visitor } from './visitor.ts';
import { startWorld, type World } from './world.ts';

const PASSWORD = 'correct horse battery staple';
const RIGHT = [{ attribute: 'roles', value: 'Admin', role: 'Admin' }];
/** As the portal shows the role; the token carries its value. */
const WRONG = [{ attribute: 'roles', value: 'Administrator', role: 'Admin' }];
const MAPPINGS = '/api/providers/entra/mappings';

let world: World;
beforeAll(async () => {
  world = await startWorld({ config: { providers: [] } });
  const { tenantId, clientId, clientSecret, url: authorityUrl, graphUrl } = world.entra;
  const connection = { tenantId, clientId, clientSecret, authorityUrl, graphUrl };
  const body = { name: 'entra', kind: 'entra', ...connection, attributeRoleMappings: RIGHT };
  expect(await world.api('POST', '/api/providers', body)).toMatchObject({ status: 201 });
});
afterAll(() => world.stop());

const read = (browser: Visitor, path: string) => browser.get(path, { accept: 'application/json' });

/** As a page of ours does it: the browser adds the cookie and the origin. */
async function putMappings(browser: Visitor, attributeRoleMappings: unknown, query = '') {
  const headers = { 'content-type': 'application/json', origin: world.server.url };
  return browser.send('PUT', MAPPINGS + query, headers, JSON.stringify({ attributeRoleMappings }));
}

async function peopleOf(type: string): Promise<(string | undefined)[]> {
  return (await world.eventsOf(type)).map(({ subject }) => subject.id);
}

it('leaves the break-glass account as the way back', async () => {
  const glass = visitor(world.server.url);
  const token = new URL((await world.server.setUpLink())!).hash.slice(1);
  expect((await glass.post('/setup', { token, name: 'admin', password: PASSWORD })).status).toBe(303);
  const [admin, colleague] = [...world.entra.tenant().users.values()].map((user) => user.userPrincipalName);
  for (const name of [admin!, colleague!]) world.entra.assignUser(name, ['Admin']);
  const { browser } = await world.signIn(admin!);
  world.pass(1_000);
  await world.signIn(colleague!);
  const made = await peopleOf('user.created');
  expect(made).toHaveLength(2);
  expect((await read(browser, '/api/providers')).status).toBe(200);

  expect((await putMappings(glass, WRONG)).status).toBe(200);
  expect((await read(browser, '/api/providers')).status).toBe(403);
  expect((await putMappings(browser, RIGHT)).status).toBe(403);
  const refused = await world.signIn(admin!);
  expect([refused.status, refused.text.includes('You have no role here')]).toEqual([403, true]);
  expect(refused.text).toMatch(/<code>roles<\/code><\/td><td>Admin</);
  // Who signed in last is the last administrator, and is not shut out by rules at all.
  const last = await world.signIn(colleague!);
  expect((await read(last.browser, '/api/providers')).status).toBe(200);

  const inAgain = visitor(world.server.url);
  expect((await inAgain.post('/login', { name: 'admin', password: PASSWORD })).status).toBe(303);
  const stranger = { 'content-type': 'application/json', origin: 'https://evil.example' };
  const body = JSON.stringify({ attributeRoleMappings: RIGHT });
  expect((await inAgain.send('PUT', MAPPINGS, stranger, body)).status).toBe(403);
  expect((await putMappings(inAgain, RIGHT)).status).toBe(200);

  // The very session of before, and a new one.
  expect((await read(browser, '/api/providers')).status).toBe(200);
  const back = await world.signIn(admin!);
  expect(back.status).toBe(303);
  expect(JSON.parse((await read(back.browser, '/api/me')).text)).toMatchObject({ role: 'Admin' });
  expect((await world.signIn(colleague!)).status).toBe(303);
  expect(await peopleOf('user.created')).toEqual(made);
  const applied = (await world.eventsOf('mapping.applied')).slice(-2);
  expect(applied.map(({ actor }) => actor.kind)).toEqual(['admin', 'admin']);
});
