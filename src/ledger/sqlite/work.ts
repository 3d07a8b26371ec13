// One chunk of one job, in one transaction with its progress.

import type { ProviderState } from '../../mapping/decide.ts';
import type { Job } from '../ledger.ts';
import { decideChunk, readChunk } from '../sql/job-chunk.ts';
import { advanceJob, claimJob, failJob, isRetiring, JobLost, type Progress } from '../sql/jobs.ts';
import type { Tell } from '../sql/origin.ts';
import { purgeChunk } from '../sql/purge.ts';
import { type Ages, forgetProviderChunk, retentionChunk } from '../sql/retention.ts';
import { readRetirementStep } from '../sql/retirement-chunk.ts';
import { sqliteDialect as dialect } from './dialect.ts';
import type { Loader } from './load.ts';
import type { RunScript } from './run-script.ts';
import type { Writer } from './write.ts';

export interface Workshop {
  run: RunScript;
  change<Answer>(job: () => Answer): Promise<Answer>;
  loader: Loader;
  writer: Writer;
  tell: Tell;
  ages: Ages;
}

/** One process has the file: what it held before it ended, however it ended, is its own again at once. */
const holder = 'the one process';

export function jobWorker({ run, change, loader, writer, tell, ages }: Workshop) {
  function chunk(job: Job, at: number): Progress {
    if (job.kind === 'purge') return run(purgeChunk(dialect, tell, job, at));
    if (job.kind === 'retention') return run(retentionChunk(dialect, tell, job, ages, at));
    if (job.kind === 'forget-provider') return run(forgetProviderChunk(job));
    const state = job.provider === null ? null : loader.state(job.provider);
    if (!state) return { position: job.position, done: 0, finished: true };
    if (isRetiring(job)) return retirement(job, state, at);
    const found = run(readChunk(dialect, job, state));
    if (found.last === null) return { position: job.position, done: 0, finished: true };
    const changes = decideChunk(job, state, found, at);
    if (changes) writer.write(changes);
    return { position: found.last, done: found.looked, finished: false };
  }

  function retirement(job: Job, state: ProviderState, at: number): Progress {
    const { changes, also, progress } = run(readRetirementStep(dialect, job, state, at));
    if (changes) writer.write(changes);
    if (also) run(also(tell));
    return progress;
  }

  return async (at: number): Promise<boolean> => {
    const job = await change(() => run(claimJob(dialect, holder)));
    if (!job) return false;
    try {
      await change(() => {
        const progress = chunk(job, at);
        if (!run(advanceJob(dialect, job, holder, progress, at))) throw new JobLost();
        if (progress.finished) loader.forget();
      });
    } catch (error) {
      if (error instanceof JobLost) return true;
      await change(() => run(failJob(dialect, job, holder, String(error))));
      throw error;
    }
    return true;
  };
}
