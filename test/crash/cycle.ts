// An initial cycle that is going to be cut off: clients make people, change them and let them join groups, and write
// down each answer. What was answered must be there afterwards; what was under way may be there, whole, or not at all.

import { type Answer, ENTERPRISE, GROUP, type ScimClient, scimClient, USER } from '../harness/scim-client.ts';
import type { Victim } from './victim.ts';

/** What is known of one person after some answer. */
export interface State {
  title: string | null;
  active: boolean;
  removed: boolean;
  /** Ids of groups. */
  groups: readonly string[];
  /** Requests about the person themselves that changed them. */
  requests: number;
}

export interface Person {
  userName: string;
  unit: string;
  /** null until the POST was answered. */
  id: string | null;
  /** After the last answer; null when there was none. */
  answered: State | null;
  /** What the request that was under way would have made. */
  underWay: State | null;
}

export interface Cycle {
  people: Person[];
  /** Names by id. */
  groups: Map<string, string>;
  /** Requests that were answered with success. */
  answers: number;
  surprises: string[];
}

const CLIENTS = 16;
const GROUPS = 5;

/** Works until the server is gone; resolves when every client has noticed. */
export async function runCycle(victim: Victim, name: string): Promise<Cycle> {
  const cycle: Cycle = { people: [], groups: new Map(), answers: 0, surprises: [] };
  const first = scimClient(victim.scim, victim.token);
  try {
    for (let g = 0; g < GROUPS; g++) {
      const displayName = `Crew ${name}-${g}`;
      const answer = await unlessGone(first.post('/Groups', { schemas: [GROUP], displayName }));
      cycle.groups.set(answer.resource.id, displayName);
    }
  } catch (error) {
    if (error instanceof ServerGone) return cycle;
    throw error;
  } finally {
    first.close();
  }
  await Promise.all(Array.from({ length: CLIENTS }, (_, i) => client(victim, cycle, `${name}-${i}`)));
  return cycle;
}

class ServerGone extends Error {}

async function unlessGone(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch {
    throw new ServerGone();
  }
}

async function client(victim: Victim, cycle: Cycle, name: string): Promise<void> {
  const scim = scimClient(victim.scim, victim.token);
  const groups = [...cycle.groups.keys()];
  try {
    for (let n = 0; ; n++)
      await live(scim, cycle, `${name}-${n}@kitehaus.example`, n, groups[n % groups.length]!);
  } catch (error) {
    if (!(error instanceof ServerGone)) throw error;
  } finally {
    scim.close();
  }
}

async function live(
  scim: ScimClient,
  cycle: Cycle,
  userName: string,
  n: number,
  group: string,
): Promise<void> {
  const person: Person = { userName, unit: `Unit ${n % 4}`, id: null, answered: null, underWay: null };
  cycle.people.push(person);
  const step = (change: Partial<State>, status: number, send: () => Promise<Answer>) =>
    take(cycle, person, { ...nobody, ...person.answered, ...change }, status, send);

  const body = { schemas: [USER, ENTERPRISE], userName, [ENTERPRISE]: { department: person.unit } };
  const made = await step({ requests: 1 }, 201, () => scim.post('/Users', body));
  person.id = made.resource.id;
  const path = `/Users/${person.id}`;
  await step({ title: `Title ${n}`, requests: 2 }, 200, () =>
    scim.patch(path, [{ op: 'replace', path: 'title', value: `Title ${n}` }]),
  );
  await step({ groups: [group] }, 204, () =>
    scim.patch(`/Groups/${group}`, [{ op: 'add', path: 'members', value: [{ value: person.id }] }]),
  );
  if (n % 7 === 3) {
    await step({ active: false, requests: 3 }, 200, () =>
      scim.patch(path, [{ op: 'Replace', path: 'active', value: 'False' }]),
    );
  }
  if (n % 5 === 2) {
    await step({ removed: true, groups: [], requests: person.answered!.requests + 1 }, 204, () =>
      scim.delete(path),
    );
  }
}

const nobody: State = { title: null, active: true, removed: false, groups: [], requests: 0 };

async function take(
  cycle: Cycle,
  person: Person,
  next: State,
  status: number,
  send: () => Promise<Answer>,
): Promise<Answer> {
  person.underWay = next;
  const answer = await unlessGone(send());
  if (answer.status !== status) cycle.surprises.push(`expected ${status}\n${answer.exchange}`);
  person.answered = next;
  person.underWay = null;
  cycle.answers++;
  return answer;
}
