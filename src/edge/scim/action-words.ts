// What a SCIM request did, in the words that the request log shows, and the kinds by which those words are found again: the
// beginning of the words is the kind.

import { isObject } from '../../scim/json.ts';

/** What each kind's words begin with; the log is filtered by it. */
export const actionKinds = {
  created: ['Created '],
  changed: ['Updated ', 'Renamed '],
  suspended: ['Suspended ', 'Moved '],
  reactivated: ['Reactivated ', 'Restored '],
  removed: ['Removed '],
  members: ['Added ', 'Took '],
  unchanged: ['Nothing to change '],
  lookedUp: ['Looked ', 'Listed '],
  read: ['Read '],
  bulk: ['Bulk '],
  refused: ['Refused '],
} as const satisfies Record<string, readonly string[]>;

export type ActionKind = keyof typeof actionKinds;

/** Of the words of a row; 'rejected' for a wrong token. */
export function kindOfAction(action: string): ActionKind | 'rejected' {
  for (const kind of kinds) if (actionKinds[kind].some((words) => action.startsWith(words))) return kind;
  return 'rejected';
}

const kinds = Object.keys(actionKinds) as ActionKind[];

// --- looking ----------------------------------------------------------------------------------------------------

interface Found {
  total: number;
  /** Name of the one that was found. */
  name: string | null;
}

const NAME_CHARACTERS = 120;

/** `Looked up ada@contoso.com: nobody`. */
export function lookedInWords(kind: 'User' | 'Group', filter: string | null, { total, name }: Found): string {
  const [one, many] = kind === 'User' ? ['user', 'users'] : ['group', 'groups'];
  const found = total === 1 ? (name ?? `1 ${one}`) : `${total} ${many}`;
  if (filter === null) return `Listed ${many}: ${total === 0 ? 'none' : found}`;
  const nothing = kind === 'User' ? 'nobody' : 'none';
  const sought = soughtIn(filter);
  const what =
    sought === null
      ? `Looked for ${many} by a filter`
      : `Looked up ${kind === 'User' ? '' : 'the group '}${sought}`;
  return `${what}: ${total === 0 ? nothing : `found ${found}`}`;
}

/** The value of a filter that asks for one, as providers look people up. */
function soughtIn(filter: string): string | null {
  const match = /^\s*[\w.:$-]+\s+eq\s+"((?:[^"\\]|\\.)*)"\s*$/i.exec(filter);
  if (!match || /password/i.test(filter)) return null;
  return shortened(match[1]!.replaceAll(/\\(.)/g, '$1'));
}

/** By which a look-up says whom it found, and a purge finds the look-up; a display name may be anybody's. */
export function userNameIn(document: string): string | null {
  const found: unknown = JSON.parse(document);
  return isObject(found) && typeof found.userName === 'string' ? shortened(found.userName) : null;
}

/** Of the text of a document. */
export function nameIn(document: string): string | null {
  const found: unknown = JSON.parse(document);
  if (!isObject(found)) return null;
  const name = [found.displayName, found.userName].find((each) => typeof each === 'string' && each !== '');
  return typeof name === 'string' ? shortened(name) : null;
}

function shortened(text: string): string {
  return text.length <= NAME_CHARACTERS ? text : `${text.slice(0, NAME_CHARACTERS).toWellFormed()}…`;
}

// --- members ----------------------------------------------------------------------------------------------------

/** Numbers alone: the row is about the group, and a purge of somebody leaves it. Its events say who, for as long as anybody may know. */
export interface Change {
  people: number;
  groups: number;
}

/** `Added 12 people to Engineering`; '' where nobody joins or leaves. */
export function membersInWords(group: string, joins: Change, leaves: Change): string {
  const joining = who(joins);
  const leaving = who(leaves);
  if (joining && leaving) return `Added ${joining} to ${group} and took ${leaving} from it`;
  if (joining) return `Added ${joining} to ${group}`;
  return leaving ? `Took ${leaving} from ${group}` : '';
}

function who({ people, groups }: Change): string {
  const some = people === 0 ? '' : people === 1 ? '1 person' : `${people} people`;
  const nested = groups === 0 ? '' : groups === 1 ? '1 group' : `${groups} groups`;
  return [some, nested].filter(Boolean).join(' and ');
}

// --- refusals ---------------------------------------------------------------------------------------------------

const doing: Readonly<Record<string, string>> = {
  POST: 'to create',
  PUT: 'to replace',
  PATCH: 'to change',
  DELETE: 'to remove',
  GET: 'to read',
};

/** `Refused to create ada@contoso.com`. `body`: as the log keeps it, masked and perhaps cut. */
export function refusedInWords(method: string, path: string, body: string | null): string {
  const [, collection = '', id] = /\/scim\/v2\/+(\w*)\/?([^/?]*)/i.exec(path) ?? [];
  const what = { users: 'a user', groups: 'a group', bulk: 'a bulk of operations' }[collection.toLowerCase()];
  if (what === undefined || id?.startsWith('.')) return `Refused ${method} ${shortened(path)}`;
  if (collection.toLowerCase() === 'bulk') return 'Refused a bulk of operations';
  if (method === 'GET' && !id) return `Refused to look for ${what.slice(2)}s`;
  const name = method === 'POST' && body !== null ? nameInBody(body) : null;
  return `Refused ${doing[method] ?? method} ${name ?? what}`;
}

function nameInBody(body: string): string | null {
  try {
    return nameIn(body);
  } catch {
    return null; // cut, or never JSON
  }
}

// --- wrong tokens -----------------------------------------------------------------------------------------------

/** Of a shorter text the end would be too much of the whole. */
const SHORTEST = 16;
const ENDING = ', ending in ';

/** A wrong token is told apart by its last four characters, as Entra's administrator sees it. */
export function rejectedInWords(token: string | null): string {
  if (token === null) return 'No token';
  return token.length < SHORTEST ? 'Wrong token' : `Wrong token${ENDING}${token.slice(-4)}`;
}

export function lastFourIn(action: string): string | null {
  return action.includes(ENDING) ? action.slice(-4) : null;
}
