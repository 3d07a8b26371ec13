// Keycloak's directory by its admin API. Keycloak assigns nobody to an application: whoever is in the realm may sign in.
// Scope `assigned` reads those who have a role of the client, in person or by a group, and everybody where it has none.
// A role that comes by another role (composite) is in no list of Keycloak's; looked at by name such a person has it.

import type { DirectoryAssignment, DirectoryGroup, DirectoryPerson } from '../identity/directory.ts';
import type { Provider } from '../identity/provider.ts';
import { askDirectory } from '../provider/directory-api.ts';
import type { Reach } from '../provider/reach.ts';
import type { DirectoryPage, DirectoryReader, PageOutcome, PartPlace, Reading } from './directory.ts';
import { type Ask, keycloakApi, nextOffset, pagePath } from './keycloak-api.ts';
import { keycloakPeople } from './keycloak-people.ts';
import { personOf, treeOf } from './keycloak-rows.ts';
import {
  eachOf,
  noCost,
  noRows,
  outcomeOf,
  READING_PATIENCE_MS,
  type Row,
  rowsOf,
  textOf,
} from './page-outcome.ts';

const AT_ONCE = 4;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

interface Place extends PartPlace {
  /** What stands after the name of the part. */
  readonly words: readonly string[];
}

interface Reader {
  readonly ask: Ask;
  readonly clientId: string;
  readonly reading: Reading;
  readonly signal: AbortSignal;
}

export function keycloakDirectory(reach: Reach, provider: Provider, reading: Reading): DirectoryReader {
  const cost = noCost();
  const api = keycloakApi(reach, provider, cost);
  const ask: Ask = (path, signal) =>
    askDirectory(reach, api, path, { patienceMs: READING_PATIENCE_MS, signal });
  const clientId = String(provider.settings.connection.clientId);
  return {
    name: api.name,
    parts: () => partsOf(reading),
    atOnce: AT_ONCE,
    read: (places, signal) =>
      eachOf(places, AT_ONCE, ({ part, from }) => {
        const [kind = '', ...words] = part.split(' ').map(decodeURIComponent);
        const read = parts[kind];
        if (!read) return Promise.resolve(refused(`Keycloak's directory has no part ${kind}.`));
        return read({ ask, clientId, reading, signal }, { part, from, words });
      }),
    ...keycloakPeople(ask, clientId, AT_ONCE),
    cost,
  };
}

/** A filter by group or query says by itself who is read; a role or a department narrows what is read. */
function partsOf({ scope, filter }: Reading): string[] {
  if (filter?.group !== undefined) return ['application', 'group'];
  if (filter?.query !== undefined) return ['application', 'people'];
  return scope === 'assigned' || filter?.role !== undefined
    ? ['application']
    : ['application', 'people', 'groups'];
}

const parts: Readonly<Record<string, (reader: Reader, place: Place) => Promise<PageOutcome>>> = {
  application: readApplication,
  people: readPeople,
  groups: readGroups,
  group: readNamedGroup,
  'role-people': readRolePeople,
  'role-groups': readRoleGroups,
  subgroups: readSubgroups,
  members: readMembers,
};

function named(kind: string, ...words: readonly string[]): string {
  return [kind, ...words.map(encodeURIComponent)].join(' ');
}

/** Whether who has a role is also who is read; else they are read elsewhere, or asked for by a filter. */
function readsByRole({ scope, filter }: Reading): boolean {
  if (filter?.role !== undefined) return true;
  return scope === 'assigned' && filter?.group === undefined && filter?.query === undefined;
}

// --- the client and its roles -----------------------------------------------------------------------------------

const NEEDS_CLIENTS = needs('view-clients');
const NEEDS_PEOPLE = needs('view-users');
const NEEDS_ROLES = `${NEEDS_CLIENTS} ${NEEDS_PEOPLE}`;

function needs(role: string): string {
  return `Give the service account of the client the role \`${role}\` of \`realm-management\`.`;
}

