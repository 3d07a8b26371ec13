// Sessions: whoever asks with one is looked up anew each time, and each that ends before its time says why.

import type { EventDraft } from '../../../identity/event.ts';
import type { NewSession, Person } from '../../../identity/sign-in.ts';
import type { Change } from '../../ledger.ts';
import type { Session, SessionEnd, SessionPage, Sessions } from '../../sign-in.ts';
import type { Dialect } from '../dialect.ts';
import type { Hands } from '../hands.ts';
import type { Tell } from '../origin.ts';
import { sessionWriteColumns, showSessionRow } from '../sign-in-rows.ts';
import { all, marks, one, type Script, type Value, write } from '../statement.ts';
import { notes } from './notes.ts';
import {
  joinsWhoMayComeIn,
  mayComeIn,
  ofPerson,
  type PersonColumns,
  personSubject,
  readPerson,
} from './persons.ts';

interface SessionColumns extends PersonColumns {
  hash: string;
  id: string;
  created_at: number;
  expires_at: number;
  last_seen_at: number;
  remote: string | null;
  agent: string | null;
  issuer: string | null;
  sid: string | null;
  login_hint: string | null;
  claims_at: number;
  refresh_token: string | null;
}

const columns = sessionWriteColumns.map((name) => `s.${name}`).join(', ');

export function sessions(hands: Hands): { store: Sessions; flush(): Promise<void> } {
  const { tell, dialect } = hands;
  const seen = notes<{ key: string; at: number }>((some) => hands.note(() => markSeen(dialect, some)));
  const store: Sessions = {
    find: (hash, at) => hands.read(() => findSession(hash, at)),
    begin: (session, by) => hands.write(() => beginSession(tell, session, by)),
    async list(query) {
      await seen.flush();
      return hands.read(() => listSessions(query));
    },
    end: (id, why, by) =>
      hands.write(function* () {
        return (yield* endSessions(tell, { where: 'id = ?', values: [id] }, why, by)) > 0;
      }),
    endAll: (person, keep, why, by) => hands.write(() => endSessionsOf(tell, person, keep, why, by)),
    endAtProvider: ({ provider, issuer, sid }, by) =>
      endSessionsAtProvider(hands, { provider, issuer, sid }, by),
    seen: (hash, at) => seen.add({ key: hash, at }),
    takeRefresh: (hash, claimsBefore, at, until) =>
      hands.write(() => takeRefresh(hash, claimsBefore, at, until)),
    refreshed: (hash, claimsAt, refreshToken) => hands.write(() => refreshed(hash, claimsAt, refreshToken)),
  };
  return { store, flush: seen.flush };
}

function* findSession(hash: string, at: number): Script<Session | null> {
  const row = yield* one<SessionColumns>(
    `SELECT ${columns} FROM sessions s ${joinsWhoMayComeIn('s')} WHERE s.hash = ? AND s.expires_at > ? AND ${mayComeIn}`,
    hash,
    at,
  );
  return row ? readSession(row) : null;
}

export function* beginSession(tell: Tell, session: NewSession, by: Change): Script<void> {
  yield* write(
    `INSERT INTO sessions (${sessionWriteColumns.join(', ')}) VALUES ${marks(1, sessionWriteColumns.length)}`,
    ...showSessionRow(session),
  );
  const { person, id, remote } = session;
  const draft: EventDraft = {
    type: person.provider === null ? 'admin.signed_in' : 'user.signed_in',
    subject: personSubject(person),
    object: { kind: 'session', id },
    data: { remote },
  };
  yield* tell([draft], { ...by, provider: person.provider });
}

