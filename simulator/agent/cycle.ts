// One cycle of a provisioning job, from the probe to the job's health afterwards. Also the two other things that an
// administrator can start in the portal: Test Connection, and provision on demand.

import { randomUUID } from 'node:crypto';
import { type Delta, deltaSince, type MembershipChange, type Tenant } from '../tenant.ts';
import { matchAddress } from './address.ts';
import { isAccepted, readList } from './answer.ts';
import { eachAtOnce } from './connection.ts';
import { DIALECTS } from './dialect.ts';
import { dueKeys } from './escrow.ts';
import type { Failure } from './failure.ts';
import {
  attempt,
  type Cycle,
  type CycleCounts,
  type Job,
  newCycle,
  type Outcome,
  report,
  type WorkItem,
} from './job.ts';
import { provisionGroup, provisionUser } from './object-pass.ts';
import { healthAfter, isCycleDue, type JobHealth } from './quarantine.ts';
import { provisionManager, provisionMembers } from './reference-pass.ts';

export interface CycleReport {
  readonly name: string;
  readonly seconds: number;
  readonly requests: number;
  readonly writes: number;
  readonly counts: Readonly<CycleCounts>;
  readonly failureCount: number;
  /** The first of them; `failureCount` says how many there were. */
  readonly failures: readonly Failure[];
  /** Why the cycle was not played to its end, if it was not. */
  readonly stopped: string | null;
  readonly health: JobHealth;
}

/** Provision on demand takes at most this many members along. */
export const ON_DEMAND_MEMBERS = 5;

/** Everything on the first time, afterwards what changed since the last cycle, and what is due in escrow. */
export async function runCycle(job: Job, name: string, tenant: Tenant, now: number): Promise<CycleReport> {
  const isInitial = job.watermark === null;
  const cycle = newCycle(job, tenant, now, true);
  const delta = withEscrow(job, tenant, deltaSince(job.watermark, tenant), now);
  const finished = await timed(cycle, name, async () => {
    await play(cycle, delta, isInitial);
    if (cycle.stopped !== null) return;
    job.watermark = tenant;
    if (provisioned(job).groups) job.groupsSent = tenant.groups;
  });
  job.health = healthAfter(
    job.health,
    {
      attempts: cycle.attempts,
      failures: cycle.failedAttempts,
      referenceAttempts: cycle.referenceAttempts,
      referenceFailures: cycle.failedReferences,
      immediate: cycle.immediate,
    },
    now,
  );
  return { ...finished, health: job.health };
}

/** As Entra's own scheduler: every 40 minutes, once a day in quarantine, never once disabled. Null: not due. */
export async function runDueCycle(
  job: Job,
  name: string,
  tenant: Tenant,
  now: number,
): Promise<CycleReport | null> {
  return isCycleDue(job.health, now) ? runCycle(job, name, tenant, now) : null;
}

/** Reads everything back as the next full cycle would. Nothing is written; what would be is a failure. */
export async function readBack(job: Job, name: string, tenant: Tenant, now: number): Promise<CycleReport> {
  const cycle = newCycle(job, tenant, now, false);
  return timed(cycle, name, () => play(cycle, deltaSince(null, tenant), true));
}

export interface OnDemand {
  readonly users: readonly string[];
  readonly group?: { readonly id: string; readonly memberIds: readonly string[] };
}

/** Whatever the job's dialect: provision on demand speaks the legacy one. */
export async function provisionOnDemand(
  job: Job,
  name: string,
  tenant: Tenant,
  what: OnDemand,
  now: number,
): Promise<CycleReport> {
  const memberIds = what.group?.memberIds ?? [];
  if (memberIds.length > ON_DEMAND_MEMBERS) {
    throw new RangeError(
      `Provision on demand takes at most ${ON_DEMAND_MEMBERS} members, not ${memberIds.length}`,
    );
  }
  const cycle = newCycle(job, tenant, now, true, DIALECTS.legacy);
  const delta: Delta = {
    userIds: [...new Set([...what.users, ...memberIds])],
    groupIds: what.group ? [what.group.id] : [],
    memberships: memberIds.map((userId) => ({ groupId: what.group!.id, userId, joins: true })),
  };
  return timed(cycle, name, () => play(cycle, delta, true));
}

