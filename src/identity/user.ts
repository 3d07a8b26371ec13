// A user of one provider: what the sources said of them, whether they may come in, and how one state follows another.
// Owns the life of a user (suspension, recycle bin, removal) and the facts they carry. What access follows is
// mapping's; the wire form is scim's.

import { equalJson } from '../scim/json.ts';
import type { Document } from '../scim/resource.ts';
import { attributesOf } from './document-attributes.ts';
import type { Channel, EventDraft } from './event.ts';
import { type Kept, keptInBin } from './recycle-bin.ts';
import { changedAttributes, contentEvents } from './user-change.ts';

/** Why a user is kept out. They are suspended while at least one stands. */
export type SuspensionReason = 'scim' | 'directory' | 'admin';

export type UserStatus = 'active' | 'suspended' | 'removed';

/** One attribute as claims or the directory last told it. */
export interface Fact {
  value: unknown;
  channel: Channel;
  at: number;
}

export type Facts = Readonly<Record<string, Fact>>;

export interface User {
  readonly provider: string;
  readonly id: string;
  /** Counts every change of this row: it is the ETag on the wire and the check against lost updates. */
  readonly revision: number;
  /** The SCIM resource as SCIM holds it, without id, meta, groups. */
  readonly document: Document;
  /** Bare attributes outside every schema: facts, but no part of the resource (RFC 7644 3.3). */
  readonly unlisted: Readonly<Record<string, unknown>>;
  /**
   * Attributes that SCIM has ever supplied, with the time of the last change. A name stays when SCIM clears the
   * attribute: from then on "nothing" is SCIM's word and outweighs claims and directory.
   */
  readonly supplied: ReadonlyMap<string, number>;
  readonly claims: Facts;
  readonly directory: Facts;
  readonly suspensions: Readonly<Partial<Record<SuspensionReason, number>>>;
  /** The name and address that stay the person's while the provider holds them in its recycle bin. */
  readonly kept: Kept | null;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly removedAt: number | null;
  readonly lastProvisionedAt: number | null;
  readonly lastSignInAt: number | null;
  /** The removed user who last held this name, for the timeline. */
  readonly formerly: string | null;
}

/** What SCIM wants a user to be, from POST and PUT as well as PATCH. */
export interface WantedUser {
  document: Document;
  unlisted: Readonly<Record<string, unknown>>;
}

export interface Settled {
  after: User;
  events: EventDraft[];
}

export function statusOf(user: User): UserStatus {
  if (user.removedAt !== null) return 'removed';
  for (const _ in user.suspensions) return 'suspended';
  return 'active';
}

/** What a user is called by. */
export type Named = Pick<User, 'document' | 'kept'>;

/** The name a person signs in with: never the recycle bin's form of it. */
export function signInName(user: Named): string {
  return user.kept?.userName ?? String(user.document.userName);
}

/** Work address, else the primary one, else the first; the kept one while in the recycle bin. */
export function emailOf(user: User): string | null {
  return user.kept ? user.kept.email : documentEmail(user.document);
}

/** The name to show: displayName, else the parts of the name, else the sign-in name. */
export function displayNameOf(user: Named): string {
  const { displayName, name } = user.document;
  if (typeof displayName === 'string') return displayName;
  const parts = (name ?? {}) as Record<string, unknown>;
  if (typeof parts.formatted === 'string') return parts.formatted;
  const joined = [parts.givenName, parts.familyName].filter((part) => typeof part === 'string').join(' ');
  return joined || signInName(user);
}

export function externalIdOf(user: User): string | null {
  return typeof user.document.externalId === 'string' ? user.document.externalId : null;
}

/** All work addresses, as written; the first is the indexed one. */
export function workEmails(document: Document): string[] {
  return elements(document.emails)
    .filter((email) => typeof email.type === 'string' && email.type.toLowerCase() === 'work')
    .map((email) => email.value)
    .filter((value) => typeof value === 'string');
}

function documentEmail(document: Document): string | null {
  const emails = elements(document.emails);
  const best =
    workEmails(document)[0] ?? (emails.find((email) => email.primary === true) ?? emails[0])?.value;
  return typeof best === 'string' ? best : null;
}

function elements(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value : [];
}

/** Whether two states of one user are found by the same names, addresses and status. */
export function hasSameKeys(a: User, b: User): boolean {
  return (
    a.document.userName === b.document.userName &&
    a.document.externalId === b.document.externalId &&
    equalJson(a.document.emails, b.document.emails) &&
    statusOf(a) === statusOf(b) &&
    signInName(a) === signInName(b) &&
    displayNameOf(a) === displayNameOf(b)
  );
}

/** How they came: by SCIM as soon as it has told of them, otherwise by what tells of them. */
export type UserSource = 'scim' | 'import' | 'login' | 'manual';

export function sourceOf(user: User): UserSource {
  if (!isUnprovisioned(user)) return 'scim';
  for (const _ in user.directory) return 'import';
  for (const _ in user.claims) return 'login';
  return 'manual';
}