function* listSessions({ person, after, limit }: Parameters<Sessions['list']>[0]): Script<SessionPage> {
  const { where, values } = person ? ofPerson(person) : { where: '1 = 1', values: [] };
  const rows = yield* all<SessionColumns>(
    `SELECT ${columns} FROM sessions s WHERE ${where}${after === null ? '' : ' AND id < ?'} ORDER BY id DESC LIMIT (? + 0)`,
    ...values,
    ...(after === null ? [] : [after]),
    limit + 1,
  );
  const counted = yield* one<{ n: number }>(`SELECT count(*) AS n FROM sessions WHERE ${where}`, ...values);
  const items = rows.slice(0, limit).map(readSession);
  return { items, next: rows.length > limit ? items.at(-1)!.id : null, total: counted?.n ?? 0 };
}

// --- how they end -----------------------------------------------------------------------------------------------

interface Which {
  where: string;
  values: Value[];
}

/** Those of one person, or of one provider. Returns how many. */
export function* endSessions(tell: Tell, which: Which, why: SessionEnd, by: Change): Script<number> {
  const ended = yield* all<PersonColumns & { id: string }>(
    `DELETE FROM sessions WHERE ${which.where} RETURNING id, provider, person`,
    ...which.values,
  );
  const [first] = ended;
  if (!first) return 0;
  const drafts = ended.map((row) => ({
    type: 'session.ended' as const,
    subject: personSubject(readPerson(row)),
    object: { kind: 'session' as const, id: row.id },
    data: { reason: why },
  }));
  yield* tell(drafts, { ...by, provider: first.provider });
  return ended.length;
}

/** `keep`: the hash of the one that stays. */
export function* endSessionsOf(
  tell: Tell,
  person: Person,
  keep: string | null,
  why: SessionEnd,
  by: Change,
): Script<number> {
  const { where, values } = ofPerson(person);
  const which =
    keep === null ? { where, values } : { where: `${where} AND hash <> ?`, values: [...values, keep] };
  return yield* endSessions(tell, which, why, by);
}

/** Anybody can ask this: what is not there is not written about. */
async function endSessionsAtProvider(
  { read, write: change, tell }: Hands,
  { provider, issuer, sid }: Parameters<Sessions['endAtProvider']>[0],
  by: Change,
): Promise<number> {
  const which = { where: 'provider = ? AND issuer = ? AND sid = ?', values: [provider, issuer, sid] };
  const there = await read(() =>
    one(`SELECT 1 AS there FROM sessions WHERE ${which.where}`, ...which.values),
  );
  return there ? change(() => endSessions(tell, which, 'front-channel', by)) : 0;
}

// --- while they live --------------------------------------------------------------------------------------------

/** What somebody else is writing at the moment is passed over: a note waits for nobody. */
function* markSeen(dialect: Dialect, some: readonly { key: string; at: number }[]): Script<void> {
  for (const { key, at } of some) {
    yield* write(
      `UPDATE sessions SET last_seen_at = ? WHERE hash = (SELECT hash FROM sessions WHERE hash = ? AND last_seen_at < ? ${dialect.skipLocked})`,
      at,
      key,
      at,
    );
  }
}

function* takeRefresh(hash: string, claimsBefore: number, at: number, until: number): Script<boolean> {
  const taken = yield* write(
    `UPDATE sessions SET refreshing_until = ?
     WHERE hash = ? AND claims_at <= ? AND (refreshing_until IS NULL OR refreshing_until <= ?)`,
    until,
    hash,
    claimsBefore,
    at,
  );
  return taken === 1;
}

function* refreshed(hash: string, claimsAt: number, refreshToken: string | null): Script<void> {
  yield* write(
    'UPDATE sessions SET claims_at = ?, refresh_token = coalesce(?, refresh_token), refreshing_until = NULL WHERE hash = ?',
    claimsAt,
    refreshToken,
    hash,
  );
}

function readSession(row: SessionColumns): Session {
  return {
    hash: row.hash,
    id: row.id,
    person: readPerson(row),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastSeenAt: row.last_seen_at,
    remote: row.remote,
    agent: row.agent,
    issuer: row.issuer,
    sid: row.sid,
    loginHint: row.login_hint,
    claimsAt: row.claims_at,
    refreshToken: row.refresh_token,
  };
}
