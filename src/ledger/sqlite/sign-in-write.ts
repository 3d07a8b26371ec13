// What a change set says of signing in: the session that begins, its link, and whose sessions end with them.

import type { SignInWrite } from '../../identity/sign-in.ts';
import { LinkTaken } from '../sign-in.ts';
import {
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
  const begin = database.prepare(
    `INSERT INTO sessions (${sessionWriteColumns.join(', ')}) VALUES ${marks(1, sessionWriteColumns.length)}`,
  );

  return {
    /** Whoever is suspended or removed is out with the same commit. */
    shutOut(provider: string, user: string): void {
      endSessions.run(user, provider);
    },
    write(provider: string, { user, revision, link: linked, session }: SignInWrite): void {
      if (noteMoment.run(session.createdAt, provider, user, revision).changes !== 1) {
        throw new StaleChange('sign-in');
      }
      if (linked && link.run(...showLinkRow(provider, linked)).changes !== 1) throw new LinkTaken();
      begin.run(...showSessionRow(session));
    },
  };
}
