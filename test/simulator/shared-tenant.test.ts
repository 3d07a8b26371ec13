// One tenant behind the agent, sign-in and Graph: what is done to it is seen over all three, and what the agent loses is the
// difference between them.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Provisioning, type ProvisioningStatus, provisioning } from '../../simulator/provisioning.ts';
import { serve } from '../../simulator/serve.ts';
import { readServeOptions } from '../../simulator/serve-options.ts';
import { UsageError } from '../../simulator/usage.ts';
import { graphCaller } from './graph-caller.ts';
import { fetchJson, loginFixture, signIn, somebody } from './login-client.ts';
import { clean, smallTenant } from './organisation.ts';
import { type ScimFake, startScimFake } from './scim-fake.ts';
import type { Document } from './scim-fake-patch.ts';

const login = loginFixture({ tenant: smallTenant() });
let fake: ScimFake;
let agent: Provisioning;

beforeEach(async () => {
  fake = await startScimFake();
  agent = provisioning(login(), { base: fake.base, token: fake.token });
});
afterEach(async () => {
  agent.close();
  await fake.stop();
});

/** As the application has it. */
function provisioned(objectId: string): Document | undefined {
  return [...fake.users.values()].find((user) => user.externalId === objectId);
}

async function inGraph(objectId: string, property: string): Promise<unknown> {
  const graph = await graphCaller(login());
  return (await graph.get(`/v1.0/users/${objectId}?$select=${property}`)).body[property];
}

function writes(): string[] {
  return fake.received
    .splice(0)
    .filter(({ method }) => method !== 'GET')
    .map(({ method, url }) => `${method} ${url.replace(/[0-9a-f-]{36}/, 'id')}`);
}

async function initial(): Promise<void> {
  clean(await agent.cycle());
  fake.received.splice(0);
}

async function order(method: string, path: string, body?: unknown): Promise<Response> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  return fetch(`${login().url}/control/provisioning${path}`, init);
}

describe('one tenant', () => {
  test('a change is in Graph and in sign-in at once, and in the application after the next cycle', async () => {
    await initial();
    const id = somebody(login());
    login().editUser(id, { accountEnabled: false, department: 'Wharf' });
    expect(await inGraph(id, 'accountEnabled')).toBe(false);
    expect((await signIn(login())).back.get('error_description')).toContain('AADSTS50057');
    expect(provisioned(id)).toMatchObject({ active: true });
    const { counts } = clean(await agent.cycle());
    expect(counts).toMatchObject({ updated: 1, created: 0 });
    expect(provisioned(id)).toMatchObject({ active: false });
  });

  test('a renamed app role reaches the application under its new value', async () => {
    agent.close();
    const mapping = {
      externalId: 'objectId',
      roles: 'assertive',
      recycleBin: 'rename',
      clearing: 'silence',
    } as const;
    agent = provisioning(login(), { base: fake.base, token: fake.token, job: { mapping } });
    await initial();
    const id = somebody(login());
    login().assignUser(id, ['viewer']);
    clean(await agent.cycle());
    await fetch(`${login().url}/control/roles/viewer`, { method: 'PATCH', body: '{"value":"reader"}' });
    clean(await agent.cycle());
    expect(provisioned(id)!.roles).toMatchObject([{ value: 'reader', display: 'Viewer' }]);
  });

  test('who vanishes is deleted, and who comes back is made anew', async () => {
    await initial();
    expect(login().vanishPeople(30)).toBe(4);
    expect(clean(await agent.cycle()).counts).toMatchObject({ deleted: 4 });
    login().returnPeople();
    expect(clean(await agent.cycle()).counts).toMatchObject({ created: 4 });
    expect(fake.users.size).toBe(14);
  });
});

describe('operations that are lost', () => {
  test('of somebody: an update that the agent takes for done, and the next cycle does not repeat', async () => {
    await initial();
    const id = somebody(login());
    agent.skip({ objectIds: [id] });
    login().editUser(id, { accountEnabled: false });
    expect(clean(await agent.cycle()).counts).toMatchObject({ failed: 0 });
    agent.skip(null);
    clean(await agent.cycle());
    expect(writes()).toEqual([]);
    expect(provisioned(id)).toMatchObject({ active: true });
    expect(await inGraph(id, 'accountEnabled')).toBe(false);
    expect(agent.status().lost).toEqual([{ objectId: id, operation: 'update' }]);
  });

  test('so many of anybody’s, and then no more', async () => {
    await initial();
    const [one, two, three] = login().tenant().users.keys();
    agent.skip({ next: 2 });
    for (const id of [one!, two!, three!]) login().editUser(id, { department: 'Wharf' });
    expect(agent.status().skip).toEqual({ next: 2 });
    clean(await agent.cycle());
    expect(writes()).toEqual(['PATCH /scim/v2/Users/id']);
    expect(agent.status().lost).toHaveLength(2);
    expect(agent.status().skip).toBeNull();
  });

  test('a creation, a deletion, a manager, a join and a leave', async () => {
    await initial();
    const [boss, worker, member] = login().tenant().users.keys();
    const group = [...login().tenant().groups.values()].find(({ memberIds }) => memberIds.size > 0)!;
    const [leaving] = group.memberIds;
    const joining = [...login().tenant().users.keys()].find((id) => !group.memberIds.has(id))!;
    const [deleted] = [...login().tenant().users.keys()].slice(-1);
    const hired = { ...login().user(member!), objectId: '9f3c0000-0000-4000-8000-000000000001' };
    agent.skip({});
    login().changeTenant((tenant) => ({
      ...tenant,
      users: new Map(tenant.users).set(hired.objectId, {
        ...hired,
        userPrincipalName: 'new@nordhafen.example',
      }),
    }));
    login().editUser(worker!, { managerId: deleted === boss ? member! : deleted! });
    login().joinGroup(group.objectId, joining);
    login().leaveGroup(group.objectId, leaving!);
    clean(await agent.cycle());
    login().deleteUser(deleted!);
    clean(await agent.cycle());
    expect(writes()).toEqual([]);
    expect(new Set(agent.status().lost.map(({ operation }) => operation))).toEqual(
      new Set(['create', 'setManager', 'addMember', 'removeMember', 'delete']),
    );
    agent.skip(null);
    login().editUser(hired.objectId, { department: 'Wharf' });
    expect(clean(await agent.cycle()).counts).toMatchObject({ created: 1 });
  });
});

