// A crowd of clients at one server: each works through its own random list of changes, one after the other, on the same
// few users and groups, and writes down what must be there at the end.

import {
  type Answer,
  ENTERPRISE,
  type Operation,
  type ScimClient,
  scimClient,
} from '../harness/scim-client.ts';

export interface Expected {
  /** By user id: role values and addresses that are theirs at the end. */
  roles: Map<string, Set<string>>;
  emails: Map<string, Set<string>>;
  /** Changes of a user that were answered with success, the joins and leaves of theirs included. */
  changes: Map<string, number>;
  titles: Map<string, Set<string>>;
  /** Members by group id. */
  members: Map<string, Set<string>>;
  /** Whether they may come in, for those whom a client suspended. */
  active: Map<string, boolean>;
  /** The last name that each renamed group was given. */
  names: Map<string, string>;
  /** Users that were made on the way. */
  made: string[];
  /** Answers that were not the expected ones. */
  surprises: string[];
  answers: number;
}

export interface Ground {
  scim: string;
  token: string;
  users: readonly string[];
  groups: readonly string[];
  /** A connection for one client; otherwise one that gives up where it is cut. */
  connect?: () => ScimClient;
}

export function nothingYet({ users, groups }: Ground): Expected {
  const sets = (ids: readonly string[]) => new Map(ids.map((id) => [id, new Set<string>()]));
  return {
    roles: sets(users),
    emails: sets(users),
    changes: new Map(users.map((id) => [id, 0])),
    titles: sets(users),
    members: sets(groups),
    active: new Map(),
    names: new Map(),
    made: [],
    surprises: [],
    answers: 0,
  };
}

/** A small generator of its own for each client (mulberry32), so that a run can be repeated. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

export interface Worker {
  number: number;
  of: number;
  requests: number;
  seed: number;
}

export async function work(ground: Ground, expected: Expected, worker: Worker): Promise<void> {
  const client = ground.connect?.() ?? scimClient(ground.scim, ground.token);
  const random = randomFrom(worker.seed * 1_000 + worker.number);
  const desk = { client, ground, expected, worker, random, mine: ownPairs(ground, worker), added: [] };
  try {
    for (let turn = 0; turn < worker.requests; turn++) {
      const pick = random(100);
      const change = CHANGES.find((each) => pick < each.upTo)!;
      await change.make(desk, `${worker.number}-${turn}`);
    }
  } finally {
    client.close();
  }
}

interface Desk {
  client: ScimClient;
  ground: Ground;
  expected: Expected;
  worker: Worker;
  random(below: number): number;
  /** Memberships that this client alone joins and leaves, so that their end is known. */
  mine: { group: string; user: string }[];
  /** Role values that this client added and may take away again. */
  added: { user: string; value: string }[];
}

function ownPairs({ users, groups }: Ground, { number, of }: Worker): { group: string; user: string }[] {
  return groups.flatMap((group, g) =>
    users.filter((_, u) => (g * users.length + u) % of === number).map((user) => ({ group, user })),
  );
}

function check(expected: Expected, answer: Answer, status: number): boolean {
  expected.answers++;
  if (answer.status === status) return true;
  expected.surprises.push(`expected ${status}\n${answer.exchange}`);
  return false;
}

async function patchUser(desk: Desk, user: string, operation: Operation): Promise<boolean> {
  const done = check(desk.expected, await desk.client.patch(`/Users/${user}`, [operation]), 200);
  if (done) desk.expected.changes.set(user, desk.expected.changes.get(user)! + 1);
  return done;
}

const anyUser = ({ ground, random }: Desk) => ground.users[random(ground.users.length)]!;

async function addRole(desk: Desk, mark: string): Promise<void> {
  const user = anyUser(desk);
  const value = `role-${mark}`;
  if (!(await patchUser(desk, user, { op: 'add', path: 'roles', value: [{ value }] }))) return;
  desk.expected.roles.get(user)!.add(value);
  desk.added.push({ user, value });
}

