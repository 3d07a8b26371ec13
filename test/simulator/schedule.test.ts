// Escrow and quarantine: Entra's waiting times and limits, on a clock of our own.

import { describe, expect, test } from 'vitest';
import { dueKeys, type EscrowEntry, nextEntry } from '../../simulator/agent/escrow.ts';
import {
  CYCLE_MS,
  healthAfter,
  isCycleDue,
  NEW_JOB,
  quarantineReason,
} from '../../simulator/agent/quarantine.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const QUIET = { attempts: 10, failures: 0, referenceAttempts: 0, referenceFailures: 0, immediate: null };

describe('escrow', () => {
  test('retries after 6, 12 and 24 hours, then daily, and gives up after 28 days', () => {
    let entry: EscrowEntry | undefined;
    let now = 0;
    const waits: number[] = [];
    for (;;) {
      entry = nextEntry(entry, now);
      if (entry.nextTryAt === null) break;
      waits.push((entry.nextTryAt - now) / HOUR);
      now = entry.nextTryAt;
    }
    expect(waits.slice(0, 5)).toEqual([6, 12, 24, 24, 24]);
    expect(now).toBeLessThanOrEqual(28 * DAY);
    expect(now).toBeGreaterThan(27 * DAY);
  });

  test('is due at its time, and never once given up', () => {
    const escrow = new Map([
      ['early', { firstFailedAt: 0, attempts: 1, nextTryAt: 6 * HOUR }],
      ['late', { firstFailedAt: 0, attempts: 2, nextTryAt: 18 * HOUR }],
      ['given up', { firstFailedAt: 0, attempts: 40, nextTryAt: null }],
    ]);
    expect(dueKeys(escrow, 6 * HOUR - 1)).toEqual([]);
    expect(dueKeys(escrow, 6 * HOUR)).toEqual(['early']);
    expect(dueKeys(escrow, 100 * DAY)).toEqual(['early', 'late']);
  });
});

describe('quarantine', () => {
  test('a share of failures counts from 5,000 failures on', () => {
    expect(quarantineReason({ ...QUIET, attempts: 5_000, failures: 4_999 })).toBeNull();
    expect(quarantineReason({ ...QUIET, attempts: 12_000, failures: 5_000 })).toMatch(/5000 of 12000/);
    expect(quarantineReason({ ...QUIET, attempts: 12_500, failures: 5_000 })).toBeNull();
  });

  test('40,000 failures of objects, or 60,000 with references, are too many in any case', () => {
    const many = { ...QUIET, attempts: 1_000_000, referenceAttempts: 1_000_000 };
    expect(quarantineReason({ ...many, failures: 40_000 })).toBeNull();
    expect(quarantineReason({ ...many, failures: 40_001 })).toMatch(/40001/);
    expect(quarantineReason({ ...many, failures: 40_000, referenceFailures: 20_001 })).toMatch(/60001/);
  });

  test('healthy jobs run every 40 minutes, quarantined ones daily, and are off after four weeks', () => {
    const healthy = healthAfter(NEW_JOB, QUIET, 0);
    expect(healthy).toMatchObject({ state: 'healthy', nextCycleAt: 40 * 60_000 });
    expect(isCycleDue(healthy, CYCLE_MS - 1)).toBe(false);
    expect(isCycleDue(healthy, CYCLE_MS)).toBe(true);
    const bad = { ...QUIET, immediate: 'credentials' };
    let health = healthAfter(healthy, bad, DAY);
    expect(health).toMatchObject({ state: 'quarantined', reason: 'credentials', nextCycleAt: 2 * DAY });
    for (let day = 2; day <= 28; day++) health = healthAfter(health, bad, day * DAY);
    expect(health.state).toBe('quarantined');
    health = healthAfter(health, bad, 29 * DAY);
    expect(health.state).toBe('disabled');
    expect(isCycleDue(health, 400 * DAY)).toBe(false);
    expect(healthAfter(health, QUIET, 30 * DAY).state).toBe('disabled');
  });

  test('a clean cycle ends a quarantine', () => {
    const bad = healthAfter(NEW_JOB, { ...QUIET, immediate: 'not SCIM compliant' }, 0);
    expect(healthAfter(bad, QUIET, DAY)).toEqual({
      state: 'healthy',
      reason: null,
      quarantinedAt: null,
      nextCycleAt: DAY + CYCLE_MS,
    });
  });
});
