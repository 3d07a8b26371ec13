// What `simulator push` says at the end: as one JSON object for scripts, and in plain words for people.

import type { RequestKind } from './agent/connection.ts';
import type { CycleReport } from './agent/cycle.ts';
import { type Failure, LOG_NAME } from './agent/failure.ts';
import { type CycleCounts, type Job, NO_COUNTS } from './agent/job.ts';
import type { Latency } from './agent/measure.ts';
import type { PushOptions } from './push-options.ts';

export interface Summary {
  readonly command: 'push';
  readonly base: string;
  readonly dialect: string;
  readonly seed: number;
  /** False: Test Connection failed, and nothing else was tried. */
  readonly connected: boolean;
  readonly counts: CycleCounts & {
    /** Size of the organisation. */
    readonly users: number;
    readonly groups: number;
    readonly memberships: number;
    /** Everything sent, and what of it was POST, PATCH or DELETE. */
    readonly requests: number;
    readonly writes: number;
  };
  readonly throughput: { readonly seconds: number; readonly requestsPerSecond: number };
  /** Milliseconds by kind of request. */
  readonly latencies: Readonly<Partial<Record<RequestKind, Latency>>>;
  readonly connectionErrors: number;
  readonly cycles: readonly {
    readonly name: string;
    readonly seconds: number;
    readonly requests: number;
    readonly requestsPerSecond: number;
    readonly writes: number;
    readonly counts: CycleCounts;
    readonly failureCount: number;
    readonly stopped: string | null;
  }[];
  readonly health: { readonly state: string; readonly reason: string | null };
  readonly failureCount: number;
  /** At most the first thousand of each cycle. */
  readonly failures: readonly Failure[];
}

export function summaryOf(options: PushOptions, job: Job, cycles: readonly CycleReport[]): Summary {
  const counts: CycleCounts = { ...NO_COUNTS };
  for (const cycle of cycles) {
    // Reading back looks at everything once more; only what the writing cycles did is counted.
    if (cycle.name.startsWith('read back')) continue;
    for (const name of Object.keys(counts) as (keyof CycleCounts)[]) counts[name] += cycle.counts[name];
  }
  const seconds = cycles.reduce((sum, cycle) => sum + cycle.seconds, 0);
  const requests = job.measure.requests();
  return {
    command: 'push',
    base: options.job.tenantUrl,
    dialect: options.dialectName,
    seed: options.seed,
    connected: cycles[0]?.name !== 'test connection',
    counts: {
      users: options.size.users,
      groups: options.size.groups,
      memberships: options.size.members,
      requests,
      writes: job.measure.writes(),
      ...counts,
    },
    throughput: {
      seconds: Math.round(seconds * 1000) / 1000,
      requestsPerSecond: perSecond(requests, seconds),
    },
    latencies: Object.fromEntries(job.measure.latencies()),
    connectionErrors: job.measure.connectionErrors(),
    cycles: cycles.map(({ name, seconds, requests, writes, counts, failureCount, stopped }) => ({
      name,
      seconds,
      requests,
      requestsPerSecond: perSecond(requests, seconds),
      writes,
      counts,
      failureCount,
      stopped,
    })),
    health: { state: job.health.state, reason: job.health.reason },
    failureCount: cycles.reduce((sum, cycle) => sum + cycle.failureCount, 0),
    failures: cycles.flatMap((cycle) => cycle.failures),
  };
}

function perSecond(count: number, seconds: number): number {
  return seconds === 0 ? 0 : Math.round(count / seconds);
}

const COUNTED: readonly (readonly [name: keyof CycleCounts, one: string, many: string])[] = [
  ['created', 'created', 'created'],
  ['adopted', 'found and linked', 'found and linked'],
  ['updated', 'updated', 'updated'],
  ['deleted', 'deleted', 'deleted'],
  ['unchanged', 'needed nothing', 'needed nothing'],
  ['skipped', 'skipped', 'skipped'],
  ['managersSet', 'manager set', 'managers set'],
  ['managersCleared', 'manager cleared', 'managers cleared'],
  ['membersAdded', 'membership added', 'memberships added'],
  ['membersRemoved', 'membership removed', 'memberships removed'],
  ['membersPresent', 'membership was there', 'memberships were there'],
  ['failed', 'failed', 'failed'],
];

