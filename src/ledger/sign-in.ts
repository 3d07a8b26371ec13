// What is kept of signing in, beside the people themselves: sessions, break-glass administrators and their set-up links,
// API keys, who at the provider is who here, and settings that the dashboard owns. Part of the contract of ledger.ts.

import type { EventDraft } from '../identity/event.ts';
import type { IdentityKey, Link, NewSession, Person } from '../identity/sign-in.ts';
import type { Change } from './ledger.ts';

// --- sessions ---------------------------------------------------------------------------------------------------

export interface Session extends NewSession {
  readonly lastSeenAt: number;
}

/** Why a session ended, for its event. */
export type SessionEnd =
  | 'signed-out'
  | 'ended-by-admin'
  | 'front-channel'
  | 'grant-ended'
  | 'password-changed';

export interface SessionPage {
  items: Session[];
  next: string | null;
  total: number;
}

export interface Sessions {
  /**
   * The session with that hash, of somebody who may come in at this moment: a user who is active and whose provider is
   * enabled, or a break-glass administrator who is there. null otherwise, and when its cap is reached.
   */
  find(hash: string, at: number): Promise<Session | null>;
  /** Of a break-glass administrator; a user's begins with the change set of their sign-in. */
  begin(session: NewSession, by: Change): Promise<void>;
  /** Newest first; of one person, or everybody's. `after` is the id of the last on the page before. */
  list(query: { person?: Person; after: string | null; limit: number }): Promise<SessionPage>;
  /** False when there is none (any more). */
  end(id: string, why: SessionEnd, by: Change): Promise<boolean>;
  /** All of a person's, but for the one to keep. Returns how many. */
  endAll(person: Person, keep: string | null, why: SessionEnd, by: Change): Promise<number>;
  /** Front-channel logout. Returns how many. */
  endAtProvider(of: { provider: string; issuer: string; sid: string }, by: Change): Promise<number>;
  /** Noted at most once a minute for each; a crash may lose it. */
  seen(hash: string, at: number): void;
  /** True for the one, of all replicas, who may read the claims anew until `until`. */
  takeRefresh(hash: string, claimsBefore: number, at: number, until: number): Promise<boolean>;
  /** Claims were read: `refreshToken` null keeps the one that is there. */
  refreshed(hash: string, claimsAt: number, refreshToken: string | null): Promise<void>;
}

// --- break-glass administrators ---------------------------------------------------------------------------------

export interface LocalAdmin {
  readonly id: string;
  readonly name: string;
  /** argon2id, in its own text form. */
  readonly password: string;
  readonly createdAt: number;
  readonly passwordAt: number;
  /** Wrong passwords since the last right one. */
  readonly failures: number;
  readonly lockedUntil: number | null;
  readonly lastSignInAt: number | null;
}

export interface SetupLink {
  /** SHA-256 of the secret in the address, hex. */
  readonly hash: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

export interface LocalAdmins {
  list(): Promise<LocalAdmin[]>;
  find(id: string): Promise<LocalAdmin | null>;
  named(name: string): Promise<LocalAdmin | null>;
  /** One link at a time: it takes the place of the one before. With `unlessThere`, not while one is live: false then. */
  issueLink(link: SetupLink, by: Change, unlessThere?: { at: number }): Promise<boolean>;
  isLinkLive(hash: string, at: number): Promise<boolean>;
  /**
   * Uses up the link and makes the administrator, or gives the one of that name a new password and ends their sessions.
   * False when the link is used up or over by now.
   */
  setUp(
    hash: string,
    admin: Pick<LocalAdmin, 'id' | 'name' | 'password'>,
    by: Change,
  ): Promise<LocalAdmin | null>;
  /** A new password ends their other sessions. False when it was changed by somebody else meanwhile. */
  setPassword(
    admin: Pick<LocalAdmin, 'id' | 'password' | 'passwordAt'>,
    password: string,
    keep: string | null,
    by: Change,
  ): Promise<boolean>;
  /**
   * Before a password is looked at, one try is counted, so that a thousand at once are a thousand tries. `lockFor` says
   * how long the door stays shut after so many. Returns null, and counts nothing, while it is shut.
   */
  beginTry(
    id: string,
    at: number,
    lockFor: (failures: number) => number,
  ): Promise<{ failures: number; lockedUntil: number | null } | null>;
  /**
   * The password that was checked is still theirs: tries begin anew, and the session with it. False when it was changed
   * meanwhile: whoever knew the old one stays out.
   */
  enter(admin: Pick<LocalAdmin, 'id' | 'password'>, session: NewSession, by: Change): Promise<boolean>;
  /** The same, for somebody who is in already. */
  confirmed(admin: Pick<LocalAdmin, 'id' | 'password'>): Promise<boolean>;
  /** @throws Refusal `conflict` for the last one. */
  remove(id: string, by: Change): Promise<boolean>;
}

// --- API keys ---------------------------------------------------------------------------------------------------

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly lastFour: string;
  readonly owner: Person;
  /** What it may at most; what its owner may not, it may not either. */
  readonly permissions: readonly string[];
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
  readonly lastUsedFrom: string | null;
}

