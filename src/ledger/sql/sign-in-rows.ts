// Rows that a sign-in writes within its change set, on both engines.

import type { Link, NewSession } from '../../identity/sign-in.ts';
import type { Value } from './statement.ts';

export const sessionWriteColumns = [
  'hash',
  'id',
  'provider',
  'person',
  'created_at',
  'expires_at',
  'last_seen_at',
  'remote',
  'agent',
  'issuer',
  'sid',
  'login_hint',
  'claims_at',
  'refresh_token',
] as const;

/** In the order of `sessionWriteColumns`. */
export function showSessionRow(session: NewSession): Value[] {
  return [
    session.hash,
    session.id,
    session.person.provider,
    session.person.id,
    session.createdAt,
    session.expiresAt,
    session.createdAt,
    session.remote,
    session.agent,
    session.issuer,
    session.sid,
    session.loginHint,
    session.claimsAt,
    session.refreshToken,
  ];
}

export const linkColumns = ['provider', 'issuer', 'subject', 'person', 'linked_by', 'since'] as const;

/** In the order of `linkColumns`. */
export function showLinkRow(provider: string, link: Link): Value[] {
  return [provider, link.key.issuer, link.key.subject, link.person, link.by, link.since];
}

/** For a user `$user` of the provider `$provider`: linked, and with no sign-in of the subject `$subject`. */
export function isLinkedOtherwise(provider: string, user: string, subject: string): string {
  const links = `SELECT 1 FROM identities i WHERE i.provider = ${provider} AND i.person = ${user}`;
  return `EXISTS (${links}) AND NOT EXISTS (${links} AND i.subject = ${subject})`;
}

/**
 * A key whose user is gone may go to another; one that somebody has stays theirs, and no row is written. The table is
 * `identities`, the row that is there `i`.
 */
export const onLinkTaken = `ON CONFLICT (provider, issuer, subject) DO UPDATE
  SET person = excluded.person, linked_by = excluded.linked_by, since = excluded.since
  WHERE i.person = excluded.person OR NOT EXISTS (SELECT 1 FROM users u
    WHERE u.provider = i.provider AND u.id = i.person AND u.removed_at IS NULL)`;
