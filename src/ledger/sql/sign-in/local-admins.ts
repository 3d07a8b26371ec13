// Break-glass administrators and the links with which they are set up. No provider knows of them and no channel touches
// them.

import { fold } from '../../../fold.ts';
import type { EventDraft, EventType } from '../../../identity/event.ts';
import type { NewSession } from '../../../identity/sign-in.ts';
import { Refusal } from '../../../refusal.ts';
import type { Change } from '../../ledger.ts';
import type { LocalAdmin, LocalAdmins, SetupLink } from '../../sign-in.ts';
import type { Hands } from '../hands.ts';
import type { Tell } from '../origin.ts';
import { all, one, type Script, write } from '../statement.ts';
import { beginSession, endSessionsOf } from './sessions.ts';

interface AdminColumns {
  id: string;
  name: string;
  password: string;
  created_at: number;
  password_at: number;
  failures: number;
  locked_until: number | null;
  last_sign_in_at: number | null;
}

const columns = 'id, name, password, created_at, password_at, failures, locked_until, last_sign_in_at';

export function localAdmins(hands: Hands): LocalAdmins {
  const { tell } = hands;
  return {
    list: () =>
      hands.read(function* () {
        const sql = `SELECT ${columns} FROM local_admins ORDER BY name_folded`;
        return (yield* all<AdminColumns>(sql)).map(readAdmin);
      }),
    find: (id) => hands.read(() => adminWhere('id = ?', id)),
    named: (name) => hands.read(() => adminWhere('name_folded = ?', fold(name))),
    issueLink: (link, by, unlessThere) => hands.writeAlone(() => issueLink(tell, link, by, unlessThere)),
    isLinkLive: (hash, at) =>
      hands.read(function* () {
        const sql = 'SELECT 1 AS there FROM setup_links WHERE hash = ? AND expires_at > ?';
        return (yield* one(sql, hash, at)) !== undefined;
      }),
    setUp: (hash, admin, by) => hands.writeAlone(() => setUp(hands, hash, admin, by)),
    setPassword: (admin, password, keep, by) =>
      hands.write(() => setPassword(tell, admin, password, keep, by)),
    beginTry: (id, at, lockFor) => hands.write(() => beginTry(tell, id, at, lockFor), `tries of ${id}`),
    enter: (admin, session, by) => hands.write(() => enter(tell, admin, session, by)),
    confirmed: ({ id, password }) =>
      hands.write(function* () {
        const sql = 'UPDATE local_admins SET failures = 0, locked_until = NULL WHERE id = ? AND password = ?';
        return (yield* write(sql, id, password)) === 1;
      }),
    remove: (id, by) => hands.writeAlone(() => removeAdmin(tell, id, by)),
  };
}

function* adminWhere(where: string, value: string): Script<LocalAdmin | null> {
  const row = yield* one<AdminColumns>(`SELECT ${columns} FROM local_admins WHERE ${where}`, value);
  return row ? readAdmin(row) : null;
}

// --- set-up links -----------------------------------------------------------------------------------------------

function* issueLink(
  tell: Tell,
  link: SetupLink,
  by: Change,
  unlessThere: { at: number } | undefined,
): Script<boolean> {
  if (unlessThere) {
    const sql = 'SELECT 1 AS there FROM setup_links WHERE expires_at > ?';
    if (yield* one(sql, unlessThere.at)) return false;
  }
  yield* write('DELETE FROM setup_links');
  yield* write(
    'INSERT INTO setup_links (hash, created_at, expires_at) VALUES (?, ?, ?)',
    link.hash,
    link.createdAt,
    link.expiresAt,
  );
  const draft: EventDraft = {
    type: 'setup_link.issued',
    subject: { kind: 'settings', id: 'setup_link' },
    data: { expiresAt: new Date(link.expiresAt).toISOString() },
  };
  yield* tell([draft], { ...by, provider: null });
  return true;
}

function* setUp(
  { tell, dialect }: Hands,
  hash: string,
  admin: Pick<LocalAdmin, 'id' | 'name' | 'password'>,
  by: Change,
): Script<LocalAdmin | null> {
  const used = yield* write('DELETE FROM setup_links WHERE hash = ? AND expires_at > ?', hash, by.at);
  if (used !== 1) return null;
  const folded = fold(admin.name);
  // Held, so that no other new password comes between: the link is used up by now.
  const before = yield* adminWhere(`name_folded = ? ${dialect.held}`, folded);
  if (before) {
    yield* changePassword(tell, before, admin.password, null, by);
  } else {
    yield* write(
      `INSERT INTO local_admins (id, name, name_folded, password, created_at, password_at, failures)
       VALUES (?, ?, ?, ?, ?, ?, 0)`,
      admin.id,
      admin.name,
      folded,
      admin.password,
      by.at,
      by.at,
    );
    yield* tellOf(tell, 'admin.created', admin, by);
  }
  return yield* adminWhere('name_folded = ?', folded);
}

