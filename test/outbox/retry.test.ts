// When a delivery that failed is tried again: over three days, in growing gaps, and not all at the same moment.

import { expect, it } from 'vitest';
import { retryAfterMs } from '../../src/outbox/retry.ts';

const HOUR_MS = 3_600_000;

/** Until there is none. */
function gaps(random: number): number[] {
  const found: number[] = [];
  for (let attempts = 1; attempts < 100; attempts++) {
    const gap = retryAfterMs(attempts, random);
    if (gap === null) break;
    found.push(gap);
  }
  return found;
}

it('gaps grow, from seconds to a day, over three days in all', () => {
  const middle = gaps(0.5);
  expect(middle).toEqual([...new Set(middle)].sort((a, b) => a - b));
  expect(middle[0]).toBeLessThanOrEqual(5_000);
  expect(middle.at(-1)).toBe(24 * HOUR_MS);
  const whole = middle.reduce((sum, gap) => sum + gap, 0) / HOUR_MS;
  expect(whole).toBeGreaterThan(70);
  expect(whole).toBeLessThanOrEqual(72);
});

it('each is a tenth shorter or longer by chance', () => {
  const [early, middle, late] = [gaps(0), gaps(0.5), gaps(1)];
  for (const [at, gap] of middle.entries()) {
    expect([early[at], late[at]]).toEqual([Math.round(gap * 0.9), Math.round(gap * 1.1)]);
  }
});
