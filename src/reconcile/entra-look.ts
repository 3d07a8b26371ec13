// A second look at single people in Entra: whether they are there, enabled, assigned, and in which groups. Nothing that
// could not be read is an absence or a "no".

import type { Whereabouts } from '../identity/directory.ts';
import { GUID } from '../provider/endpoints.ts';
import type { GraphAnswer, GraphFailure } from '../provider/graph.ts';
import type { Reach } from '../provider/reach.ts';
import { own } from '../scim/json.ts';
import type { DirectoryReader } from './directory.ts';
import { assignmentsQuestion, userQuestion } from './entra-parts.ts';
import { readAssignments, readIds, readPerson, readRows } from './entra-rows.ts';
import type { GraphCaller, Question } from './graph-caller.ts';

const SELECT = 'id,accountEnabled,userPrincipalName';
/** 999 in each: nobody is in more groups directly. */
const GROUP_PAGES_MOST = 20;
const ASSIGNMENT_PAGES_MOST = 1_000;
/** Long enough for the looks of one step, short enough that who was assigned meanwhile is seen by the next. */
const ASSIGNMENTS_KEPT_MS = 60_000;

export function entraLook(
  reach: Reach,
  caller: GraphCaller,
  clientId: string,
): Pick<DirectoryReader, 'lookAt' | 'lookFor'> {
  const principalsNow = assignedPrincipals(reach, caller, clientId);
  const completed = async (found: readonly Found[], signal: AbortSignal): Promise<Whereabouts[]> => {
    const ids = found.flatMap((each) => (each.kind === 'person' ? [each.id] : []));
    if (ids.length === 0) return found.map((each) => whereaboutsOf(each, new Map(), null));
    const principals = await principalsNow(signal);
    const groups = await groupsOf(caller, ids, signal);
    return found.map((each) => whereaboutsOf(each, groups, principals));
  };
  const ask = (names: readonly string[], signal: AbortSignal) =>
    caller.getAll(
      names.map((name) => userQuestion(name, SELECT)),
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
        id: each.kind === 'person' ? each.id : null,
        found: whereabouts[at]!,
      }));
    },
  };
}

interface Person {
  readonly kind: 'person';
  readonly id: string;
  readonly userName: string | null;
  readonly enabled: boolean | null;
}

type Found = Person | { readonly kind: 'absent' } | Exclude<Whereabouts, { kind: 'there' }>;

function readFound(answer: GraphAnswer): Found {
  if (!answer.ok) return answer.kind === 'notFound' ? { kind: 'absent' } : unreadable(answer);
  const person = readPerson(answer.body);
  if (person === null) return unknown('Graph answered with something else than a person.');
  return { kind: 'person', id: person.id, userName: person.userName, enabled: person.enabled };
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
  principals: ReadonlySet<string> | null,
): Whereabouts {
  if (found.kind === 'absent') return { kind: 'gone' };
  if (found.kind !== 'person') return found;
  const { id, enabled, userName } = found;
  const groups = groupsById.get(id) ?? null;
  const isAssigned = principals?.has(id) || groups?.some((group) => principals?.has(group)) || false;
  // That nothing was found is a "no" only where everything was looked at.
  const isKnown = principals !== null && (isAssigned || groups !== null);
  return { kind: 'there', enabled, userName, groups, assigned: isKnown ? isAssigned : null };
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
): (signal: AbortSignal) => Promise<ReadonlySet<string> | null> {
  let kept: { readonly principals: ReadonlySet<string>; readonly at: number } | null = null;
  return async (signal) => {
    const now = reach.clock.now();
    if (kept !== null && now - kept.at < ASSIGNMENTS_KEPT_MS) return kept.principals;
    const first = await caller.get(assignmentsQuestion(clientId), signal);
    const most = { indexed: false, pagesMost: ASSIGNMENT_PAGES_MOST };
    const rows = await wholeList(caller, first, most, signal);
    const read = rows && readAssignments(rows);
    if (!read || read.limited !== null) return null;
    kept = { principals: new Set(read.found.map(({ principal }) => principal)), at: now };
    return kept.principals;
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
