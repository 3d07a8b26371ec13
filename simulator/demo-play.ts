// What the demo plays with: the server, the tenant that provisioning and sign-in share, and how a step is told: what Entra
// sent, what followed, how the person stands now.

import type { Exchange } from './agent/connection.ts';
import { type CycleReport, runCycle } from './agent/cycle.ts';
import type { Job } from './agent/job.ts';
import { CYCLE_MS } from './agent/quarantine.ts';
import { isJson, type Json } from './agent/target.ts';
import { type Consequences, showEvent } from './demo-consequences.ts';
import type { DemoServer } from './demo-server.ts';
import type { LoginSimulator } from './login/login-server.ts';
import type { Tenant } from './tenant.ts';

export interface Play {
  readonly job: Job;
  readonly server: DemoServer;
  /** Holds the tenant: what changes there, sign-in sees at once and provisioning with its next cycle. */
  readonly login: LoginSimulator;
  readonly followed: Consequences;
  /** Requests since they were last shown. */
  readonly sent: Exchange[];
  /** Of people, groups, roles, teams and business units, by id; also of those that are gone. */
  readonly names: Map<string, string>;
  readonly print: (text: string) => void;
  /** Time as Entra counts cycles. */
  now: number;
}

/** One thing that happens. Answers how much of it did not go as it should. */
export interface Scene {
  readonly title: string;
  play(): Promise<number>;
}

const SHOWN_EVENTS = 6;
const SHOWN_BODY_CHARACTERS = 200;

/** Somebody changes the directory, and the next cycle sends it on. `userId`: whom it is about. */
export async function changeAndProvision(
  play: Play,
  title: string,
  change: (tenant: Tenant) => Tenant,
  userId: string | null,
): Promise<number> {
  play.login.changeTenant(change);
  play.now += CYCLE_MS;
  return showCycle(play, await runCycle(play.job, title, play.login.tenant(), play.now), userId);
}

/** Of a later cycle: each write. Answers the number of failures. */
export async function showCycle(play: Play, cycle: CycleReport, userId: string | null): Promise<number> {
  const sent = play.sent.splice(0);
  const writes = sent.filter((exchange) => exchange.method !== 'GET');
  const id = userId === null ? undefined : (play.job.users.get(userId)?.id ?? idIn(writes));
  play.print(`  sent: ${sent.length - writes.length} look-ups, then`);
  for (const exchange of writes) play.print(`    ${showRequest(exchange)}`);
  tellProblems(play, cycle);
  await showFollowing(play);
  if (id !== undefined) play.print(`  now: ${(await play.followed.accessOf(id)).join('\n       ')}`);
  return cycle.failureCount;
}

/** Of the first cycle: how much it was. */
export async function showInitialCycle(play: Play, cycle: CycleReport): Promise<number> {
  play.sent.splice(0);
  const { requests, writes, seconds } = cycle;
  play.print(`  sent: ${requests} requests, ${writes} of them writes, in ${seconds.toFixed(2)} s`);
  tellProblems(play, cycle);
  const events = await newEvents(play);
  play.print(`  followed: ${events.length} events`);
  const counts = new Map<string, number>();
  for (const { type } of events) counts.set(String(type), (counts.get(String(type)) ?? 0) + 1);
  const width = Math.max(...[...counts.keys()].map((type) => type.length));
  for (const [type, count] of counts) play.print(`    ${type.padEnd(width)} ${count}`);
  return cycle.failureCount;
}

function tellProblems({ print }: Play, { failures, stopped }: CycleReport): void {
  for (const { subject, problem, detail } of failures) print(`  FAILED: ${subject}: ${problem} ${detail}`);
  if (stopped !== null) throw new Error(`provisioning stopped: ${stopped}`);
}

/** The events since they were last shown. */
export async function showFollowing(play: Play): Promise<void> {
  const events = await newEvents(play);
  const nameOf = (one: string): string => play.names.get(one) ?? '';
  play.print(`  followed: ${events.length} ${events.length === 1 ? 'event' : 'events'}`);
  for (const event of events.slice(0, SHOWN_EVENTS)) play.print(`    ${showEvent(event, nameOf)}`);
  if (events.length > SHOWN_EVENTS) play.print(`    ... and ${events.length - SHOWN_EVENTS} more`);
}

/** What the reader did meanwhile, such as signing in. */
export async function tellNews(play: Play): Promise<void> {
  const events = await newEvents(play);
  const nameOf = (one: string): string => play.names.get(one) ?? '';
  for (const event of events) play.print(`  just now: ${showEvent(event, nameOf)}`);
}

async function newEvents(play: Play): Promise<Json[]> {
  const events = await play.followed.newEvents();
  learnNames(play, events);
  return events;
}

/** After a DELETE the job has forgotten the id; the request still shows it. */
function idIn(writes: readonly Exchange[]): string | undefined {
  return writes
    .find((exchange) => exchange.method === 'DELETE')
    ?.path.split('/')
    .at(-1);
}

function showRequest({ method, path, body, status }: Exchange): string {
  const operations = (body as { Operations?: unknown } | undefined)?.Operations ?? body;
  const text = operations === undefined ? '' : ` ${JSON.stringify(operations)}`;
  const shown = text.length > SHOWN_BODY_CHARACTERS ? `${text.slice(0, SHOWN_BODY_CHARACTERS)}…` : text;
  return `${method} ${path}${shown} -> ${status}`;
}

/** Events speak of ids; who that is, the job knows of people and groups, and grants say it of what they give. */
function learnNames({ job, login, names, server }: Play, events: readonly Json[]): void {
  const tenant = login.tenant();
  names.set(server.provider, `provider ${server.provider}`);
  for (const [objectId, { id }] of job.users) {
    const user = tenant.users.get(objectId);
    if (user) names.set(id, user.displayName);
  }
  for (const [objectId, { id }] of job.groups) {
    const group = tenant.groups.get(objectId);
    if (group) names.set(id, `group ${group.displayName}`);
  }
  for (const { object, data } of events) {
    if (isJson(object) && isJson(data) && typeof data.name === 'string') {
      const kind = object.kind === 'businessUnit' ? 'business unit' : object.kind;
      names.set(String(object.id), `${kind} ${data.name}`);
    }
  }
}
