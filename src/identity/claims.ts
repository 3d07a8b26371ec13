// What tokens and directory rows say of a user: facts beside SCIM's, and the user that a first word of theirs makes. What is
// absent is no news; what is there replaces what the same source said before, also with nothing (SEMANTICS of channels). Whom a
// token or a row is about, and whether it may say anything here, is decided elsewhere.

import { equalJson } from '../scim/json.ts';
import { userUrn } from '../scim/messages.ts';
import { type Document, readResource } from '../scim/resource.ts';
import { userKind } from '../scim/schema.ts';
import type { EventDraft } from './event.ts';
import { factBesideScim } from './facts.ts';
import { type Fact, type Facts, isUnprovisioned, type Settled, type User } from './user.ts';

/** Which of the two kinds of facts beside SCIM's a channel brings. */
const sourceOf = {
  login: 'claims',
  refresh: 'claims',
  reconciliation: 'directory',
  import: 'directory',
} as const;

export interface ClaimsTold {
  readonly channel: 'login' | 'refresh';
  /** Without what is the protocol's own (`iss`, `exp`, `nonce`, ...). */
  readonly claims: Readonly<Record<string, unknown>>;
  /** `oid` of Entra, `sub` elsewhere. */
  readonly subject: string;
}

/** A row of the directory, in the words that tokens have. */
export interface RowTold extends Omit<ClaimsTold, 'channel'> {
  readonly channel: 'reconciliation' | 'import';
}

/** A user whom nobody provisioned: SCIM finds them under `externalId`, and takes them over with its first word. */
export function createUserByClaims(
  made: { provider: string; id: string; formerly: string | null },
  told: ClaimsTold | RowTold,
  at: number,
): Settled {
  const document = { ...documentOf(told.subject, told.claims), active: true };
  const source = sourceOf[told.channel];
  const after: User = {
    provider: made.provider,
    id: made.id,
    formerly: made.formerly,
    revision: 1,
    document,
    unlisted: {},
    supplied: new Map(),
    claims: {},
    directory: {},
    [source]: factsAfter({ claims: {}, directory: {} }, told, at).facts,
    suspensions: {},
    kept: null,
    createdAt: at,
    modifiedAt: at,
    removedAt: null,
    lastProvisionedAt: null,
    lastSignInAt: source === 'claims' ? at : null,
  };
  const subject = { kind: 'user' as const, id: made.id };
  const data: Record<string, unknown> = { after: document, channel: told.channel };
  if (made.formerly) data.formerly = made.formerly;
  return { after, events: [{ type: 'user.created', subject, data }] };
}

/**
 * What their word makes of a user who is there. The same word twice gives back `before` itself and no event.
 * `keepName`: the name that it gives is somebody else's here, so the user keeps theirs.
 */
export function settleClaims(
  before: User,
  told: ClaimsTold | RowTold,
  at: number,
  { keepName = false }: { keepName?: boolean } = {},
): Settled {
  const { facts, was, is } = factsAfter(before, told, at);
  const source = sourceOf[told.channel];
  const document = isUnprovisioned(before)
    ? documentAfter({ ...before, [source]: facts }, told.subject, keepName)
    : before.document;
  const isSame = equalJson(document, before.document);
  if (facts === before[source] && isSame) return { after: before, events: [] };
  const after: User = {
    ...before,
    revision: before.revision + 1,
    [source]: facts,
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

function factsAfter(
  before: Pick<User, 'claims' | 'directory'>,
  told: ClaimsTold | RowTold,
  at: number,
): FactsAfter {
  const source = sourceOf[told.channel];
  const [own, others] =
    source === 'claims' ? [before.claims, before.directory] : [before.directory, before.claims];
  const facts: Record<string, Fact> = { ...own };
  const was: Record<string, unknown> = {};
  const is: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(told.claims)) {
    const known = Object.hasOwn(own, name) ? own[name]! : null;
    const other = Object.hasOwn(others, name) ? others[name]! : null;
    // That a directory holds no value, where nobody ever spoke of one, is no news.
    if (source === 'directory' && value === null && !known && !other) continue;
    // A word said again counts as new only where the other source has said something else since.
    const outvoted =
      other !== null && known !== null && other.at > known.at && !equalJson(other.value, value);
    if (known && equalJson(known.value, value) && !outvoted) continue;
    facts[name] = { value, channel: told.channel, at };
    if (known || other) was[name] = (outvoted ? other : (known ?? other))!.value;
    is[name] = value;
  }
  return { facts: Object.keys(is).length === 0 ? own : facts, was, is };
}

// --- the user that nobody provisioned ---------------------------------------------------------------------------

/** Claims that name a person, the best first. */
const NAMES = ['preferred_username', 'upn', 'unique_name', 'email'];

/** The sign-in name that a token gives; null where it gives none. */
export function userNameOf(claims: Readonly<Record<string, unknown>>): string | null {
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

/** Of the newer word for each name, whoever said it. */
function documentAfter(user: User, subject: string, keepName: boolean): Document {
  const names = new Set([...Object.keys(user.claims), ...Object.keys(user.directory)]);
  const values = Object.fromEntries([...names].map((name) => [name, factBesideScim(user, name)!.value]));
  const document = documentOf(subject, values);
  const { active = true, userName } = user.document;
  return { ...document, active, ...(keepName || userNameOf(values) === null ? { userName } : {}) };
}

function textOf(claims: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = Object.hasOwn(claims, name) ? claims[name] : null;
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}
