// When a delivery is tried again: gaps that grow, over three days in all.

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** 71.7 hours in all: as Standard Webhooks advises, quick at first and then for days. */
const GAPS_MS: readonly number[] = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  4 * HOUR_MS,
  8 * HOUR_MS,
  12 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

/** A tenth more or less, so that what failed together is not tried together. */
const JITTER = 0.1;

/** After so many tries; null: that was the last. `random` is from 0 to 1. */
export function retryAfterMs(attempts: number, random: number): number | null {
  const gap = GAPS_MS[attempts - 1];
  return gap === undefined ? null : Math.round(gap * (1 + JITTER * (2 * random - 1)));
}
