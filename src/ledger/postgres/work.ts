// One chunk of one job: read and decided beside the requests, then written in one transaction with its progress. A chunk
// that was decided on something that has changed meanwhile is decided again.

import { randomUUID } from 'node:crypto';
import type { Job } from '../ledger.ts';
import { decideChunk, PEOPLE_AT_ONCE, readChunk } from '../sql/job-chunk.ts';
import {
  advanceJob,
  claimJob,
  failJob,
  isRetiring,
  JobLost,
  type Progress,
  releaseJobs,
} from '../sql/jobs.ts';
import { purgeChunk } from '../sql/purge.ts';
import { type Ages, forgetProviderChunk, retentionChunk } from '../sql/retention.ts';
import { readRetirementStep, type Step } from '../sql/retirement-chunk.ts';
import type { Script } from '../sql/statement.ts';
import { isAway, isConflict } from './database-error.ts';
import { postgresDialect as dialect } from './dialect.ts';
import { type Connection, oneMoment, type Pool } from './pool.ts';
import { runOn } from './run-script.ts';
import { lockSettings, moveVersion, type SettingsCache, type Snapshot, shareSettings } from './settings.ts';
import { tell } from './tell.ts';
import { commitWithin } from './transact.ts';

export interface Workshop {
  pool: Pool;
  settings: SettingsCache;
  ages: Ages;
  /** Events were committed, and perhaps further jobs. */
  committed(): void;
  /** What was told before is where it can be found and erased: false when that takes too long. */
  allWritten(): Promise<boolean>;
}

interface Decided extends Step {
  snapshot: Snapshot;
}

export interface JobWorker {
  /** One chunk of some job; false when there is none to do. */
  work(at: number): Promise<boolean>;
  /** Lets go of a job that is not done. */
  release(): Promise<void>;
}

export function jobWorker({ pool, settings, ages, committed, allWritten }: Workshop): JobWorker {
  const holder = randomUUID();
  /** People in one chunk: fewer while others keep writing them, so that some chunk is through before they do. */
  let size = PEOPLE_AT_ONCE;

  /** People and settings of one moment. */
  async function decide(job: Job, at: number): Promise<Decided> {
    const snapshot = await settings.fresh();
    const over = { position: job.position, done: 0, finished: true };
    const state = job.provider === null ? undefined : snapshot.stored.states.get(job.provider);
    if (!state) return { snapshot, changes: null, also: null, progress: over };
    const read = <Answer>(script: Script<Answer>) =>
      pool.transaction((connection) => runOn(connection, script), oneMoment);
    if (isRetiring(job)) {
      return { snapshot, ...(await read(readRetirementStep(dialect, job, state, at, size))) };
    }
    const chunk = await read(readChunk(dialect, job, state, size));
    if (chunk.last === null) return { snapshot, changes: null, also: null, progress: over };
    const progress = { position: chunk.last, done: chunk.looked, finished: false };
    return { snapshot, changes: decideChunk(job, state, chunk, at), also: null, progress };
  }

  async function resolve(job: Job, at: number): Promise<void> {
    const { snapshot, changes, also, progress } = await decide(job, at);
    await pool.transaction(async (connection) => {
      // Before the row of the job, as whoever changes the rules has it: else the two wait for each other.
      await (progress.finished ? lockSettings(connection) : shareSettings(connection));
      await advance(connection, job, progress, at);
      if (changes) await commitWithin(connection, changes, snapshot);
      if (also) await runOn(connection, also(tell));
      // Whoever read those people as unsettled need not do so any more.
      if (progress.finished) await moveVersion(connection);
    });
  }

  async function forget(job: Job, at: number): Promise<void> {
    if (job.kind !== 'retention' && !(await allWritten())) throw new Error('its events have no place yet');
    await pool.transaction(async (connection) => {
      await advance(connection, job, await runOn(connection, forgetting(job, at)), at);
    });
  }

  function forgetting(job: Job, at: number): Script<Progress> {
    if (job.kind === 'purge') return purgeChunk(dialect, tell, job, at);
    return job.kind === 'retention' ? retentionChunk(dialect, tell, job, ages, at) : forgetProviderChunk(job);
  }

  async function advance(connection: Connection, job: Job, to: Progress, at: number): Promise<void> {
    if (!(await runOn(connection, advanceJob(dialect, job, holder, to, at)))) throw new JobLost();
  }

  async function work(at: number): Promise<boolean> {
    const job = await runOn(pool, claimJob(dialect, holder));
    if (!job) return false;
    try {
      await (isForgetting(job) ? forget(job, at) : resolve(job, at));
      size = Math.min(PEOPLE_AT_ONCE, size * 2);
      committed();
    } catch (error) {
      if (error instanceof JobLost) return true;
      if (isConflict(error)) {
        size = Math.max(1, Math.floor(size / 2));
        await pause();
        return true;
      }
      if (!isAway(error)) await runOn(pool, failJob(dialect, job, holder, String(error)));
      throw error;
    }
    return true;
  }

  return { work, release: () => runOn(pool, releaseJobs(holder)) };
}

function isForgetting({ kind }: Job): boolean {
  return kind === 'purge' || kind === 'retention' || kind === 'forget-provider';
}

const LONGEST_PAUSE_MS = 50;

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_PAUSE_MS));
}
