// Which word counts for an attribute of a user (SEMANTICS: where SCIM has ever supplied a value, SCIM alone, its later
// clearing included; otherwise the newer of claims and directory). So the outcome does not depend on who spoke first.

import { enterpriseUrn } from '../scim/messages.ts';
import { documentValue } from './document-attributes.ts';
import type { Channel } from './event.ts';
import { signInName, type User } from './user.ts';

export interface CountedFact {
  /** undefined when the source that counts holds nothing. */
  value: unknown;
  channel: Channel;
  /** When the value last changed. */
  since: number;
}

/**
 * The fact of that name, or null when no source ever spoke of it. Names match exactly, case included; an extension
 * attribute answers to its full URN name and to its bare field name (core before enterprise before custom).
 */
export function factOf(user: User, name: string): CountedFact | null {
  const supplied = suppliedName(user, name);
  if (supplied === null) return factBesideScim(user, name);
  return { value: scimValue(user, supplied), channel: 'scim', since: user.supplied.get(supplied)! };
}

/** What the other sources say, whatever SCIM said. */
export function factBesideScim(user: User, name: string): CountedFact | null {
  const claim = Object.hasOwn(user.claims, name) ? user.claims[name]! : null;
  const row = Object.hasOwn(user.directory, name) ? user.directory[name]! : null;
  const newer = claim && row ? (claim.at >= row.at ? claim : row) : (claim ?? row);
  return newer && { value: newer.value, channel: newer.channel, since: newer.at };
}

/** The name under which SCIM supplied the attribute, or null when it never did. */
function suppliedName(user: User, name: string): string | null {
  if (user.supplied.has(name)) return name;
  if (name.includes(':')) return null;
  const enterprise = `${enterpriseUrn}:${name}`;
  if (user.supplied.has(enterprise)) return enterprise;
  const ending = `:${name}`;
  let found: string | null = null;
  for (const key of user.supplied.keys()) {
    // Among several custom extensions the first by name counts, so that the order of requests does not matter.
    if (key.endsWith(ending) && (found === null || key < found)) found = key;
  }
  return found;
}

function scimValue(user: User, name: string): unknown {
  if (name === 'userName') return signInName(user);
  if (name === 'emails' && user.kept)
    return user.kept.email === null ? undefined : [{ value: user.kept.email }];
  const listed = documentValue(user.document, name);
  if (listed !== undefined) return listed;
  return Object.hasOwn(user.unlisted, name) ? user.unlisted[name] : undefined;
}
