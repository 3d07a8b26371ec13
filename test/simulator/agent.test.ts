// The agent against the fake, when both behave: what is sent, in which order, and that a second time sends nothing.

import { describe, expect, test } from 'vitest';
import { provisionOnDemand, readBack, runCycle } from '../../simulator/agent/cycle.ts';
import type { Job, JobSettings } from '../../simulator/agent/job.ts';
import { CYCLE_MS } from '../../simulator/agent/quarantine.ts';
import { changeScript } from '../../simulator/change-script.ts';
import {
  deleteGroup,
  disableUser,
  editUser,
  hardDeleteUser,
  joinGroup,
  leaveGroup,
  restoreUser,
  softDeleteUser,
  type Tenant,
  type TenantUser,
} from '../../simulator/tenant.ts';
import { agentFixture, clean, dialectOf, MAPPING, smallTenant } from './organisation.ts';
import type { Received } from './scim-fake.ts';

const { fake, job } = agentFixture();

/** What reached the fake since the last call, without the probe that opens each cycle. */
function received(): Received[] {
  return fake().received.splice(0).slice(2);
}

function nth(tenant: Tenant, position: number): TenantUser {
  return [...tenant.users.values()][position]!;
}

async function provisioned(tenant: Tenant, changes: Partial<JobSettings> = {}): Promise<Job> {
  const made = job(tenant, changes);
  clean(await runCycle(made, 'initial', tenant, 0));
  received();
  return made;
}

describe('initial cycle', () => {
  test('probes, then looks for each object and makes it, then writes references', async () => {
    const tenant = smallTenant();
    const report = clean(await runCycle(job(tenant), 'initial', tenant, 0));
    expect(report.counts).toMatchObject({ created: 17, managersSet: 13, membersAdded: 20, failed: 0 });
    const kinds = received().map(
      ({ method, url }) => `${method} ${url.replace(/[?].*/, '?').replace(/[0-9a-f-]{36}/, 'id')}`,
    );
    const firstOf = (kind: string): number => kinds.indexOf(kind);
    const lastOf = (kind: string): number => kinds.lastIndexOf(kind);
    expect(lastOf('POST /scim/v2/Users')).toBeLessThan(firstOf('GET /scim/v2/Groups?'));
    expect(lastOf('POST /scim/v2/Groups')).toBeLessThan(firstOf('PATCH /scim/v2/Users/id'));
    expect(lastOf('PATCH /scim/v2/Users/id')).toBeLessThan(firstOf('PATCH /scim/v2/Groups/id'));
    expect([...fake().groups.values()].flatMap((group) => group.members)).toHaveLength(20);
  });

  test.each(['legacy', 'flag', 'gallery', 'verbose'] as const)(
    '%s: a later cycle and a new job write nothing',
    async (name) => {
      const tenant = smallTenant();
      const settings = {
        dialect: dialectOf(name),
        mapping: { ...MAPPING, roles: 'assertive' as const },
      };
      const first = await provisioned(tenant, settings);
      expect(clean(await readBack(first, 'read back', tenant, 0)).counts).toMatchObject({
        unchanged: 17,
        membersPresent: 20,
      });
      const second = clean(await runCycle(job(tenant, settings), 'again', tenant, 0));
      expect(second).toMatchObject({
        writes: 0,
        counts: { adopted: 17, unchanged: 17, membersPresent: 20, created: 0 },
      });
      const third = clean(await runCycle(first, 'later', tenant, CYCLE_MS));
      expect(third).toMatchObject({ requests: 2, writes: 0 });
    },
  );

  test('members can be looked up at once, and be written several to a PATCH', async () => {
    const tenant = smallTenant();
    const settings = { membersPerPatch: 5, memberCheck: 'bulk' as const };
    const first = await provisioned(tenant, settings);
    const largest = Math.max(...[...tenant.groups.values()].map((group) => group.memberIds.size));
    expect(largest).toBeGreaterThan(5);
    for (const group of fake().groups.values()) (group.members as unknown[]).splice(0, 1);
    const again = clean(await runCycle(job(tenant, settings), 'again', tenant, 0));
    expect(again.counts).toMatchObject({ membersAdded: 3, membersPresent: 17 });
    expect(again.writes).toBe(3);
    clean(await readBack(first, 'read back', tenant, 0));
  });

  test('an object that is there is adopted and brought up to date', async () => {
    const tenant = smallTenant();
    await provisioned(tenant);
    const [id, user] = [...fake().users][0]!;
    fake().users.set(id, { ...user, displayName: 'Somebody Else', active: false });
    const report = clean(await runCycle(job(tenant), 'again', tenant, 0));
    expect(report.counts).toMatchObject({ adopted: 17, updated: 1, unchanged: 16 });
    const [patch] = received().filter(({ method }) => method === 'PATCH');
    expect(patch!.body!.Operations).toEqual([
      { op: 'Replace', path: 'active', value: 'True' },
      { op: 'Replace', path: 'displayName', value: user.displayName },
    ]);
  });

  test('matching attributes are asked in turn, until one finds somebody', async () => {
    const tenant = smallTenant();
    await provisioned(tenant);
    const { objectId } = nth(tenant, 3);
    for (const user of fake().users.values())
      if (user.externalId === objectId) user.userName = 'changed@elsewhere.example';
    const settings = { matchUsersBy: ['userName', 'externalId'] };
    const report = clean(await runCycle(job(tenant, settings), 'again', tenant, 0));
    expect(report.counts).toMatchObject({ created: 0, adopted: 17, updated: 1 });
    const asked = received().filter(({ url }) => url.includes('filter=externalId'));
    expect(asked.map(({ url }) => url)).toEqual([`/scim/v2/Users?filter=externalId+eq+%22${objectId}%22`]);
  });

  test('somebody who is disabled before they ever arrived is not made', async () => {
    const tenant = disableUser(smallTenant(), nth(smallTenant(), 13).objectId);
    const report = clean(await runCycle(job(tenant), 'initial', tenant, 0));
    expect(report.counts).toMatchObject({ created: 16, skipped: 1 });
  });
});

