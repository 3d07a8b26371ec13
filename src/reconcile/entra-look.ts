// A second look at single people in Entra: whether they are there, enabled, assigned, and in which groups. Nothing that
// could not be read is an absence or a "no".

import type { DirectoryPerson, Whereabouts } from '../identity/directory.ts';
import { GUID } from '../provider/endpoints.ts';
import type { GraphAnswer, GraphFailure } from '../provider/graph.ts';
import type { Reach } from '../provider/reach.ts';
import { own } from '../scim/json.ts';
import type { DirectoryReader } from './directory.ts';
import { assignmentsQuestion, userQuestion } from './entra-parts.ts';
import type { EntraRoles } from './entra-roles.ts';
import { readAssignments, readIds, readPerson, readRows, USER_PROPERTIES } from './entra-rows.ts';
import type { GraphCaller, Question } from './graph-caller.ts';

/** 999 in each: nobody is in more groups directly. */
const GROUP_PAGES_MOST = 20;
const ASSIGNMENT_PAGES_MOST = 1_000;
/** Long enough for the looks of one step, short enough that who was assigned meanwhile is seen by the next. */
const ASSIGNMENTS_KEPT_MS = 60_000;

export function entraLook(
  reach: Reach,
  caller: GraphCaller,
  clientId: string,
  roles: EntraRoles,
): Pick<DirectoryReader, 'lookAt' | 'lookFor'> {
  const assignmentsNow = assignedPrincipals(reach, caller, clientId, roles);
  const completed = async (found: readonly Found[], signal: AbortSignal): Promise<Whereabouts[]> => {
    const ids = found.flatMap((each) => (each.kind === 'person' ? [each.person.id] : []));
    if (ids.length === 0) return found.map((each) => whereaboutsOf(each, new Map(), null));
    const assignments = await assignmentsNow(signal);
    const groups = await groupsOf(caller, ids, signal);
    return found.map((each) => whereaboutsOf(each, groups, assignments));
  };
  const ask = (names: readonly string[], signal: AbortSignal) =>
    caller.getAll(
      names.map((name) => userQuestion(name, USER_PROPERTIES)),
      signal,
    );
  return {
    async lookAt(ids, signal) {
      const known = ids.filter((id) => GUID.test(id));
      const answers = await ask(known, signal);
      const found = new Map(known.map((id, at) => [id, readFound(answers[at]!)]));
      const absent = known.filter((id) => found.get(id)!.kind === 'absent');
      const deleted = await caller.getAll(absent.map(deletedQuestion), signal);
      for (const [at, id] of absent.entries()) found.set(id, readDeleted(deleted[at]!));
      return completed(
        ids.map((id) => found.get(id) ?? unknown('The person has no object id of Entra.')),
        signal,
      );
    },
    async lookFor(userNames, signal) {
      const found = (await ask(userNames, signal)).map(readFound);
      const whereabouts = await completed(found, signal);
      return found.map((each, at) => ({
        id: each.kind === 'person' ? each.person.id : null,
        found: whereabouts[at]!,
      }));
    },
  };
}

interface Person {
  readonly kind: 'person';
  readonly person: DirectoryPerson;
}

/** Of each principal the values of the roles that it is assigned with; none for "Default Access". */
type Assignments = ReadonlyMap<string, readonly string[]>;

type Found = Person | { readonly kind: 'absent' } | Exclude<Whereabouts, { kind: 'there' }>;

function readFound(answer: GraphAnswer): Found {
  if (!answer.ok) return answer.kind === 'notFound' ? { kind: 'absent' } : unreadable(answer);
  const person = readPerson(answer.body);
  if (person === null) return unknown('Graph answered with something else than a person.');
  return { kind: 'person', person };
}

function readDeleted(answer: GraphAnswer): Found {
  if (answer.ok) return { kind: 'deleted' };
  return answer.kind === 'notFound' ? { kind: 'gone' } : unreadable(answer);
}

function deletedQuestion(id: string): Question {
  return { path: `/directory/deletedItems/${id}?$select=id` };
}

