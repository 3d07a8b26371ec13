// The large directory: exact sizes, everybody in scope through assigned groups, the same from the same seed, and days that
// change one in a hundred. At full size only where BIFROST_HEAVY=1 asks for it.

import { describe, expect, test } from 'vitest';
import {
  churn,
  FULL_SCALE,
  type ScaleSize,
  scaleOrganisation,
  scaleProblem,
} from '../../simulator/scale-organisation.ts';
import { serve } from '../../simulator/serve.ts';
import { readServeOptions } from '../../simulator/serve-options.ts';
import { deltaSince, type Tenant, usersInScope } from '../../simulator/tenant.ts';
import { fetchJson } from './login-client.ts';

const SMALL: ScaleSize = { users: 2_000, groups: 300, members: 30_000, assignedGroups: 7 };
const isHeavy = process.env.BIFROST_HEAVY === '1';

function checkShape(tenant: Tenant, size: ScaleSize): void {
  const groups = [...tenant.groups.values()];
  expect(tenant.users.size).toBe(size.users);
  expect(groups).toHaveLength(size.groups);
  expect(groups.reduce((sum, group) => sum + group.memberIds.size, 0)).toBe(size.members);
  const assigned = groups.filter((group) => group.assigned);
  expect(assigned).toHaveLength(size.assignedGroups);
  expect(assigned.reduce((sum, group) => sum + group.memberIds.size, 0)).toBe(size.users);
  expect(usersInScope(tenant).size).toBe(size.users);
  const users = [...tenant.users.values()];
  expect(users.some((user) => user.assigned)).toBe(false);
  expect(new Set(users.map((user) => user.userPrincipalName.toLowerCase())).size).toBe(size.users);
  const members = groups.flatMap((group) => [...group.memberIds]);
  expect(members.every((id) => tenant.users.has(id) || tenant.groups.has(id))).toBe(true);
}

describe('the directory', () => {
  test.each([
    SMALL,
    { users: 10, groups: 1, members: 10, assignedGroups: 1 },
    { ...SMALL, members: 500_000 },
  ])('has exactly the sizes asked for: %j', (size) => checkShape(scaleOrganisation(size, 1), size));

  test('is the same from the same seed, and another from another', () => {
    const [one, again, other] = [1, 1, 2].map((seed) => scaleOrganisation(SMALL, seed));
    expect(again).toEqual(one);
    expect(other!.tenantId).not.toBe(one!.tenantId);
  });

  test('nests groups, away from the assigned ones', () => {
    const groups = [...scaleOrganisation(SMALL, 1).groups.values()];
    const ids = new Set(groups.map((group) => group.objectId));
    const nesting = groups.filter((group) => [...group.memberIds].some((id) => ids.has(id)));
    expect(nesting).toHaveLength(5);
    expect(nesting.some((group) => group.assigned)).toBe(false);
  });

  test.each([
    { ...SMALL, assignedGroups: 0 },
    { ...SMALL, assignedGroups: 301 },
    { ...SMALL, members: 1_999 },
    { ...SMALL, members: 700_000 },
  ])('cannot be made: %j', (size) => {
    expect(scaleProblem(size)).not.toBeNull();
    expect(() => scaleOrganisation(size, 1)).toThrow(RangeError);
  });
});

