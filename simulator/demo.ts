// Entry of `npm run demo`: the server, a sample organisation, and both sides of Entra around it: provisioning and sign-in, on
// one tenant. Plays a few days of an organisation's life in a minute, and says at each step what Entra did, what it sent,
// what followed.

import { randomInt } from 'node:crypto';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Exchange } from './agent/connection.ts';
import { provisionOnDemand, readBack, runCycle } from './agent/cycle.ts';
import { DIALECTS } from './agent/dialect.ts';
import { type JobSettings, newJob } from './agent/job.ts';
import { CYCLE_MS } from './agent/quarantine.ts';
import { changeScript, type Step } from './change-script.ts';
import { consequences } from './demo-consequences.ts';
import {
  changeAndProvision,
  type Play,
  type Scene,
  showCycle,
  showInitialCycle,
  tellNews,
} from './demo-play.ts';
import { reconcileScenes } from './demo-reconcile.ts';
import { type DemoServer, startDemoServer } from './demo-server.ts';
import { signInCast, signInScenes } from './demo-sign-in.ts';
import { type LoginSimulator, startLogin } from './login/login-server.ts';
import { sampleOrganisation } from './sample-organisation.ts';
import { type Tenant, withUser } from './tenant.ts';

const SIZE = { users: 200, groups: 12, members: 600 };
const SEED = 7;
const STEP_MS = 2_500;
/** How often the demo looks whether somebody changed the directory while it stays up. */
const LOOK_MS = 1_000;
/** Codes and session ids of a run must not be those of the run before. */
const TOKEN_SEEDS = 2 ** 31;

const HELP = `npm run demo [-- --seconds N]
Starts a server with an empty data directory and plays Microsoft Entra's side with a sample organisation: it provisions
people, they sign in, and Graph is read to find what was missed.
  --seconds N   end after so many seconds; without it the server stays up until Ctrl-C
  --server F    the built server (dist/bifrost.js)
`;

/** The time that is left, and the wish to stop. */
interface Stage {
  readonly signal: AbortSignal;
  /** Milliseconds of performance.now() at which the demo has to be over, if it has to. */
  readonly endsAt: number | null;
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
  const organisation = sampleOrganisation(SIZE, SEED);
  const cast = signInCast(organisation, SEED);
  const login = await startLogin({
    tenant: withUser(organisation, cast.outsider),
    seed: SEED,
    tokenSeed: randomInt(TOKEN_SEEDS),
  });
  let play: Play | null = null;
  let failures: number;
  try {
    play = await raiseCurtain(script, login);
    print(`\nThe demo goes on ${howLong(stage)}.`);
    failures = await story(
      play,
      [...signInScenes(play, cast), ...provisioningScenes(play, organisation), ...reconcileScenes(play)],
      stage,
    );
    if (!stage.signal.aborted) print(lookAround(play));
    failures += await untilTheEnd(play, stage);
  } finally {
    play?.job.connection.close();
    await play?.server.stop();
    await login.close();
  }
  const { job } = play;
  print(`\nEntra sent ${job.measure.requests()} requests, ${job.measure.writes()} of them writes.`);
  print(failures === 0 ? 'It would count none of the answers as a failure.' : `${failures} failures.`);
  return failures === 0 ? 0 : 1;
}

/** The server beside the local Entra, and each told of the other, as an administrator does it. */
async function raiseCurtain(script: string, login: LoginSimulator): Promise<Play> {
  const server = await startDemoServer(script, login);
  const { url } = server;
  login.changeApp({
    redirectUris: [`${url}/login`, `${url}/workspace/scim/oauth-discover-callback`],
    logoutUrl: `${url}/login/front-channel-logout`,
  });
  const sent: Exchange[] = [];
  print(`Bifrost listens on ${url}, with an empty data directory.`);
  print(`A local Entra stands beside it: a made-up tenant that provisions people, and signs them in.\n`);
  print(links(server, login));
  return {
    job: newJob(jobSettings(server), login.tenant(), (exchange) => sent.push(exchange)),
    server,
    login,
    followed: consequences(url, server.apiKey),
    sent,
    names: new Map(),
    print,
    now: 0,
  };
}

