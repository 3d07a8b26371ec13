// The fault catalogue: what goes wrong in a directory, on the way to it and within it, each with what has to come of it. In none
// of them is anybody suspended or stripped who should not be.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../../simulator/login/faults.ts';
import {
  assignGroup,
  disableUser,
  editUser,
  hardDeleteUser,
  joinGroup,
  restoreUser,
  type Tenant,
  type TenantGroup,
  type TenantUser,
  unassignGroup,
} from '../../../simulator/tenant.ts';
import {
  assignNestedOnly,
  enableAppRole,
  giveMail,
  putInGroups,
  renameAppRole,
  swapUserNames,
} from '../../../simulator/tenant-changes.ts';
import type { Run, RunOutcome } from '../../../src/ledger/reconciliation.ts';
import { type ReconcileWorld, startReconcileWorld } from './world.ts';

let world: ReconcileWorld;
const DAY = 24 * 3_600_000;

function members(): TenantUser[] {
  return [...world.entra.tenant().users.values()].filter(({ userType }) => userType === 'Member').slice(1);
}

function assignedGroup(): TenantGroup {
  return [...world.entra.tenant().groups.values()].find(({ assigned }) => assigned)!;
}

/** In the directory alone: the provisioning agent loses it. */
async function lost(...changes: ((tenant: Tenant) => Tenant)[]): Promise<void> {
  world.agent.skip({});
  for (const change of changes) world.entra.changeTenant(change);
  await world.agent.cycle();
  world.agent.skip(null);
}

async function suspended(): Promise<string[]> {
  const { body } = await world.api<{ items: { userName: string }[] }>(
    'GET',
    '/api/users?status=suspended&limit=500',
  );
  return body.items.map(({ userName }) => userName).sort();
}

/** What everybody has, so that a run which may take nothing can be held to it. */
async function everything(): Promise<unknown> {
  const { body } = await world.api<{ items: unknown[] }>('GET', '/api/users?limit=500');
  return body.items;
}

