// What the provisioning agent lost on the way, found and healed by the next run, each person by name; and what is shown and left
// alone.

import { afterEach, describe, expect, it } from 'vitest';
import { provisioning } from '../../../simulator/provisioning.ts';
import {
  assignUser,
  disableUser,
  editUser,
  enableUser,
  hardDeleteUser,
  joinGroup,
  leaveGroup,
  renameGroup,
  softDeleteUser,
  type TenantUser,
  unassignUser,
  withGroup,
  withUser,
} from '../../../simulator/tenant.ts';
import { type ReconcileWorld, startReconcileWorld } from './world.ts';

let world: ReconcileWorld;
afterEach(() => world.stop());

/** Members that come by no other way: not a guest, and not the one administrator. */
function people(): TenantUser[] {
  return [...world.entra.tenant().users.values()].filter(({ userType }) => userType === 'Member').slice(1);
}

const HOUR = 3_600_000;

describe('a run', () => {
  it('of a directory that is as SCIM pushed it finds nothing, and nothing again', async () => {
    world = await startReconcileWorld();
    for (const again of [1, 2]) {
      const run = await world.reconcile();
      expect(run).toMatchObject({ phase: 'done', outcome: 'complete', problems: [] });
      expect(await world.words(run)).toEqual([]);
      const counts = run.counts as { compared: number; matched: number; told: number };
      expect(counts).toMatchObject({ compared: 40, matched: 40, absent: 0, losing: 0 });
      expect(counts.told).toBe(again === 1 ? 40 : 0);
    }
    const events = await world.eventsOf('reconciliation.started', 'reconciliation.finished');
    expect(events.map(({ type }) => type)).toEqual([
      'reconciliation.started',
      'reconciliation.finished',
      'reconciliation.started',
      'reconciliation.finished',
    ]);
    expect(await world.verify()).toEqual([]);
  });

  it('suspends whoever is disabled, deleted or in the recycle bin there, and lifts it again', async () => {
    world = await startReconcileWorld();
    const [disabled, binned, gone] = people() as [TenantUser, TenantUser, TenantUser];
    world.agent.skip({});
    world.entra.changeTenant((tenant) => disableUser(tenant, disabled.objectId));
    world.entra.changeTenant((tenant) => softDeleteUser(tenant, binned.objectId));
    world.entra.changeTenant((tenant) => hardDeleteUser(tenant, gone.objectId));
    await world.agent.cycle();
    expect(await world.status(disabled.objectId)).toBe('active');
    const run = await world.reconcile();
    const rows = await world.rows(run);
    expect(rows.map(({ category, state, name }) => [category, state, name]).sort()).toEqual(
      [
        ['disabled-there', 'healed', disabled.userPrincipalName],
        ['missing-there', 'healed', binned.userPrincipalName],
        ['missing-there', 'healed', gone.userPrincipalName],
      ].sort(),
    );
    const there = new Map(rows.map(({ name, detail }) => [name, detail.there]));
    expect(there.get(binned.userPrincipalName)).toBe('deleted');
    expect(there.get(gone.userPrincipalName)).toBe('gone');
    for (const { objectId } of [disabled, binned, gone]) {
      expect(await world.status(objectId)).toBe('directory');
    }
    const suspended = await world.eventsOf('user.suspended');
    expect(suspended).toHaveLength(3);
    expect(suspended.every(({ cause }) => cause?.kind === 'reconciliation' && cause.id === run.id)).toBe(
      true,
    );

    world.entra.changeTenant((tenant) => enableUser(tenant, disabled.objectId));
    const next = await world.reconcile();
    expect(await world.words(next)).toEqual([`enabled-there healed ${disabled.userPrincipalName}`]);
    expect(await world.status(disabled.objectId)).toBe('active');
    expect(await world.verify()).toEqual([]);
  });

  it('makes whoever never arrived, with what the rules give, and SCIM takes them over', async () => {
    world = await startReconcileWorld();
    const [template] = people() as [TenantUser];
    const hire = {
      ...template,
      objectId: '0aaaaaaa-0000-4000-8000-00000000000a',
      userPrincipalName: 'late.arrival@nordhafen.example',
      mailNickname: 'late.arrival',
      mail: 'late.arrival@nordhafen.example',
      employeeId: 'N-99999',
      appRoles: ['Admin'],
    };
    world.agent.skip({ objectIds: [hire.objectId] });
    world.entra.changeTenant((tenant) => withUser(tenant, hire));
    await world.agent.cycle();
    expect(await world.status(hire.objectId)).toBeNull();
    const run = await world.reconcile();
    expect(await world.words(run)).toEqual([`missing-here healed ${hire.userPrincipalName}`]);
    expect(await world.status(hire.objectId)).toBe('active');
    const [id] = await world.server.ledger.findPeople({ userName: hire.userPrincipalName });
    const full = await world.server.ledger.fullUser(id!);
    expect(full?.loaded.user).toMatchObject({ lastProvisionedAt: null, lastSignInAt: null });
    expect(full?.loaded.role).toBe('viewer');

    world.agent.skip(null);
    const op = { op: 'Replace', path: 'displayName', value: 'Late Arrival' };
    const { status } = await world.scim.patch(`/Users/${id}`, [op]);
    expect(status).toBe(200);
    expect((await world.eventsOf('user.adopted')).map(({ subject }) => subject.id)).toEqual([id]);
    expect(await world.verify()).toEqual([]);
  });

  it('heals memberships that SCIM lost, in both directions', async () => {
    world = await startReconcileWorld();
    const { groups } = world.entra.tenant();
    const group = [...groups.values()].find((each) => each.assigned)!;
    const [inside] = people().filter(({ objectId }) => group.memberIds.has(objectId)) as [TenantUser];
    const [outside] = people().filter(({ objectId }) => !group.memberIds.has(objectId)) as [TenantUser];
    world.agent.skip({});
    world.entra.changeTenant((tenant) => leaveGroup(tenant, group.objectId, inside.objectId));
    world.entra.changeTenant((tenant) => joinGroup(tenant, group.objectId, outside.objectId));
    await world.agent.cycle();
    // What SCIM said a moment ago is not ended by a list that may lag behind.
    const early = await world.reconcile();
    expect(await world.words(early)).toEqual(
      [
        `member-differs healed ${outside.userPrincipalName}`,
        `member-differs skipped ${inside.userPrincipalName}`,
      ].sort(),
    );
    world.pass(2 * HOUR);
    const run = await world.reconcile();
    expect(await world.words(run)).toEqual([`member-differs healed ${inside.userPrincipalName}`]);
    const teamsOf = async (user: TenantUser) => {
      const [id] = await world.server.ledger.findPeople({ externalId: user.objectId });
      const { body } = await world.api<{ teams: { name: string }[] }>('GET', `/api/users/${id}`);
      return body.teams.map(({ name }) => name);
    };
    expect(await teamsOf(inside)).not.toContain(group.displayName);
    expect(await teamsOf(outside)).toContain(group.displayName);
    expect(await world.words(await world.reconcile())).toEqual([]);
    expect(await world.verify()).toEqual([]);
  });

  it.each([
    [true, 'healed', 'directory'],
    [false, 'open', 'active'],
  ] as const)(
    'of somebody who is not assigned any more: with assignment required %s the row is %s',
    async (appRoleAssignmentRequired, state, status) => {
      world = await startReconcileWorld({ app: { appRoleAssignmentRequired } });
      const assignedByGroup = new Set(
        [...world.entra.tenant().groups.values()]
          .filter(({ assigned }) => assigned)
          .flatMap(({ memberIds }) => [...memberIds]),
      );
      const [somebody] = people().filter(({ objectId }) => !assignedByGroup.has(objectId)) as [TenantUser];
      world.agent.skip({});
      world.entra.changeTenant((tenant) => unassignUser(tenant, somebody.objectId));
      await world.agent.cycle();
      const run = await world.reconcile();
      expect(await world.words(run)).toEqual([`unassigned ${state} ${somebody.userPrincipalName}`]);
      expect(await world.status(somebody.objectId)).toBe(status);
      world.entra.changeTenant((tenant) => assignUser(tenant, somebody.objectId, ['viewer']));
      await world.reconcile();
      expect(await world.status(somebody.objectId)).toBe('active');
    },
  );

  it('shows what SCIM said otherwise, and leaves it as SCIM said', async () => {
    world = await startReconcileWorld();
    const [renamed, moved] = people() as [TenantUser, TenantUser];
    const group = [...world.entra.tenant().groups.values()].find((each) => each.assigned)!;
    world.agent.skip({});
    world.entra.changeTenant((tenant) =>
      editUser(tenant, renamed.objectId, { userPrincipalName: 'renamed@nordhafen.example' }),
    );
    world.entra.changeTenant((tenant) => editUser(tenant, moved.objectId, { department: 'Elsewhere' }));
    world.entra.changeTenant((tenant) => renameGroup(tenant, group.objectId, 'Renamed'));
    await world.agent.cycle();
    const run = await world.reconcile();
    expect(await world.words(run)).toEqual(
      [
        `attribute-differs open ${moved.userPrincipalName}`,
        `name-differs open ${group.displayName}`,
        `name-differs open ${renamed.userPrincipalName}`,
      ].sort(),
    );
    const [id] = await world.server.ledger.findPeople({ externalId: moved.objectId });
    const { body } = await world.api<{ businessUnits: { name: string }[] }>('GET', `/api/users/${id}`);
    expect(body.businessUnits).toMatchObject([{ name: moved.department }]);
    expect(await world.verify()).toEqual([]);
  });

  it('takes nobody for a member of another group that has the same name', async () => {
    world = await startReconcileWorld();
    const group = [...world.entra.tenant().groups.values()].find((each) => each.assigned)!;
    const [somebody] = [...group.memberIds];
    const twin = {
      ...group,
      objectId: '0aaaaaaa-0000-4000-8000-0000000000ff',
      memberIds: new Set([somebody!]),
    };
    world.agent.skip({});
    world.entra.changeTenant((tenant) => withGroup(tenant, twin));
    await world.agent.cycle();
    const run = await world.reconcile();
    expect(await world.words(run)).toEqual([`missing-here open ${group.displayName}`]);
    expect(await world.verify()).toEqual([]);
  });

  it('takes nobody for absent of whom no object id is known, and makes nobody who may be they', async () => {
    world = await startReconcileWorld({ provisioned: false });
    const [renamed] = people() as [TenantUser];
    const mapping = {
      externalId: 'mailNickname',
      roles: 'none',
      recycleBin: 'rename',
      clearing: 'silence',
    } as const;
    const { scim, token } = world.server;
    const agent = provisioning(world.entra, { base: scim, token, job: { mapping } });
    await agent.cycle();
    agent.close();
    const userPrincipalName = 'renamed.since@nordhafen.example';
    world.entra.changeTenant((tenant) => editUser(tenant, renamed.objectId, { userPrincipalName }));
    const run = await world.reconcile();
    expect((await world.words(run)).filter((each) => !each.startsWith('name-differs'))).toEqual(
      [`missing-here open ${userPrincipalName}`, `missing-there open ${renamed.userPrincipalName}`].sort(),
    );
    const { body } = await world.api<{ total: number }>('GET', '/api/users?status=active&limit=1');
    expect(body.total).toBe(40);
  });

  it('that only reports changes nothing', async () => {
    world = await startReconcileWorld();
    const [disabled] = people() as [TenantUser];
    world.agent.skip({});
    world.entra.changeTenant((tenant) => disableUser(tenant, disabled.objectId));
    await world.agent.cycle();
    const before = await world.server.ledger.lastPosition();
    const run = await world.reconcile({ mode: 'report' });
    expect(await world.words(run)).toEqual([`disabled-there open ${disabled.userPrincipalName}`]);
    expect(await world.status(disabled.objectId)).toBe('active');
    expect((await world.server.ledger.lastPosition()) - before).toBe(2);
  });

  it('tells who is pending, and since when', async () => {
    world = await startReconcileWorld({ provider: { claimsSyncMode: 'scim' } });
    const [template] = people() as [TenantUser];
    const hire = { ...template, objectId: '0aaaaaaa-0000-4000-8000-00000000000b' };
    const named = { ...hire, userPrincipalName: 'pending@nordhafen.example', mailNickname: 'pending' };
    world.entra.changeTenant((tenant) => withUser(tenant, named));
    const first = await world.reconcile();
    world.pass(24 * HOUR);
    await world.reconcile();
    const { reconciliations } = world.server.ledger;
    expect(await reconciliations.pendingSince('entra', [hire.objectId])).toEqual(
      new Map([[hire.objectId, first.startedAt]]),
    );
    await world.agent.cycle();
    await world.reconcile();
    expect(await reconciliations.pendingSince('entra', [hire.objectId])).toEqual(new Map());
  });
});