describe('over HTTP', () => {
  test('runs cycles, loses operations, and says how it stands', async () => {
    const report = await (await order('POST', '/cycle')).json();
    expect(report).toMatchObject({ name: 'cycle 1', counts: { created: 17 }, failureCount: 0 });
    const { userPrincipalName, objectId } = login().user(somebody(login()));
    expect((await order('POST', '/skip', { users: [userPrincipalName], next: 1 })).status).toBe(204);
    login().editUser(objectId, { department: 'Wharf' });
    await order('POST', '/cycle');
    const status = (await (await order('GET', '')).json()) as ProvisioningStatus;
    expect(status).toMatchObject({
      base: fake.base,
      cycles: 2,
      skip: null,
      health: { state: 'healthy' },
      lost: [{ objectId, operation: 'update' }],
    });
    await order('POST', '/skip', { next: 5 });
    expect((await order('DELETE', '/skip')).status).toBe(204);
    expect(agent.status().skip).toBeNull();
    for (const wrong of [{}, { next: 0 }, { users: 'all' }, { users: ['nobody'] }]) {
      expect((await order('POST', '/skip', wrong)).status, JSON.stringify(wrong)).toBe(400);
    }
  });
});

describe('cycles', () => {
  test('that are ordered at once run one after another', async () => {
    const [first, second] = await Promise.all([agent.cycle(), agent.cycle()]);
    expect([first.counts.created, second.counts.created]).toEqual([17, 0]);
    clean(second);
  });

  test('end early when the agent is closed, and the order after that does nothing', async () => {
    const running = agent.cycle();
    agent.close();
    expect((await running).stopped).not.toBeNull();
    expect(fake.users.size).toBe(0);
  });
});

describe('serve --push-base', () => {
  const SIZES = ['--tenant-users', '12', '--tenant-groups', '2', '--port', '0'];

  test('provisions at the start and in every period', async () => {
    const stopping = new AbortController();
    const lines: string[] = [];
    const push = ['--push-base', fake.base, '--push-token', 'env.TOKEN', '--push-every', '1s'];
    const options = readServeOptions([...SIZES, ...push], { TOKEN: fake.token });
    const running = serve(options, (line) => lines.push(line), stopping.signal);
    await expect
      .poll(() => lines.filter((line) => line.startsWith('cycle')).length, { timeout: 10_000 })
      .toBe(2);
    stopping.abort();
    expect(await running).toBe(0);
    expect(fake.users.size).toBe(12);
  });

  test('by order only, where the period is never; and nothing to order where nothing provisions', async () => {
    const stopping = new AbortController();
    const lines: string[] = [];
    const push = ['--push-base', fake.base, '--push-token', fake.token, '--push-every', 'never'];
    const running = serve(
      readServeOptions([...SIZES, '--json', ...push]),
      (line) => lines.push(line),
      stopping.signal,
    );
    await expect.poll(() => lines.length).toBe(1);
    const { controlUrl } = JSON.parse(lines[0]!);
    const report = await fetchJson(`${controlUrl}/provisioning/cycle`, { method: 'POST' });
    stopping.abort();
    await running;
    expect(report).toMatchObject({ name: 'cycle 1', counts: { created: 14 } });
  });

  test('says what is wrong', () => {
    expect(readServeOptions(['--push-base', 'http://a.example/scim/v2', '--push-token', 't']).push).toEqual({
      base: 'http://a.example/scim/v2',
      token: 't',
      everyMs: 2_400_000,
    });
    for (const wrong of [
      ['--push-token', 't'],
      ['--push-base', 'http://a.example'],
      ['--push-base', 'nowhere', '--push-token', 't'],
      ['--push-base', 'http://a.example', '--push-token', 'env.NONE'],
      ['--push-base', 'http://a.example', '--push-token', 't', '--push-every', '40'],
      ['--push-base', 'http://a.example', '--push-token', 't', '--push-every', '0m'],
    ]) {
      expect(() => readServeOptions(wrong), wrong.join(' ')).toThrow(UsageError);
    }
  });
});

test('an order about provisioning is refused where nothing provisions', async () => {
  const stopping = new AbortController();
  const lines: string[] = [];
  const options = readServeOptions(['--tenant-users', '1', '--tenant-groups', '1', '--port', '0', '--json']);
  const running = serve(options, (line) => lines.push(line), stopping.signal);
  await expect.poll(() => lines.length).toBe(1);
  const answer = await fetch(`${JSON.parse(lines[0]!).controlUrl}/provisioning`);
  stopping.abort();
  await running;
  expect([answer.status, await answer.json()]).toEqual([
    400,
    { error: expect.stringContaining('--push-base') },
  ]);
});
