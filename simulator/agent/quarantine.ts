// When a job runs, and when Entra slows it down or turns it off. Pure: counts and time come in, a state comes out.

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
export const CYCLE_MS = 40 * MINUTE_MS;
export const QUARANTINE_CYCLE_MS = DAY_MS;
const DISABLED_AFTER_MS = 28 * DAY_MS;

/** Below this many failures the share of failures is not looked at. */
const CONSIDERED_FROM = 5_000;
const FAILED_SHARE = 0.4;
const MOST_FAILURES = 40_000;
const MOST_FAILURES_WITH_REFERENCES = 60_000;

export interface CycleTally {
  readonly attempts: number;
  readonly failures: number;
  readonly referenceAttempts: number;
  readonly referenceFailures: number;
  /** Bad credentials, or not SCIM compliant: the first such answer in plain words. */
  readonly immediate: string | null;
}

export interface JobHealth {
  readonly state: 'healthy' | 'quarantined' | 'disabled';
  readonly reason: string | null;
  readonly quarantinedAt: number | null;
  readonly nextCycleAt: number;
}

export const NEW_JOB: JobHealth = { state: 'healthy', reason: null, quarantinedAt: null, nextCycleAt: 0 };

export function quarantineReason(tally: CycleTally): string | null {
  if (tally.immediate !== null) return tally.immediate;
  const all = tally.failures + tally.referenceFailures;
  if (all > MOST_FAILURES_WITH_REFERENCES) return `${all} failures, references included`;
  if (tally.failures > MOST_FAILURES) return `${tally.failures} failures`;
  const attempts = tally.attempts + tally.referenceAttempts;
  if (all >= CONSIDERED_FROM && all > attempts * FAILED_SHARE) return `${all} of ${attempts} attempts failed`;
  return null;
}

/** The state after a cycle. A cycle without a reason for it ends a quarantine. */
export function healthAfter(before: JobHealth, tally: CycleTally, now: number): JobHealth {
  if (before.state === 'disabled') return before;
  const reason = quarantineReason(tally);
  if (reason === null) {
    return { state: 'healthy', reason: null, quarantinedAt: null, nextCycleAt: now + CYCLE_MS };
  }
  const quarantinedAt = before.quarantinedAt ?? now;
  const isDisabled = now - quarantinedAt >= DISABLED_AFTER_MS;
  return {
    state: isDisabled ? 'disabled' : 'quarantined',
    reason,
    quarantinedAt,
    nextCycleAt: now + QUARANTINE_CYCLE_MS,
  };
}

export function isCycleDue(health: JobHealth, now: number): boolean {
  return health.state !== 'disabled' && now >= health.nextCycleAt;
}
