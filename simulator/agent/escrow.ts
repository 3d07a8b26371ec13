// What waits for another try. A failed object or reference is retried after 6, 12 and 24 hours, then daily, and
// given up after 28 days. Pure: time comes in as milliseconds.

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WAITS_MS = [6 * HOUR_MS, 12 * HOUR_MS, DAY_MS];
const GIVEN_UP_AFTER_MS = 28 * DAY_MS;

export interface EscrowEntry {
  readonly firstFailedAt: number;
  readonly attempts: number;
  /** Null: given up. Only a restart of the job tries again. */
  readonly nextTryAt: number | null;
}

export function nextEntry(before: EscrowEntry | undefined, now: number): EscrowEntry {
  const firstFailedAt = before?.firstFailedAt ?? now;
  const attempts = (before?.attempts ?? 0) + 1;
  const nextTryAt = now + (WAITS_MS[attempts - 1] ?? DAY_MS);
  const isGivenUp = nextTryAt > firstFailedAt + GIVEN_UP_AFTER_MS;
  return { firstFailedAt, attempts, nextTryAt: isGivenUp ? null : nextTryAt };
}

export function dueKeys(escrow: ReadonlyMap<string, EscrowEntry>, now: number): string[] {
  return [...escrow]
    .filter(([, entry]) => entry.nextTryAt !== null && entry.nextTryAt <= now)
    .map(([key]) => key);
}
