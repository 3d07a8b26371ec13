// Provisioning from a tenant that sign-in and Graph show at the same time: one directory, seen over three ways. Also what
// makes the three differ on command: operations that are lost on the way.

import { type CycleReport, runCycle } from './agent/cycle.ts';
import { DIALECTS, type DialectName, dialectOf } from './agent/dialect.ts';
import { type JobSettings, newJob, type Operation } from './agent/job.ts';
import type { JobHealth } from './agent/quarantine.ts';
import type { LoginControl } from './login/login-control.ts';

export interface ProvisioningSettings {
  /** Tenant URL, as typed into the portal. */
  readonly base: string;
  readonly token: string;
  readonly dialect?: DialectName;
  /** Other than Entra's own settings. */
  readonly job?: Partial<JobSettings>;
}

export interface Skip {
  /** Whose operations are lost, by object id of people or groups; absent means everybody's. */
  readonly objectIds?: readonly string[];
  /** How many are lost; absent means all until the order is taken back. */
  readonly next?: number;
}

export interface LostOperation {
  readonly objectId: string;
  readonly operation: Operation;
}

export interface ProvisioningStatus {
  readonly base: string;
  readonly cycles: number;
  readonly health: JobHealth;
  readonly skip: Skip | null;
  /** Operations that never reached the application although the job believes so; the last of them. */
  readonly lost: readonly LostOperation[];
}

export interface Provisioning {
  /** One cycle now, after the one that may be under way. */
  cycle(): Promise<CycleReport>;
  /** Null takes the order back. */
  skip(order: Skip | null): void;
  status(): ProvisioningStatus;
  /** A cycle that is under way ends soon, and is not finished. */
  close(): void;
}

/** How Entra provisions a non-gallery application that asked for the object id. */
export const ENTRA: Omit<JobSettings, 'tenantUrl' | 'token' | 'dialect'> = {
  concurrency: 8,
  timeoutMs: 30_000,
  mapping: { externalId: 'objectId', roles: 'none', recycleBin: 'rename', clearing: 'silence' },
  matchUsersBy: ['userName'],
  matchGroupsBy: 'displayName',
  membersPerPatch: 1,
  replaceMembers: false,
  memberCheck: 'probe',
  managers: true,
};
const KEPT_LOST = 1_000;

/** `login` knows of it from then on, so that the control API can order cycles. One at a time. */
export function provisioning(login: LoginControl, settings: ProvisioningSettings): Provisioning {
  const { base, token, dialect = dialectOf(base) } = settings;
  const losses = newLosses();
  const closing = new AbortController();
  const fixed = { tenantUrl: base, token, skips: losses.takes, signal: closing.signal };
  const job = newJob({ ...ENTRA, dialect: DIALECTS[dialect], ...settings.job, ...fixed }, login.tenant());
  let cycles = 0;
  let running: Promise<unknown> = Promise.resolve();
  const play = (): Promise<CycleReport> => {
    cycles += 1;
    return runCycle(job, `cycle ${cycles}`, login.tenant(), login.now());
  };
  const made: Provisioning = {
    cycle() {
      const turn = running.then(play);
      running = turn.catch(() => undefined);
      return turn;
    },
    skip: losses.order,
    status: () => ({ base, cycles, health: job.health, ...losses.status() }),
    close() {
      closing.abort();
      job.connection.close();
    },
  };
  login.provisionedBy(made);
  return made;
}

interface Losses {
  order(skip: Skip | null): void;
  takes(objectId: string, operation: Operation): boolean;
  status(): Pick<ProvisioningStatus, 'skip' | 'lost'>;
}

function newLosses(): Losses {
  let skip: Skip | null = null;
  let left = 0;
  const lost: LostOperation[] = [];
  return {
    order(wanted) {
      skip = wanted;
      left = wanted?.next ?? Number.POSITIVE_INFINITY;
    },
    takes(objectId, operation) {
      if (skip === null || left <= 0 || !(skip.objectIds?.includes(objectId) ?? true)) return false;
      left -= 1;
      if (left <= 0) skip = null;
      if (lost.length >= KEPT_LOST) lost.shift();
      lost.push({ objectId, operation });
      return true;
    },
    status: () => ({
      skip: skip && { ...skip, ...(Number.isFinite(left) ? { next: left } : {}) },
      lost: [...lost],
    }),
  };
}
