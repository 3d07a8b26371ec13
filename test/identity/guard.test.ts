// The guard: how many may be taken from at once without somebody saying their number.

import { describe, expect, it } from 'vitest';
import { allowanceOf, exceedsGuard } from '../../src/identity/guard.ts';

const guard = { percent: 20, count: 500 };

describe('the guard', () => {
  it.each([
    ['nobody', 0, 100, false],
    ['a fifth', 200, 1_000, false],
    ['more than a fifth', 201, 1_000, true],
    ['more than 500, however many there are', 501, 100_000, true],
    ['below 10 people, half of all', 5, 10, false],
    ['below 10 people, more than half', 6, 10, true],
    ['the only one', 1, 1, true],
    ['people none of whom is active', 3, 0, true],
  ])('%s: %i of %i', (_, taken, active, exceeds) => {
    expect(exceedsGuard(guard, { taken, active })).toBe(exceeds);
  });

  it('lets so many pass as it says, and not one more', () => {
    for (let active = 0; active < 3_000; active++) {
      const taken = allowanceOf(guard, active);
      expect([active, exceedsGuard(guard, { taken, active })]).toEqual([active, false]);
      expect([active, exceedsGuard(guard, { taken: taken + 1, active })]).toEqual([active, true]);
    }
  });
});
