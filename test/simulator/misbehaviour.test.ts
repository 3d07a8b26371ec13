// The agent against a fake that misbehaves: each fault has to be reported, under the name that Entra's log uses.

import { describe, expect, test } from 'vitest';
import { type CycleReport, readBack, runCycle, testConnection } from '../../simulator/agent/cycle.ts';
import { CYCLE_MS } from '../../simulator/agent/quarantine.ts';
import { editUser, renameGroup } from '../../simulator/tenant.ts';
import { agentFixture, smallTenant } from './organisation.ts';
import type { Misbehaviour } from './scim-fake.ts';

const { fake, job } = agentFixture();

/** Provisions in peace, then reads everything back from a server that has gone wrong. */
async function readBackFrom(misbehaves: Misbehaviour): Promise<CycleReport> {
  const tenant = smallTenant();
  const made = job(tenant);
  const initial = await runCycle(made, 'initial', tenant, 0);
  expect(initial.failures).toEqual([]);
  fake().misbehaves = misbehaves;
  return readBack(made, 'read back', tenant, 0);
}

function problems(report: CycleReport): Set<string> {
  return new Set(
    report.failures.map(
      ({ entra, problem }) => `${entra}: ${problem.replace(/"[^"]*"|[0-9a-f-]{36}/g, '…')}`,
    ),
  );
}

const INCOMPATIBLE = 'SystemForCrossDomainIdentityManagementServiceIncompatible';

describe('not SCIM compliant: the job stops and goes to quarantine', () => {
  test.each([
    ['not found on an empty filter', INCOMPATIBLE, 404, 'answered 404'],
    ['html', 'SystemForCrossDomainIdentityManagementBadResponse', 200, 'not able to deserialize'],
    ['resources null', 'SystemForCrossDomainIdentityManagementBadResponse', 200, 'no ListResponse'],
  ] as const)('%s', async (misbehaves, entra, status, problem) => {
    const tenant = smallTenant();
    const made = job(tenant);
    fake().misbehaves = misbehaves;
    const report = await runCycle(made, 'initial', tenant, 0);
    expect(report.failures[0]).toMatchObject({ subject: 'connection', entra, status });
    expect(report.failures[0]!.problem).toContain(problem);
    expect(report.stopped).not.toBeNull();
    expect(report.writes).toBe(0);
    expect(made.health).toMatchObject({ state: 'quarantined', nextCycleAt: 24 * 3_600_000 });
    fake().misbehaves = null;
    expect((await runCycle(made, 'next day', tenant, made.health.nextCycleAt)).counts.created).toBe(17);
    expect(made.health.state).toBe('healthy');
  });

  test('wrong credentials', async () => {
    const tenant = smallTenant();
    const report = await testConnection(job(tenant, { token: 'wrong' }), tenant, 0);
    expect(report).toMatchObject({ requests: 1, failureCount: 1 });
    expect(report.failures[0]).toMatchObject({
      status: 401,
      entra: 'SystemForCrossDomainIdentityManagementInvalidCredentials',
      detail: 'the token is not known',
    });
  });
});

describe('would be patched again for ever', () => {
  test.each([
    ['title dropped', 14, 'title is … answered as nothing'],
    ['telephone reformatted', 14, 'phoneNumbers[type eq …].value is … answered as …'],
  ] as const)('%s', async (misbehaves, count, problem) => {
    const report = await readBackFrom(misbehaves);
    expect(report.failureCount).toBeGreaterThanOrEqual(count);
    expect([...problems(report)]).toContain(
      `EntryExportUpdate: would be patched again for ever: ${problem.replace('… answered', '…, answered')}`,
    );
    expect(report.writes).toBe(0);
  });

  test('a manager that is not shown', async () => {
    const report = await readBackFrom('manager hidden');
    expect(report.failureCount).toBe(13);
    expect(report.failures[0]!.problem).toMatch(
      /would be patched again for ever: manager is .*, read as none/,
    );
  });

  test('is noticed at once, in the answer to the write', async () => {
    const tenant = smallTenant();
    fake().misbehaves = 'title dropped';
    const report = await runCycle(job(tenant), 'initial', tenant, 0);
    expect(report.counts.created).toBe(17);
    expect(report.failures.filter(({ method }) => method === 'POST')).toHaveLength(14);
  });
});