async function removeRole(desk: Desk, mark: string): Promise<void> {
  const taken = desk.added.pop();
  if (!taken) return addRole(desk, mark);
  const path = `roles[value eq "${taken.value}"]`;
  if (await patchUser(desk, taken.user, { op: 'Remove', path }))
    desk.expected.roles.get(taken.user)!.delete(taken.value);
}

async function addEmail(desk: Desk, mark: string): Promise<void> {
  const user = anyUser(desk);
  const value = `${mark}@kitehaus.example`;
  if (await patchUser(desk, user, { op: 'Add', path: 'emails', value: [{ type: 'other', value }] })) {
    desk.expected.emails.get(user)!.add(value);
  }
}

async function setTitle(desk: Desk, mark: string): Promise<void> {
  const user = anyUser(desk);
  const value = `Title ${mark}`;
  if (await patchUser(desk, user, { op: 'replace', path: 'title', value }))
    desk.expected.titles.get(user)!.add(value);
}

async function setDepartment(desk: Desk, mark: string): Promise<void> {
  await patchUser(desk, anyUser(desk), {
    op: 'Replace',
    path: `${ENTERPRISE}:department`,
    value: `Unit ${mark}`,
  });
}

/** Each client suspends people of its own, so that it is known how they are in the end. */
async function suspendOrLift(desk: Desk): Promise<void> {
  const { users } = desk.ground;
  const mine = users.filter((_, u) => u % desk.worker.of === desk.worker.number);
  const user = mine[desk.random(Math.max(1, mine.length))];
  if (user === undefined) return joinOrLeave(desk);
  const value = !(desk.expected.active.get(user) ?? true);
  if (await patchUser(desk, user, { op: 'Replace', path: 'active', value }))
    desk.expected.active.set(user, value);
}

async function joinOrLeave(desk: Desk): Promise<void> {
  const { group, user } = desk.mine[desk.random(desk.mine.length)]!;
  const members = desk.expected.members.get(group)!;
  const leaving = members.has(user);
  const operation: Operation = leaving
    ? { op: 'remove', path: `members[value eq "${user}"]` }
    : { op: 'add', path: 'members', value: [{ value: user }] };
  if (!check(desk.expected, await desk.client.patch(`/Groups/${group}`, [operation]), 204)) return;
  if (leaving) members.delete(user);
  else members.add(user);
  desk.expected.changes.set(user, desk.expected.changes.get(user)! + 1);
}

/** Each client has one group that it alone renames. */
async function rename(desk: Desk, mark: string): Promise<void> {
  const { groups } = desk.ground;
  if (desk.worker.number >= groups.length) return joinOrLeave(desk);
  const group = groups[desk.worker.number]!;
  const value = `Crew ${mark}`;
  const answer = await desk.client.patch(`/Groups/${group}`, [{ op: 'replace', path: 'displayName', value }]);
  if (check(desk.expected, answer, 204)) desk.expected.names.set(group, value);
}

async function makeUser(desk: Desk, mark: string): Promise<void> {
  const body = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: `new-${mark}@kitehaus.example`,
  };
  const answer = await desk.client.post('/Users', body);
  if (check(desk.expected, answer, 201)) desk.expected.made.push(answer.resource.id);
}

async function lookUp(desk: Desk): Promise<void> {
  const user = anyUser(desk);
  const answer = await desk.client.get(`/Users/${user}`);
  check(desk.expected, answer, 200);
}

/** How often, in a hundred. */
const CHANGES: readonly { upTo: number; make(desk: Desk, mark: string): Promise<void> }[] = [
  { upTo: 22, make: addRole },
  { upTo: 32, make: removeRole },
  { upTo: 47, make: addEmail },
  { upTo: 55, make: setTitle },
  { upTo: 58, make: setDepartment },
  { upTo: 61, make: suspendOrLift },
  { upTo: 88, make: joinOrLeave },
  { upTo: 91, make: rename },
  { upTo: 95, make: makeUser },
  { upTo: 100, make: lookUp },
];