async function readApplication(
  { ask, clientId, reading, signal }: Reader,
  place: Place,
): Promise<PageOutcome> {
  const { from } = place;
  const clients = await ask(`/clients?clientId=${encodeURIComponent(clientId)}`, signal);
  if (!clients.ok) return outcomeOf(clients, { needs: NEEDS_CLIENTS, from, mayBeGone: false });
  const client = rowsOf(clients.body)?.find((row) => row.clientId === clientId);
  const id = client && textOf(client, 'id');
  // With `query-clients` alone the list is empty, and no failure.
  if (!id) return refused(`Keycloak shows no client ${clientId}. ${NEEDS_CLIENTS}`);
  const answer = await ask(`/clients/${encodeURIComponent(id)}/roles`, signal);
  if (!answer.ok) return outcomeOf(answer, { needs: NEEDS_CLIENTS, from, mayBeGone: false });
  const rows = rowsOf(answer.body);
  if (rows === null) return noRows('Keycloak');
  const roles = rows.flatMap((row) => textOf(row, 'name') ?? []);
  const wanted = reading.filter?.role;
  if (wanted !== undefined && !roles.includes(wanted)) {
    return refused(`The client ${clientId} has no role ${wanted}.`);
  }
  const of = wanted === undefined ? roles : [wanted];
  const byRole = of.flatMap((role) => [named('role-people', id, role), named('role-groups', id, role)]);
  const everybody = roles.length === 0 && readsByRole(reading) ? ['people', 'groups'] : [];
  // Nobody needs a role to sign in, so whoever has lost theirs is not shut out.
  return page({ application: { assignmentRequired: false, roles }, parts: [...byRole, ...everybody] });
}

async function readRolePeople({ ask, reading, signal }: Reader, place: Place): Promise<PageOutcome> {
  const path = pagePath(rolePath(place, 'users'), place.from, '&briefRepresentation=false');
  const read = await readRows(ask, path, place, { needs: NEEDS_ROLES, signal, mayBeGone: true });
  if ('ok' in read) return read;
  const people = peopleOf(read.rows, reading);
  const [, role = null] = place.words;
  const assignments = people.map(({ id }): DirectoryAssignment => ({ principal: id, kind: 'person', role }));
  return page({ ...(readsByRole(reading) && { people }), assignments, next: read.next });
}

async function readRoleGroups({ ask, reading, signal }: Reader, place: Place): Promise<PageOutcome> {
  const path = pagePath(rolePath(place, 'groups'), place.from);
  const read = await readRows(ask, path, place, { needs: NEEDS_ROLES, signal, mayBeGone: true });
  if ('ok' in read) return read;
  const [, role = ''] = place.words;
  const told = groupPage(reading, read.rows, role);
  // What a group has, those that are in it have too; the list of a role does not name them.
  const inside = read.rows
    .flatMap((row) => textOf(row, 'id') ?? [])
    .map((id) => named('subgroups', id, role));
  return page({ ...told, parts: [...(told.parts ?? []), ...inside], next: read.next });
}

function rolePath({ words: [client = '', role = ''] }: Place, of: 'users' | 'groups'): string {
  return `/clients/${encodeURIComponent(client)}/roles/${encodeURIComponent(role)}/${of}`;
}

// --- people and groups ------------------------------------------------------------------------------------------

async function readPeople({ ask, reading, signal }: Reader, place: Place): Promise<PageOutcome> {
  const query = reading.filter?.query;
  // `name:value` asks for attributes; anything else for a part of name or address.
  const way = query !== undefined && /^\S+:/.test(query) ? 'q' : 'search';
  const more = query === undefined ? '' : `&${way}=${encodeURIComponent(query)}`;
  const path = pagePath('/users', place.from, `&briefRepresentation=false${more}`);
  const read = await readRows(ask, path, place, { needs: NEEDS_PEOPLE, signal });
  if ('ok' in read) return read;
  // With `query-users` alone the list is empty, and no failure.
  const isNobody = read.rows.length === 0 && place.from === null && query === undefined;
  const count = place.from === null && query === undefined ? await countOf(ask, signal) : null;
  return page({
    people: peopleOf(read.rows, reading),
    ...(isNobody && { limited: `Keycloak lists nobody at all. ${NEEDS_PEOPLE}` }),
    ...(count !== null && { count }),
    next: read.next,
  });
}

async function countOf(ask: Ask, signal: AbortSignal): Promise<number | null> {
  const answer = await ask('/users/count', signal);
  return answer.ok && typeof answer.body === 'number' ? answer.body : null;
}

async function readGroups({ ask, reading, signal }: Reader, place: Place): Promise<PageOutcome> {
  const path = pagePath('/groups', place.from, '&briefRepresentation=true');
  const read = await readRows(ask, path, place, { needs: NEEDS_PEOPLE, signal });
  return 'ok' in read ? read : page({ ...groupPage(reading, read.rows, null), next: read.next });
}

