// Hears what other replicas tell: events that were sealed, jobs that began. What is told while the connection is gone is
// found by looking, now and then.

import type pg from 'pg';
import { version } from '../../version.ts';
import { DatabaseClient } from './client.ts';
import { LISTENER } from './dialect.ts';
import { LOCK_SPACE, locks } from './locks.ts';
import { connectionOptions, type Pool } from './pool.ts';
import { SEALED_CHANNEL } from './seal.ts';

export const JOBS_CHANNEL = 'bifrost_jobs';
const LOOK_EVERY_MS = 2000;
const LONGEST_PAUSE_MS = 5000;

export interface Ears {
  sealed(position: number): void;
  jobs(): void;
  /** Something may have been missed; `read` finds the last position there is. */
  look(read: () => Promise<number>): Promise<void>;
}

export interface Listening {
  /** Resolves when it hears, or when hearing failed for the first time. */
  begun: Promise<void>;
  /** Whether another process has this ledger open. */
  othersAreThere(): Promise<boolean>;
  /** For how long it has not heard; null while it does. */
  deafForMs(): number | null;
  stop(): Promise<void>;
}

const others = `SELECT EXISTS (SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
  WHERE l.locktype = 'advisory' AND l.classid = ${LOCK_SPACE} AND l.objid = ${locks.open} AND l.granted
  AND d.datname = current_database() AND l.pid <> pg_backend_pid()) AS there`;

/** `self`: what this replica signs its own news of jobs with, which it need not hear. */
export function listen(url: string, self: string, pool: Pool, ears: Ears): Listening {
  let client: pg.Client | null = null;
  let stopped = false;
  let failures = 0;
  let deafSinceMs: number | null = performance.now();
  let retry: NodeJS.Timeout | undefined;

  /** `which`: an older one that ends late takes nothing from the one in use. */
  function lost(which: pg.Client): void {
    which.removeAllListeners('notification');
    if (client !== null && client !== which) return;
    client = null;
    deafSinceMs ??= performance.now();
    if (stopped || retry) return;
    retry = setTimeout(connect, Math.min(LONGEST_PAUSE_MS, 100 * 2 ** failures++));
    retry.unref();
  }

  async function connect(): Promise<void> {
    retry = undefined;
    const connecting = new DatabaseClient({
      ...connectionOptions(url),
      application_name: `${LISTENER} ${version}`,
    });
    connecting.on('error', () => lost(connecting));
    connecting.on('end', () => lost(connecting));
    connecting.on('notification', ({ channel, payload }) => {
      if (channel === SEALED_CHANNEL) ears.sealed(Number(payload));
      else if (payload !== self) ears.jobs();
    });
    try {
      await connecting.connect();
      await connecting.query(`SELECT pg_advisory_lock_shared(${LOCK_SPACE}, ${locks.open})`);
      await connecting.query(`LISTEN ${SEALED_CHANNEL}; LISTEN ${JOBS_CHANNEL}`);
    } catch {
      await connecting.end().catch(() => {});
      lost(connecting);
      return;
    }
    if (stopped) {
      await connecting.end().catch(() => {});
      return;
    }
    client = connecting;
    failures = 0;
    deafSinceMs = null;
    await look();
  }

  /** Also finds what a replica left behind that died between its commit and the sealing of it. */
  async function look(): Promise<void> {
    try {
      await ears.look(async () => {
        const { rows } = await pool.query('SELECT max(position) AS position FROM events');
        return (rows[0] as { position: number | null }).position ?? 0;
      });
    } catch {
      // The database is away; the next look tells.
    }
  }

  const timer = setInterval(look, LOOK_EVERY_MS);
  timer.unref();
  const connected = connect();
  return {
    begun: connected,
    async othersAreThere() {
      await connected;
      const { rows } = await (client ?? pool).query(others);
      return (rows[0] as { there: boolean }).there;
    },
    deafForMs: () => (deafSinceMs === null ? null : performance.now() - deafSinceMs),
    async stop() {
      stopped = true;
      clearInterval(timer);
      clearTimeout(retry);
      await connected;
      await client?.end().catch(() => {});
    },
  };
}
