// Sample organisations: exactly the size asked for, the same for the same seed, and changed by pure functions.

import { describe, expect, test } from 'vitest';
import { changeScript } from '../../simulator/change-script.ts';
import { sampleOrganisation } from '../../simulator/sample-organisation.ts';
import {
  deltaSince,
  disableUser,
  editUser,
  hardDeleteUser,
  joinGroup,
  leaveGroup,
  type Tenant,
  usersInScope,
} from '../../simulator/tenant.ts';

const SIZE = { users: 500, groups: 20, members: 2_000 };

function memberships(tenant: Tenant): number {
  return [...tenant.groups.values()].reduce((sum, group) => sum + group.memberIds.size, 0);
}

describe('sample organisation', () => {
  test('has exactly the size asked for, and the same for the same seed', () => {
    const tenant = sampleOrganisation(SIZE, 1);
    expect([tenant.users.size, tenant.groups.size, memberships(tenant)]).toEqual([500, 20, 2_000]);
    expect(sampleOrganisation(SIZE, 1)).toEqual(tenant);
    expect([...sampleOrganisation(SIZE, 2).users.keys()]).not.toEqual([...tenant.users.keys()]);
  });

  test.each([
    { users: 1, groups: 1, members: 1 },
    { users: 0, groups: 0, members: 0 },
    { users: 10, groups: 3, members: 30 },
    { users: 5_000, groups: 50, members: 20_000 },
  ])('fits any size that fits: %o', (size) => {
    expect(memberships(sampleOrganisation(size, 1))).toBe(size.members);
  });

  test('more memberships than there is room for are refused', () => {
    expect(() => sampleOrganisation({ users: 3, groups: 2, members: 7 }, 1)).toThrow(RangeError);
  });

  test('names, addresses and groups are unique without regard to case, and not all of them plain', () => {
    const tenant = sampleOrganisation({ ...SIZE, groups: 200 }, 1);
    const users = [...tenant.users.values()];
    expect(new Set(users.map((user) => user.userPrincipalName.toLowerCase())).size).toBe(500);
    expect(new Set([...tenant.groups.values()].map((group) => group.displayName.toLowerCase())).size).toBe(
      200,
    );
    expect(users.some((user) => user.userPrincipalName.includes('#EXT#@'))).toBe(true);
    expect(users.some((user) => user.userPrincipalName.includes("'"))).toBe(true);
    expect(users.some((user) => /[^ -~]/.test(user.displayName))).toBe(true);
  });

  test('managers are people of the organisation, and nobody manages themselves', () => {
    const tenant = sampleOrganisation(SIZE, 1);
    for (const user of tenant.users.values()) {
      if (user.managerId === undefined) continue;
      expect(tenant.users.has(user.managerId)).toBe(true);
      expect(user.managerId).not.toBe(user.objectId);
    }
  });
});

describe('changes', () => {
  const before = sampleOrganisation({ users: 30, groups: 3, members: 40 }, 1);
  const [first, second] = [...before.users.keys()];
  const [group] = [...before.groups.values()];

  test('leave the tenant before them as it was', () => {
    const copy = structuredClone(before);
    for (const step of changeScript(before, 1)) step.change(before);
    expect(before).toEqual(copy);
  });

  test('are what a delta query finds', () => {
    const [member] = [...group!.memberIds];
    const joiner = [...before.users.keys()].find((id) => !group!.memberIds.has(id))!;
    let after = disableUser(before, first!);
    after = joinGroup(leaveGroup(after, group!.objectId, member!), group!.objectId, joiner);
    expect(deltaSince(before, after)).toEqual({
      userIds: [first],
      groupIds: [group!.objectId],
      memberships: [
        { groupId: group!.objectId, userId: joiner, joins: true },
        { groupId: group!.objectId, userId: member, joins: false },
      ],
    });
    expect(deltaSince(after, after)).toEqual({ userIds: [], groupIds: [], memberships: [] });
    expect(deltaSince(null, before).memberships).toHaveLength(40);
  });

  test('of nesting are not: the provisioning service reads one level', () => {
    const [outer, inner] = [...before.groups.keys()];
    const delta = deltaSince(before, joinGroup(before, outer!, inner!));
    expect(delta).toEqual({ userIds: [], groupIds: [outer], memberships: [] });
  });

  test('of the scope are found too, and hard deletion takes memberships along without a word', () => {
    const unassigned = editUser(before, second!, { assigned: false });
    const isMember = [...before.groups.values()].some((one) => one.memberIds.has(second!));
    expect(usersInScope(unassigned).has(second!)).toBe(isMember);
    expect(usersInScope({ ...unassigned, scope: 'all' }).has(second!)).toBe(true);
    const [member] = [...group!.memberIds];
    const delta = deltaSince(before, hardDeleteUser(before, member!));
    expect(delta.userIds).toContain(member);
    expect(delta.memberships).toEqual([]);
  });
});
