// The parts in which a reading of Entra goes: their names, with which reading begins, and what is asked of Graph for each.
//
// Every run reads everything that is in scope. Delta queries would ask less of Graph, but an application's whole scope is
// some hundred requests of its limit of thousands in ten seconds, and a delta's token is state that expires after a week, is
// bound to its $select, and answers with an order to start again whenever Graph likes: then the full reading is needed anyway.
//
// A filter of an import is read by the narrowest that is given, and the rest is asked of Graph with it or left to the caller:
// - department and query: always with Graph, as $filter. Nobody is given who does not fit them.
// - group: its members. role: the assignments of that role alone, and the members of the groups that hold it.
// - role together with another: the caller takes those people alone who hold it, by assignment or by membership of a group
//   that does; and with a group, those alone who are members of it.

import { GUID } from '../provider/endpoints.ts';
import type { Reading } from './directory.ts';
import { USER_PROPERTIES } from './entra-rows.ts';
import type { Question } from './graph-caller.ts';

export type Part =
  | { readonly kind: 'application' }
  | { readonly kind: 'assignments' }
  | { readonly kind: 'people' }
  /** Those who are assigned in person, by their ids: one batch. */
  | { readonly kind: 'assigned'; readonly ids: readonly string[] }
  | { readonly kind: 'groups' }
  /** The one that an import names. */
  | { readonly kind: 'group' }
  | { readonly kind: 'members'; readonly group: string };

/** As many as one batch holds; the ids stand in the name of the part, so that it can be read after a restart. */
const ASSIGNED_MOST = 20;

export function firstParts(reading: Reading): readonly string[] {
  const filter = filterOf(reading);
  if (!filter) return reading.scope === 'all' ? ['application', 'people', 'groups'] : ['application'];
  const isListed = filter.group === undefined && whereOf(filter) !== null;
  return [
    ...(filter.role === undefined ? [] : ['application']),
    ...(filter.group === undefined ? [] : ['group']),
    ...(isListed ? ['people'] : []),
  ];
}

/** Null for a name that is none of ours. */
export function readPart(name: string): Part | null {
  const [kind, rest, more] = name.split(' ');
  if (more !== undefined) return null;
  if (kind === 'members') return rest !== undefined && GUID.test(rest) ? { kind, group: rest } : null;
  if (kind === 'people' && rest !== undefined) {
    const ids = rest.split(',');
    return ids.length <= ASSIGNED_MOST && ids.every((id) => GUID.test(id)) ? { kind: 'assigned', ids } : null;
  }
  if (rest !== undefined) return null;
  if (kind === 'application' || kind === 'assignments' || kind === 'people') return { kind };
  return kind === 'groups' || kind === 'group' ? { kind } : null;
}

export function membersPart(group: string): string {
  return `members ${group}`;
}

/** Whether those who are assigned in person are asked for one by one: not where they are listed anyway. */
export function areAssignedAskedFor(reading: Reading): boolean {
  const filter = filterOf(reading);
  if (!filter) return reading.scope === 'assigned';
  return filter.group === undefined && whereOf(filter) === null;
}

/** Whether the members of a group that is assigned are read because of that: `groups` tells of them all the same. */
export function areAssignedGroupsRead(reading: Reading): boolean {
  return filterOf(reading) !== null || reading.scope === 'assigned';
}

/** Whether members come as ids alone, since everybody is read otherwise. */
export function areMembersIds(reading: Reading): boolean {
  return filterOf(reading) === null && reading.scope === 'all';
}

export function assignedParts(ids: readonly string[]): string[] {
  const parts: string[] = [];
  for (let at = 0; at < ids.length; at += ASSIGNED_MOST) {
    parts.push(`people ${ids.slice(at, at + ASSIGNED_MOST).join(',')}`);
  }
  return parts;
}

/** Of the first page. For the parts that are lists. */
export function questionOf(
  part: Exclude<Part, { kind: 'assigned' }>,
  clientId: string,
  reading: Reading,
): Question {
  const where = whereOf(filterOf(reading));
  const filter = where === null ? '' : `&$filter=${encodeURIComponent(where)}`;
  const people = `$select=${USER_PROPERTIES}&$top=999&$count=true${filter}`;
  switch (part.kind) {
    case 'application':
      return applicationQuestion(clientId);
    case 'assignments':
      return assignmentsQuestion(clientId);
    case 'people':
      return { path: `/users?${people}`, indexed: true };
    case 'groups':
      return { path: '/groups?$select=id,displayName&$top=999' };
    case 'group':
      return groupQuestion(reading.filter?.group ?? '');
    case 'members': {
      // Direct members: an assignment does not reach groups inside of groups.
      const path = `/groups/${part.group}/members/microsoft.graph.user`;
      const isIdEnough = areMembersIds(reading);
      return { path: `${path}?${isIdEnough ? '$select=id&$top=999&$count=true' : people}`, indexed: true };
    }
  }
}

export function userQuestion(idOrName: string, select: string): Question {
  // A name that begins with $ is not taken for one in the plain form.
  const isPlain = !idOrName.startsWith('$');
  const name = encodeURIComponent(isPlain ? idOrName : doubled(idOrName));
  const at = isPlain ? `/users/${name}` : `/users('${name}')`;
  return { path: `${at}?$select=${select}` };
}

export function assignmentsQuestion(clientId: string): Question {
  return { path: `${applicationPath(clientId)}/appRoleAssignedTo?$top=999` };
}

export function applicationQuestion(clientId: string): Question {
  const select = 'id,appId,displayName,appRoles,appRoleAssignmentRequired,accountEnabled';
  return { path: `${applicationPath(clientId)}?$select=${select}` };
}

function applicationPath(clientId: string): string {
  return `/servicePrincipals(appId='${encodeURIComponent(doubled(clientId))}')`;
}

function groupQuestion(group: string): Question {
  const select = '$select=id,displayName';
  if (GUID.test(group)) return { path: `/groups/${group}?${select}` };
  const filter = encodeURIComponent(`displayName eq '${doubled(group)}'`);
  return { path: `/groups?$filter=${filter}&${select}` };
}

/** Null where everything in scope is read. */
function filterOf({ filter }: Reading): NonNullable<Reading['filter']> | null {
  return filter && Object.values(filter).some((each) => each !== undefined) ? filter : null;
}

/** Null where there is nothing that Graph is to filter people by. */
function whereOf(filter: Reading['filter'] | null): string | null {
  const { department, query } = filter ?? {};
  const byDepartment = department === undefined ? null : `department eq '${doubled(department)}'`;
  if (query === undefined) return byDepartment;
  return byDepartment === null ? query : `${byDepartment} and (${query})`;
}

/** OData doubles what would end the text. */
function doubled(text: string): string {
  return text.replaceAll("'", "''");
}