// --- passwords --------------------------------------------------------------------------------------------------

function* setPassword(
  tell: Tell,
  admin: Pick<LocalAdmin, 'id' | 'password' | 'passwordAt'>,
  password: string,
  keep: string | null,
  by: Change,
): Script<boolean> {
  const before = yield* adminWhere('id = ?', admin.id);
  if (!before || before.password !== admin.password || before.passwordAt !== admin.passwordAt) return false;
  return yield* changePassword(tell, before, password, keep, by);
}

/** False when another password is there by now. */
function* changePassword(
  tell: Tell,
  before: LocalAdmin,
  password: string,
  keep: string | null,
  by: Change,
): Script<boolean> {
  const changed = yield* write(
    `UPDATE local_admins SET password = ?, password_at = ?, failures = 0, locked_until = NULL
     WHERE id = ? AND password = ?`,
    password,
    by.at,
    before.id,
    before.password,
  );
  if (changed !== 1) return false;
  yield* tellOf(tell, 'admin.password_set', before, by);
  yield* endSessionsOf(tell, { provider: null, id: before.id }, keep, 'password-changed', by);
  return true;
}

/** The row is held from the count on: two tries at once are two tries, and none is counted behind a shut door. */
function* beginTry(
  tell: Tell,
  id: string,
  at: number,
  lockFor: (failures: number) => number,
): Script<{ failures: number; lockedUntil: number | null } | null> {
  const counted = yield* one<{ name: string; failures: number }>(
    `UPDATE local_admins SET failures = failures + 1
     WHERE id = ? AND (locked_until IS NULL OR locked_until <= ?) RETURNING name, failures`,
    id,
    at,
  );
  if (!counted) return null;
  const { name, failures } = counted;
  const lockMs = lockFor(failures);
  if (lockMs <= 0) return { failures, lockedUntil: null };
  const lockedUntil = at + lockMs;
  yield* write('UPDATE local_admins SET locked_until = ? WHERE id = ?', lockedUntil, id);
  const draft: EventDraft = {
    type: 'admin.locked',
    subject: { kind: 'admin', id },
    data: { name, failures, until: new Date(lockedUntil).toISOString() },
  };
  yield* tell([draft], { at, actor: { kind: 'system', id: 'sign-in' }, cause: null, provider: null });
  return { failures, lockedUntil };
}

function* enter(
  tell: Tell,
  { id, password }: Pick<LocalAdmin, 'id' | 'password'>,
  session: NewSession,
  by: Change,
): Script<boolean> {
  const isStillTheirs = yield* write(
    `UPDATE local_admins SET failures = 0, locked_until = NULL, last_sign_in_at = ? WHERE id = ? AND password = ?`,
    by.at,
    id,
    password,
  );
  if (isStillTheirs !== 1) return false;
  yield* beginSession(tell, session, by);
  return true;
}

// --- the end ----------------------------------------------------------------------------------------------------

/** What is theirs goes after them: whoever gives them something holds their row. */
function* removeAdmin(tell: Tell, id: string, by: Change): Script<boolean> {
  const removed = yield* one<{ name: string }>('DELETE FROM local_admins WHERE id = ? RETURNING name', id);
  if (!removed) return false;
  if (!(yield* one('SELECT 1 AS there FROM local_admins LIMIT 1'))) {
    const detail = `${removed.name} is the last break-glass administrator: set up another one first.`;
    throw new Refusal('conflict', detail);
  }
  yield* write('DELETE FROM api_keys WHERE person = ? AND provider IS NULL', id);
  yield* tellOf(tell, 'admin.removed', { id, name: removed.name }, by);
  yield* endSessionsOf(tell, { provider: null, id }, null, 'ended-by-admin', by);
  return true;
}

function* tellOf(
  tell: Tell,
  type: EventType,
  { id, name }: Pick<LocalAdmin, 'id' | 'name'>,
  by: Change,
): Script<void> {
  yield* tell([{ type, subject: { kind: 'admin', id }, data: { name } }], { ...by, provider: null });
}

function readAdmin(row: AdminColumns): LocalAdmin {
  return {
    id: row.id,
    name: row.name,
    password: row.password,
    createdAt: row.created_at,
    passwordAt: row.password_at,
    failures: row.failures,
    lockedUntil: row.locked_until,
    lastSignInAt: row.last_sign_in_at,
  };
}
