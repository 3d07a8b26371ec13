// One page of one part of Entra: asked for, and read to what the caller stages, with the further parts that it tells of.

import type { DirectoryAssignment } from '../identity/directory.ts';
import type { EntraEndpoints } from '../provider/endpoints.ts';
import type { GraphAnswer } from '../provider/graph.ts';
import type { DirectoryPage, PageOutcome, Reading } from './directory.ts';
import { type Failed, noGroup, outcome, outcomeOf, readList, worstOf } from './entra-pages.ts';
import {
  areAssignedAskedFor,
  areAssignedGroupsRead,
  areMembersIds,
  assignedParts,
  assignmentsQuestion,
  membersPart,
  type Part,
  questionOf,
  userQuestion,
} from './entra-parts.ts';
import type { EntraRoles } from './entra-roles.ts';
import {
  type AssignmentRow,
  readAssignments,
  readGroup,
  readGroups,
  readIds,
  readPeople,
  readRows,
  USER_PROPERTIES,
} from './entra-rows.ts';
import type { GraphCaller } from './graph-caller.ts';

export interface EntraReading {
  readonly caller: GraphCaller;
  readonly endpoints: EntraEndpoints;
  readonly reading: Reading;
  readonly roles: EntraRoles;
  /** Another token than the one that is kept: what was granted since is in it. */
  renew(): Promise<void>;
}

type ListPart = Extract<Part, { kind: 'people' | 'groups' | 'members' }>;

export async function readPage(
  here: EntraReading,
  part: Part,
  link: string | null,
  signal: AbortSignal,
): Promise<PageOutcome> {
  if (part.kind === 'application') return readApplicationPart(here, signal);
  if (part.kind === 'assigned') return readAssignedPeople(here, part, signal);
  const question = questionOf(part, here.endpoints.clientId, here.reading);
  const answer = await here.caller.get({ ...question, path: link ?? question.path }, signal);
  if (part.kind === 'group') return readNamedGroup(here, answer);
  if (part.kind === 'assignments') return readAssigned(here, link, answer, signal);
  return readListed(here, part, link, answer);
}

/** A page of people, groups or members; `link`: of the page, null of the first one. */
export function readListed(
  { endpoints, reading }: EntraReading,
  part: ListPart,
  link: string | null,
  answer: GraphAnswer,
): PageOutcome {
  if (!answer.ok) return outcomeOf(answer, part, link, reading.filter);
  const asked = link ?? questionOf(part, endpoints.clientId, reading).path;
  const list = readList(endpoints, asked, answer.body);
  if (!list.ok) return list;
  const { rows, page } = list;
  if (part.kind === 'groups') {
    const { groups, limited } = readGroups(rows);
    const parts = groups.map(({ id }) => membersPart(id));
    return { ok: true, page: { ...page, groups, parts, ...saying(limited) } };
  }
  if (part.kind === 'people') {
    const { people, limited } = readPeople(rows);
    return { ok: true, page: { ...page, people, ...saying(limited) } };
  }
  return { ok: true, page: { ...page, ...membersOf(part.group, rows, areMembersIds(reading)) } };
}

function membersOf(group: string, rows: readonly unknown[], areIds: boolean): Omit<DirectoryPage, 'next'> {
  const memberships = (ids: readonly string[]) => ids.map((member) => ({ group, member }));
  if (areIds) {
    const { ids, limited } = readIds(rows);
    return { memberships: memberships(ids), ...saying(limited) };
  }
  const { people, limited } = readPeople(rows);
  return { people, memberships: memberships(people.map(({ id }) => id)), ...saying(limited) };
}

async function readApplicationPart(here: EntraReading, signal: AbortSignal): Promise<PageOutcome> {
  const read = await here.roles.application(signal);
  if (!('roles' in read)) return read;
  const roles = [...read.roles.values()].filter((value) => value !== null);
  const wanted = here.reading.filter?.role;
  if (wanted !== undefined && !roles.includes(wanted)) {
    return outcome(
      'refused',
      `The application has no role "${wanted}"; it has: ${roles.join(', ') || 'none'}.`,
    );
  }
  const application = { assignmentRequired: read.assignmentRequired, roles };
  return { ok: true, page: { application, parts: ['assignments'], next: null } };
}

