// What a server holds after it was started again, read over HTTP in a few large pages, and held against what was
// answered before it was killed.

import { type Resource, type ScimClient, scimClient } from '../harness/scim-client.ts';
import type { Cycle, Person, State } from './cycle.ts';
import type { Victim } from './victim.ts';

interface ShownUser {
  id: string;
  userName: string;
  status: string;
  role: { name: string } | null;
  teams: { name: string }[];
  businessUnits: { name: string }[];
}

interface ShownRequest {
  method: string;
  resource: string | null;
  status: number;
  effectCount: number;
}

interface ShownEvent {
  position: number;
  type: string;
  subject: { id: string };
  cause: { kind: string; id: string } | null;
}

export interface Aftermath {
  scim: Map<string, Resource>;
  users: Map<string, ShownUser>;
  /** Requests that changed something, by the user they were about. */
  requests: Map<string, ShownRequest[]>;
  events: Map<string, ShownEvent[]>;
  positions: number[];
}

export async function readAftermath(victim: Victim): Promise<Aftermath> {
  const client = scimClient(victim.scim, victim.token);
  try {
    const scim = new Map((await scimUsers(client)).map((each) => [String(each.userName), each]));
    const users = [
      ...(await pages<ShownUser>(victim, '/users?')),
      ...(await pages<ShownUser>(victim, '/users?status=removed&')),
    ];
    const requests = await pages<ShownRequest>(victim, '/requests?');
    const events = await feed(victim);
    return {
      scim,
      users: new Map(users.map((each) => [each.userName, each])),
      requests: byKey(
        requests.filter((each) => each.effectCount > 0),
        (each) => each.resource,
      ),
      events: byKey(events, (each) => each.subject.id),
      positions: events.map((each) => each.position),
    };
  } finally {
    client.close();
  }
}

async function scimUsers(client: ScimClient): Promise<Resource[]> {
  const found: Resource[] = [];
  for (;;) {
    const page = (await client.get(`/Users?count=1000&startIndex=${found.length + 1}`)).list;
    found.push(...page.Resources);
    if (page.Resources.length === 0 || found.length >= page.totalResults) return found;
  }
}

async function api<Body>(victim: Victim, path: string, method = 'GET'): Promise<Body> {
  const answer = await fetch(`${victim.url}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${victim.apiKey}` },
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Body;
}

async function pages<Item>(victim: Victim, path: string): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const from: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { items: Item[]; nextCursor: string | null } = await api(victim, `${path}limit=500${from}`);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
}

async function feed(victim: Victim): Promise<ShownEvent[]> {
  const events: ShownEvent[] = [];
  for (;;) {
    const after = events.at(-1)?.position ?? 0;
    const { items } = await api<{ items: ShownEvent[] }>(victim, `/events?limit=500&after=${after}`);
    if (items.length === 0) return events;
    events.push(...items);
  }
}

function byKey<Item>(items: readonly Item[], keyOf: (item: Item) => string | null): Map<string, Item[]> {
  const found = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === null) continue;
    const list = found.get(key);
    if (list) list.push(item);
    else found.set(key, [item]);
  }
  return found;
}

export async function problemsFound(victim: Victim): Promise<string[]> {
  return (await api<{ problems: string[] }>(victim, '/verify', 'POST')).problems;
}

// --- held against the answers -----------------------------------------------------------------------------------

/** What is wrong, in words; nothing when all that was answered is there and everything there is whole. */
export function losses(cycle: Cycle, after: Aftermath): string[] {
  const said: string[] = [];
  for (const person of cycle.people) {
    const candidates = [person.answered, person.underWay].filter((each) => each !== null);
    const misses = candidates.map((state) => missing(person, state, cycle, after));
    const nothing = person.answered === null && !after.users.has(person.userName);
    if (!nothing && misses.every((each) => each !== null))
      said.push(`${person.userName}: ${misses.join(' | ')}`);
  }
  return said;
}

/** null: the person is exactly so, in every table. */
function missing(person: Person, state: State, cycle: Cycle, after: Aftermath): string | null {
  const user = after.users.get(person.userName);
  if (!user) return 'is not there';
  const names = state.groups.map((id) => cycle.groups.get(id)!);
  const status = state.removed ? 'removed' : state.active ? 'active' : 'suspended';
  const wire = after.scim.get(person.userName);
  const events = (after.events.get(user.id) ?? []).map((each) => each.type);
  const count = (type: string) => events.filter((each) => each === type).length;
  const requests = after.requests.get(user.id) ?? [];
  const joined = state.groups.length > 0 || count('membership.removed') > 0 ? 1 : 0;
  const facts: Record<string, readonly [unknown, unknown]> = {
    status: [user.status, status],
    role: [user.role?.name ?? null, state.removed ? null : 'Viewer'],
    units: [user.businessUnits.map((each) => each.name).join(), state.removed ? '' : person.unit],
    teams: [user.teams.map((each) => each.name).join(), names.join()],
    wire: [wire !== undefined, !state.removed],
    title: [wire?.title ?? null, state.removed ? null : state.title],
    groups: [(wire?.groups ?? []).map((each) => each.display).join(), names.join()],
    created: [count('user.created'), 1],
    updated: [count('user.updated'), state.title === null ? 0 : 1],
    suspended: [count('user.suspended'), state.active ? 0 : 1],
    removed: [count('user.removed'), state.removed ? 1 : 0],
    joined: [count('membership.added'), joined],
    requests: [requests.length, state.requests],
  };
  const wrong = Object.entries(facts).filter(([, [is, wanted]]) => is !== wanted);
  return wrong.length === 0
    ? null
    : wrong.map(([what, [is, wanted]]) => `${what}: ${is}, not ${wanted}`).join(', ');
}