describe('answers of the wrong shape', () => {
  test('active as text', async () => {
    expect([...problems(await readBackFrom('active as text'))]).toContain(
      `${INCOMPATIBLE}: active is …, not a JSON boolean`,
    );
  });

  test('manager as text', async () => {
    const report = await readBackFrom('manager as text');
    expect(report.failures.filter(({ entra }) => entra === INCOMPATIBLE)).toHaveLength(13);
  });

  test('the wrong media type', async () => {
    const report = await readBackFrom('plain json');
    expect([...problems(report)]).toEqual([`${INCOMPATIBLE}: media type … instead of application/scim+json`]);
    expect(report.stopped).toBeNull();
  });

  test('members although they were excluded', async () => {
    const report = await readBackFrom('members despite exclusion');
    expect(report.failures.map(({ entra }) => entra)).toEqual(
      Array(3).fill('SystemForCrossDomainIdentityManagementServiceMultipleEntriesInResponse'),
    );
  });

  test('an id that is not stable', async () => {
    const report = await readBackFrom('id changes on patch');
    expect(report.failures[0]).toMatchObject({ entra: 'InvalidAnchor' });
  });

  test('several for one matching value', async () => {
    const tenant = smallTenant();
    await runCycle(job(tenant), 'initial', tenant, 0);
    fake().misbehaves = 'duplicates';
    const report = await runCycle(job(tenant), 'again', tenant, 0);
    expect(report.failures[0]).toMatchObject({ entra: 'DuplicateTargetEntries' });
    expect(report.writes).toBe(0);
  });

  test('a filter that is not applied', async () => {
    const tenant = smallTenant();
    const made = job(tenant);
    await runCycle(made, 'initial', tenant, 0);
    const [one] = [...fake().users];
    fake().users.clear();
    fake().users.set(...one!);
    fake().misbehaves = 'filter ignored';
    const report = await runCycle(job(tenant), 'again', tenant, 0);
    expect(report.failures.some(({ problem }) => problem.includes('found one whose userName is'))).toBe(true);
  });

  test('inactive people who cannot be found: the POST meets a 409 for ever (Q35, Q38)', async () => {
    const tenant = smallTenant();
    await runCycle(job(tenant), 'initial', tenant, 0);
    for (const user of fake().users.values()) user.active = false;
    fake().misbehaves = 'hides inactive';
    const report = await runCycle(job(tenant), 'again', tenant, 0);
    expect(report.failures.slice(0, 14).map(({ status, entra }) => [status, entra])).toEqual(
      Array(14).fill([409, 'EntryConflict']),
    );
  });
});

describe('refused writes', () => {
  test('a name that is taken is a conflict, with the words of the application', async () => {
    const before = smallTenant();
    const made = job(before);
    await runCycle(made, 'initial', before, 0);
    const [first, second] = [...before.groups.values()];
    const report = await runCycle(
      made,
      'rename',
      renameGroup(before, first!.objectId, second!.displayName),
      CYCLE_MS,
    );
    expect(report.failures).toMatchObject([
      { status: 409, entra: 'EntryConflict', detail: `displayName ${second!.displayName} is taken` },
    ]);
    expect(made.escrow.size).toBe(1);
  });

  test('somebody who was deleted on the other side stays an error, and is not made again', async () => {
    const before = smallTenant();
    const made = job(before);
    await runCycle(made, 'initial', before, 0);
    const [objectId] = [...before.users.keys()].slice(-1);
    fake().users.delete(made.users.get(objectId!)!.id);
    const report = await runCycle(made, 'edit', editUser(before, objectId!, { jobTitle: 'Pilot' }), CYCLE_MS);
    expect(report.failures[0]).toMatchObject({ status: 404, entra: 'InvalidAnchor' });
    expect(report.counts.created).toBe(0);
  });
});

describe('connections', () => {
  test('that break are counted and reported, not thrown', async () => {
    const tenant = smallTenant();
    const made = job(tenant);
    fake().misbehaves = 'drops sockets';
    const report = await runCycle(made, 'initial', tenant, 0);
    expect(report.failures[0]).toMatchObject({ status: 0, entra: 'WebExceptionProtocolError' });
    expect(made.measure.connectionErrors()).toBe(1);
    expect(made.health.state).toBe('healthy');
  });

  test('that hang are given up after the time limit', async () => {
    const tenant = smallTenant();
    const made = job(tenant, { timeoutMs: 300, concurrency: 32 });
    fake().misbehaves = 'never answers members';
    const report = await runCycle(made, 'initial', tenant, 0);
    expect(new Set(report.failures.map(({ entra }) => entra))).toEqual(new Set(['Timeout']));
    expect(report.failureCount).toBe(20);
  });
});
