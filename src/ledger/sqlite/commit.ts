// Group commit: jobs that arrive together are written in one transaction, each in a savepoint of its own, and
// answered when the whole is on disk. One flush of the disk serves them all.

import { Refusal } from '../../refusal.ts';
import type { Database } from './open.ts';

export interface CommitQueue {
  /** Runs the job in the next transaction. What it throws undoes its own writes only, and rejects it alone. */
  run<Answer>(job: () => Answer): Promise<Answer>;
  /** Called before each transaction ends, for rows that ride along. */
  onFlush(write: () => void): void;
  /** Called after each transaction is on disk. */
  onCommitted(tell: () => void): void;
  /** Called when a job's or a transaction's writes were undone: what is remembered of them is void. */
  onUndone(forget: () => void): void;
  /** Commits what waits now. */
  flush(): void;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
}

interface Waiting {
  job: () => unknown;
  resolve: (answer: unknown) => void;
  reject: (error: unknown) => void;
  outcome?: { answer: unknown } | { error: unknown };
}

/** So that a long queue does not hold back the first answers, nor the event loop, for long. */
const JOBS_PER_TRANSACTION = 256;
const MS_PER_TRANSACTION = 40;

export function commitQueue(database: Database): CommitQueue {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const rollback = database.prepare('ROLLBACK');
  const savepoint = database.prepare('SAVEPOINT job');
  const release = database.prepare('RELEASE job');
  const undo = database.prepare('ROLLBACK TO job');
  let waiting: Waiting[] = [];
  let scheduled = false;
  let ride: () => void = () => {};
  let tell: () => void = () => {};
  let forget: () => void = () => {};

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  }

  /** Moves jobs from `waiting` to `batch` as it runs them. */
  function runJobs(batch: Waiting[]): void {
    const deadline = performance.now() + MS_PER_TRANSACTION;
    const all = waiting;
    waiting = [];
    for (const [i, each] of all.entries()) {
      batch.push(each);
      savepoint.run();
      try {
        each.outcome = { answer: each.job() };
        release.run();
      } catch (error) {
        each.outcome = { error };
        undo.run();
        release.run();
        forget();
      }
      if (i + 1 >= JOBS_PER_TRANSACTION || performance.now() > deadline) {
        waiting = [...all.slice(i + 1), ...waiting];
        break;
      }
    }
  }

  function flush(): void {
    scheduled = false;
    const batch: Waiting[] = [];
    try {
      begin.run();
      runJobs(batch);
      ride();
      commit.run();
    } catch (error) {
      abandon(batch, error);
      return;
    }
    tell();
    for (const { outcome, resolve, reject } of batch) {
      if (!outcome) reject(new Error('a job was not run'));
      else if ('error' in outcome) reject(outcome.error);
      else resolve(outcome.answer);
    }
    if (waiting.length > 0) schedule();
  }

  /** The transaction itself failed (disk full, file gone): nobody in it was served, and everybody is told so. */
  function abandon(batch: Waiting[], error: unknown): void {
    try {
      rollback.run();
    } catch {
      // SQLite has rolled back by itself already
    }
    forget();
    const all = [...batch, ...waiting.splice(0)];
    const away = new Refusal(
      'unavailable',
      'The storage did not take the change. Nothing was written; try again.',
    );
    away.cause = error;
    for (const each of all) each.reject(away);
  }

  return {
    run: (job) =>
      new Promise((resolve, reject) => {
        waiting.push({ job, resolve: resolve as (answer: unknown) => void, reject });
        schedule();
      }),
    onFlush: (write) => {
      ride = write;
    },
    onCommitted: (each) => {
      tell = each;
    },
    onUndone: (each) => {
      forget = each;
    },
    flush,
    idle: async () => {
      while (waiting.length > 0 || scheduled) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