describe('a day', () => {
  test('changes about one in a hundred, the same each time, and leaves the day before alone', () => {
    const monday = scaleOrganisation(SMALL, 1);
    const tuesday = churn(monday, 1);
    expect(churn(monday, 1)).toEqual(tuesday);
    expect(churn(monday, 2)).not.toEqual(tuesday);
    checkShape(monday, SMALL);
    const { userIds, memberships } = deltaSince(monday, tuesday);
    const touched = new Set([...userIds, ...memberships.map(({ userId }) => userId)]);
    expect(touched.size).toBeGreaterThan(14);
    expect(touched.size).toBeLessThanOrEqual(20);
  });

  test('moves, suspends, bins and hires over a month; whoever is new is in scope and has a name', () => {
    const first = scaleOrganisation(SMALL, 1);
    let tenant = first;
    for (let day = 1; day <= 30; day++) tenant = churn(tenant, day);
    const users = [...tenant.users.values()];
    const hired = users.filter((user) => !first.users.has(user.objectId));
    expect(hired.length).toBeGreaterThan(30);
    expect(hired.every((user) => usersInScope(tenant).has(user.objectId))).toBe(true);
    expect(new Set(users.map((user) => user.userPrincipalName)).size).toBe(users.length);
    expect(users.filter((user) => user.softDeleted).length).toBeGreaterThan(30);
    expect(users.filter((user) => !user.accountEnabled).length).toBeGreaterThan(30);
    expect(deltaSince(first, tenant).memberships.some(({ joins }) => !joins)).toBe(true);
  });
});

describe('serve --scale', () => {
  test('reads sizes, and what does not fit', () => {
    const { users, groups, members, assignedGroups } = FULL_SCALE;
    expect(readServeOptions(['--scale'])).toMatchObject({ size: { users, groups, members }, assignedGroups });
    expect(readServeOptions(['--scale', '--tenant-users', '1000', '--tenant-groups', '100'])).toMatchObject({
      size: { users: 1_000, groups: 100, members: 15_000 },
      assignedGroups: 50,
    });
    expect(readServeOptions([]).assignedGroups).toBeNull();
    expect(() => readServeOptions(['--scale', '--tenant-members', '5'])).toThrow('too few');
    expect(() => readServeOptions(['--assigned-groups', '5'])).toThrow('--assigned-groups');
  });

  test('serves it', async () => {
    const stopping = new AbortController();
    const lines: string[] = [];
    const sizes = ['--tenant-users', '300', '--tenant-groups', '30', '--assigned-groups', '3'];
    const options = readServeOptions(['--scale', ...sizes, '--port', '0', '--json']);
    const running = serve(options, (line) => lines.push(line), stopping.signal);
    await expect.poll(() => lines.length).toBe(1);
    const { controlUrl } = JSON.parse(lines[0]!);
    const groups = Object.values(await fetchJson(`${controlUrl}/groups`));
    const churned = async (body: unknown): Promise<number> => {
      const init = { method: 'POST', body: JSON.stringify(body) };
      return (await fetch(`${controlUrl}/people/churn`, init)).status;
    };
    for (let day = 1; day <= 20; day++) expect(await churned({ day })).toBe(204);
    expect(await churned({})).toBe(400);
    expect((await fetchJson(`${controlUrl}/users`)).total).toBeGreaterThan(300);
    stopping.abort();
    await running;
    expect(groups.filter((group) => (group as { assigned: boolean }).assigned)).toHaveLength(3);
  });
});

describe.runIf(isHeavy)('at full size', () => {
  test('is made in seconds within 600 MB, and a day in less than one', () => {
    const before = process.memoryUsage().rss;
    const startedAt = performance.now();
    const tenant = scaleOrganisation(FULL_SCALE, 1);
    const madeMs = performance.now() - startedAt;
    const churnedAt = performance.now();
    const next = churn(tenant, 1);
    const churnMs = performance.now() - churnedAt;
    const megabytes = (process.memoryUsage().rss - before) / 1e6;
    process.stdout.write(
      `100,000 people made in ${madeMs.toFixed(0)} ms, a day in ${churnMs.toFixed(0)} ms, ${megabytes.toFixed(0)} MB\n`,
    );
    checkShape(tenant, FULL_SCALE);
    expect(madeMs).toBeLessThan(10_000);
    expect(churnMs).toBeLessThan(1_000);
    expect(megabytes).toBeLessThan(600);
    expect(deltaSince(tenant, next).userIds.length).toBeLessThanOrEqual(1_000);
  }, 120_000);
});
