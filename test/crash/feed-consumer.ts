// examples/feed-consumer.mjs beside a provider that changes people and groups without pause, killed at random times: what its
// copy is in the end, beside what the API says.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { UserJson } from '../../src/edge/admin/contract.ts';
import { ENTERPRISE, GROUP, type ScimClient, scimClient, USER } from '../harness/scim-client.ts';
import { until } from '../outbox/receiver.ts';

const program = fileURLToPath(new URL('../../examples/feed-consumer.mjs', import.meta.url));
const WRITERS = 4;
const DEPARTMENTS = ['Sales', 'Support', 'Finance'];

export interface Course {
  url: string;
  apiKey: string;
  /** Where changes are sent: one writer after the other takes the next. */
  scim: readonly string[];
  token: string;
  /** Of the consumer. */
  file: string;
}

/** How many changes; in how long altogether (0: as fast as they go); and how long a consumer lives at most, by chance. */
const isHeavy = process.env.BIFROST_HEAVY === '1';
const size = isHeavy
  ? { changes: 20_000, lastsMs: 600_000, livesMs: 4_000 }
  : { changes: 200, lastsMs: 0, livesMs: 500 };
export const FOLLOWED_WITHIN_MS = size.lastsMs * 2 + 120_000;

interface Copy {
  position: number;
  seen: number;
  users: Record<string, CopiedUser>;
}

interface CopiedUser {
  status: string;
  attributes: { userName: string };
  role: string[];
  team: string[];
  businessUnit: string[];
}

/** That it ends with exactly our state, having seen every event once, in order. */
export async function followWhileKilled(course: Course): Promise<void> {
  const startedMs = performance.now();
  let isDone = false;
  const changing = change(course).finally(() => {
    isDone = true;
  });
  let kills = 0;
  while (!isDone) {
    const consumer = startConsumer(course);
    const before = await keptAt(course.file);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * size.livesMs));
    // Every other one lives until it has got somewhere, however slow the machine is.
    const isFurther = async () => isDone || (await keptAt(course.file)) !== before;
    if (kills % 2 === 1) await until(isFurther, 'some progress', 60_000);
    await kill(consumer);
    kills++;
  }
  await changing;
  const durationMs = performance.now() - startedMs;
  const last = startConsumer(course);
  try {
    const { lastPosition } = await ask<{ lastPosition: number }>(course, '/status');
    await until(
      async () => ((await copyIn(course.file))?.position ?? 0) >= lastPosition,
      'the whole copy',
      60_000,
    );
    const copy = (await copyIn(course.file))!;
    expect(copy.seen).toBe(copy.position);
    expect(shownOf(copy)).toEqual(await everybody(course));
    expect(copy.position).toBeGreaterThan(size.changes / 2);
    expect(kills).toBeGreaterThan(1);
    const ended = { changes: size.changes, events: copy.position, kills, durationMs };
    if (isHeavy) process.stdout.write(`${JSON.stringify(ended)}\n`);
  } finally {
    await kill(last);
  }
}

// --- the consumer -----------------------------------------------------------------------------------------------

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

function startConsumer({ url, apiKey, file }: Course): ChildProcess {
  const env = { PATH: process.env.PATH, BIFROST_URL: url, BIFROST_API_KEY: apiKey };
  const child = spawn(process.execPath, [program, file], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  running.add(child);
  return child;
}

/** It never ends by itself: an event out of its order is what would end it. */
async function kill(child: ChildProcess): Promise<void> {
  expect(child.exitCode).toBe(null);
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  running.delete(child);
}

/** When the copy was replaced; null while there is none. */
async function keptAt(file: string): Promise<number | null> {
  const kept = await stat(file).catch(() => null);
  return kept?.mtimeMs ?? null;
}

async function copyIn(file: string): Promise<Copy | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  return text === null ? null : JSON.parse(text);
}

// --- what is compared -------------------------------------------------------------------------------------------

