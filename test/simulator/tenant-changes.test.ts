// What goes wrong in a directory over the years, as pure changes and as orders over HTTP.

import { describe, expect, test } from 'vitest';
import { deltaSince, type Tenant, usersInScope } from '../../simulator/tenant.ts';
import { appRolesOf, assignmentsOf, isAssigned, transitiveGroups } from '../../simulator/tenant-access.ts';
import {
  assignNestedOnly,
  bringBack,
  enableAppRole,
  giveMail,
  putInGroups,
  renameAppRole,
  swapUserNames,
  vanish,
} from '../../simulator/tenant-changes.ts';
import { claimsFor, loginFixture, signIn, somebody } from './login-client.ts';
import { smallTenant } from './organisation.ts';

const login = loginFixture();

function ids(tenant: Tenant): string[] {
  return [...tenant.users.keys()];
}

async function order(method: string, path: string, body: unknown = {}): Promise<Response> {
  return fetch(`${login().url}/control${path}`, { method, body: JSON.stringify(body) });
}

describe('app roles', () => {
  test('renamed: the same id, and whoever had the role has it by its new value', () => {
    const before = smallTenant();
    const group = [...before.groups.values()][0]!;
    const groups = new Map(before.groups).set(group.objectId, { ...group, appRoles: ['viewer'] });
    const after = renameAppRole({ ...before, groups }, 'viewer', 'reader');
    expect(after.appRoles.map(({ id }) => id)).toEqual(before.appRoles.map(({ id }) => id));
    const rows = (tenant: Tenant): string[] => assignmentsOf(tenant).map((row) => row.appRoleId);
    expect(rows(after)).toEqual(rows({ ...before, groups }));
    const users = [...after.users.values()];
    expect(users.filter((user) => appRolesOf(after, user).includes('reader')).length).toBeGreaterThan(0);
    expect(users.filter((user) => appRolesOf(after, user).includes('viewer'))).toEqual([]);
    expect(after.groups.get(group.objectId)!.appRoles).toEqual(['reader']);
  });

  test('disabled: whoever has it keeps it', () => {
    const before = smallTenant();
    const after = enableAppRole(before, 'viewer', false);
    expect(after.appRoles.filter((role) => role.isEnabled === false).map(({ value }) => value)).toEqual([
      'viewer',
    ]);
    expect(after.users).toBe(before.users);
  });

  test('over HTTP', async () => {
    const sim = login();
    sim.assignUser(somebody(sim), ['viewer']);
    expect((await order('PATCH', '/roles/viewer', { value: 'reader', isEnabled: false })).status).toBe(204);
    expect((await claimsFor(sim)).roles).toEqual(['reader']);
    const listed = await (await fetch(`${sim.url}/control/roles`)).json();
    expect(listed).toContainEqual(expect.objectContaining({ value: 'reader', isEnabled: false }));
    expect((await order('PATCH', '/roles/viewer', { value: 'again' })).status).toBe(400);
    expect((await order('PATCH', '/roles/reader', { value: 1 })).status).toBe(400);
  });
});

describe('names', () => {
  test('swapped between two, and nothing else', () => {
    const before = smallTenant();
    const [one, other] = ids(before);
    const after = swapUserNames(before, one!, other!);
    const was = [one!, other!].map((id) => before.users.get(id)!);
    const is = [one!, other!].map((id) => after.users.get(id)!);
    expect(is[0]).toEqual({ ...was[0], userPrincipalName: was[1]!.userPrincipalName });
    expect(is[1]).toEqual({ ...was[1], userPrincipalName: was[0]!.userPrincipalName });
    expect(deltaSince(before, after).userIds).toHaveLength(2);
  });

  test('a mail address given away leaves none behind', () => {
    const before = smallTenant();
    const [from, to] = ids(before);
    const after = giveMail(before, from!, to!);
    expect(after.users.get(from!)).not.toHaveProperty('mail');
    expect(after.users.get(to!)!.mail).toBe(before.users.get(from!)!.mail);
  });

  test('over HTTP, by user name', async () => {
    const sim = login();
    const [one, other] = [...sim.tenant().users.values()];
    const users = [one!.userPrincipalName, other!.userPrincipalName];
    expect((await order('POST', '/people/swap-names', { users })).status).toBe(204);
    expect(sim.user(one!.objectId).userPrincipalName).toBe(other!.userPrincipalName);
    const gift = { from: one!.objectId, to: other!.objectId };
    expect((await order('POST', '/people/give-mail', gift)).status).toBe(204);
    expect(sim.user(other!.objectId).mail).toBe(one!.mail);
    expect((await order('POST', '/people/give-mail', gift)).status).toBe(400);
    expect((await order('POST', '/people/swap-names', { users: users.slice(1) })).status).toBe(400);
  });
});

