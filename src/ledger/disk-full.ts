// Whether the disk below the storage is full: known from the first write that it refused, until one is taken. Where
// nobody writes, whoever asks whether the server is ready has it tried, now and then.

import type { Script } from './sql/statement.ts';
import { attemptToWrite, forgetAttempt } from './sql/write-attempt.ts';

export interface DiskFull {
  /** Any error of the storage: only a full disk counts. */
  failed(error: unknown): void;
  /** A change is on disk. */
  wrote(): void;
  /** null: it is not. */
  forMs(): number | null;
  /** Finds out whether it still is, where it was. `commit` resolves when what the script wrote is on disk. */
  look(commit: (script: () => Script<void>) => Promise<void>): Promise<void>;
}

/** Whoever asks whether the server is ready is anybody: so often at most it is worth a write. */
const TRY_EVERY_MS = 2_000;

export function diskFull(isFull: (error: unknown) => boolean): DiskFull {
  let sinceMs: number | null = null;
  let triedMs = Number.NEGATIVE_INFINITY;

  const wrote = () => {
    sinceMs = null;
  };
  return {
    failed(error) {
      if (isFull(error)) sinceMs ??= performance.now();
    },
    wrote,
    forMs: () => (sinceMs === null ? null : performance.now() - sinceMs),
    async look(commit) {
      if (sinceMs === null || performance.now() - triedMs < TRY_EVERY_MS) return;
      triedMs = performance.now();
      const attempt = commit(attemptToWrite).then(() => commit(forgetAttempt));
      await attempt.then(wrote, () => {});
    },
  };
}