/** The group that an import names. */
function readNamedGroup({ reading }: EntraReading, answer: GraphAnswer): PageOutcome {
  if (!answer.ok) return outcomeOf(answer, { kind: 'group' }, null, reading.filter);
  const rows = readRows(answer.body);
  const groups =
    rows === null ? [readGroup(answer.body)].filter((each) => each !== null) : readGroups(rows).groups;
  if (groups.length === 0) return noGroup();
  if (groups.length > 1) {
    const ids = groups.map(({ id }) => id).join(', ');
    return outcome('refused', `${groups.length} groups have that name; say which one by its id: ${ids}.`);
  }
  return { ok: true, page: { groups, parts: groups.map(({ id }) => membersPart(id)), next: null } };
}

async function readAssigned(
  here: EntraReading,
  link: string | null,
  answer: GraphAnswer,
  signal: AbortSignal,
): Promise<PageOutcome> {
  const { endpoints, reading, roles } = here;
  if (!answer.ok) return outcomeOf(answer, { kind: 'assignments' }, link, undefined);
  const asked = link ?? assignmentsQuestion(endpoints.clientId).path;
  const list = readList(endpoints, asked, answer.body);
  if (!list.ok) return list;
  const { found, limited } = readAssignments(list.rows);
  const values = await roles.valuesOf(
    found.map(({ roleId }) => roleId).filter((id) => id !== null),
    signal,
  );
  if (isFailed(values)) return values;
  const wanted = reading.filter?.role;
  const assignments = found
    .map(({ roleId, ...row }) => ({ ...row, role: roleId === null ? null : (values.get(roleId) ?? null) }))
    .filter(({ role }) => wanted === undefined || role === wanted);
  return { ok: true, page: { ...list.page, ...assignedOf(reading, assignments), ...saying(limited) } };
}

function isFailed(read: object): read is Failed {
  return 'kind' in read;
}

/** Of the assignments what is staged, and which parts they lead to. */
function assignedOf(
  reading: Reading,
  rows: readonly (DirectoryAssignment & Pick<AssignmentRow, 'name'>)[],
): Omit<DirectoryPage, 'next'> {
  const assignments = rows.map(({ principal, kind, role }) => ({ principal, kind, role }));
  const names = new Map(
    rows.filter(({ kind }) => kind === 'group').map(({ principal, name }) => [principal, name]),
  );
  const people = new Set(rows.filter(({ kind }) => kind === 'person').map(({ principal }) => principal));
  const groups = areAssignedGroupsRead(reading) ? [...names] : [];
  return {
    assignments,
    groups: groups.map(([id, displayName]) => ({ id, displayName })),
    parts: [
      ...groups.map(([id]) => membersPart(id)),
      ...(areAssignedAskedFor(reading) ? assignedParts([...people]) : []),
    ],
  };
}

/** Those who are assigned in person: one batch. Whoever is not there any more is no failure; a second look says more. */
async function readAssignedPeople(
  { caller, reading }: EntraReading,
  part: Part & { kind: 'assigned' },
  signal: AbortSignal,
): Promise<PageOutcome> {
  const questions = part.ids.map((id) => userQuestion(id, USER_PROPERTIES));
  const answers = await caller.getAll(questions, signal);
  const worst = worstOf(answers);
  if (worst) return outcomeOf(worst, part, null, reading.filter);
  const { people, limited } = readPeople(answers.flatMap((answer) => (answer.ok ? [answer.body] : [])));
  return { ok: true, page: { people, next: null, ...saying(limited) } };
}

function saying(limited: string | null): { readonly limited?: string } {
  return limited === null ? {} : { limited };
}