function whereaboutsOf(
  found: Found,
  groupsById: ReadonlyMap<string, readonly string[] | null>,
  assignments: Assignments | null,
): Whereabouts {
  if (found.kind === 'absent') return { kind: 'gone' };
  if (found.kind !== 'person') return found;
  const { person } = found;
  const groups = groupsById.get(person.id) ?? null;
  const held = [person.id, ...(groups ?? [])].map((each) => assignments?.get(each));
  const theirs = held.filter((each) => each !== undefined);
  const isAssigned = theirs.length > 0;
  // That nothing was found is a "no" only where everything was looked at.
  const isWhole = assignments !== null && groups !== null;
  return {
    kind: 'there',
    person,
    groups,
    assigned: isWhole || isAssigned ? isAssigned : null,
    roles: isWhole ? [...new Set(theirs.flat())] : null,
  };
}

/** Of each person the ids of the groups that hold them directly; null where a page of those could not be read. */
async function groupsOf(
  caller: GraphCaller,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, readonly string[] | null>> {
  const asked = ids.map((id) => ({
    path: `/users/${id}/memberOf/microsoft.graph.group?$select=id&$top=999&$count=true`,
    indexed: true,
  }));
  const answers = await caller.getAll(asked, signal);
  const groups = new Map<string, readonly string[] | null>();
  for (const [at, id] of ids.entries()) {
    const rows = await wholeList(
      caller,
      answers[at]!,
      { indexed: true, pagesMost: GROUP_PAGES_MOST },
      signal,
    );
    const read = rows && readIds(rows);
    groups.set(id, read && read.limited === null ? read.ids : null);
  }
  return groups;
}

/**
 * Everybody and every group that is assigned, from the application's side: what Graph has on the person's side
 * (`appRoleAssignments`) takes Directory.Read.All, which we do not ask for. Null where it could not be read whole.
 */
function assignedPrincipals(
  reach: Reach,
  caller: GraphCaller,
  clientId: string,
  roles: EntraRoles,
): (signal: AbortSignal) => Promise<Assignments | null> {
  let kept: { readonly assignments: Assignments; readonly at: number } | null = null;
  return async (signal) => {
    const now = reach.clock.now();
    if (kept !== null && now - kept.at < ASSIGNMENTS_KEPT_MS) return kept.assignments;
    const first = await caller.get(assignmentsQuestion(clientId), signal);
    const most = { indexed: false, pagesMost: ASSIGNMENT_PAGES_MOST };
    const rows = await wholeList(caller, first, most, signal);
    const read = rows && readAssignments(rows);
    if (!read || read.limited !== null) return null;
    const ids = read.found.map(({ roleId }) => roleId).filter((id) => id !== null);
    const values = await roles.valuesOf([...new Set(ids)], signal);
    if (!('get' in values)) return null;
    const assignments = new Map<string, string[]>();
    for (const { principal, roleId } of read.found) {
      const value = roleId === null ? null : values.get(roleId);
      const known = assignments.get(principal) ?? [];
      assignments.set(principal, value ? [...known, value] : known);
    }
    kept = { assignments, at: now };
    return assignments;
  };
}

/** All rows of a list that begins with this answer; null where not all came. */
async function wholeList(
  caller: GraphCaller,
  first: GraphAnswer,
  { indexed, pagesMost }: { indexed: boolean; pagesMost: number },
  signal: AbortSignal,
): Promise<readonly unknown[] | null> {
  const all: unknown[] = [];
  let answer = first;
  for (let page = 1; page <= pagesMost; page++) {
    const rows = answer.ok ? readRows(answer.body) : null;
    if (!answer.ok || rows === null) return null;
    all.push(...rows);
    const link = own(answer.body, '@odata.nextLink');
    if (link === undefined || link === null) return all;
    if (typeof link !== 'string') return null;
    answer = await caller.get({ path: link, indexed }, signal);
  }
  return null;
}

function unreadable({ message }: GraphFailure): Found {
  return unknown(`The person could not be looked up. ${message}`);
}

function unknown(why: string): Found & { kind: 'unknown' } {
  return { kind: 'unknown', why };
}
