// The portal's API: the directory and the enterprise application as an administrator changes them, and what the application is
// sent because of it. Against the fake, which is a second opinion on SCIM.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LoginSimulator, startLogin } from '../../simulator/login/login-server.ts';
import type {
  ConnectionTestJson,
  ListJson,
  LogEntryJson,
  LogRowJson,
  MappingJson,
  OnDemandJson,
  ProvisioningJson,
  UserJson,
  UserRowJson,
} from '../../simulator/portal-api/contract.ts';
import { clearManager, unassignGroup, unassignUser } from '../../simulator/tenant.ts';
import { smallTenant } from './organisation.ts';
import { type ScimFake, startScimFake } from './scim-fake.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const WAIT_MS = 10_000;

let fake: ScimFake;
let entra: LoginSimulator;

beforeEach(async () => {
  fake = await startScimFake();
  const all = smallTenant();
  const nobody = [...all.users.keys()].reduce(unassignUser, all);
  entra = await startLogin({ tenant: [...all.groups.keys()].reduce(unassignGroup, nobody) });
});
afterEach(async () => {
  await entra.close();
  await fake.stop();
});

async function ask<Body>(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Body }> {
  const sent = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(`${entra.url}/portal/api${path}`, {
    method,
    headers: { ...sent, ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as Body };
}

const people = async () => (await ask<ListJson<UserRowJson>>('GET', '/users')).body.items;
const state = async () => (await ask<ProvisioningJson>('GET', '/provisioning')).body;
const logs = async (query = '') =>
  (await ask<ListJson<LogRowJson>>('GET', `/provisioning/logs${query}`)).body.items;

async function connected(changes: Record<string, unknown> = {}): Promise<void> {
  const answer = await ask('PATCH', '/provisioning', {
    mode: 'automatic',
    tenantUrl: fake.base,
    secretToken: fake.token,
    ...changes,
  });
  expect(answer.status).toBe(200);
}

/** A cycle more than there was. */
async function cycle(order = () => ask('POST', '/provisioning/cycle')): Promise<ProvisioningJson> {
  const before = (await state()).cycles[0]?.name;
  expect((await order()).status).toBeLessThan(300);
  const until = Date.now() + WAIT_MS;
  for (;;) {
    const now = await state();
    if (now.run === null && now.cycles[0] !== undefined && now.cycles[0].name !== before) return now;
    if (Date.now() > until) throw new Error(`no cycle after ${WAIT_MS} ms: ${JSON.stringify(now)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const onDemand = async (body: unknown) =>
  (await ask<OnDemandJson>('POST', '/provisioning/on-demand', body)).body.entries;

const assign = (users: string[], groups: string[] = []) => ask('POST', '/assignments', { users, groups });

describe('who may ask', () => {
  test('pages of another site, and names that lead here, are turned away', async () => {
    const refused = [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'null' },
    ];
    for (const headers of refused) {
      expect((await ask('GET', '/users', undefined, headers)).status).toBe(403);
    }
    expect((await ask('GET', '/users', undefined, { origin: entra.url })).status).toBe(200);
  });

  test('a form is no JSON', async () => {
    const answer = await ask('POST', '/groups', { displayName: 'x' }, { 'content-type': 'text/plain' });
    expect(answer).toMatchObject({ status: 400, body: { detail: 'The body has to be application/json' } });
  });
});

describe('the directory', () => {
  test('a person is made, changed, put into the recycle bin and restored', async () => {
    const made = await ask<UserJson>('POST', '/users', {
      displayName: 'Ada Lovelace',
      userPrincipalName: 'ada@nordhafen.example',
    });
    const path = `/users/${made.body.objectId}`;
    expect(made.body).toMatchObject({ surname: 'Lovelace', isAssigned: false, isInScope: false });
    const changed = await ask<UserJson>('PATCH', path, { department: 'Engines', mail: '' });
    expect(changed.body).toMatchObject({ department: 'Engines', mail: '' });
    expect(entra.user('ada@nordhafen.example')).not.toHaveProperty('mail');
    expect((await ask('DELETE', path)).status).toBe(204);
    expect((await people()).map(({ objectId }) => objectId)).not.toContain(made.body.objectId);
    expect((await ask<ListJson<UserRowJson>>('GET', '/users?deleted=true')).body.total).toBe(1);
    await ask('POST', `${path}/restore`);
    expect(entra.user('ada@nordhafen.example').softDeleted).toBe(false);
  });

  test('a user principal name belongs to one person', async () => {
    const [one, other] = await people();
    const answer = await ask('PATCH', `/users/${one!.objectId}`, {
      userPrincipalName: other!.userPrincipalName.toUpperCase(),
    });
    expect(answer.status).toBe(409);
  });

  test('a group is made, renamed, filled and deleted', async () => {
    const [one] = await people();
    const { body: group } = await ask<{ objectId: string }>('POST', '/groups', { displayName: 'Harbour' });
    const path = `/groups/${group.objectId}`;
    await ask('PATCH', path, { displayName: 'Port' });
    await ask('POST', `${path}/members`, { objectIds: [one!.objectId] });
    expect((await ask('GET', path)).body).toMatchObject({ displayName: 'Port', members: 1 });
    await ask('DELETE', `${path}/members/${one!.objectId}`);
    expect((await ask('GET', path)).body).toMatchObject({ members: 0, people: [] });
    await ask('DELETE', path);
    expect((await ask('GET', path)).status).toBe(404);
  });
});

describe('Test Connection', () => {
  test('says what Entra says', async () => {
    const right = { tenantUrl: fake.base, secretToken: fake.token };
    const good = await ask<ConnectionTestJson>('POST', '/provisioning/test-connection', right);
    expect(good.body).toMatchObject({
      isGood: true,
      title: 'The supplied credentials are authorized to enable provisioning',
    });
    expect(good.body.exchanges[0]!.path).toMatch(/^\/Users\?filter=userName\+?%?.*eq/);
    const wrong = { ...right, secretToken: 'mistyped' };
    const bad = await ask<ConnectionTestJson>('POST', '/provisioning/test-connection', wrong);
    expect(bad.body.isGood).toBe(false);
    expect(bad.body.title).toMatch(/^You appear to have entered invalid credentials/);
    expect(bad.body.detail).toContain('answered 401');
    expect(bad.body.exchanges.map(({ status }) => status)).toEqual([401]);
  });

  test('says what is wrong with answers that are good enough to go on with', async () => {
    fake.misbehaves = 'plain json';
    const right = { tenantUrl: fake.base, secretToken: fake.token };
    const answer = await ask<ConnectionTestJson>('POST', '/provisioning/test-connection', right);
    expect(answer.body).toMatchObject({
      isGood: true,
      title: 'The supplied credentials are authorized to enable provisioning',
      detail: expect.stringContaining('media type'),
    });
  });

  test('an address where nothing answers is no connection', async () => {
    const nowhere = { tenantUrl: 'http://127.0.0.1:9/scim', secretToken: 'x' };
    const answer = await ask<ConnectionTestJson>('POST', '/provisioning/test-connection', nowhere);
    expect(answer.body).toMatchObject({
      isGood: false,
      title: expect.stringContaining('http://127.0.0.1:9'),
    });
  });
});

test('what was sent is told after a number, and anew to whoever has one of an earlier run', async () => {
  const right = { tenantUrl: fake.base, secretToken: fake.token };
  for (let times = 0; times < 2; times++) await ask('POST', '/provisioning/test-connection', right);
  const sentAfter = async (number: number) => {
    const { body } = await ask<{ items: { number: number }[] }>('GET', `/provisioning/sent?after=${number}`);
    return body.items.map((one) => one.number);
  };
  const all = await sentAfter(0);
  expect(await sentAfter(all[0]!)).toEqual(all.slice(1));
  expect(await sentAfter(all.at(-1)!)).toEqual([]);
  expect(await sentAfter(all.at(-1)! + 40)).toEqual(all);
});

describe('provisioning', () => {
  test('needs credentials before it can be on', async () => {
    expect((await ask('PATCH', '/provisioning', { status: 'on' })).status).toBe(409);
    await connected({ status: 'on' });
    expect(await state()).toMatchObject({ status: 'on', hasSecretToken: true, scope: 'assigned' });
    expect(JSON.stringify(await state())).not.toContain(fake.token);
  });

  test('is off in manual mode, and keeps its token where none is given', async () => {
    await connected({ status: 'on' });
    const kept = await ask('PATCH', '/provisioning', { secretToken: '' });
    expect(kept).toMatchObject({ status: 200, body: { hasSecretToken: true, status: 'on' } });
    const manual = await ask('PATCH', '/provisioning', { mode: 'manual' });
    expect(manual).toMatchObject({ status: 200, body: { status: 'off', nextCycleInMs: null } });
    expect((await ask('PATCH', '/provisioning', { status: 'on' })).status).toBe(409);
  });

  test('sends who is assigned, and a group that is assigned later with its members', async () => {
    await connected();
    const [one] = await people();
    const crew = (await ask<UserJson>('GET', `/users/${one!.objectId}`)).body;
    await assign([crew.objectId]);
    const first = await cycle(() => ask('PATCH', '/provisioning', { status: 'on' }));
    expect(first.cycles[0]).toMatchObject({ created: 1, failures: 0, stopped: null });
    expect(first.nextCycleInMs).toBeGreaterThan(39 * 60_000);
    const group = [...entra.tenant().groups.values()][0]!;
    await assign([], [group.objectId]);
    const second = await cycle();
    expect(second.cycles[0]).toMatchObject({ failures: 0, members: group.memberIds.size });
    expect([...fake.groups.values()]).toHaveLength(1);
  });

  test('whoever is unassigned or disabled is told to be inactive, and the log says so', async () => {
    await connected({ status: 'on' });
    const [one, other] = await people();
    await assign([one!.objectId, other!.objectId]);
    await cycle();
    await ask('DELETE', `/assignments/user/${one!.objectId}`);
    await ask('PATCH', `/users/${other!.objectId}`, { accountEnabled: false });
    await cycle();
    const rows = await logs('?action=Disable');
    expect(rows.map(({ objectId }) => objectId).sort()).toEqual([one!.objectId, other!.objectId].sort());
    const entry = (await ask<LogEntryJson>('GET', `/provisioning/logs/${rows[0]!.id}`)).body;
    expect(entry).toMatchObject({ status: 'Success', modified: [{ name: 'active', from: true, to: false }] });
    expect(entry.exchanges.map(({ method }) => method)).toEqual(['GET', 'PATCH']);
  });

  test('a manager who is taken away is the old value', async () => {
    await connected({ scope: 'all' });
    await cycle(() => ask('PATCH', '/provisioning', { status: 'on' }));
    const { objectId } = [...entra.tenant().users.values()].find(({ managerId }) => managerId !== undefined)!;
    entra.changeTenant((tenant) => clearManager(tenant, objectId));
    await cycle();
    const [row] = await logs(`?identity=${objectId}`);
    const entry = (await ask<LogEntryJson>('GET', `/provisioning/logs/${row!.id}`)).body;
    expect(entry.modified).toEqual([{ name: 'manager', from: expect.any(String), to: null }]);
  });

  test('scope: all brings the whole directory', async () => {
    await connected({ status: 'on' });
    await cycle();
    expect(fake.users.size).toBe(0);
    await ask('PATCH', '/provisioning', { scope: 'all' });
    await cycle();
    expect(fake.users.size).toBe(14);
  });

  test('a clock that runs faster', async () => {
    const all = (await people()).map(({ objectId }) => objectId);
    await assign(all);
    const now = await cycle(() =>
      connected({ status: 'on', clock: 'tenSeconds' }).then(() => ({ status: 200 }) as never),
    );
    expect(now.nextCycleInMs).toBeLessThanOrEqual(10_000);
    expect(now.cycles[0]).toMatchObject({ created: 14 });
    const off = await ask<ProvisioningJson>('PATCH', '/provisioning', { status: 'off' });
    expect(off.body.nextCycleInMs).toBeNull();
  });

  test('a wrong token is a quarantine, which the right one ends', async () => {
    await connected({ secretToken: 'mistyped' });
    const bad = await cycle(() => ask('PATCH', '/provisioning', { status: 'on' }));
    expect(bad.health).toMatchObject({ state: 'quarantined' });
    expect(bad.nextCycleInMs).toBeGreaterThan(23 * 3_600_000);
    // Another setting mends nothing, and neither does what is done by hand.
    await ask('PATCH', '/provisioning', { scope: 'all' });
    const [one] = await people();
    await ask('POST', '/provisioning/on-demand', { users: [one!.objectId] });
    expect((await state()).health).toMatchObject({ state: 'quarantined' });
    const good = await cycle(() => ask('PATCH', '/provisioning', { secretToken: fake.token }));
    expect(good.health).toEqual({ state: 'healthy', reason: null });
  });

  test('a restart looks for everybody again', async () => {
    await connected({ status: 'on' });
    const [one] = await people();
    await assign([one!.objectId]);
    await cycle();
    const now = await cycle(() => ask('POST', '/provisioning/restart'));
    expect(now.cycles[0]).toMatchObject({
      name: expect.stringContaining('Initial'),
      created: 0,
      failures: 0,
    });
  });
});

describe('mappings', () => {
  const rowsOf = async () => (await ask<MappingJson>('GET', '/mappings/user')).body.rows;

  test('a mapping that is added is sent, under the name as it is written', async () => {
    await connected({ status: 'on' });
    const [one] = await people();
    await assign([one!.objectId]);
    await cycle();
    const rows = [...(await rowsOf()), { source: 'employeeId', target: `${ENTERPRISE}:EmployeeNumber` }];
    expect((await ask('PUT', '/mappings/user', { isEnabled: true, rows })).status).toBe(200);
    await cycle();
    const { employeeId } = entra.user(one!.objectId);
    expect(JSON.stringify(fake.received.at(-1)!.body)).toContain(`${ENTERPRISE}:EmployeeNumber`);
    expect((await logs()).at(0)).toMatchObject({ action: 'Update' });
    const entry = (await ask<LogEntryJson>('GET', `/provisioning/logs/${(await logs())[0]!.id}`)).body;
    expect(entry.modified).toContainEqual({ name: `${ENTERPRISE}:EmployeeNumber`, to: employeeId });
  });

  test('what the agent could not send is refused', async () => {
    const rows = await rowsOf();
    const put = (changed: unknown) => ask('PUT', '/mappings/user', { isEnabled: true, rows: changed });
    expect((await put(rows.filter(({ target }) => target !== 'userName'))).status).toBe(409);
    expect((await put([...rows, { source: 'shoeSize', target: 'nickName' }])).status).toBe(400);
    expect((await put([...rows, { source: 'mail', target: 'not a name' }])).status).toBe(400);
    expect((await put([...rows, { source: 'mail', target: 'displayName' }])).status).toBe(409);
    expect((await put([...rows, { source: '"north"', target: 'nickName' }])).status).toBe(200);
  });

  test('groups that are switched off are not provisioned', async () => {
    await connected({ status: 'on' });
    const { rows } = (await ask<MappingJson>('GET', '/mappings/group')).body;
    await ask('PUT', '/mappings/group', { isEnabled: false, rows });
    await assign([], [...entra.tenant().groups.keys()]);
    await cycle();
    expect(fake.groups.size).toBe(0);
    expect(fake.users.size).toBeGreaterThan(0);
  });

  test.each(['user', 'group'])('groups have their members once %ss are switched on', async (kind) => {
    await connected();
    const { rows } = (await ask<MappingJson>('GET', `/mappings/${kind}`)).body;
    await ask('PUT', `/mappings/${kind}`, { isEnabled: false, rows });
    const group = [...entra.tenant().groups.values()][0]!;
    await assign([], [group.objectId]);
    const without = await cycle(() => ask('PATCH', '/provisioning', { status: 'on' }));
    expect(without.cycles[0]).toMatchObject({ members: 0, failures: 0 });
    await ask('PUT', `/mappings/${kind}`, { isEnabled: true, rows });
    const now = await cycle();
    expect(now.cycles[0]).toMatchObject({ members: group.memberIds.size, failures: 0 });
  });
});

test('what became of groups while they were switched off follows once they are on again', async () => {
  await connected({ status: 'on' });
  const [kept, removed] = [...entra.tenant().groups.values()];
  await assign([], [kept!.objectId, removed!.objectId]);
  await cycle();
  const { rows } = (await ask<MappingJson>('GET', '/mappings/group')).body;
  await ask('PUT', '/mappings/group', { isEnabled: false, rows });
  const [leaver] = kept!.memberIds;
  const joiner = [...entra.tenant().users.keys()].find((id) => !kept!.memberIds.has(id))!;
  await ask('POST', `/groups/${kept!.objectId}/members`, { objectIds: [joiner] });
  await ask('DELETE', `/groups/${kept!.objectId}/members/${leaver}`);
  await ask('DELETE', `/groups/${removed!.objectId}`);
  expect((await cycle()).cycles[0]).toMatchObject({ members: 0, deleted: 0, failures: 0 });
  await ask('PUT', '/mappings/group', { isEnabled: true, rows });
  expect((await cycle()).cycles[0]).toMatchObject({ members: 2, deleted: 1, failures: 0 });
  expect(fake.groups.size).toBe(1);
});

describe('provision on demand', () => {
  test('shows its four steps', async () => {
    await connected();
    const [one] = await people();
    await assign([one!.objectId]);
    const [entry] = await onDemand({ users: [one!.objectId] });
    expect(entry!.steps.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['import', 'success'],
      ['scope', 'success'],
      ['match', 'success'],
      ['action', 'success'],
    ]);
    expect(entry).toMatchObject({ action: 'Create', status: 'Success', run: 'Provision on demand' });
    expect(entry!.exchanges.at(-1)).toMatchObject({ method: 'POST', path: '/Users', status: 201 });
    const [again] = await onDemand({ users: [one!.objectId] });
    expect(again).toMatchObject({ action: 'Other', status: 'Skipped' });
  });

  test('stops at whoever is not in scope', async () => {
    await connected();
    const [one] = await people();
    const [entry] = await onDemand({ users: [one!.objectId] });
    expect(entry!.steps[1]).toMatchObject({ name: 'scope', outcome: 'skipped' });
    expect(entry!.exchanges).toEqual([]);
    expect(fake.users.size).toBe(0);
  });

  test('tells what the application refused, in its own words', async () => {
    await connected();
    const [one] = await people();
    await assign([one!.objectId]);
    fake.misbehaves = 'server errors';
    const [entry] = await onDemand({ users: [one!.objectId] });
    expect(entry).toMatchObject({ action: 'Create', status: 'Failure' });
    expect(entry!.errors[0]).toMatchObject({
      code: 'InternalServerError',
      answer: 'the disk is full',
      status: 500,
    });
    expect(entry!.steps.at(-1)).toMatchObject({ name: 'action', outcome: 'failure' });
  });

  test('says why it did not begin', async () => {
    await connected({ secretToken: 'mistyped' });
    const [one] = await people();
    const answer = await ask<OnDemandJson>('POST', '/provisioning/on-demand', { users: [one!.objectId] });
    expect(answer.body).toMatchObject({ entries: [], stopped: expect.stringContaining('401') });
  });
});