function shownOf({ users }: Copy): Record<string, unknown> {
  const each = Object.entries(users).map(([id, { status, attributes, role, team, businessUnit }]) => [
    id,
    [status, attributes.userName, role, team.toSorted(), businessUnit.toSorted()],
  ]);
  return Object.fromEntries(each);
}

async function everybody(course: Course): Promise<Record<string, unknown>> {
  const people: UserJson[] = [];
  for (const status of ['active', 'suspended', 'removed']) {
    for (let cursor = ''; ; ) {
      const path = `/users?status=${status}&limit=500${cursor && `&cursor=${cursor}`}`;
      const page = await ask<{ items: UserJson[]; nextCursor: string | null }>(course, path);
      people.push(...page.items);
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
  }
  const ids = (targets: readonly { id: string }[]) => targets.map(({ id }) => id).toSorted();
  const shown = people.map(({ id, status, userName, role, teams, businessUnits }) => [
    id,
    [status, userName, role ? [role.id] : [], ids(teams), ids(businessUnits)],
  ]);
  return Object.fromEntries(shown);
}

/** Again where the connection was closed at that moment, as one that was kept open may be. */
async function ask<Body>({ url, apiKey }: Course, path: string): Promise<Body> {
  const headers = { authorization: `Bearer ${apiKey}` };
  const asked = () => fetch(`${url}/api${path}`, { headers });
  const answer = await asked().catch(asked);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Body;
}

// --- the changes ------------------------------------------------------------------------------------------------

/** Each writer has people and a group of its own, so that what it asks for is what happens. */
async function change({ scim, token }: Course): Promise<void> {
  const clients = scim.map((base) => scimClient(base, token));
  const each = size.changes / WRITERS;
  const gapMs = size.lastsMs / each;
  const write = async (writer: number) => {
    const startedMs = performance.now();
    const turn = (n: number) => clients[(writer + n) % clients.length]!;
    const people: string[] = [];
    const { id: group } = (await turn(0).post('/Groups', { schemas: [GROUP], displayName: `Crew ${writer}` }))
      .resource;
    for (let n = 0; n < each; n++) {
      await oneChange(turn(n), people, group, `w${writer}-${n}`);
      const aheadMs = startedMs + (n + 1) * gapMs - performance.now();
      if (aheadMs > 0) await new Promise((resolve) => setTimeout(resolve, aheadMs));
    }
  };
  try {
    await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
  } finally {
    for (const client of clients) client.close();
  }
}

const any = <Item>(items: readonly Item[]): Item => items[Math.floor(Math.random() * items.length)]!;

async function oneChange(scim: ScimClient, people: string[], group: string, name: string): Promise<void> {
  const one = people.length === 0 || Math.random() < 0.05 ? null : any(people);
  const replace = (path: string, value: unknown) =>
    scim.patch(`/Users/${one}`, [{ op: 'replace', path, value }]);
  const member = [{ value: one }];
  const doings = [
    () => replace('title', name),
    () => replace(`${ENTERPRISE}:department`, any(DEPARTMENTS)),
    () => replace('active', Math.random() < 0.5),
    () => scim.patch(`/Groups/${group}`, [{ op: 'add', path: 'members', value: member }]),
    () => scim.patch(`/Groups/${group}`, [{ op: 'remove', path: `members[value eq "${one}"]` }]),
    () => remove(scim, people, one!),
  ];
  const { status } = one === null ? await create(scim, people, name) : await any(doings)();
  expect([200, 201, 204]).toContain(status);
}

async function create(scim: ScimClient, people: string[], name: string) {
  const body = {
    schemas: [USER, ENTERPRISE],
    userName: `${name}@kitehaus.example`,
    [ENTERPRISE]: { department: any(DEPARTMENTS) },
  };
  const answer = await scim.post('/Users', body);
  people.push(answer.resource.id);
  return answer;
}

async function remove(scim: ScimClient, people: string[], one: string) {
  people.splice(people.indexOf(one), 1);
  return scim.delete(`/Users/${one}`);
}
