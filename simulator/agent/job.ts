// A provisioning job: its settings, what it remembers between cycles, and one cycle's running account. The passes
// (objects, references) do the work and write their account here; nothing in this file sends a request.

import { type Tenant, usersInScope } from '../tenant.ts';
import type { Report } from './answer.ts';
import { type Connection, connect, type Exchange } from './connection.ts';
import type { Dialect } from './dialect.ts';
import { type EscrowEntry, nextEntry } from './escrow.ts';
import { type Failure, quarantinesAtOnce } from './failure.ts';
import { type Mapping, type MappingSettings, userMapping } from './mapping.ts';
import { type Measure, newMeasure } from './measure.ts';
import { type JobHealth, NEW_JOB } from './quarantine.ts';
import type { About, Decision, Witness } from './witness.ts';

export interface JobSettings {
  readonly tenantUrl: string;
  readonly token: string;
  readonly dialect: Dialect;
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly mapping: MappingSettings;
  /** Matching attributes by precedence: asked one after another, the first hit ends the search. */
  readonly matchUsersBy: readonly string[];
  readonly matchGroupsBy: 'displayName' | 'externalId';
  /** The documentation tells servers to expect several; the service has only been seen to send one. */
  readonly membersPerPatch: number;
  readonly replaceMembers: boolean;
  /** How memberships of groups that were there before the job are looked up: one by one, as Entra does, or at once. */
  readonly memberCheck: 'probe' | 'bulk';
  readonly managers: boolean;
  /** Memberships of groups; absent means true. */
  readonly members?: boolean;
  /** Which of the two mappings are enabled; absent means both. */
  readonly provisions?: { readonly users: boolean; readonly groups: boolean };
  /** Asked before a write about a person or group is sent: true loses it, and the job believes that it was done. */
  readonly skips?: (objectId: string, operation: Operation) => boolean;
  /** Ends the cycle under way. */
  readonly signal?: AbortSignal;
  readonly witness?: Witness;
}

export type Operation = 'create' | 'update' | 'delete' | 'setManager' | 'addMember' | 'removeMember';

export interface UserLink {
  readonly id: string;
  /** Id of the manager as last read, whoever wrote it: decides between add and replace. */
  readonly shownManager: string | null;
  /** Id of the manager that this job wrote, or found by its probe. */
  readonly confirmedManager: string | null;
  readonly isBinned: boolean;
  /** False once the person left the scope: from then on Entra sends nothing, not even the DELETE. */
  readonly isManaged: boolean;
}

export interface GroupLink {
  readonly id: string;
  /** Made by this job, so that its members need no looking up. */
  readonly isOwn: boolean;
}

export type WorkItem =
  | { readonly kind: 'user' | 'group' | 'manager'; readonly id: string }
  | { readonly kind: 'member'; readonly groupId: string; readonly userId: string };

interface Escrowed extends EscrowEntry {
  readonly item: WorkItem;
}

export interface Job {
  readonly settings: JobSettings;
  readonly connection: Connection;
  readonly measure: Measure;
  /** Follows the app roles of the tenant. */
  mapping: Mapping;
  readonly users: Map<string, UserLink>;
  readonly groups: Map<string, GroupLink>;
  readonly escrow: Map<string, Escrowed>;
  watermark: Tenant | null;
  /** Groups as they were when they were last provisioned: while their mapping is off, the watermark goes on without them. */
  groupsSent: Tenant['groups'];
  health: JobHealth;
}

/** `watch` sees every request with its answer, for those who want to show them. */
export function newJob(settings: JobSettings, tenant: Tenant, watch?: (exchange: Exchange) => void): Job {
  const measure = newMeasure();
  const seen = (exchange: Exchange): void => {
    measure.seen(exchange);
    settings.witness?.sent(exchange);
    watch?.(exchange);
  };
  return {
    settings,
    connection: connect({ ...settings, seen }),
    measure,
    mapping: userMapping(settings.mapping, tenant.appRoles),
    users: new Map(),
    groups: new Map(),
    escrow: new Map(),
    watermark: null,
    groupsSent: new Map(),
    health: NEW_JOB,
  };
}

export interface CycleCounts {
  created: number;
  /** Found by the matching filter and linked; some of them are then updated as well. */
  adopted: number;
  updated: number;
  unchanged: number;
  deleted: number;
  /** Not for this job: disabled before they ever arrived, or not in scope. */
  skipped: number;
  failed: number;
  membersAdded: number;
  membersRemoved: number;
  membersPresent: number;
  managersSet: number;
  managersCleared: number;
}

