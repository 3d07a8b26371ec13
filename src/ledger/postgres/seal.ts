// The sealer gives committed events their places and chains their hashes. One replica at a time seals, by a lock that
// lives and dies with its transaction; it takes what it sees, so a slow commit holds up nobody and is sealed when it
// comes. Whoever reads the feed first sees to it that what was committed before is sealed.

import type { EventDraft } from '../../identity/event.ts';
import type { EventOrigin } from '../sql/origin.ts';
import { type ChainHead, emptyChain, eventColumns, lastSealed, sealEvent } from '../sql/sealing.ts';
import { isAway } from './database-error.ts';
import { LOCK_SPACE, locks } from './locks.ts';
import type { Connection, Pool } from './pool.ts';

/** Commits sealed in one transaction, and bytes of their events unless the first has more: a group may have thousands. */
const AT_ONCE = 500;
const BYTES_AT_ONCE = 2_000_000;
/** Commits that come together are sealed together; nobody waits for this but followers. */
const GATHER_MS = 10;
/** Another replica is sealing, or died while it had something to seal. */
const LOOK_AGAIN_MS = 25;
const CAUGHT_UP_WITHIN_MS = 5000;
export const SEALED_CHANNEL = 'bifrost_sealed';

interface UnsealedRow {
  id: number;
  at: number;
  provider: string | null;
  actor_kind: EventOrigin['actor']['kind'];
  actor: string;
  cause_kind: NonNullable<EventOrigin['cause']>['kind'] | null;
  cause: string | null;
  made: string;
  decided: string;
  /** Of those before it and its own. */
  bytes: number;
}

export interface Sealer {
  /** There may be something to seal. */
  wake(): void;
  /** Resolves when what was committed before the call is sealed; false when that takes too long to wait for. */
  caughtUp(): Promise<boolean>;
  stop(): Promise<void>;
}

const columnTypes: Readonly<Record<string, string>> = { position: 'bigint', at: 'bigint' };

const unsealedColumns = 'id, at, provider, actor_kind, actor, cause_kind, cause, made, decided';

/** Up to the one with which there are enough. */
const oldestUnsealed = `SELECT ${unsealedColumns} FROM (
    SELECT ${unsealedColumns}, (sum(octet_length(made) + octet_length(decided)) OVER (ORDER BY id))::bigint AS bytes
    FROM (SELECT ${unsealedColumns} FROM unsealed ORDER BY id LIMIT $1) oldest
  ) summed WHERE bytes - octet_length(made) - octet_length(decided) < $2 ORDER BY id`;

const insertSealed = `WITH sealed AS (
  INSERT INTO events (${eventColumns.join(', ')}) SELECT ${eventColumns.join(', ')}
  FROM json_to_recordset($1::json) AS x(${eventColumns.map((name) => `${name} ${columnTypes[name] ?? 'text'}`).join(', ')})
), gone AS (DELETE FROM unsealed WHERE id = ANY($2::bigint[]))
SELECT pg_notify('${SEALED_CHANNEL}', $3)`;

export function sealer(
  pool: Pool,
  onSealed: (position: number) => void,
  onTrouble: (error: Error) => void,
): Sealer {
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  /** 'more' when there may be more, 'none' when all was sealed, 'busy' when another is at it. */
  async function sealSome(): Promise<'more' | 'none' | 'busy'> {
    let position = 0;
    const outcome = await pool.transaction(async (connection) => {
      const { rows } = await connection.query(
        `SELECT pg_try_advisory_xact_lock(${LOCK_SPACE}, ${locks.sealer}) AS mine`,
      );
      if (!(rows[0] as { mine: boolean }).mine) return 'busy';
      const waiting = await readWaiting(connection);
      if (waiting.length === 0) return 'none';
      position = await seal(connection, waiting);
      return waiting.length === AT_ONCE || waiting.at(-1)!.bytes >= BYTES_AT_ONCE ? 'more' : 'none';
    });
    if (position > 0) onSealed(position);
    return outcome;
  }

  async function run(): Promise<void> {
    try {
      while (!stopped) {
        const outcome = await sealSome();
        if (outcome === 'none') return;
        if (outcome === 'busy') {
          again(LOOK_AGAIN_MS);
          return;
        }
      }
    } catch (error) {
      // While the database is away everybody says so; anything else would stop the feed without a word.
      if (!isAway(error)) onTrouble(error as Error);
      again(1000);
    }
  }

  function again(afterMs: number): void {
    if (stopped || timer) return;
    timer = setTimeout(() => {
      timer = undefined;
      void sealNow();
    }, afterMs);
    timer.unref();
  }

  function sealNow(): Promise<void> {
    running ??= run().finally(() => {
      running = null;
    });
    return running;
  }

  async function oldestWaiting(upTo: number | null): Promise<number | null> {
    const { rows } = await pool.patiently(() =>
      pool.query('SELECT max(id) AS last FROM unsealed WHERE $1::bigint IS NULL OR id <= $1::bigint', [upTo]),
    );
    return (rows[0] as { last: number | null }).last;
  }

  async function caughtUp(): Promise<boolean> {
    const last = await oldestWaiting(null);
    if (last === null) return true;
    const deadline = performance.now() + CAUGHT_UP_WITHIN_MS;
    do {
      // A sealer that stands still, here or elsewhere, holds up nobody for longer than that.
      await within(deadline, sealNow());
      if ((await oldestWaiting(last)) === null) return true;
      await pause(5);
    } while (performance.now() < deadline && !stopped);
    return false;
  }

  return {
    wake: () => again(GATHER_MS),
    caughtUp,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Resolves when the work is done, or at that time. */
async function within(deadline: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, deadline - performance.now()));
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}

async function readWaiting(connection: Connection): Promise<UnsealedRow[]> {
  // The lock was taken by the statement before, so this one sees all that its last holder did.
  const { rows } = await connection.query(oldestUnsealed, [AT_ONCE, BYTES_AT_ONCE]);
  return rows as UnsealedRow[];
}

/** Returns the position of the last. */
async function seal(connection: Connection, waiting: readonly UnsealedRow[]): Promise<number> {
  const { rows } = await connection.query(lastSealed);
  let head = (rows[0] as ChainHead | undefined) ?? emptyChain;
  const sealed: Record<string, unknown>[] = [];
  for (const each of waiting) {
    const from = originOf(each);
    for (const draft of draftsOf(each)) {
      const next = sealEvent(head, draft, from);
      sealed.push(Object.fromEntries(eventColumns.map((name, at) => [name, next.row[at]])));
      head = next.head;
    }
  }
  const ids = waiting.map((each) => each.id);
  await connection.query(insertSealed, [JSON.stringify(sealed), ids, String(head.position)]);
  return head.position;
}

function draftsOf({ made, decided }: UnsealedRow): EventDraft[] {
  return [...(JSON.parse(made) as EventDraft[]), ...(JSON.parse(decided) as EventDraft[])];
}

function originOf(row: UnsealedRow): EventOrigin {
  return {
    at: row.at,
    provider: row.provider,
    actor: { kind: row.actor_kind, id: row.actor },
    cause: row.cause_kind === null ? null : { kind: row.cause_kind, id: row.cause ?? '' },
  };
}