export interface ApiKeys {
  /** The live key with that hash, of an owner who may come in at this moment (see `Sessions.find`). */
  find(hash: string, at: number): Promise<ApiKey | null>;
  /** The key that ever had that hash, whatever became of it or of its owner: for whoever holds its text. */
  ever(hash: string): Promise<ApiKey | null>;
  list(query: {
    owner?: Person;
    after: string | null;
    limit: number;
  }): Promise<{ items: ApiKey[]; next: string | null; total: number }>;
  add(key: ApiKey, hash: string, by: Change): Promise<void>;
  revoke(id: string, by: Change): Promise<boolean>;
  /** Noted at most once a minute for each; a crash may lose it. */
  used(id: string, at: number, from: string | null): void;
}

/** Somebody else was linked with that key at the same moment: look again who it is. */
export class LinkTaken extends Error {
  override readonly name = 'LinkTaken';
}

// --- who is who -------------------------------------------------------------------------------------------------

/** Whom a sign-in may be about. Ids of users; each is looked at again by the decision that follows. */
export interface Candidates {
  /** Who has this key: also somebody who was removed. */
  linked: string | null;
  /** Live users with this externalId. */
  byExternalId: readonly string[];
  /** The live user with this name who has no link yet. */
  byUserName: string | null;
  /** A removed user who had this key or externalId, where no live one has. */
  removed: string | null;
  /** Somebody with this key or externalId was here and is purged. */
  purged: boolean;
}

/** A link by name that would make an administrator: it waits for one. */
export interface LinkRequest {
  readonly id: string;
  readonly provider: string;
  readonly key: IdentityKey;
  readonly person: string;
  /** As the provider told it, for whoever decides. */
  readonly userName: string;
  readonly askedAt: number;
}

export interface Identities {
  candidates(provider: string, of: { key: IdentityKey; userName: string | null }): Promise<Candidates>;
  linksOf(provider: string, person: string): Promise<Link[]>;
  /** Asked again, it stays the one that was asked first, unless it is about another user by now. */
  request(request: LinkRequest, by: Change): Promise<void>;
  requests(): Promise<LinkRequest[]>;
  /** Approved: the link stands. false when it is not there any more. */
  decide(id: string, approved: boolean, by: Change): Promise<boolean>;
  unlink(provider: string, key: IdentityKey, by: Change): Promise<boolean>;
}

// --- settings that the dashboard owns ---------------------------------------------------------------------------

export interface StoredSetting {
  readonly revision: number;
  readonly value: unknown;
}

/** An event of one provider, or of none. */
export interface ToldOfProvider {
  readonly draft: EventDraft;
  readonly provider: string | null;
}

export interface OwnSettings {
  /** null when nobody set it. */
  read(name: string): Promise<StoredSetting | null>;
  /**
   * `told`: the event, where it is about more than a setting. @throws Refusal `stale` when another revision is there;
   * `expected` 0 where there is none.
   */
  save(name: string, value: unknown, expected: number, by: Change, told?: ToldOfProvider): Promise<number>;
}

// --- what was refused -------------------------------------------------------------------------------------------

export interface Refusals {
  /** Of a sign-in: nothing changes, and the log says so. */
  note(draft: EventDraft, by: Change & { provider: string | null }): Promise<void>;
}

/** Everything of this page; each engine gives it from the same scripts (sql/sign-in/). */
export interface SignInStores {
  sessions: Sessions;
  localAdmins: LocalAdmins;
  apiKeys: ApiKeys;
  identities: Identities;
  ownSettings: OwnSettings;
  refusals: Refusals;
}