/** Answers the number of failures. */
async function story(play: Play, scenes: readonly Scene[], stage: Stage): Promise<number> {
  const { job, login } = play;
  print(
    `\nEntra provisions ${SIZE.users} people and ${SIZE.groups} groups with ${SIZE.members} memberships.`,
  );
  let failures = await showInitialCycle(play, await runCycle(job, 'initial cycle', login.tenant(), 0));
  for (const [position, scene] of scenes.entries()) {
    await pause(stepMs(stage, scenes.length - position), stage.signal);
    if (isOver(stage)) {
      const why = stage.signal.aborted ? 'Ended early' : 'The time is up';
      const left = scenes.length - position;
      print(`\n${why}; ${left === 1 ? 'one step was' : `${left} steps were`} not played.`);
      return failures;
    }
    print(`\n${scene.title}.`);
    failures += await scene.play();
  }
  const last = await readBack(job, 'read back', login.tenant(), play.now);
  play.sent.splice(0);
  print(
    last.failureCount === 0
      ? `\nEntra reads everything back (${last.requests} requests): all as it should be, nothing to send.`
      : `\nEntra reads everything back: ${last.failureCount} differences.`,
  );
  return failures + last.failureCount;
}

function provisioningScenes(play: Play, organisation: Tenant): Scene[] {
  return changeScript(organisation, SEED).map(({ title, change, userId, onDemand }: Step) => ({
    title,
    async play() {
      if (!onDemand) return changeAndProvision(play, title, change, userId);
      play.login.changeTenant(change);
      play.now += CYCLE_MS;
      const { job, login, now } = play;
      return showCycle(play, await provisionOnDemand(job, title, login.tenant(), onDemand, now), userId);
    },
  }));
}

function links({ url, setUpLink }: DemoServer, login: LoginSimulator): string {
  const link = setUpLink();
  const rows: (readonly [string, string, string])[] = [
    ['The dashboard', url, 'signs you in as anybody of the tenant, without a password'],
    ...(link === null
      ? []
      : [['Set-up link', link, 'makes the first administrator, once, within the hour'] as const]),
    ['The local Entra', `${login.url}/portal/`, 'who is there, how to change them, and what is sent'],
  ];
  return rows
    .map(([name, address, about]) => `  ${name.padEnd(16)} ${address}\n${' '.repeat(19)}${about}`)
    .join('\n');
}

function lookAround({ server, login }: Play): string {
  const { url, token, apiKey } = server;
  const [person] = [...login.tenant().users.values()].filter(({ appRoles }) => appRoles.includes('admin'));
  return [
    '\nLook around:',
    links(server, login),
    '',
    `Sign in as ${person?.displayName} (an administrator), then take the account away and click again:`,
    `  curl -X PATCH -d '{"accountEnabled":false}' '${login.url}/control/users/${person?.userPrincipalName}'`,
    '',
    'As a script would ask:',
    `  curl -H 'Authorization: Bearer ${apiKey}' '${url}/api/users?limit=3'`,
    `  curl -H 'Authorization: Bearer ${apiKey}' '${url}/api/events?limit=3'`,
    `  curl -X POST -H 'Authorization: Bearer ${apiKey}' '${url}/api/providers/${server.provider}/verify'`,
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

function howLong({ endsAt }: Stage): string {
  if (endsAt === null) return 'until Ctrl-C (npm run demo -- --seconds 60 ends by itself)';
  return `for ${Math.max(1, Math.round((endsAt - performance.now()) / 1000))} more seconds, or until Ctrl-C`;
}

/** What is changed in the local Entra meanwhile is sent on. Answers the number of failures. */
async function untilTheEnd(play: Play, stage: Stage): Promise<number> {
  if (!isOver(stage)) print(`\nBoth stay up ${howLong(stage)}, and what you do is told here.`);
  const { server, login } = play;
  let hasEnded = false;
  const ended = server.ended.then(() => {
    hasEnded = true;
  });
  let failures = 0;
  let sentOn = login.tenant();
  while (!isOver(stage) && !hasEnded) {
    const leftMs = stage.endsAt === null ? LOOK_MS : stage.endsAt - performance.now();
    await Promise.race([ended, pause(Math.min(LOOK_MS, leftMs), stage.signal)]);
    if (isOver(stage) || hasEnded) break;
    await tellNews(play);
    if (login.tenant() === sentOn) continue;
    sentOn = login.tenant();
    print('\nSomebody changed the directory; the next cycle sends it on.');
    failures += await changeAndProvision(play, 'a change of yours', (tenant) => tenant, null);
    sentOn = login.tenant();
  }
  return failures;
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