export function showCycle(cycle: CycleReport): string {
  const done = COUNTED.filter(([name]) => cycle.counts[name] > 0).map(
    ([name, one, many]) => `${cycle.counts[name]} ${cycle.counts[name] === 1 ? one : many}`,
  );
  const rate = perSecond(cycle.requests, cycle.seconds);
  const lines = [
    cycle.name,
    `  ${done.join(', ') || 'nothing to do'}`,
    `  ${cycle.requests} requests (${cycle.writes} writes) in ${cycle.seconds.toFixed(2)} s, ${rate} per second`,
  ];
  if (cycle.failureCount > 0) lines.push(`  ${cycle.failureCount} that Entra would count as a failure`);
  if (cycle.stopped !== null) lines.push(`  stopped: ${cycle.stopped}`);
  return lines.join('\n');
}

const SHOWN_FAILURES = 20;

export function showSummary(summary: Summary): string {
  const lines = ['', ...latencyTable(summary), ''];
  if (summary.connectionErrors > 0) lines.push(`${summary.connectionErrors} requests got no answer at all.`);
  if (summary.health.state !== 'healthy')
    lines.push(`The job is ${summary.health.state}: ${summary.health.reason}.`);
  if (summary.failureCount === 0) {
    lines.push(
      summary.counts.writes === 0
        ? 'No failure. Everything was there already: nothing was written.'
        : 'No failure: Entra would report nothing, and would send nothing again.',
    );
    return lines.join('\n');
  }
  lines.push(`${summary.failureCount} failures, as Entra would count them:`);
  for (const failure of summary.failures.slice(0, SHOWN_FAILURES)) lines.push(showFailure(failure));
  const rest = summary.failureCount - Math.min(SHOWN_FAILURES, summary.failures.length);
  if (rest > 0)
    lines.push(
      `  ... and ${rest} more${summary.failures.length > SHOWN_FAILURES ? ' (--json lists them)' : ''}`,
    );
  return lines.join('\n');
}

function showFailure(failure: Failure): string {
  const lines = [
    `  ${failure.subject}: ${failure.problem}`,
    `    ${failure.method} ${failure.path} -> ${failure.status === 0 ? 'no answer' : failure.status}`,
  ];
  if (failure.detail !== '') lines.push(`    the application said: ${failure.detail}`);
  if (failure.sent !== null) lines.push(`    sent: ${JSON.stringify(failure.sent).slice(0, 300)}`);
  lines.push(`    Entra's log: ${failure.entra}`);
  return lines.join('\n');
}

function latencyTable(summary: Summary): string[] {
  const rows = Object.entries(summary.latencies).map(([kind, { count, p50, p95, p99, max }]) =>
    [kind.padEnd(16), ...[count, p50, p95, p99, max].map((number) => String(number).padStart(9))].join(' '),
  );
  const heads = ['count', 'p50 ms', 'p95 ms', 'p99 ms', 'max ms'].map((head) => head.padStart(9)).join(' ');
  const { seconds, requestsPerSecond } = summary.throughput;
  const total = `${summary.counts.requests} requests in ${seconds.toFixed(2)} s: ${requestsPerSecond} per second`;
  return [`${'request'.padEnd(16)} ${heads}`, ...rows, total];
}

/** What the portal's Test Connection would say, with what to do about it. */
export function showConnectionProblem(base: string, connection: CycleReport): string {
  const [failure] = connection.failures;
  if (!failure) return `Test Connection failed: ${connection.stopped}`;
  return `Test Connection failed for ${base}\n${adviceOn(failure)}\n${showFailure(failure)}`;
}

function adviceOn(failure: Failure): string {
  if (failure.status === 0)
    return `The server could not be reached (${failure.detail}). Is it running, and is the address right?`;
  if (failure.entra === LOG_NAME.invalidCredentials || failure.entra === LOG_NAME.insufficientRights) {
    return 'The credentials were refused: the secret token is wrong, expired or revoked.';
  }
  if (failure.status === 404) {
    return 'Not SCIM compliant: a filter that matches nobody must be answered with 200 and an empty list. Does the address end in /scim/v2?';
  }
  return 'The answer is not what a SCIM search answers.';
}
