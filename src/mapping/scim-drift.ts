// Where SCIM and the directory say different things of one person. What SCIM says counts, so that these are shown and not
// healed: the provider has to send them again.

import { fold } from '../fold.ts';
import type { DirectoryPerson } from '../identity/directory.ts';
import { documentValue } from '../identity/document-attributes.ts';
import { signInName, type User, workEmails } from '../identity/user.ts';
import { enterpriseUrn } from '../scim/messages.ts';

export interface ScimDifference {
  /** Of SCIM. */
  readonly attribute: string;
  readonly here: string | null;
  readonly there: string | null;
}

interface Pair {
  readonly attribute: string;
  /** Name of the fact that the directory tells. */
  readonly fact: string;
  readonly here: (user: User) => unknown;
  readonly isSame?: (here: string, there: string) => boolean;
}

const sameFolded = (here: string, there: string) => fold(here) === fold(there);
const ofDocument = (name: string) => (user: User) => documentValue(user.document, name);
const ofName = (part: string) => (user: User) =>
  (user.document.name as Record<string, unknown> | undefined)?.[part];

/** As Entra's default mappings pair them. */
const pairs: readonly Pair[] = [
  { attribute: 'displayName', fact: 'name', here: ofDocument('displayName') },
  { attribute: 'name.givenName', fact: 'given_name', here: ofName('givenName') },
  { attribute: 'name.familyName', fact: 'family_name', here: ofName('familyName') },
  {
    attribute: 'emails',
    fact: 'email',
    here: (user) => workEmails(user.document)[0],
    isSame: sameFolded,
  },
  { attribute: 'title', fact: 'jobTitle', here: ofDocument('title') },
  {
    attribute: `${enterpriseUrn}:department`,
    fact: 'department',
    here: ofDocument(`${enterpriseUrn}:department`),
  },
  {
    attribute: `${enterpriseUrn}:employeeNumber`,
    fact: 'employeeId',
    here: ofDocument(`${enterpriseUrn}:employeeNumber`),
  },
];

/** Of attributes that SCIM has supplied and the directory could be asked for; both silent is the same. */
export function scimDifferences(user: User, { attributes }: DirectoryPerson): ScimDifference[] {
  return pairs.flatMap(({ attribute, fact, here, isSame }) => {
    const supplied = attribute.startsWith('name.') ? 'name' : attribute;
    if (!user.supplied.has(supplied) || !Object.hasOwn(attributes, fact)) return [];
    const [a, b] = [text(here(user)), text(attributes[fact])];
    if (a === b || (a !== null && b !== null && isSame?.(a, b))) return [];
    return [{ attribute, here: a, there: b }];
  });
}

/** The name for signing in; guests are provisioned by another form of their name than the directory has. */
export function nameDifference(user: User, { userName }: DirectoryPerson): ScimDifference | null {
  const here = signInName(user);
  if (userName === null || user.kept || /#EXT#/i.test(userName) || sameFolded(here, userName)) return null;
  return { attribute: 'userName', here, there: userName };
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}