/** Test Connection: the same probe that opens each cycle. */
export async function testConnection(job: Job, tenant: Tenant, now: number): Promise<CycleReport> {
  const cycle = newCycle(job, tenant, now, false);
  return timed(cycle, 'test connection', async () => {
    await probe(cycle);
  });
}

async function timed(cycle: Cycle, name: string, work: () => Promise<void>): Promise<CycleReport> {
  const { measure } = cycle.job;
  const requests = measure.requests();
  const writes = measure.writes();
  const startedAt = performance.now();
  await work();
  return {
    name,
    seconds: Math.round(performance.now() - startedAt) / 1000,
    requests: measure.requests() - requests,
    writes: measure.writes() - writes,
    counts: cycle.counts,
    failureCount: cycle.failureCount,
    failures: cycle.failures,
    stopped: cycle.stopped,
    health: cycle.job.health,
  };
}

async function play(cycle: Cycle, delta: Delta, looksUpMembers: boolean): Promise<void> {
  const { concurrency, managers, members = true, witness } = cycle.job.settings;
  const { users, groups } = provisioned(cycle.job);
  const userIds = users ? delta.userIds : [];
  const groupIds = groups ? delta.groupIds : [];
  const managed = managers ? userIds : [];
  const memberships = groups && members ? delta.memberships : [];
  // A server that does not answer the probe is not sent a whole directory.
  if (!(await probe(cycle))) return;
  witness?.planned(userIds.length + groupIds.length + managed.length + memberships.length);
  await eachAtOnce(userIds, concurrency, (id) => one(cycle, { kind: 'user', id }, provisionUser));
  await eachAtOnce(groupIds, concurrency, (id) => one(cycle, { kind: 'group', id }, provisionGroup));
  await eachAtOnce(managed, concurrency, (id) => one(cycle, { kind: 'manager', id }, provisionManager));
  await provisionMembers(cycle, memberships, looksUpMembers);
}

function provisioned(job: Job): { readonly users: boolean; readonly groups: boolean } {
  return job.settings.provisions ?? { users: true, groups: true };
}

function one(
  cycle: Cycle,
  item: Exclude<WorkItem, { kind: 'member' }>,
  work: (cycle: Cycle, id: string) => Promise<Outcome>,
): Promise<void> {
  return attempt(cycle, [item], () => work(cycle, item.id));
}

/** False, and the cycle stopped, when the application does not answer as SCIM's search must. */
async function probe(cycle: Cycle): Promise<boolean> {
  const { matchUsersBy, matchGroupsBy } = cycle.job.settings;
  const { users, groups } = provisioned(cycle.job);
  const addresses = [
    // The connection is tested by people even where none are provisioned.
    ...(users || !groups ? [matchAddress('Users', matchUsersBy[0] ?? 'userName', randomUUID())] : []),
    ...(groups ? [matchAddress('Groups', matchGroupsBy, randomUUID())] : []),
  ];
  for (const path of addresses) {
    const exchange = await cycle.job.connection.send(null, 'probe', 'GET', path);
    const note = report(cycle, null);
    if (isAccepted(exchange, [200], 'connection', note) && readList(exchange, 'connection', note)) continue;
    cycle.stopped ??= `the probe was answered with ${exchange.status || exchange.error}`;
    return false;
  }
  return true;
}

/** Adds what is due for another try. What it has to become is read from the tenant as it is now. */
function withEscrow(job: Job, tenant: Tenant, delta: Delta, now: number): Delta {
  const due = dueKeys(job.escrow, now);
  if (due.length === 0) return delta;
  const userIds = new Set(delta.userIds);
  const groupIds = new Set(delta.groupIds);
  const memberships = new Map(delta.memberships.map((one) => [`${one.groupId} ${one.userId}`, one]));
  for (const key of due) {
    const { item } = job.escrow.get(key)!;
    if (item.kind === 'group') {
      groupIds.add(item.id);
    } else if (item.kind === 'member') {
      const joins = tenant.groups.get(item.groupId)?.memberIds.has(item.userId) ?? false;
      const change: MembershipChange = { groupId: item.groupId, userId: item.userId, joins };
      memberships.set(`${item.groupId} ${item.userId}`, change);
    } else {
      // A failed manager is tried again with the person: the read copy decides how it is written.
      userIds.add(item.id);
    }
  }
  return { userIds: [...userIds], groupIds: [...groupIds], memberships: [...memberships.values()] };
}
