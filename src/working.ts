// The work beside the requests: jobs, chunk by chunk, each in its turn with the requests; and once an hour the job that
// forgets what has become old. On several replicas each takes what no other has.

import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import type { Settings } from './config.ts';
import type { Ledger } from './ledger/ledger.ts';
import { limits } from './limits.ts';
import { spanOf } from './trace.ts';

/** A job that others left lying is found after that long at the latest. */
const LOOK_EVERY_MS = 5000;

export interface Working {
  wake(): void;
  begin(): void;
  /** Ends after the chunk under way. */
  stop(): Promise<void>;
}

export function working(
  ledger: Ledger,
  clock: Clock,
  retention: Settings['retention'],
  log: Logger,
): Working {
  let running: Promise<void> | null = null;
  let wanted = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  async function run(): Promise<void> {
    try {
      while (wanted && !stopped) {
        wanted = false;
        while (!stopped && (await chunk())) await immediate();
      }
    } catch (error) {
      // The job itself says what broke and when it is tried again.
      log.error({ err: error }, 'a job broke');
    } finally {
      // In the same turn as the last look at `wanted`: a call in between would be lost.
      running = null;
    }
  }

  async function chunk(): Promise<boolean> {
    const beganMs = performance.now();
    const hasWorked = await ledger.work(clock.now());
    if (hasWorked) spanOf('job.chunk', beganMs, performance.now());
    return hasWorked;
  }

  function wake(): void {
    wanted = true;
    if (!stopped) running ??= run();
  }

  async function beginHour(): Promise<void> {
    const at = clock.now();
    try {
      await ledger.beginRetention(`retention ${Math.floor(at / limits.retentionEveryMs)}`, at);
    } catch (error) {
      log.error({ err: error }, 'forgetting what is old could not begin');
    }
  }

  ledger.retainBy((at) => ({
    requestsBefore: at - retention.requestsMs,
    removedUsersBefore: at - retention.removedUsersMs,
  }));
  ledger.onWork(wake);
  let hour: NodeJS.Timeout | undefined;
  return {
    wake,
    begin() {
      timer = setInterval(wake, LOOK_EVERY_MS);
      hour = setInterval(beginHour, limits.retentionEveryMs);
      timer.unref();
      hour.unref();
      void beginHour();
      wake();
    },
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      clearInterval(hour);
      await running;
    },
  };
}

const immediate = () => new Promise((resolve) => setImmediate(resolve));