/** A new user, as a POST makes one. */
export function createUser(
  made: { provider: string; id: string; formerly: string | null },
  wanted: WantedUser,
  at: number,
): Settled {
  const supplied = new Map<string, number>();
  for (const name of attributesOf(wanted.document).keys()) supplied.set(name, at);
  for (const name of Object.keys(wanted.unlisted)) supplied.set(name, at);
  const after: User = {
    provider: made.provider,
    id: made.id,
    formerly: made.formerly,
    revision: 1,
    document: withActive(wanted.document),
    unlisted: wanted.unlisted,
    supplied,
    claims: {},
    directory: {},
    suspensions: wanted.document.active === false ? { scim: at } : {},
    kept: null,
    createdAt: at,
    modifiedAt: at,
    removedAt: null,
    lastProvisionedAt: at,
    lastSignInAt: null,
  };
  const subject = { kind: 'user' as const, id: made.id };
  const data: Record<string, unknown> = { after: wanted.document };
  if (made.formerly) data.formerly = made.formerly;
  const events: EventDraft[] = [{ type: 'user.created', subject, data }];
  if (wanted.document.active === false)
    events.push({ type: 'user.suspended', subject, data: { reason: 'scim' } });
  return { after, events };
}

/**
 * What SCIM's word makes of a user that is there. The same word twice gives back `before` itself and no event.
 */
export function settleUser(before: User, wanted: WantedUser, at: number): Settled {
  const document = withActive(wanted.document, before);
  const changed = changedAttributes(before, { document, unlisted: wanted.unlisted });
  const adopts = isUnprovisioned(before);
  if (changed.size === 0 && !adopts) return { after: before, events: [] };

  const kept = keptThrough(before, document);
  const suspensions = suspensionsAfterScim(before, document.active !== false, changed.has('active'), at);
  const supplied = new Map(before.supplied);
  const spoken = adopts ? [...attributesOf(document).keys(), ...Object.keys(wanted.unlisted)] : [];
  for (const name of [...spoken, ...changed.keys()]) supplied.set(name, at);
  const after: User = {
    ...before,
    revision: before.revision + 1,
    document,
    unlisted: wanted.unlisted,
    supplied,
    suspensions,
    kept,
    modifiedAt: at,
    lastProvisionedAt: at,
  };
  const subject = { kind: 'user' as const, id: before.id };
  const adopted: EventDraft[] = adopts ? [{ type: 'user.adopted', subject }] : [];
  return {
    after,
    events: [...adopted, ...contentEvents(before, after, changed), ...statusEvents(before, after)],
  };
}

/**
 * SCIM has not told of this user yet, only a sign-in or the directory. Its first word takes them over, the whole of what stands in the
 * document with it, also where that word changes nothing.
 */
export function isUnprovisioned(user: User): boolean {
  return user.lastProvisionedAt === null && user.supplied.size === 0;
}

/** DELETE: out at once; the record stays for auditors until it is purged. */
export function removeUser(before: User, at: number): Settled {
  const after: User = {
    ...before,
    revision: before.revision + 1,
    modifiedAt: at,
    removedAt: at,
    lastProvisionedAt: at,
  };
  const subject = { kind: 'user' as const, id: before.id };
  return { after, events: [{ type: 'user.removed', subject, data: { userName: signInName(before) } }] };
}

/** An administrator's own suspension, which no channel lifts. */
export function suspendByAdmin(before: User, suspended: boolean, at: number): Settled {
  return settleSuspension(before, 'admin', suspended, at);
}

/** One reason begins or ceases to stand; the others are left alone. */
export function settleSuspension(
  before: User,
  reason: Exclude<SuspensionReason, 'scim'>,
  suspended: boolean,
  at: number,
): Settled {
  const stands = before.suspensions[reason] !== undefined;
  if (stands === suspended) return { after: before, events: [] };
  const { [reason]: _, ...others } = before.suspensions;
  const suspensions = suspended ? { ...before.suspensions, [reason]: at } : others;
  const after: User = { ...before, revision: before.revision + 1, suspensions };
  return { after, events: statusEvents(before, after) };
}

// --- what follows -----------------------------------------------------------------------------------------------

/**
 * `active` is answered even where nobody sent it. A new user is active unless somebody says no; of one who is there,
 * silence changes nothing: a mapping that loses `active` must not let every leaver in again.
 */
function withActive(document: Document, before?: User): Document {
  return document.active === undefined ? { ...document, active: before?.document.active ?? true } : document;
}

function statusEvents(before: User, after: User): EventDraft[] {
  const subject = { kind: 'user' as const, id: before.id };
  const reasons = Object.keys(after.suspensions);
  const was = statusOf(before);
  const is = statusOf(after);
  if (was === 'active' && is === 'suspended') {
    return [{ type: 'user.suspended', subject, data: { reason: reasons[0] } }];
  }
  if (was === 'suspended' && is === 'active') return [{ type: 'user.reactivated', subject }];
  if (Object.keys(before.suspensions).join() === reasons.join()) return [];
  return [{ type: 'user.suspension_changed', subject, data: { reasons } }];
}

/** SCIM's `active: true` lifts its own reason and an older one of the directory; only people lift `admin`. */
function suspensionsAfterScim(
  before: User,
  active: boolean,
  changed: boolean,
  at: number,
): User['suspensions'] {
  if (!changed) return before.suspensions;
  if (!active) return { ...before.suspensions, scim: before.suspensions.scim ?? at };
  return before.suspensions.admin === undefined ? {} : { admin: before.suspensions.admin };
}

/** The name and address that people know stay until the provider gives another name. */
function keptThrough(before: User, document: Document): Kept | null {
  if (before.kept && document.userName === before.document.userName) return before.kept;
  return keptInBin(String(document.userName), { userName: signInName(before), email: emailOf(before) });
}
