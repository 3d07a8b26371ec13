// Graph in memory, as large as reading a directory needs: lists in pages, single objects, batches. A test says what it
// holds, and which addresses answer otherwise. Behind the way out of test/provider/world.ts; everything before is the product's.

import type { DirectoryReader, PageOutcome, PartPlace, Reading } from '../../src/reconcile/directory.ts';
import { entraDirectory } from '../../src/reconcile/entra-directory.ts';
import {
  type Answer,
  type away,
  type Call,
  CLIENT,
  entra,
  GRAPH,
  serveEntra,
  V2,
  type World,
  world,
} from '../provider/world.ts';

export type Row = Readonly<Record<string, unknown>>;
type Said = Answer | ReturnType<typeof away>;

export interface StandIn extends World {
  /** By the path after the version, without query: rows of a list. A list that is not here is 404. */
  readonly lists: Map<string, readonly Row[]>;
  /** By the path after the version, without query. */
  readonly objects: Map<string, Row>;
  /** How many rows a page has at most, whatever `$top` says. */
  pageSize: number;
  /** What is asked for, parts of batches too, from the version on. */
  readonly paths: string[];
  /** Answers in the place of Graph where it gives something; also for parts of a batch. */
  fault: (path: string, times: number) => Said | null;
  reader(reading?: Reading): DirectoryReader;
}

export const APPLICATION = `/servicePrincipals(appId='${CLIENT}')`;
export const ASSIGNED_TO = `${APPLICATION}/appRoleAssignedTo`;
const DEFAULT_ACCESS = '00000000-0000-0000-0000-000000000000';

/** Ids that differ in their end. */
export const idOf = (kind: string, number: number) =>
  `${kind.padEnd(8, '0')}-0000-4000-8000-${String(number).padStart(12, '0')}`;
export const userId = (number: number) => idOf('a', number);
export const groupId = (number: number) => idOf('b', number);
export const roleId = (number: number) => idOf('c', number);
export const members = (group: number) => `/groups/${groupId(group)}/members/microsoft.graph.user`;

export function userRow(number: number, change: Row = {}): Row {
  return {
    id: userId(number),
    accountEnabled: true,
    userPrincipalName: `user${number}@contoso.example`,
    displayName: `User ${number}`,
    department: null,
    ...change,
  };
}

export function assignmentRow(principal: string, type: string, role = DEFAULT_ACCESS, name = 'Name'): Row {
  return {
    id: 'x',
    principalId: principal,
    principalType: type,
    appRoleId: role,
    principalDisplayName: name,
  };
}

export const notFound: Answer = problem(404, 'Request_ResourceNotFound');

export function problem(status: number, code: string, headers: Record<string, string> = {}): Answer {
  return { status, headers, body: { error: { code, message: `${code} it is.` } } };
}

export function standIn(): StandIn {
  const here = world();
  serveEntra(here, []);
  here.on(`${V2}/token`, { body: { access_token: 'token', expires_in: 3600 } });
  const asked = new Map<string, number>();
  const graph: StandIn = {
    ...here,
    lists: new Map([[ASSIGNED_TO, []]]),
    objects: new Map([
      [
        APPLICATION,
        { id: idOf('d', 1), appRoleAssignmentRequired: true, appRoles: [{ id: roleId(1), value: 'admin' }] },
      ],
    ]),
    pageSize: 999,
    paths: [],
    fault: () => null,
    reader: (reading = { scope: 'assigned' }) => entraDirectory(here.reach, entra, reading),
  };
  const answer = (path: string): Said => {
    graph.paths.push(path);
    const times = (asked.get(path) ?? 0) + 1;
    asked.set(path, times);
    return graph.fault(path, times) ?? answerOf(graph, path);
  };
  here.on(GRAPH, (call) => {
    const path = decodeURIComponent(call.url.slice(GRAPH.length));
    if (path !== '/$batch') return answer(path);
    const whole = graph.fault(path, 0);
    return (
      whole ?? {
        body: { responses: partsOf(call).map(({ id, url }) => partOf(id, answer(decodeURIComponent(url)))) },
      }
    );
  });
  return graph;
}

function partsOf(call: Call): { id: string; url: string }[] {
  return JSON.parse(call.body ?? '').requests;
}

/** Headers come in any letter case, parts in any order. */
function partOf(id: string, said: Said): Row {
  const { status = 200, headers = {}, body = {} } = said as Answer;
  const named = Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]);
  return { id, status, headers: Object.fromEntries(named), body };
}

function answerOf(graph: StandIn, path: string): Answer {
  const [name = '', query = ''] = path.split('?');
  const object = graph.objects.get(name);
  if (object) return { body: object };
  const rows = graph.lists.get(name);
  if (!rows) return notFound;
  const skip = Number(/skiptoken=(\d+)/.exec(query)?.[1] ?? 0);
  const page = rows.slice(skip, skip + graph.pageSize);
  const isLast = skip + graph.pageSize >= rows.length;
  return {
    headers: { 'x-ms-resource-unit': '2' },
    body: {
      ...(query.includes('$count=true') && skip === 0 && { '@odata.count': rows.length }),
      ...(!isLast && { '@odata.nextLink': `${GRAPH}${name}?skiptoken=${skip + graph.pageSize}` }),
      value: page,
    },
  };
}

/** Everything, as the caller reads it: parts as pages tell of them, `atOnce` at a time. */
export async function readAll(
  reader: DirectoryReader,
): Promise<{ readonly part: string; readonly outcome: PageOutcome }[]> {
  const seen = new Set(reader.parts());
  const waiting: PartPlace[] = [...seen].map((part) => ({ part, from: null }));
  const all: { part: string; outcome: PageOutcome }[] = [];
  while (waiting.length > 0 && all.length < 500) {
    const places = waiting.splice(0, reader.atOnce);
    const outcomes = await reader.read(places, new AbortController().signal);
    for (const [at, outcome] of outcomes.entries()) {
      const { part } = places[at]!;
      all.push({ part, outcome });
      if (!outcome.ok) continue;
      if (outcome.page.next !== null) waiting.push({ part, from: outcome.page.next });
      for (const next of outcome.page.parts ?? []) {
        if (!seen.has(next)) waiting.push({ part: next, from: null });
        seen.add(next);
      }
    }
  }
  return all;
}

/** One page. */
export async function readOne(
  reader: DirectoryReader,
  part: string,
  from: string | null = null,
): Promise<PageOutcome> {
  return (await reader.read([{ part, from }], new AbortController().signal))[0]!;
}
