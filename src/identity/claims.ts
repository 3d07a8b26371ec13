// What tokens say of a user: claims as facts, and the user that a first sign-in makes. A claim that is absent is no news; one
// that is there replaces what was said before, also with nothing (SEMANTICS of channels). Whom a token is about, and whether
// it may say anything here, is decided elsewhere.

import { equalJson } from '../scim/json.ts';
import { userUrn } from '../scim/messages.ts';
import { type Document, readResource } from '../scim/resource.ts';
import { userKind } from '../scim/schema.ts';
import type { EventDraft } from './event.ts';
import { type Fact, type Facts, isMadeBySignIn, type Settled, type User } from './user.ts';

export interface ClaimsTold {
  readonly channel: 'login' | 'refresh';
  /** Without what is the protocol's own (`iss`, `exp`, `nonce`, ...). */
  readonly claims: Readonly<Record<string, unknown>>;
  /** `oid` of Entra, `sub` elsewhere. */
  readonly subject: string;
}

/** A user whom nobody provisioned: SCIM finds them under `externalId`, and takes them over with its first word. */
export function createUserByClaims(
  made: { provider: string; id: string; formerly: string | null },
  told: ClaimsTold,
  at: number,
): Settled {
  const document = { ...documentOf(told.subject, told.claims), active: true };
  const after: User = {
    provider: made.provider,
    id: made.id,
    formerly: made.formerly,
    revision: 1,
    document,
    unlisted: {},
    supplied: new Map(),
    claims: factsAfter({ claims: {}, directory: {} }, told, at).facts,
    directory: {},
    suspensions: {},
    kept: null,
    createdAt: at,
    modifiedAt: at,
    removedAt: null,
    lastProvisionedAt: null,
    lastSignInAt: at,
  };
  const subject = { kind: 'user' as const, id: made.id };
  const data: Record<string, unknown> = { after: document, channel: told.channel };
  if (made.formerly) data.formerly = made.formerly;
  return { after, events: [{ type: 'user.created', subject, data }] };
}

/**
 * What a token's word makes of a user who is there. The same word twice gives back `before` itself and no event.
 * `keepName`: the name that the token gives is somebody else's here, so the user keeps theirs.
 */
export function settleClaims(
  before: User,
  told: ClaimsTold,
  at: number,
  { keepName = false }: { keepName?: boolean } = {},
): Settled {
  const { facts, was, is } = factsAfter(before, told, at);
  const document = isMadeBySignIn(before)
    ? documentAfter(before, told.subject, facts, keepName)
    : before.document;
  const isSame = equalJson(document, before.document);
  if (facts === before.claims && isSame) return { after: before, events: [] };
  const after: User = {
    ...before,
    revision: before.revision + 1,
    claims: facts,
    document: isSame ? before.document : document,
    modifiedAt: isSame ? before.modifiedAt : at,
  };
  const events: EventDraft[] = [];
  if (Object.keys(is).length > 0) {
    const subject = { kind: 'user' as const, id: before.id };
    events.push({ type: 'user.updated', subject, data: { channel: told.channel, before: was, after: is } });
  }
  return { after, events };
}

// --- facts ------------------------------------------------------------------------------------------------------

interface FactsAfter {
  /** The very object from before where nothing changed. */
  facts: Facts;
  was: Record<string, unknown>;
  is: Record<string, unknown>;
}

function factsAfter(before: Pick<User, 'claims' | 'directory'>, told: ClaimsTold, at: number): FactsAfter {
  const facts: Record<string, Fact> = { ...before.claims };
  const was: Record<string, unknown> = {};
  const is: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(told.claims)) {
    const known = Object.hasOwn(before.claims, name) ? before.claims[name]! : null;
    const row = Object.hasOwn(before.directory, name) ? before.directory[name]! : null;
    // A word said again counts as new only where the directory has said something else since.
    const outvoted = row !== null && known !== null && row.at > known.at && !equalJson(row.value, value);
    if (known && equalJson(known.value, value) && !outvoted) continue;
    facts[name] = { value, channel: told.channel, at };
    if (known || row) was[name] = (outvoted ? row : (known ?? row))!.value;
    is[name] = value;
  }
  return { facts: Object.keys(is).length === 0 ? before.claims : facts, was, is };
}

// --- the user that nobody provisioned ---------------------------------------------------------------------------

/** Claims that name a person, the best first. */
const NAMES = ['preferred_username', 'upn', 'unique_name', 'email'];

/** The sign-in name that a token gives; null where it gives none. */
function userNameOf(claims: Readonly<Record<string, unknown>>): string | null {
  for (const name of NAMES) {
    const value = textOf(claims, name);
    if (value !== null) return value;
  }
  return null;
}

function documentOf(subject: string, claims: Readonly<Record<string, unknown>>): Document {
  const name = { givenName: textOf(claims, 'given_name'), familyName: textOf(claims, 'family_name') };
  const email = textOf(claims, 'email');
  const body = {
    schemas: [userUrn],
    externalId: subject,
    userName: userNameOf(claims) ?? subject,
    displayName: textOf(claims, 'name'),
    name: name.givenName || name.familyName ? name : null,
    emails: email === null ? null : [{ value: email, type: 'work', primary: true }],
  };
  return readResource(userKind, body, { require: true }).document;
}

function documentAfter(before: User, subject: string, facts: Facts, keepName: boolean): Document {
  const values = Object.fromEntries(Object.entries(facts).map(([name, { value }]) => [name, value]));
  const document = documentOf(subject, values);
  const { active = true, userName } = before.document;
  return { ...document, active, ...(keepName || userNameOf(values) === null ? { userName } : {}) };
}

function textOf(claims: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = Object.hasOwn(claims, name) ? claims[name] : null;
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}
