// Work that is looked for when somebody says so, and now and then: one piece after the other, each tried again later when it
// breaks, and given up when it always does.

import type { Logger } from 'pino';
import { RunLost } from './running.ts';

/** What breaks for a reason of ours so often is ended: it would break for ever. */
export const FAILURES_MOST = 5;
const FIRST_RETRY_MS = 2_000;

/** One piece of work that is ours now. */
export interface Piece {
  readonly id: string;
  work(): Promise<void>;
  giveUp(): Promise<void>;
}

export interface WorkLoop {
  wake(): void;
  /** Ends after what is under way, which hears of it by the signal. */
  stop(): Promise<void>;
}

/** `take` answers null where there is nothing to do; what it took and may not be tried yet is left to `rest`. */
export function workLoop(
  take: () => Promise<Piece | null>,
  { signal, log, rest }: { signal: AbortSignal; log: Logger; rest: () => Promise<void> },
): WorkLoop {
  const failures = new Map<string, { count: number; notBefore: number }>();
  let running: Promise<void> | null = null;
  let wanted = false;

  async function attempt(piece: Piece): Promise<void> {
    try {
      await piece.work();
      failures.delete(piece.id);
    } catch (error) {
      if (error instanceof RunLost || signal.aborted) return;
      const count = (failures.get(piece.id)?.count ?? 0) + 1;
      failures.set(piece.id, { count, notBefore: performance.now() + FIRST_RETRY_MS * 2 ** count });
      log.error({ err: error, id: piece.id, count }, 'comparing with a directory broke; it is tried again');
      if (count >= FAILURES_MOST) await piece.giveUp();
    }
  }

  /** False when nothing is to be done now. */
  async function once(): Promise<boolean> {
    const piece = await take();
    if (!piece) return false;
    if ((failures.get(piece.id)?.notBefore ?? 0) > performance.now()) {
      await rest();
      return false;
    }
    await attempt(piece);
    return true;
  }

  async function run(): Promise<void> {
    try {
      while (wanted && !signal.aborted) {
        wanted = false;
        while (!signal.aborted && (await once()));
      }
    } catch (error) {
      log.error({ err: error }, 'comparing with a directory could not go on');
    } finally {
      running = null;
    }
  }

  return {
    wake() {
      wanted = true;
      if (!signal.aborted) running ??= run();
    },
    async stop() {
      await running;
    },
  };
}
