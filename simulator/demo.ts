// Entry of `npm run demo`: the server, a sample organisation, and Entra's provisioning agent between them. Plays a
// few days of an organisation's life in a minute, and says at each step what Entra did, what it sent, what followed.

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Exchange } from './agent/connection.ts';
import { type CycleReport, provisionOnDemand, readBack, runCycle } from './agent/cycle.ts';
import { DIALECTS } from './agent/dialect.ts';
import { type Job, type JobSettings, newJob } from './agent/job.ts';
import { CYCLE_MS } from './agent/quarantine.ts';
import { isJson, type Json } from './agent/target.ts';
import { changeScript, type Step } from './change-script.ts';
import { type Consequences, consequences, showEvent } from './demo-consequences.ts';
import { type DemoServer, startDemoServer } from './demo-server.ts';
import { sampleOrganisation } from './sample-organisation.ts';
import type { Tenant } from './tenant.ts';

const SIZE = { users: 200, groups: 12, members: 600 };
const SEED = 7;
const STEP_MS = 2_500;
const SHOWN_EVENTS = 6;
const SHOWN_BODY_CHARACTERS = 200;

const HELP = `npm run demo [-- --seconds N]
Starts a server with an empty data directory and plays Microsoft Entra's side with a sample organisation.
  --seconds N   end after so many seconds; without it the server stays up until Ctrl-C
  --server F    the built server (dist/bifrost.js)
`;

/** The time that is left, and the wish to stop. */
interface Stage {
  readonly signal: AbortSignal;
  /** Milliseconds of performance.now() at which the demo has to be over, if it has to. */
  readonly endsAt: number | null;
}

interface Play {
  readonly job: Job;
  readonly server: DemoServer;
  readonly followed: Consequences;
  /** Requests since they were last shown. */
  readonly sent: Exchange[];
  /** Of people, groups, roles, teams and business units, by id; also of those that are gone. */
  readonly names: Map<string, string>;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function jobSettings(server: DemoServer): JobSettings {
  return {
    tenantUrl: `${server.url}/scim/v2`,
    token: server.token,
    dialect: DIALECTS.legacy,
    concurrency: 8,
    timeoutMs: 30_000,
    mapping: { externalId: 'objectId', roles: 'assertive', recycleBin: 'rename', clearing: 'silence' },
    matchUsersBy: ['userName'],
    matchGroupsBy: 'displayName',
    membersPerPatch: 1,
    replaceMembers: false,
    memberCheck: 'probe',
    managers: true,
  };
}

async function demo(script: string, stage: Stage): Promise<number> {
  const tenant = sampleOrganisation(SIZE, SEED);
  const server = await startDemoServer(script, tenant.tenantId);
  const sent: Exchange[] = [];
  const job = newJob(jobSettings(server), tenant, (exchange) => sent.push(exchange));
  const play: Play = {
    job,
    server,
    followed: consequences(server.url, server.apiKey),
    sent,
    names: new Map(),
  };
  let failures: number;
  try {
    print(`Bifrost listens on ${server.url}, with an empty data directory.\n`);
    failures = await story(play, tenant, stage);
    if (!stage.signal.aborted) print(lookAround(server));
    await untilTheEnd(stage, server);
  } finally {
    job.connection.close();
    await server.stop();
  }
  print(`\nEntra sent ${job.measure.requests()} requests, ${job.measure.writes()} of them writes.`);
  print(failures === 0 ? 'It would count none of the answers as a failure.' : `${failures} failures.`);
  return failures === 0 ? 0 : 1;
}

/** Answers the number of failures. */
async function story(play: Play, initial: Tenant, stage: Stage): Promise<number> {
  const { job } = play;
  print(`Entra provisions ${SIZE.users} people and ${SIZE.groups} groups with ${SIZE.members} memberships.`);
  let failures = await show(play, await runCycle(job, 'initial cycle', initial, 0), initial, null);
  const steps = changeScript(initial, SEED);
  let tenant = initial;
  let now = 0;
  for (const [position, step] of steps.entries()) {
    await pause(stepMs(stage, steps.length - position), stage.signal);
    if (isOver(stage)) {
      const why = stage.signal.aborted ? 'Ended early' : 'The time is up';
      print(`\n${why}; ${steps.length - position} steps were not played.`);
      return failures;
    }
    now += CYCLE_MS;
    tenant = step.change(tenant);
    print(`\n${step.title}.`);
    const cycle = step.onDemand
      ? await provisionOnDemand(job, step.title, tenant, step.onDemand, now)
      : await runCycle(job, step.title, tenant, now);
    failures += await show(play, cycle, tenant, step);
  }
  const last = await readBack(job, 'read back', tenant, now);
  print(
    last.failureCount === 0
      ? `\nEntra reads everything back (${last.requests} requests): all as it should be, nothing to send.`
      : `\nEntra reads everything back: ${last.failureCount} differences.`,
  );
  return failures + last.failureCount;
}

/** What was sent, what followed, and how the person stands now. */
async function show(play: Play, cycle: CycleReport, tenant: Tenant, step: Step | null): Promise<number> {
  const sent = play.sent.splice(0);
  const writes = sent.filter((exchange) => exchange.method !== 'GET');
  const id = step?.userId == null ? undefined : (play.job.users.get(step.userId)?.id ?? idIn(writes));
  if (step === null) {
    print(
      `  sent: ${cycle.requests} requests, ${cycle.writes} of them writes, in ${cycle.seconds.toFixed(2)} s`,
    );
  } else {
    print(`  sent: ${sent.length - writes.length} look-ups, then`);
    for (const exchange of writes) print(`    ${showRequest(exchange)}`);
  }
  for (const failure of cycle.failures) {
    print(`  FAILED: ${failure.subject}: ${failure.problem} ${failure.detail}`);
  }
  if (cycle.stopped !== null) throw new Error(`provisioning stopped: ${cycle.stopped}`);
  const events = await play.followed.newEvents();
  learnNames(play, tenant, events);
  print(`  followed: ${events.length} ${events.length === 1 ? 'event' : 'events'}`);
  if (step === null) {
    for (const [type, count] of countByType(events)) print(`    ${type.padEnd(18)} ${count}`);
  } else {
    const nameOf = (one: string): string => play.names.get(one) ?? '';
    for (const event of events.slice(0, SHOWN_EVENTS)) print(`    ${showEvent(event, nameOf)}`);
    if (events.length > SHOWN_EVENTS) print(`    ... and ${events.length - SHOWN_EVENTS} more`);
    if (id !== undefined) print(`  now: ${(await play.followed.accessOf(id)).join('\n       ')}`);
  }
  return cycle.failureCount;
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
function learnNames({ job, names }: Play, tenant: Tenant, events: readonly Json[]): void {
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
      names.set(
        String(object.id),
        `${object.kind === 'businessUnit' ? 'business unit' : object.kind} ${data.name}`,
      );
    }
  }
}