/** Of one group: first the group, whose answer has the others or their number; then these, page by page. */
async function readSubgroups({ ask, reading, signal }: Reader, place: Place): Promise<PageOutcome> {
  const [id = '', role = null] = place.words;
  const [own, isFirst] = [`/groups/${encodeURIComponent(id)}`, place.from === null];
  const path = isFirst ? own : pagePath(`${own}/children`, place.from, '&briefRepresentation=true');
  const wants = { needs: NEEDS_PEOPLE, signal, mayBeGone: true, one: isFirst };
  const read = await readRows(ask, path, place, wants);
  if ('ok' in read) return read;
  const isCut = isFirst && treeOf(read.rows).cut.includes(id);
  return page({ ...groupPage(reading, read.rows, role, id), next: isCut ? '0' : read.next });
}

/**
 * `outer`: a group that was told of before. Where a filter says who is read, groups that have a role are told of as
 * assignments alone.
 */
function groupPage(
  { filter }: Reading,
  rows: readonly Row[],
  role: string | null,
  outer?: string,
): Partial<DirectoryPage> {
  const tree = treeOf(rows);
  const groups = tree.groups.filter(({ id }) => id !== outer);
  const cut = tree.cut.filter((id) => id !== outer);
  const isRead = filter?.group === undefined && filter?.query === undefined;
  const ofRole = role === null ? [] : [role];
  return {
    ...(isRead && { groups }),
    ...(role !== null && {
      assignments: groups.map(({ id }): DirectoryAssignment => ({ principal: id, kind: 'group', role })),
    }),
    parts: [
      ...(isRead ? groups.map(({ id }) => membersOf(id)) : []),
      ...cut.map((id) => named('subgroups', id, ...ofRole)),
    ],
  };
}

async function readNamedGroup({ ask, reading, signal }: Reader, place: Place): Promise<PageOutcome> {
  const wanted = reading.filter?.group ?? '';
  const one = UUID.test(wanted);
  const path = one
    ? `/groups/${wanted}`
    : `/groups?search=${encodeURIComponent(wanted.split('/').at(-1) ?? '')}&exact=true&briefRepresentation=true`;
  const read = await readRows(ask, path, { ...place, from: null }, { needs: NEEDS_PEOPLE, signal, one });
  if ('ok' in read) return read;
  const isIt = ({ id, displayName }: DirectoryGroup) =>
    one ? id === wanted : displayName === wanted.replace(/^\//, '');
  const group = treeOf(read.rows).groups.find(isIt);
  if (!group)
    return refused(`Keycloak shows no group ${wanted}: one that is in another is named by its path.`);
  return page({ groups: [group], parts: [membersOf(group.id)] });
}

function membersOf(group: string): string {
  return named('members', group);
}

async function readMembers({ ask, reading, signal }: Reader, place: Place): Promise<PageOutcome> {
  const [group = ''] = place.words;
  const path = pagePath(
    `/groups/${encodeURIComponent(group)}/members`,
    place.from,
    '&briefRepresentation=false',
  );
  const read = await readRows(ask, path, place, { needs: NEEDS_PEOPLE, signal, mayBeGone: true });
  if ('ok' in read) return read;
  const people = peopleOf(read.rows, reading);
  const withPeople = readsByRole(reading) || reading.filter?.group !== undefined;
  const memberships = people.map(({ id: member }) => ({ group, member }));
  return page({ memberships, ...(withPeople && { people }), next: read.next });
}

function peopleOf(rows: readonly Row[], { filter }: Reading): DirectoryPerson[] {
  const people = rows.flatMap((row) => personOf(row) ?? []);
  const wanted = filter?.department;
  return people.filter(({ attributes }) => wanted === undefined || attributes.department === wanted);
}

// --- one request ------------------------------------------------------------------------------------------------

interface Wants {
  /** What gives the permission, where it is missing. */
  readonly needs: string;
  readonly signal: AbortSignal;
  readonly mayBeGone?: boolean;
  /** The answer is an object and no list. */
  readonly one?: boolean;
}

async function readRows(
  ask: Ask,
  path: string | null,
  { from }: Place,
  { needs: lacks, signal, mayBeGone = false, one = false }: Wants,
): Promise<PageOutcome | { readonly rows: readonly Row[]; readonly next: string | null }> {
  if (path === null) return { ok: false, kind: 'expired', why: 'This is no place of ours to read on from.' };
  const answer = await ask(path, signal);
  if (!answer.ok) return outcomeOf(answer, { needs: lacks, from, mayBeGone });
  const rows = rowsOf(answer.body, one);
  return rows === null ? noRows('Keycloak') : { rows, next: one ? null : nextOffset(from, rows.length) };
}

function page(read: Partial<DirectoryPage>): PageOutcome {
  return { ok: true, page: { next: null, ...read } };
}

function refused(why: string): PageOutcome {
  return { ok: false, kind: 'refused', why };
}
