// Group commit: jobs that arrive together are written in one transaction, each in a savepoint of its own, and
// answered when the whole is on disk. The flush of the disk runs beside the event loop (docs/decisions/0002): while
// one is under way the next transaction is already being written, and one flush serves all that were committed
// before it began. What is read meanwhile is answered after the flush too, so no answer tells of what a power cut
// could still undo.

import { closeSync, fdatasync, openSync } from 'node:fs';
import { Refusal } from '../../refusal.ts';
import { type DiskFull, diskFull } from '../disk-full.ts';
import type { LedgerWatch } from '../watch.ts';
import type { Database } from './open.ts';

export interface CommitQueue {
  /** Runs the job in the next transaction. What it throws undoes its own writes only, and rejects it alone. */
  run<Answer>(job: () => Answer): Promise<Answer>;
  /**
   * Before a read: all reads between two transactions share one snapshot, which spares each the locks of its own.
   * This process is the only writer, so the snapshot is the present until the next transaction ends it.
   */
  beginRead(): void;
  /** Resolves when all that was committed until now is on disk; null when it is already. */
  synced(): Promise<void> | null;
  /** Known from what was committed, and what could not be. */
  readonly full: DiskFull;
  /** True once a flush has failed: nothing is taken any more until a restart. */
  isLost(): boolean;
  /** Called before each transaction ends, for rows that ride along. */
  onFlush(write: () => void): void;
  /** Called when a transaction is on disk. */
  onCommitted(tell: () => void): void;
  /** A job that is about to write says so, once: only then there is something to undo. */
  willWrite(): void;
  /** Called when a job's or a transaction's writes were undone: what is remembered of them is void. */
  onUndone(forget: () => void): void;
  /** Commits what waits now. */
  flush(): void;
  /** Resolves when nothing waits any more and everything is on disk. */
  idle(): Promise<void>;
  close(): void;
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
/** A snapshot is let go after that, so that an idle server holds none. */
const READ_SHARED_MS = 100;

/** `walPath`: the file whose flush makes commits durable. */
export function commitQueue(database: Database, walPath: string, watch?: LedgerWatch): CommitQueue {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const rollback = database.prepare('ROLLBACK');
  const savepoint = database.prepare('SAVEPOINT job');
  const release = database.prepare('RELEASE job');
  const undo = database.prepare('ROLLBACK TO job');
  const disk = diskFlusher(walPath);
  const full = diskFull(isDiskFull);
  const beginReading = database.prepare('BEGIN');
  let reading = false;
  let writing = false;
  /** Whether anything of the transaction was written. */
  let wrote = false;
  let idleRead: NodeJS.Timeout | undefined;
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

  function endRead(): void {
    if (!reading) return;
    reading = false;
    clearTimeout(idleRead);
    // An error in a read may have ended the transaction already.
    if (database.isTransaction) commit.run();
  }

  /** Moves jobs from `waiting` to `batch` as it runs them. */
  function runJobs(batch: Waiting[]): void {
    const deadline = performance.now() + MS_PER_TRANSACTION;
    const all = waiting;
    waiting = [];
    try {
      for (const each of all) {
        batch.push(each);
        runJob(each);
        if (batch.length >= JOBS_PER_TRANSACTION || performance.now() > deadline) break;
      }
    } finally {
      // Also where the transaction itself broke: whoever was not reached still waits for an answer.
      waiting = [...all.slice(batch.length), ...waiting];
    }
  }

  function runJob(each: Waiting): void {
    savepoint.run();
    writing = false;
    try {
      each.outcome = { answer: each.job() };
      release.run();
      wrote ||= writing;
    } catch (error) {
      // A full disk has undone all of it: nobody in it was served.
      if (!database.isTransaction) throw error;
      each.outcome = { error };
      undo.run();
      release.run();
      if (writing) forget();
    }
  }

  function flush(): void {
    scheduled = false;
    const batch: Waiting[] = [];
    const begunMs = performance.now();
    wrote = false;
    try {
      endRead();
      begin.run();
      runJobs(batch);
      ride();
      commit.run();
    } catch (error) {
      abandon(batch, error);
      return;
    }
    const isWritten = wrote;
    disk.afterFlush((error) => {
      if (error) return rejectAll(batch, error);
      if (isWritten) full.wrote();
      if (batch.length > 0) watch?.committed(performance.now() - begunMs, batch.length);
      tell();
      for (const each of batch) answer(each);
    });
    if (waiting.length > 0) schedule();
  }

  /** The transaction itself failed (disk full, file gone): nobody in it was served, and everybody is told so. */
  function abandon(batch: Waiting[], error: unknown): void {
    full.failed(error);
    try {
      rollback.run();
    } catch {
      // SQLite has rolled back by itself already
    }
    forget();
    rejectAll([...batch, ...waiting.splice(0)], error);
  }

  return {
    run: (job) =>
      new Promise((resolve, reject) => {
        if (disk.failure()) return reject(storageAway(disk.failure()));
        waiting.push({ job, resolve: resolve as (answer: unknown) => void, reject });
        schedule();
      }),
    beginRead: () => {
      if (reading) return;
      beginReading.run();
      reading = true;
      idleRead = setTimeout(endRead, READ_SHARED_MS);
      idleRead.unref();
    },
    willWrite: () => {
      writing = true;
    },
    full,
    isLost: () => disk.failure() !== null,
    synced: disk.synced,
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
      await disk.synced();
    },
    close: () => {
      endRead();
      disk.close();
    },
  };
}

const FULL = 13;
const IO_ERROR = 10;

/** Also where the disk has trouble of its own: then as well the next write tells. */
function isDiskFull(error: unknown): boolean {
  const { errcode = 0 } = (error ?? {}) as { errcode?: number };
  return errcode === FULL || (errcode & 0xff) === IO_ERROR;
}

function answer({ outcome, resolve, reject }: Waiting): void {
  if (!outcome) reject(new Error('a job was not run'));
  else if ('error' in outcome) reject(outcome.error);
  else resolve(outcome.answer);
}

function rejectAll(batch: readonly Waiting[], error: unknown): void {
  for (const each of batch) each.reject(storageAway(error));
}

function storageAway(cause: unknown): Refusal {
  const away = new Refusal('unavailable', 'The storage did not take the change. Try again in a moment.');
  away.cause = cause;
  return away;
}

type Flushed = (error: Error | null) => void;

/**
 * Flushes the write-ahead log off the event loop. A flush covers what was committed before it began; what is
 * committed meanwhile waits for the next. After a failed flush the kernel may have dropped what it could not write,
 * so nothing more is taken until a restart has read the file anew.
 */
function diskFlusher(walPath: string) {
  const file = openSync(walPath, 'r+');
  let committed: Flushed[] = [];
  let flushing: Flushed[] | null = null;
  let failed: Error | null = null;

  function begin(): void {
    if (flushing || committed.length === 0) return;
    flushing = committed;
    committed = [];
    fdatasync(file, (error) => {
      failed ??= error;
      const done = flushing!;
      flushing = null;
      begin();
      for (const tell of done) tell(failed);
    });
  }

  return {
    failure: () => failed,
    afterFlush(tell: Flushed): void {
      committed.push(tell);
      begin();
    },
    synced(): Promise<void> | null {
      const list = committed.length > 0 ? committed : flushing;
      if (!list) return failed ? Promise.reject(storageAway(failed)) : null;
      return new Promise((resolve, reject) => {
        list.push((error) => (error ? reject(storageAway(error)) : resolve()));
      });
    },
    close: () => closeSync(file),
  };
}
