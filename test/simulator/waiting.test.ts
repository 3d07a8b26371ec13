// The clock of a running job: 40 minutes between cycles, and escrow for what failed.

import { describe, expect, test } from 'vitest';
import { readBack, runCycle, runDueCycle } from '../../simulator/agent/cycle.ts';
import { CYCLE_MS } from '../../simulator/agent/quarantine.ts';
import { agentFixture, clean, smallTenant } from './organisation.ts';

const HOUR = 3_600_000;

const { fake, job } = agentFixture();

describe('the clock', () => {
  test('nothing runs before 40 minutes have passed', async () => {
    const tenant = smallTenant();
    const made = job(tenant);
    clean(await runCycle(made, 'initial', tenant, 0));
    expect(await runDueCycle(made, 'early', tenant, CYCLE_MS - 1)).toBeNull();
    expect(await runDueCycle(made, 'due', tenant, CYCLE_MS)).not.toBeNull();
  });

  test('what failed waits in escrow with everything that refers to it, and is then made up for', async () => {
    const tenant = smallTenant();
    const made = job(tenant);
    fake().misbehaves = 'server errors';
    const failed = await runCycle(made, 'initial', tenant, 0);
    expect(failed.counts.failed).toBe(17);
    expect(failed.failures[0]).toMatchObject({
      status: 500,
      entra: 'InternalServerError',
      detail: 'the disk is full',
    });
    fake().misbehaves = null;
    expect(clean(await runCycle(made, 'too early', tenant, 6 * HOUR - 1)).requests).toBe(2);
    expect(clean(await runCycle(made, 'retry', tenant, 6 * HOUR)).counts).toMatchObject({
      created: 17,
      managersSet: 13,
      membersAdded: 20,
    });
    expect(made.escrow.size).toBe(0);
    clean(await readBack(made, 'read back', tenant, 0));
  });
});
