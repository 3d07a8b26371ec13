// Who signs in: the person, who they are at their provider, how that was found, and the session that begins with it.

import type { Actor } from './event.ts';

/** Somebody who can sign in: a user of a provider, or (provider null) a break-glass administrator. */
export interface Person {
  readonly provider: string | null;
  readonly id: string;
}

/** Who a person is at their provider: (`tid`, `oid`) of Entra, (`iss`, `sub`) elsewhere. Never an address. */
export interface IdentityKey {
  readonly issuer: string;
  readonly subject: string;
}

export interface NewSession {
  /** SHA-256 of the secret in the cookie, hex. */
  readonly hash: string;
  /** By which people see and end it. */
  readonly id: string;
  readonly person: Person;
  readonly createdAt: number;
  /** The cap: nothing prolongs it. */
  readonly expiresAt: number;
  readonly remote: string | null;
  readonly agent: string | null;
  /** The provider's own session, for front-channel logout: `iss` and `sid` of the ID token. */
  readonly issuer: string | null;
  readonly sid: string | null;
  /** What the provider wants back as `logout_hint`. */
  readonly loginHint: string | null;
  /** When claims were last read. */
  readonly claimsAt: number;
  /** Sealed for `sessionIdentity(id)`. */
  readonly refreshToken: string | null;
}

/** How a user came to be linked: by their externalId, by their name (confirmed by Graph), or made by a sign-in. */
export type LinkedBy = 'externalId' | 'userName' | 'creation';

export interface Link {
  readonly key: IdentityKey;
  readonly person: string;
  readonly by: LinkedBy;
  readonly since: number;
}

/** A sign-in as a change set carries it, beside what it tells of the user. */
export interface SignInWrite {
  readonly user: string;
  /** Of the user, after the writes of this change set: another one in the store, or one who is not active, refuses it. */
  readonly revision: number;
  /** Who they are at their provider. */
  readonly key: IdentityKey;
  /** null where the link is there already: it has to be there still. */
  readonly link: Link | null;
  readonly session: NewSession;
}

export function sessionIdentity(id: string): string {
  return `sessions/${id}/refreshToken`;
}

export function actorOf(person: Person): Actor {
  return { kind: person.provider === null ? 'admin' : 'user', id: person.id };
}