export const NO_COUNTS: Readonly<CycleCounts> = {
  created: 0,
  adopted: 0,
  updated: 0,
  unchanged: 0,
  deleted: 0,
  skipped: 0,
  failed: 0,
  membersAdded: 0,
  membersRemoved: 0,
  membersPresent: 0,
  managersSet: 0,
  managersCleared: 0,
};

/** One cycle under way. */
export interface Cycle {
  readonly job: Job;
  readonly tenant: Tenant;
  readonly inScope: ReadonlySet<string>;
  readonly dialect: Dialect;
  /** False: nothing may be written, and whatever would have been is a failure. */
  readonly writes: boolean;
  readonly now: number;
  readonly counts: CycleCounts;
  readonly failures: Failure[];
  failureCount: number;
  attempts: number;
  failedAttempts: number;
  referenceAttempts: number;
  failedReferences: number;
  /** An answer that puts the job into quarantine at once, in words. */
  immediate: string | null;
  /** Why the rest of the cycle is not played: `immediate`, or a probe without an answer. */
  stopped: string | null;
}

export function newCycle(job: Job, tenant: Tenant, now: number, writes: boolean, dialect?: Dialect): Cycle {
  if (job.mapping.appRoles !== tenant.appRoles) {
    job.mapping = userMapping(job.settings.mapping, tenant.appRoles);
  }
  return {
    job,
    tenant,
    inScope: usersInScope(tenant),
    dialect: dialect ?? job.settings.dialect,
    writes,
    now,
    counts: { ...NO_COUNTS },
    failures: [],
    failureCount: 0,
    attempts: 0,
    failedAttempts: 0,
    referenceAttempts: 0,
    failedReferences: 0,
    immediate: null,
    stopped: null,
  };
}

/** True for a write that never reaches the application. */
export function isLost({ job, writes }: Cycle, objectId: string, operation: Operation): boolean {
  return writes && (job.settings.skips?.(objectId, operation) ?? false);
}

/** A dead server fails every request: what is kept is bounded, what is counted is not. */
const KEPT_FAILURES = 1_000;

export function report(cycle: Cycle, about: About | null): Report {
  return (failure) => {
    cycle.failureCount++;
    cycle.job.settings.witness?.failed(about, failure);
    if (cycle.failures.length < KEPT_FAILURES) cycle.failures.push(failure);
    if (cycle.immediate === null && quarantinesAtOnce(failure)) {
      cycle.immediate = `${failure.entra}: ${failure.problem}`;
      cycle.stopped = cycle.immediate;
    }
  };
}

export function decided(cycle: Cycle, about: About, decision: Decision): void {
  cycle.job.settings.witness?.decided(about, decision);
}

function keyOf(item: WorkItem): string {
  return item.kind === 'member' ? `member ${item.groupId} ${item.userId}` : `${item.kind} ${item.id}`;
}

/** `later`: nothing went wrong here, but what this refers to is itself waiting in escrow. */
export type Outcome = boolean | 'later';

/** Runs the work for some items that succeed or fail together, and moves them into or out of escrow. */
export async function attempt(
  cycle: Cycle,
  items: readonly WorkItem[],
  work: () => Promise<Outcome>,
): Promise<void> {
  if (cycle.job.settings.signal?.aborted) cycle.stopped ??= 'told to stop';
  if (cycle.stopped !== null) return;
  const outcome = await work();
  cycle.job.settings.witness?.worked(items.length);
  if (outcome === false) cycle.counts.failed += items.length;
  if (!cycle.writes) return;
  if (outcome === true) {
    for (const item of items) cycle.job.escrow.delete(keyOf(item));
  } else {
    for (const item of items) escrow(cycle, item);
  }
  const isReference = items[0]?.kind === 'manager' || items[0]?.kind === 'member';
  if (isReference) cycle.referenceAttempts += items.length;
  else cycle.attempts += items.length;
  if (outcome !== false) return;
  if (isReference) cycle.failedReferences += items.length;
  else cycle.failedAttempts += items.length;
}

export function escrow(cycle: Cycle, item: WorkItem): void {
  const { escrow: waiting } = cycle.job;
  const key = keyOf(item);
  waiting.set(key, { ...nextEntry(waiting.get(key), cycle.now), item });
}

export function isInEscrow(job: Job, item: WorkItem): boolean {
  return job.escrow.has(keyOf(item));
}
