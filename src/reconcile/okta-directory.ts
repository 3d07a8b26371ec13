// Okta's directory by its management API: the application's people and groups, or all of the org's. What an account that
// cannot sign in is: okta-rows.ts. People of Okta who were deactivated are in no list; looked at by name they are there.

import type { DirectoryPerson, Whereabouts } from '../identity/directory.ts';
import type { Provider } from '../identity/provider.ts';
import { type ApiAnswer, askDirectory } from '../provider/directory-api.ts';
import { waitUnlessEnded } from '../provider/patience.ts';
import type { Reach } from '../provider/reach.ts';
import { own } from '../scim/json.ts';
import type { DirectoryPage, DirectoryReader, PageOutcome, PartPlace, Reading } from './directory.ts';
import { nextLink, oktaApi } from './okta-api.ts';
import { assigned, groupOf, personOf } from './okta-rows.ts';
import {
  eachOf,
  noCost,
  noRows,
  objectOf,
  outcomeOf,
  READING_PATIENCE_MS,
  type Row,
  rowsOf,
  textOf,
} from './page-outcome.ts';

/** What Okta recommends, and the most that its list of users gives. */
const ROWS = 200;
/** Okta limits how many requests of the whole org are under way, too. */
const AT_ONCE = 4;
/** A person's own groups are listed in full; more pages than this are no list of groups. */
const GROUP_PAGES_MOST = 20;
const NEEDS = 'The API token wants an administrator who may read: the role "Read-only Administrator".';

type Ask = (path: string, signal: AbortSignal) => Promise<ApiAnswer>;

interface Part {
  readonly path: string;
  readonly mayBeGone?: true;
  /** The answer is an object and no list. */
  readonly one?: boolean;
  readonly read: (rows: readonly Row[]) => Partial<DirectoryPage> | PageOutcome;
}

export function oktaDirectory(reach: Reach, provider: Provider, reading: Reading): DirectoryReader {
  const cost = noCost();
  const api = oktaApi(reach, provider, cost);
  const application = `/apps/${segment(String(provider.settings.connection.clientId))}`;
  const ask: Ask = async (path, signal) => {
    const wait = api.waitMs();
    if (wait > 0) await waitUnlessEnded(reach, wait, signal);
    return askDirectory(reach, api, path, { patienceMs: READING_PATIENCE_MS, signal });
  };
  const readOne = async ({ part, from }: PartPlace, signal: AbortSignal): Promise<PageOutcome> => {
    if (reading.filter?.role !== undefined) return refused(NO_ROLES);
    const known = partOf(reading, application, part);
    const answer = await ask(from ?? known.path, signal);
    if (!answer.ok) {
      return outcomeOf(answer, { needs: NEEDS, from, mayBeGone: known.mayBeGone === true });
    }
    const rows = rowsOf(answer.body, known.one);
    if (rows === null) return noRows(api.name);
    const read = known.read(rows);
    return 'ok' in read ? read : { ok: true, page: { ...read, next: nextLink(answer.headers) } };
  };
  return {
    name: api.name,
    parts: () => partsOf(reading),
    atOnce: AT_ONCE,
    read: (places, signal) => eachOf(places, AT_ONCE, (place) => readOne(place, signal)),
    lookAt: async (ids, signal) => {
      const isOpen = await isOpenToAll(ask, application, signal);
      return eachOf(ids, AT_ONCE, (id) => lookAt(ask, application, isOpen, id, signal));
    },
    lookFor: async (userNames, signal) => {
      const isOpen = await isOpenToAll(ask, application, signal);
      return eachOf(userNames, AT_ONCE, (name) => lookFor(ask, application, isOpen, name, signal));
    },
    cost,
  };
}

const NO_ROLES =
  'Applications of Okta have no roles to read people by: name a group, a department or a query.';

// --- parts ------------------------------------------------------------------------------------------------------

/** A filter by group or query says by itself who is read; a department narrows what is read. */
function partsOf({ scope, filter }: Reading): string[] {
  if (filter?.group !== undefined) return ['group'];
  if (filter?.query !== undefined) return ['people'];
  return scope === 'assigned'
    ? ['application', 'assignments', 'groups']
    : ['application', 'people', 'groups'];
}

