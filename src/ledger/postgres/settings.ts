// What this replica keeps in memory of the settings, and how it knows that it is right: one number in the database moves
// with every change, and every request looks at that number after it arrived. Requests that arrive together look
// together, so under load a look costs each of them little.

import type { Token } from '../ledger.ts';
import { readSettings, type StoredSettings } from '../sql/stored-settings.ts';
import { tokenByHash } from '../sql/tokens.ts';
import { LOCK_SPACE, locks } from './locks.ts';
import { type Connection, oneMoment, type Pool } from './pool.ts';
import { runOn } from './run-script.ts';
import { unlessBusy } from './tries.ts';

export interface Snapshot {
  version: number;
  stored: StoredSettings;
}

export interface SettingsCache {
  /** The settings as they are at some moment after the call. */
  fresh(): Promise<Snapshot>;
  /** What this replica has, right or not; null before the first look. */
  held(): Snapshot | null;
  /** Those of that version; null when this replica has others, which `fresh` mends. */
  at(version: number): Snapshot | null;
  /** The token of that hash, as it is at some moment after the call. */
  token(hash: string): Promise<{ token: Token; snapshot: Snapshot } | null>;
  /** A change of settings: alone, with the number moved, in one transaction. */
  change<Answer>(work: (connection: Connection) => Promise<Answer>): Promise<Answer>;
}

/** It reads one row: whoever takes longer is not there. */
const LOOK_MS = 5000;

const BUSY = 'Another change of the settings takes long. Try again in a moment.';

const currentVersion = 'SELECT version FROM settings_version';

export function settingsCache(pool: Pool): SettingsCache {
  let known: Snapshot | null = null;
  const tokens = new Map<string, Token>();
  let tokensOf = 0;

  async function look(): Promise<Snapshot> {
    const { rows } = await pool.query(currentVersion, [], LOOK_MS);
    const { version } = rows[0] as { version: number };
    if (known?.version === version) return known;
    return read();
  }

  /** Version and content of one moment. */
  async function read(): Promise<Snapshot> {
    const snapshot = await pool.transaction(async (connection) => {
      const { rows } = await connection.query(currentVersion);
      const { version } = rows[0] as { version: number };
      return { version, stored: await runOn(connection, readSettings()) };
    }, oneMoment);
    // Also an older one: after a failover the database may have lost its last moments. One look at a time, so that
    // none that began earlier ends later.
    known = snapshot;
    return snapshot;
  }

  const looked = shared(look);
  // Each call is patient for itself: who joins a look late would otherwise wait as long again.
  const fresh = () => pool.patiently(looked);

  async function token(hash: string): Promise<{ token: Token; snapshot: Snapshot } | null> {
    const snapshot = await fresh();
    if (tokensOf !== snapshot.version) {
      tokens.clear();
      tokensOf = snapshot.version;
    }
    const kept = tokens.get(hash);
    if (kept) return { token: kept, snapshot };
    const found = await pool.patiently(() => runOn(pool, tokenByHash(hash)));
    if (!found) return null; // what is not there is not remembered: anybody can ask for it
    if (tokensOf === snapshot.version) tokens.set(hash, found);
    return { token: found, snapshot };
  }

  return {
    fresh,
    token,
    held: () => known,
    at: (version) => (known?.version === version ? known : null),
    change: (work) =>
      unlessBusy(
        () =>
          pool.transaction(
            async (connection) => {
              await lockSettings(connection);
              const answer = await work(connection);
              await moveVersion(connection);
              return answer;
            },
            // Removing a provider takes as long as it takes.
            { long: true },
          ),
        BUSY,
      ),
  };
}

/** From here on nobody else writes by the settings, nor changes them. */
export async function lockSettings(connection: Connection): Promise<void> {
  await connection.query(`SELECT pg_advisory_xact_lock(${LOCK_SPACE}, ${locks.settings})`);
}

/** From here on nobody changes the settings. Whoever will write by them says so before it locks any row. */
export async function shareSettings(connection: Connection): Promise<void> {
  await connection.query(`SELECT pg_advisory_xact_lock_shared(${LOCK_SPACE}, ${locks.settings})`);
}

/**
 * Never to a number that was there before: a standby that takes over without having heard of the last change gives
 * another number to the next one, so nobody takes that for the change they know.
 */
export async function moveVersion(connection: Connection): Promise<void> {
  await connection.query(
    'UPDATE settings_version SET version = greatest(version + 1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)',
  );
}

/** Calls that come while one is under way share the next: each is answered by a look that began after it came. */
function shared<Answer>(look: () => Promise<Answer>): () => Promise<Answer> {
  let running: Promise<unknown> | null = null;
  let next: Promise<Answer> | null = null;

  function begin(): Promise<Answer> {
    next = null;
    const now = look();
    running = now;
    const end = () => {
      if (running === now) running = null;
    };
    now.then(end, end);
    return now;
  }

  return () => {
    if (next) return next;
    if (!running) return begin();
    // Where that one found nobody, neither does this: to look again would only double the wait.
    next = running.then(begin, (error: unknown) => {
      next = null;
      throw error;
    });
    return next;
  };
}
