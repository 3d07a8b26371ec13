// Who at the provider is who here: the links, whom a sign-in without one may be about, and links that wait for somebody to
// decide. What follows from it is decided elsewhere.

import { createHash } from 'node:crypto';
import { fold } from '../../../fold.ts';
import type { EventDraft, EventType } from '../../../identity/event.ts';
import type { IdentityKey, Link, LinkedBy } from '../../../identity/sign-in.ts';
import { Refusal } from '../../../refusal.ts';
import type { Change } from '../../ledger.ts';
import type { Candidates, Identities, LinkRequest } from '../../sign-in.ts';
import type { Hands } from '../hands.ts';
import type { Tell } from '../origin.ts';
import { linkColumns, onLinkTaken, showLinkRow } from '../sign-in-rows.ts';
import { all, marks, one, type Script, write } from '../statement.ts';
import { holdPerson } from './persons.ts';
import { endSessionsOf } from './sessions.ts';

interface RequestColumns {
  id: string;
  provider: string;
  issuer: string;
  subject: string;
  person: string;
  user_name: string;
  asked_at: number;
}

const requestColumns = 'id, provider, issuer, subject, person, user_name, asked_at';
const byKey = 'provider = ? AND issuer = ? AND subject = ?';

export function identities(hands: Hands): Identities {
  const { tell } = hands;
  return {
    candidates: (provider, of) => hands.read(() => findCandidates(provider, of)),
    linksOf: (provider, person) => hands.read(() => linksOf(provider, person)),
    request: (request, by) => hands.write(() => askForLink(hands, request, by)),
    requests: () =>
      hands.read(function* () {
        const sql = `SELECT ${requestColumns} FROM link_requests ORDER BY asked_at, id`;
        return (yield* all<RequestColumns>(sql)).map(readRequest);
      }),
    decide: (id, approved, by) => hands.write(() => decideRequest(hands, id, approved, by)),
    unlink: (provider, key, by) => hands.write(() => unlink(tell, provider, key, by)),
  };
}

// --- candidates -------------------------------------------------------------------------------------------------

/** How somebody who was purged is recognised: by the subject of their key, or by their externalId, which may be the same. */
export function purgedHash(provider: string, subject: string): string {
  return createHash('sha256').update(`${provider}\0${subject}`).digest('hex');
}

interface Found {
  how: 'link' | 'externalId' | 'userName' | 'purged';
  id: string;
  removed_at: number | null;
}

/** All of one moment. Each part goes by a key of its own. */
const candidatesSql = `
  SELECT 'link' AS how, i.person AS id, u.removed_at AS removed_at
    FROM identities i JOIN users u ON u.provider = i.provider AND u.id = i.person
    WHERE i.provider = ? AND i.issuer = ? AND i.subject = ?
  UNION ALL SELECT 'externalId', u.id, u.removed_at FROM users u WHERE u.provider = ? AND u.external_id = ?
  UNION ALL SELECT 'userName', u.id, u.removed_at
    FROM users u WHERE u.provider = ? AND u.user_name_folded = ? AND u.removed_at IS NULL
      AND u.sign_in_name_folded = u.user_name_folded
      AND NOT EXISTS (SELECT 1 FROM identities i WHERE i.provider = u.provider AND i.person = u.id)
  UNION ALL SELECT 'purged', g.hash, g.at FROM purged_identities g WHERE g.provider = ? AND g.hash = ?`;

function* findCandidates(
  provider: string,
  { key, userName }: { key: IdentityKey; userName: string | null },
): Script<Candidates> {
  const rows = yield* all<Found>(
    candidatesSql,
    provider,
    key.issuer,
    key.subject,
    provider,
    key.subject,
    provider,
    userName === null ? null : fold(userName),
    provider,
    purgedHash(provider, key.subject),
  );
  const found = (how: Found['how']) => rows.filter((row) => row.how === how);
  const [linked] = found('link');
  const known = [...found('link'), ...found('externalId')];
  const removed = known
    .filter((row) => row.removed_at !== null)
    .sort((a, b) => b.removed_at! - a.removed_at!);
  const isSomeoneThere = removed.length < known.length;
  return {
    linked: linked?.id ?? null,
    byExternalId: found('externalId')
      .filter((row) => row.removed_at === null)
      .map((row) => row.id),
    byUserName: found('userName')[0]?.id ?? null,
    removed: isSomeoneThere ? null : (removed[0]?.id ?? null),
    purged: found('purged').length > 0,
  };
}