describe('while it is read', () => {
  /** Beside what goes wrong, somebody really has left: a run that sees the whole directory says so. */
  let leaver: TenantUser;

  beforeEach(async () => {
    world = await startReconcileWorld({ app: { appRoleAssignmentRequired: true } });
    // Facts are told, so that what follows is about what was there.
    await world.reconcile();
    leaver = members()[0]!;
  });
  afterEach(() => world.stop());

  const passing: readonly (readonly [string, Record<string, unknown>])[] = [
    ['a page that is refused once with 503', { kind: 'status', status: 503, path: '/v1.0/groups' }],
    ['429 with Retry-After', { kind: 'status', status: 429, retryAfterSeconds: 1, path: '/v1.0/groups' }],
    ['429 without Retry-After', { kind: 'status', status: 429, path: '/v1.0/groups' }],
    ['a connection that is reset', { kind: 'reset', path: '/v1.0/groups' }],
    ['an answer that is cut', { kind: 'truncated', path: '/v1.0/groups' }],
    ['200 with a page of a proxy', { kind: 'html', path: '/v1.0/groups' }],
    ['503 for the assignments', { kind: 'status', status: 503, pattern: 'appRoleAssignedTo' }],
  ];

  it.each(passing)('%s is waited out, and the run is complete', async (_, fault) => {
    await lost((tenant) => disableUser(tenant, leaver.objectId));
    world.entra.setFault({ at: 'graph', ...fault } as unknown as Fault);
    const run = await world.reconcile();
    expect(run).toMatchObject({ outcome: 'complete', problems: [] });
    expect(await suspended()).toEqual([leaver.userPrincipalName]);
  });

  const breaking: readonly (readonly [string, Record<string, unknown>, RunOutcome])[] = [
    [
      'a group that cannot be read',
      { kind: 'status', status: 403, pattern: '/groups/', times: null },
      'partial',
    ],
    ['a link to another host', { kind: 'foreignNextLink', path: '/v1.0/groups', times: null }, 'partial'],
    ['links that go round', { kind: 'loopNextLink', path: '/v1.0/groups', times: null }, 'partial'],
    ['links without an end', { kind: 'endlessNextLink', path: '/v1.0/groups', times: null }, 'partial'],
    ['a group that is empty once', { kind: 'emptyMembers' }, 'partial'],
    ['rows that may not be read', { kind: 'limitedRows', path: '/v1.0/groups', times: null }, 'partial'],
    ['an empty list of assignments', { kind: 'emptyList', pattern: 'appRoleAssignedTo' }, 'partial'],
    [
      'a permission that is revoked meanwhile',
      { kind: 'permissionRevoked', permission: 'GroupMember.Read.All' },
      'partial',
    ],
    [
      'the permission for the application gone',
      { kind: 'permissionRevoked', permission: 'Application.Read.All' },
      'failed',
    ],
  ];

  it.each(breaking)('%s: nothing is taken from anybody', async (_, fault, outcome) => {
    const before = await everything();
    world.entra.setFault({ at: 'graph', ...fault } as unknown as Fault);
    const run = await world.reconcile();
    expect(run.outcome).toBe(outcome);
    expect(run.problems.length).toBeGreaterThan(0);
    expect(await suspended()).toEqual([]);
    expect(await everything()).toEqual(before);
    world.entra.clearFaults();
    expect((await world.reconcile()).outcome).toBe('complete');
    expect(await everything()).toEqual(before);
    expect(await world.verify()).toEqual([]);
  });

  it('a partial run adds all the same', async () => {
    const group = assignedGroup();
    const outside = members().find(({ objectId }) => !group.memberIds.has(objectId))!;
    await lost((tenant) => joinGroup(tenant, group.objectId, outside.objectId));
    const others = [...world.entra.tenant().groups.values()].filter(({ assigned }) => assigned);
    const broken = others.find(({ objectId }) => objectId !== group.objectId)!;
    world.entra.setFault({
      at: 'graph',
      kind: 'status',
      status: 403,
      path: `/v1.0/groups/${broken.objectId}`,
      times: null,
    });
    const run = await world.reconcile();
    expect(run.outcome).toBe('partial');
    expect(await world.words(run)).toEqual([`member-differs healed ${outside.userPrincipalName}`]);
  });

  it('a replica that lags behind makes no leaver of anybody', async () => {
    await lost((tenant) => disableUser(tenant, leaver.objectId));
    world.entra.takeSnapshot('then');
    world.entra.changeTenant((tenant) => editUser(tenant, leaver.objectId, { accountEnabled: true }));
    // The lists are old, and the look at single persons is not.
    world.entra.setFault({ at: 'graph', kind: 'stale', snapshot: 'then', path: '/v1.0/groups', times: null });
    const run = await world.reconcile();
    expect((await world.words(run)).filter((each) => !each.includes('skipped'))).toEqual([]);
    expect(await suspended()).toEqual([]);
  });

  it('a secret that expires ends the run without a change, and says so', async () => {
    await lost((tenant) => disableUser(tenant, leaver.objectId));
    world.entra.expireSecrets();
    world.pass(2 * 3_600_000);
    const run = await world.reconcile();
    expect(run).toMatchObject({ phase: 'done', outcome: 'failed' });
    expect(run.problems.join()).toMatch(/secret|7000222/i);
    expect(await suspended()).toEqual([]);
    const [event] = await world.eventsOf('reconciliation.failed');
    expect(event?.subject).toEqual({ kind: 'reconciliation', id: run.id });
  });

  it('rejects nobody when the clocks are ten minutes apart', async () => {
    world.entra.advanceClock(10 * 60_000);
    expect((await world.reconcile()).outcome).toBe('complete');
    expect(await suspended()).toEqual([]);
  });
});

