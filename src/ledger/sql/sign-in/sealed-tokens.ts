// Refresh tokens at rest, when the key changes. One that opens no more ends its session: a session is had again by signing
// in, and must not stand in the way of a rotation.

import { sessionIdentity } from '../../../identity/sign-in.ts';
import type { Change, Ledger } from '../../ledger.ts';
import type { Tell } from '../origin.ts';
import { all, type Script, write } from '../statement.ts';
import { endSessions } from './sessions.ts';

const SESSIONS_AT_ONCE = 500;

interface SealedRow {
  hash: string;
  id: string;
  refresh_token: string;
}

/** Gives how many it sealed anew. */
export function* resealSessions(
  tell: Tell,
  anew: Parameters<Ledger['reseal']>[0],
  by: Change,
): Script<number> {
  let count = 0;
  for (let last = ''; ; ) {
    const rows = yield* all<SealedRow>(
      `SELECT hash, id, refresh_token FROM sessions WHERE hash > ? AND refresh_token IS NOT NULL
       ORDER BY hash LIMIT (? + 0)`,
      last,
      SESSIONS_AT_ONCE,
    );
    for (const row of rows) count += yield* resealOne(tell, row, anew, by);
    const behind = rows.at(-1);
    if (!behind) return count;
    last = behind.hash;
  }
}

/** Again where another replica has put a newer one there since. */
function* resealOne(
  tell: Tell,
  { hash, id, refresh_token: first }: SealedRow,
  anew: Parameters<Ledger['reseal']>[0],
  by: Change,
): Script<number> {
  for (let sealed: string | undefined = first; sealed !== undefined; ) {
    const next = sealedAnew(anew, id, sealed);
    if (next === null) {
      yield* endSessions(tell, { where: 'hash = ?', values: [hash] }, 'grant-ended', by);
      return 0;
    }
    if (next === sealed) return 0;
    const sql = 'UPDATE sessions SET refresh_token = ? WHERE hash = ? AND refresh_token = ?';
    if ((yield* write(sql, next, hash, sealed)) === 1) return 1;
    const [now] = yield* all<SealedRow>(
      'SELECT hash, id, refresh_token FROM sessions WHERE hash = ? AND refresh_token IS NOT NULL',
      hash,
    );
    sealed = now?.refresh_token;
  }
  return 0;
}

function sealedAnew(anew: Parameters<Ledger['reseal']>[0], id: string, sealed: string): string | null {
  try {
    return anew({ identity: sessionIdentity(id), sealed });
  } catch {
    return null;
  }
}