function partOf({ scope, filter }: Reading, application: string, part: string): Part {
  const isWanted = ofDepartment(filter?.department);
  const everyOne = `?limit=${ROWS}`;
  const [kind, id = ''] = part.split(' ');
  if (kind === 'application')
    return { path: application, one: true, read: ([app = {}]) => readApplication(app) };
  if (kind === 'assignments') {
    const path = `${application}/users${everyOne}&expand=user`;
    return { path, read: (rows) => readAssignments(rows, isWanted) };
  }
  if (kind === 'people') {
    const query = filter?.query === undefined ? '' : `&search=${encodeURIComponent(filter.query)}`;
    return { path: `/users${everyOne}${query}`, read: (rows) => ({ people: people(rows).filter(isWanted) }) };
  }
  if (kind === 'members') {
    // With `all` every person is read elsewhere.
    const withPeople = scope === 'assigned' || filter?.group !== undefined;
    const path = `/groups/${segment(id)}/users${everyOne}`;
    return { path, mayBeGone: true, read: (rows) => readMembers(id, rows, isWanted, withPeople) };
  }
  if (kind === 'group') {
    const named = filter?.group ?? '';
    const one = GROUP_ID.test(named);
    return { path: pathOfGroup(named), one, read: (rows) => readNamedGroup(rows, named) };
  }
  return scope === 'assigned'
    ? { path: `${application}/groups${everyOne}&expand=group`, read: readAssignedGroups }
    : { path: `/groups${everyOne}`, read: readGroups };
}

/** `implicitAssignment` is Okta's Federation Broker Mode: whoever has an account may use the application. */
function readApplication(app: Row): Partial<DirectoryPage> {
  const isOpen = own(objectOf(app, 'settings'), 'implicitAssignment') === true;
  return { application: { assignmentRequired: !isOpen, roles: [] } };
}

function readAssignments(
  rows: readonly Row[],
  isWanted: (person: DirectoryPerson) => boolean,
): Partial<DirectoryPage> {
  const read = rows.map(assigned);
  const all = read.flatMap(({ person }) => person ?? []);
  const limited = 'Okta left out some of the people who are assigned: the API token may not read them.';
  return {
    people: all.filter(isWanted),
    assignments: read.flatMap(({ assignment }) => assignment ?? []),
    ...(all.length < rows.length && { limited }),
  };
}

function readMembers(
  group: string,
  rows: readonly Row[],
  isWanted: (person: DirectoryPerson) => boolean,
  withPeople: boolean,
): Partial<DirectoryPage> {
  const members = people(rows).filter(isWanted);
  const memberships = members.map(({ id: member }) => ({ group, member }));
  return { memberships, ...(withPeople && { people: members }) };
}

function readGroups(rows: readonly Row[]): Partial<DirectoryPage> {
  const groups = rows.flatMap((row) => groupOf(row) ?? []);
  return { groups, parts: groups.map(({ id }) => `members ${id}`) };
}

function readAssignedGroups(rows: readonly Row[]): Partial<DirectoryPage> {
  // The row is the assignment; it has the group's id, and the group itself embedded.
  const page = readGroups(
    rows.map((row) => ({ ...objectOf(objectOf(row, '_embedded'), 'group'), id: row.id })),
  );
  const assignments = page.groups!.map(({ id }) => ({ principal: id, kind: 'group', role: null }) as const);
  return { ...page, assignments };
}

const GROUP_ID = /^00g[0-9A-Za-z]{17}$/;

function pathOfGroup(group: string): string {
  if (GROUP_ID.test(group)) return `/groups/${group}`;
  return `/groups?limit=${ROWS}&search=${encodeURIComponent(`profile.name eq ${JSON.stringify(group)}`)}`;
}

function readNamedGroup(rows: readonly Row[], wanted: string): Partial<DirectoryPage> | PageOutcome {
  const page = readGroups(rows.filter((row) => row.id === wanted || groupOf(row)?.displayName === wanted));
  return page.groups!.length > 0 ? page : refused(`Okta shows no group ${wanted}.`);
}

function people(rows: readonly Row[]): DirectoryPerson[] {
  return rows.flatMap((row) => personOf(row) ?? []);
}