function countByType(events: readonly Json[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const event of events) counts.set(String(event.type), (counts.get(String(event.type)) ?? 0) + 1);
  return counts;
}

function lookAround({ url, token, apiKey }: DemoServer): string {
  return [
    '\nLook around:',
    `  curl -H 'Authorization: Bearer ${apiKey}' '${url}/api/users?limit=3'`,
    `  curl -H 'Authorization: Bearer ${apiKey}' '${url}/api/events?limit=3'`,
    `  curl -H 'Authorization: Bearer ${token}' '${url}/scim/v2/Users?count=2'`,
    `  ${url}/api/openapi.json`,
  ].join('\n');
}

function isOver({ signal, endsAt }: Stage): boolean {
  return signal.aborted || (endsAt !== null && performance.now() >= endsAt);
}

/** Slow enough to read, but so that all steps fit into the time that is left. */
function stepMs({ endsAt }: Stage, stepsLeft: number): number {
  if (endsAt === null) return STEP_MS;
  return Math.max(0, Math.min(STEP_MS, (endsAt - performance.now()) / (stepsLeft + 1)));
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((done) => {
    const timer = setTimeout(finish, milliseconds);
    signal.addEventListener('abort', finish, { once: true });
    function finish(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      done();
    }
  });
}

async function untilTheEnd({ signal, endsAt }: Stage, server: DemoServer): Promise<void> {
  if (endsAt === null && !signal.aborted) print('\nThe server stays up. End with Ctrl-C.');
  const longestTimerMs = 2 ** 31 - 1;
  await Promise.race([
    server.ended,
    pause(endsAt === null ? longestTimerMs : endsAt - performance.now(), signal),
  ]);
}

interface DemoOptions {
  readonly seconds: number | null;
  readonly server: string;
  readonly help: boolean;
}

function readOptions(): DemoOptions {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string' },
      server: { type: 'string', default: 'dist/bifrost.js' },
      help: { type: 'boolean', default: false },
    },
  });
  const seconds = values.seconds === undefined ? null : Number(values.seconds);
  if (seconds !== null && !(seconds > 0))
    throw new RangeError(`--seconds ${values.seconds}: not a number above 0`);
  return { seconds, server: resolve(values.server), help: values.help };
}

async function run(): Promise<number> {
  let options: DemoOptions;
  try {
    options = readOptions();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${HELP}`);
    return 2;
  }
  if (options.help) {
    print(HELP);
    return 0;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());
  const endsAt = options.seconds === null ? null : performance.now() + options.seconds * 1000;
  return demo(options.server, { signal: stop.signal, endsAt });
}

try {
  process.exitCode = await run();
} catch (error) {
  process.stderr.write(`The demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