describe('people who vanish', () => {
  test.each([0, 30, 100])('%i %%, with their memberships, and come back as they were', (percent) => {
    const before = smallTenant();
    const { tenant, vanished } = vanish(before, percent);
    expect(tenant.users.size).toBe(before.users.size - Math.floor((before.users.size * percent) / 100));
    for (const group of tenant.groups.values()) {
      for (const memberId of group.memberIds) expect(tenant.users.has(memberId)).toBe(true);
    }
    const after = bringBack(tenant, vanished);
    for (const [id, user] of before.users) expect(after.users.get(id)).toBe(user);
    for (const [id, group] of before.groups) {
      expect(new Set(after.groups.get(id)!.memberIds)).toEqual(new Set(group.memberIds));
    }
  });

  test('over HTTP, twice, and everybody is back', async () => {
    const sim = login();
    const answered = async (path: string, body?: unknown): Promise<unknown> =>
      (await order('POST', path, body)).json();
    expect(await answered('/people/vanish', { percent: 30 })).toEqual({ vanished: 12 });
    expect(await answered('/people/vanish', { percent: 50 })).toEqual({ vanished: 14 });
    expect(sim.tenant().users.size).toBe(14);
    expect(await answered('/people/return')).toEqual({ returned: 26 });
    expect(sim.tenant().users.size).toBe(40);
    expect(await answered('/people/return')).toEqual({ returned: 0 });
    expect((await order('POST', '/people/vanish', { percent: 101 })).status).toBe(400);
  });
});

describe('groups', () => {
  test('201 of them for one person; a second time changes nobody’s number', () => {
    const before = smallTenant();
    const [one, other] = ids(before);
    const count = (tenant: Tenant, id: string): number => transitiveGroups(tenant, id).length;
    const after = putInGroups(before, one!, 201, false);
    expect(count(after, one!) - count(before, one!)).toBe(201);
    const both = putInGroups(after, other!, 201, false);
    expect(count(both, one!)).toBe(count(after, one!));
    expect(usersInScope({ ...both, scope: 'assigned' })).toEqual(usersInScope(before));
  });

  test('nested only: in an assigned group through another, which is no assignment', () => {
    const before = smallTenant();
    const [one] = ids(before);
    const after = assignNestedOnly(before, one!);
    expect(isAssigned(before, before.users.get(one!)!)).toBe(true);
    expect(isAssigned(after, after.users.get(one!)!)).toBe(false);
    expect(transitiveGroups(after, one!).some((group) => group.assigned)).toBe(true);
    expect(usersInScope(after).has(one!)).toBe(false);
  });

  test('over HTTP: overage in the token, and no entry by nesting', async () => {
    const sim = login();
    sim.changeApp({ groupMembershipClaims: 'SecurityGroup' });
    const at = `/users/${somebody(sim)}`;
    expect((await order('POST', `${at}/groups`, { count: 201 })).status).toBe(204);
    expect(await claimsFor(sim)).toHaveProperty('_claim_names');
    expect((await order('POST', `${at}/nested-only`)).status).toBe(204);
    expect((await signIn(sim)).back.get('error_description')).toContain('AADSTS50105');
    expect((await order('POST', `${at}/groups`, { count: 0 })).status).toBe(400);
  });
});