function ofDepartment(department: string | undefined): (person: DirectoryPerson) => boolean {
  return ({ attributes }) => department === undefined || attributes.department === department;
}

function refused(why: string): PageOutcome {
  return { ok: false, kind: 'refused', why };
}

function segment(text: string): string {
  return encodeURIComponent(text);
}

// --- single persons ---------------------------------------------------------------------------------------------

/** Null where it is not known: then nobody is "not assigned", as the application may be another than we think. */
async function isOpenToAll(ask: Ask, application: string, signal: AbortSignal): Promise<boolean | null> {
  const answer = await ask(application, signal);
  if (!answer.ok) return null;
  return own(objectOf(answer.body, 'settings'), 'implicitAssignment') === true;
}

async function lookAt(
  ask: Ask,
  application: string,
  isOpen: boolean | null,
  id: string,
  signal: AbortSignal,
): Promise<Whereabouts> {
  const answer = await ask(`/users/${segment(id)}`, signal);
  if (!answer.ok) {
    // Okta's ids have capital letters; an id that lost them is somebody else's absence.
    if (answer.kind === 'notFound' && id !== id.toLowerCase()) return { kind: 'gone' };
    return { kind: 'unknown', why: `The person could not be looked up. ${answer.message}` };
  }
  // The same address takes sign-in names and `me`, who is the owner of the token.
  if (textOf(answer.body, 'id') !== id)
    return { kind: 'unknown', why: `Okta has no account with the id ${id}.` };
  return whereabouts(ask, application, isOpen, answer.body as Row, signal);
}

async function lookFor(
  ask: Ask,
  application: string,
  isOpen: boolean | null,
  userName: string,
  signal: AbortSignal,
): Promise<{ id: string | null; found: Whereabouts }> {
  const unknown = (why: string) => ({ id: null, found: { kind: 'unknown', why } as const });
  if (/[/?]/.test(userName)) return unknown('Okta looks up nobody by a sign-in name with a slash or `?`.');
  const answer = await ask(`/users/${segment(userName)}`, signal);
  if (!answer.ok) {
    if (answer.kind === 'notFound') return { id: null, found: { kind: 'gone' } };
    return unknown(`The person could not be looked up. ${answer.message}`);
  }
  const user = answer.body as Row;
  const [id, login] = [textOf(user, 'id'), textOf(objectOf(user, 'profile'), 'login')];
  // Found by the part before the @ or by their id: somebody else.
  if (id === null || login?.toLowerCase() !== userName.toLowerCase()) {
    return { id: null, found: { kind: 'gone' } };
  }
  return { id, found: await whereabouts(ask, application, isOpen, user, signal) };
}

async function whereabouts(
  ask: Ask,
  application: string,
  isOpen: boolean | null,
  user: Row,
  signal: AbortSignal,
): Promise<Whereabouts> {
  const id = segment(textOf(user, 'id') ?? '');
  const [assignment, groups] = await Promise.all([
    isOpen === false ? ask(`${application}/users/${id}`, signal) : null,
    groupsOf(ask, id, signal),
  ]);
  const isAssigned = assignment?.ok ? true : assignment?.kind === 'notFound' ? false : null;
  const person = personOf(user, assignment?.ok ? objectOf(assignment.body, 'profile') : {});
  if (person === null) return { kind: 'unknown', why: 'Okta answered with something else than a person.' };
  return { kind: 'there', person, assigned: assignment === null ? isOpen : isAssigned, groups, roles: null };
}

/** Null where they could not be read whole. */
async function groupsOf(ask: Ask, id: string, signal: AbortSignal): Promise<string[] | null> {
  const groups: string[] = [];
  let path: string | null = `/users/${id}/groups?limit=${ROWS}`;
  for (let page = 0; path !== null; page++) {
    const answer: ApiAnswer = await ask(path, signal);
    const rows = answer.ok ? rowsOf(answer.body) : null;
    if (!answer.ok || rows === null || page === GROUP_PAGES_MOST) return null;
    groups.push(...rows.flatMap((row) => textOf(row, 'id') ?? []));
    path = nextLink(answer.headers);
  }
  return groups;
}