describe('in the directory', () => {
  beforeEach(async () => {
    world = await startReconcileWorld({ app: { appRoleAssignmentRequired: true } });
    await world.reconcile();
  });
  afterEach(() => world.stop());

  async function categories(run: Run): Promise<string[]> {
    return (await world.rows(run)).map(({ category, state }) => `${category} ${state}`).sort();
  }

  it('somebody deleted, restored and purged is out, in and out', async () => {
    const [somebody] = members() as [TenantUser];
    const { objectId } = somebody;
    world.agent.skip({});
    world.entra.editUser(objectId, { softDeleted: true });
    await world.reconcile();
    expect(await world.status(objectId)).toBe('directory');
    world.entra.changeTenant((tenant) => restoreUser(tenant, objectId));
    await world.reconcile();
    expect(await world.status(objectId)).toBe('active');
    world.entra.editUser(objectId, { softDeleted: true });
    world.pass(31 * DAY);
    const run = await world.reconcile();
    expect(await world.status(objectId)).toBe('directory');
    expect((await world.rows(run)).map(({ detail }) => detail.there)).toEqual(['gone']);
    world.entra.changeTenant((tenant) => hardDeleteUser(tenant, objectId));
    expect(await categories(await world.reconcile())).toEqual([]);
    expect(await world.status(objectId)).toBe('directory');
  });

  it('somebody who is disabled is out with the next request of an open session', async () => {
    const [somebody] = members() as [TenantUser];
    const { browser } = await world.signIn(somebody.userPrincipalName);
    expect((await browser.get('/api/me')).status).toBe(200);
    await lost((tenant) => disableUser(tenant, somebody.objectId));
    expect((await browser.get('/api/me')).status).toBe(200);
    await world.reconcile();
    expect((await browser.get('/api/me')).status).toBe(401);
  });

  it('a group taken from the application suspends those alone who have no other assignment', async () => {
    const group = assignedGroup();
    const before = new Set(
      [...world.entra.tenant().users.values()]
        .filter(({ assigned }) => assigned)
        .map(({ objectId }) => objectId),
    );
    await lost((tenant) => unassignGroup(tenant, group.objectId));
    const run = await world.reconcile();
    expect(before.size).toBeGreaterThan(0);
    expect(await suspended()).toEqual([]);
    expect(await categories(run)).toEqual(['missing-there open']);
    await lost((tenant) => assignGroup(tenant, group.objectId));
    expect(await categories(await world.reconcile())).toEqual([]);
  });

  it('a role of the application that is renamed goes from those who had it by its old name', async () => {
    const admin = [...world.entra.tenant().users.values()][0]!;
    await lost((tenant) => renameAppRole(tenant, 'admin', 'owner'));
    const run = await world.reconcile();
    expect((await world.rows(run)).map(({ name, about, detail }) => [name, about, detail.there])).toEqual([
      [admin.userPrincipalName, 'facts', { roles: ['owner'] }],
    ]);
    expect(await world.verify()).toEqual([]);
  });

  it('a role that is disabled stays with those who have it', async () => {
    await lost((tenant) => enableAppRole(tenant, 'admin', false));
    expect(await categories(await world.reconcile())).toEqual([]);
  });

  it('two who swap their names stay who they are', async () => {
    const [one, other] = members() as [TenantUser, TenantUser];
    await lost((tenant) => swapUserNames(tenant, one.objectId, other.objectId));
    expect(await categories(await world.reconcile())).toEqual(['name-differs open', 'name-differs open']);
    expect(await world.status(one.objectId)).toBe('active');
  });

  it('an address that was given to somebody else makes nobody somebody else', async () => {
    const [one, other] = members() as [TenantUser, TenantUser];
    const before = await everything();
    await lost((tenant) => giveMail(tenant, one.objectId, other.objectId));
    expect(await categories(await world.reconcile())).toEqual([
      'attribute-differs open',
      'attribute-differs open',
    ]);
    expect(await everything()).toEqual(before);
  });

  it('somebody in 201 groups keeps them', async () => {
    const [somebody] = members() as [TenantUser];
    await lost((tenant) => putInGroups(tenant, somebody.objectId, 201, false));
    expect(await categories(await world.reconcile())).toEqual([]);
    expect(await world.status(somebody.objectId)).toBe('active');
  });

  it('somebody who is assigned by a nested group alone is not assigned', async () => {
    const [somebody] = members() as [TenantUser];
    await lost((tenant) => assignNestedOnly(tenant, somebody.objectId));
    await world.reconcile();
    expect(await world.status(somebody.objectId)).toBe('directory');
  });
});