// --- links ------------------------------------------------------------------------------------------------------

interface LinkColumns {
  issuer: string;
  subject: string;
  person: string;
  linked_by: LinkedBy;
  since: number;
}

function* linksOf(provider: string, person: string): Script<Link[]> {
  const rows = yield* all<LinkColumns>(
    `SELECT ${linkColumns.join(', ')} FROM identities WHERE provider = ? AND person = ? ORDER BY since, issuer, subject`,
    provider,
    person,
  );
  return rows.map(({ issuer, subject, person, linked_by, since }) => ({
    key: { issuer, subject },
    person,
    by: linked_by,
    since,
  }));
}

function* unlink(tell: Tell, provider: string, key: IdentityKey, by: Change): Script<boolean> {
  const gone = yield* one<{ person: string }>(
    `DELETE FROM identities WHERE ${byKey} RETURNING person`,
    provider,
    key.issuer,
    key.subject,
  );
  if (!gone) return false;
  yield* tellOf(tell, 'user.unlinked', { provider, person: gone.person, key }, {}, by);
  // Whoever came in by it may not be who they were taken for.
  yield* endSessionsOf(tell, { provider, id: gone.person }, null, 'ended-by-admin', by);
  return true;
}

// --- links that wait --------------------------------------------------------------------------------------------

function* askForLink({ tell, dialect }: Hands, request: LinkRequest, by: Change): Script<void> {
  const { provider, key, person, userName } = request;
  yield* holdPerson(dialect, { provider, id: person });
  const asked = yield* write(
    `INSERT INTO link_requests (${requestColumns}) VALUES ${marks(1, 7)} ON CONFLICT (provider, issuer, subject)
       DO UPDATE SET id = excluded.id, person = excluded.person, user_name = excluded.user_name, asked_at = excluded.asked_at
       WHERE link_requests.person <> excluded.person`,
    request.id,
    provider,
    key.issuer,
    key.subject,
    person,
    userName,
    request.askedAt,
  );
  if (asked === 1) yield* tellOf(tell, 'link.requested', request, { userName }, by);
}

function* decideRequest(
  { tell, dialect }: Hands,
  id: string,
  approved: boolean,
  by: Change,
): Script<boolean> {
  const row = yield* one<RequestColumns>(`SELECT ${requestColumns} FROM link_requests WHERE id = ?`, id);
  if (!row) return false;
  const request = readRequest(row);
  const { provider, person, key, userName } = request;
  // The person before the request, as whoever asks has them: else the two wait for each other.
  if (approved) yield* holdPerson(dialect, { provider, id: person });
  if ((yield* write('DELETE FROM link_requests WHERE id = ?', id)) !== 1) return false;
  if (!approved) {
    yield* tellOf(tell, 'link.refused', request, { userName }, by);
    return true;
  }
  yield* writeLink(provider, { key, person, by: 'userName', since: by.at });
  yield* tellOf(tell, 'user.linked', request, { by: 'userName' }, by);
  return true;
}

/** A link by name is somebody's first one. */
function* writeLink(provider: string, link: Link): Script<void> {
  const others = (yield* linksOf(provider, link.person)).filter(
    ({ key }) => key.issuer !== link.key.issuer || key.subject !== link.key.subject,
  );
  if (others.length > 0) throw new Refusal('conflict', 'This user is linked with another sign-in by now.');
  const written = yield* write(
    `INSERT INTO identities AS i (${linkColumns.join(', ')}) VALUES ${marks(1, linkColumns.length)} ${onLinkTaken}`,
    ...showLinkRow(provider, link),
  );
  if (written !== 1) throw new Refusal('conflict', 'This sign-in is linked with another user by now.');
}

function* tellOf(
  tell: Tell,
  type: EventType,
  { provider, person, key }: Pick<LinkRequest, 'provider' | 'person' | 'key'>,
  more: Record<string, unknown>,
  by: Change,
): Script<void> {
  const data = { issuer: key.issuer, subject: key.subject, ...more };
  const draft: EventDraft = { type, subject: { kind: 'user', id: person }, data };
  yield* tell([draft], { ...by, provider });
}

function readRequest(row: RequestColumns): LinkRequest {
  return {
    id: row.id,
    provider: row.provider,
    key: { issuer: row.issuer, subject: row.subject },
    person: row.person,
    userName: row.user_name,
    askedAt: row.asked_at,
  };
}
