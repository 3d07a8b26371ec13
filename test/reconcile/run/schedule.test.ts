// When runs begin by themselves: soon after a start that finds one overdue, then once in every interval, and not where they are
// switched off or the directory cannot be read.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Run } from '../../../src/ledger/reconciliation.ts';
import { type ReconcileWorld, startReconcileWorld } from './world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Of the look for what is due. */
const LOOK = MINUTE;

let world: ReconcileWorld;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await world.stop();
});

async function runs(): Promise<Run[]> {
  const query = { provider: 'entra', after: null, limit: 10 };
  return (await world.server.ledger.reconciliations.list(query)).items;
}

/** Time goes by, and somebody looks. */
async function later(ms: number): Promise<void> {
  world.pass(ms);
  vi.advanceTimersByTime(LOOK);
}

async function ended(count: number): Promise<Run> {
  await expect
    .poll(async () => (await runs()).filter(({ phase }) => phase === 'done').length, { timeout: 10_000 })
    .toBe(count);
  return (await runs())[0]!;
}

async function nothing(count: number): Promise<void> {
  // Long enough for a look at the database.
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await runs()).toHaveLength(count);
}

describe('by the clock', () => {
  it('a run begins soon after the start, and again after a day', async () => {
    world = await startReconcileWorld();
    await later(30_000);
    await nothing(0);
    await later(2 * MINUTE);
    expect(await ended(1)).toMatchObject({ trigger: 'schedule', outcome: 'complete', mode: 'heal' });
    await later(23 * HOUR);
    await nothing(1);
    // A day, and up to a tenth of one.
    await later(4 * HOUR);
    await ended(2);
    await later(MINUTE);
    await nothing(2);
  });

  it('a directory that could not be read is tried again within hours', async () => {
    world = await startReconcileWorld();
    world.entra.expireSecrets();
    await later(3 * MINUTE);
    expect(await ended(1)).toMatchObject({ outcome: 'failed' });
    await later(3 * HOUR);
    await nothing(1);
    await later(2 * HOUR);
    await ended(2);
  });

  it.each([
    ['switched off', { reconcile: { mode: 'off' } }],
    ['of a disabled provider', { enabled: false }],
    ['without a secret for Graph', { clientSecret: undefined }],
  ])('none begins that is %s', async (_, provider) => {
    world = await startReconcileWorld({ provider, provisioned: false });
    await later(3 * MINUTE);
    await later(48 * HOUR);
    await nothing(0);
  });
});