describe('later cycles', () => {
  test('read by the id that was learnt, and send what differs', async () => {
    const before = smallTenant();
    const made = await provisioned(before);
    const { objectId } = nth(before, 5);
    const after = editUser(before, objectId, { department: 'Security', mobile: '+46 70 555 99' });
    clean(await runCycle(made, 'move', after, CYCLE_MS));
    const { id } = made.users.get(objectId)!;
    const [read, patch, ...rest] = received();
    expect([read!.method, read!.url, read!.headers['content-type']]).toEqual([
      'GET',
      `/scim/v2/Users/${id}`,
      undefined,
    ]);
    expect([patch!.method, patch!.url]).toEqual(['PATCH', `/scim/v2/Users/${id}`]);
    expect(rest).toEqual([]);
  });

  test('joins and leaves travel as differences, the group is read without members', async () => {
    const before = smallTenant();
    const made = await provisioned(before, { dialect: dialectOf('flag') });
    const [group] = [...before.groups.values()];
    const joiner = [...before.users.keys()].find((id) => !group!.memberIds.has(id))!;
    const [leaver] = [...group!.memberIds];
    const after = leaveGroup(joinGroup(before, group!.objectId, joiner), group!.objectId, leaver!);
    expect(clean(await runCycle(made, 'members', after, CYCLE_MS)).counts).toMatchObject({
      membersAdded: 1,
      membersRemoved: 1,
    });
    const { id } = made.groups.get(group!.objectId)!;
    const [read, ...patches] = received();
    expect(read!.url).toBe(`/scim/v2/Groups/${id}?excludedAttributes=members`);
    expect(patches.map(({ body }) => (body!.Operations as unknown[])[0])).toEqual([
      { op: 'add', path: 'members', value: [{ value: made.users.get(joiner)!.id }] },
      { op: 'remove', path: `members[value eq "${made.users.get(leaver!)!.id}"]` },
    ]);
  });

  test('recycle bin renames and disables in one PATCH; a restore looks for the clean name, then uses the old id', async () => {
    const before = smallTenant();
    const made = await provisioned(before);
    const user = nth(before, 9);
    const { id } = made.users.get(user.objectId)!;
    const binned = softDeleteUser(before, user.objectId);
    clean(await runCycle(made, 'bin', binned, CYCLE_MS));
    expect(received()[1]!.body!.Operations).toEqual([
      {
        op: 'Replace',
        path: 'userName',
        value: `${user.objectId.replaceAll('-', '')}${user.userPrincipalName}`,
      },
      { op: 'Replace', path: 'active', value: 'False' },
    ]);
    clean(await runCycle(made, 'restore', restoreUser(binned, user.objectId), 2 * CYCLE_MS));
    const [search, read, patch] = received();
    expect(search!.url).toContain('/Users?filter=userName+eq+');
    expect([read!.url, patch!.url]).toEqual([`/scim/v2/Users/${id}`, `/scim/v2/Users/${id}`]);
    expect(patch!.body!.Operations).toEqual([
      { op: 'Replace', path: 'userName', value: user.userPrincipalName },
      { op: 'Replace', path: 'active', value: 'True' },
    ]);
  });

  test('hard deletion is a DELETE, but not for somebody who had left the scope', async () => {
    const before = smallTenant();
    const made = await provisioned(before);
    const [gone, unassigned] = [nth(before, 12), nth(before, 13)];
    clean(await runCycle(made, 'delete', hardDeleteUser(before, gone.objectId), CYCLE_MS));
    expect(received().filter(({ method }) => method === 'DELETE')).toHaveLength(1);
    let tenant = hardDeleteUser(before, gone.objectId);
    for (const group of tenant.groups.keys()) tenant = leaveGroup(tenant, group, unassigned.objectId);
    tenant = editUser(tenant, unassigned.objectId, { assigned: false });
    clean(await runCycle(made, 'unassign', tenant, 2 * CYCLE_MS));
    expect(fake().users.get(made.users.get(unassigned.objectId)!.id)!.active).toBe(false);
    received();
    clean(await runCycle(made, 'delete', hardDeleteUser(tenant, unassigned.objectId), 3 * CYCLE_MS));
    expect(received().filter(({ method }) => method === 'DELETE')).toEqual([]);
  });

  test('a group that is deleted, or no longer assigned, is a DELETE', async () => {
    const before = smallTenant();
    const made = await provisioned(before);
    const [first, second] = [...before.groups.values()];
    const deleted = deleteGroup(before, first!.objectId);
    const groups = new Map(deleted.groups).set(second!.objectId, { ...second!, assigned: false });
    const after = { ...deleted, groups };
    expect(clean(await runCycle(made, 'groups', after, CYCLE_MS)).counts.deleted).toBe(2);
    expect(fake().groups.size).toBe(1);
  });

  test.each(['legacy', 'flag', 'gallery', 'verbose'] as const)(
    '%s: the whole script of changes, and again',
    async (name) => {
      const initial = smallTenant();
      for (let round = 0; round < 2; round++) {
        const made = job(initial, { dialect: dialectOf(name) });
        clean(await runCycle(made, 'initial', initial, 0));
        let tenant = initial;
        let now = 0;
        for (const step of changeScript(initial, 3)) {
          now += CYCLE_MS;
          tenant = step.change(tenant);
          clean(
            step.onDemand
              ? await provisionOnDemand(made, step.title, tenant, step.onDemand, now)
              : await runCycle(made, step.title, tenant, now),
          );
        }
        clean(await readBack(made, 'read back', tenant, now));
      }
    },
  );
});
