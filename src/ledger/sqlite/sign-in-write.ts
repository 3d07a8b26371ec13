// What a change set says of signing in: the session that begins, its link, and whose sessions end with them.

import type { SignInWrite } from '../../identity/sign-in.ts';
import { LinkTaken } from '../sign-in.ts';
import {
  isLinkedOtherwise,
  linkColumns,
  onLinkTaken,
  sessionWriteColumns,
  showLinkRow,
  showSessionRow,
} from '../sql/sign-in-rows.ts';
import { marks } from '../sql/statement.ts';
import type { Database } from './open.ts';
import { StaleChange } from './stale-change.ts';

export function signInWriter(database: Database) {
  const endSessions = database.prepare('DELETE FROM sessions WHERE person = ? AND provider = ?');
  const noteMoment = database.prepare(
    "UPDATE users SET last_sign_in_at = ? WHERE provider = ? AND id = ? AND revision = ? AND status = 'active'",
  );
  const link = database.prepare(
    `INSERT INTO identities AS i (${linkColumns.join(', ')}) VALUES ${marks(1, linkColumns.length)} ${onLinkTaken}`,
  );
  const otherwise = isLinkedOtherwise('?2', '?1', '?3');
  const endOthers = database.prepare(
    `DELETE FROM sessions WHERE person = ?1 AND provider = ?2 AND ${otherwise}`,
  );
  const revokeOthers = database.prepare(
    `UPDATE api_keys SET revoked_at = ?4 WHERE person = ?1 AND provider = ?2 AND revoked_at IS NULL AND ${otherwise}`,
  );
  const isLinked = database.prepare(
    'SELECT 1 FROM identities WHERE provider = ? AND issuer = ? AND subject = ? AND person = ?',
  );
  const begin = database.prepare(
    `INSERT INTO sessions (${sessionWriteColumns.join(', ')}) VALUES ${marks(1, sessionWriteColumns.length)}`,
  );

  return {
    /** Whoever is suspended or removed is out with the same commit. */
    shutOut(provider: string, user: string): void {
      endSessions.run(user, provider);
    },
    /** Linked with somebody else than their externalId says. */
    reidentified(provider: string, user: string, externalId: string | null, at: number): void {
      endOthers.run(user, provider, externalId);
      revokeOthers.run(user, provider, externalId, at);
    },
    write(provider: string, { user, revision, key, link: linked, session }: SignInWrite): void {
      if (noteMoment.run(session.createdAt, provider, user, revision).changes !== 1) {
        throw new StaleChange('sign-in');
      }
      const isTheirs = linked
        ? link.run(...showLinkRow(provider, linked)).changes === 1
        : isLinked.get(provider, key.issuer, key.subject, user) !== undefined;
      if (!isTheirs) throw new LinkTaken();
      begin.run(...showSessionRow(session));
    },
  };
}
