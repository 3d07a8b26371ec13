// The load generator: a process of its own that keeps N connections busy, one request in flight on each, for a time or
// a number of units, and says how long they took. Every status is checked, and of answers of the server under test
// what the body must hold.

import { type Address, type Connection, openConnection, type Reply } from './connection.ts';
import { percentiles } from './measure.ts';
import { type Step, stepsOf, type Traffic } from './traffic.ts';
import { serveWork } from './worker.ts';

export interface Job {
  address: Address;
  token: string;
  connections: number;
  until: { units: number } | { ms: number };
  traffic: Traffic;
  /** Number of the first unit. */
  first: number;
  /** Off for the floor, which answers everybody with the same body. */
  checksBodies: boolean;
  /** Whether the answers to the first unit are wanted, byte for byte. */
  records: boolean;
}

export interface LoadResult {
  units: number;
  requests: number;
  seconds: number;
  /** Of whole units. */
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  /** What was not as expected, with how often. */
  failures: Record<string, number>;
  /** By unit, where the traffic keeps them. */
  ids: string[];
  recorded: RecordedAnswer[];
}

export interface RecordedAnswer {
  /** Method and shape of the path: `PATCH /scim/v2/Users/:id`. */
  route: string;
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** So many different failures are told apart; ids in their words do not make them different. */
const FAILURE_KINDS = 5;
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

export type LoadWork = { run: (job: Job) => Promise<LoadResult> };

export function serveLoad(): void {
  serveWork<LoadWork>({ run });
}

interface Tally {
  taken: number;
  requests: number;
  latencies: number[];
  failures: Record<string, number>;
  ids: string[];
  recorded: RecordedAnswer[];
}

async function run(job: Job): Promise<LoadResult> {
  const tally: Tally = { taken: 0, requests: 0, latencies: [], failures: {}, ids: [], recorded: [] };
  const steps = stepsOf(job.traffic, job.token);
  const lanes = await Promise.all(Array.from({ length: job.connections }, () => openLane(job, tally)));
  const startedAt = performance.now();
  const wanted = 'units' in job.until ? job.until.units : Number.POSITIVE_INFINITY;
  const deadline = 'ms' in job.until ? startedAt + job.until.ms : Number.POSITIVE_INFINITY;
  const take = () =>
    tally.taken < wanted && performance.now() < deadline ? job.first + tally.taken++ : null;
  await Promise.all(lanes.map((lane) => lane.drive(take, steps)));
  const seconds = (performance.now() - startedAt) / 1000;
  const { requests, latencies, failures, ids, recorded } = tally;
  return { units: tally.taken, requests, seconds, ...percentiles(latencies), failures, ids, recorded };
}

interface Lane {
  drive(take: () => number | null, stepsOfUnit: (n: number) => Step[]): Promise<void>;
}

async function openLane(job: Job, tally: Tally): Promise<Lane> {
  let lost: (() => void) | null = null;
  const connection = await openConnection(job.address, (reason) => {
    fail(tally, reason);
    lost?.();
  });
  return {
    drive: (take, stepsOfUnit) =>
      new Promise((resolve) => {
        lost = resolve;
        const nextUnit = () => {
          const n = take();
          if (n === null) {
            connection.close();
            resolve();
          } else {
            playUnit(job, tally, connection, stepsOfUnit(n), n, nextUnit);
          }
        };
        nextUnit();
      }),
  };
}

function playUnit(
  job: Job,
  tally: Tally,
  connection: Connection,
  steps: Step[],
  n: number,
  whenDone: () => void,
): void {
  const startedAt = performance.now();
  const play = (i: number) => {
    const step = steps[i];
    if (!step) {
      tally.latencies.push(performance.now() - startedAt);
      whenDone();
      return;
    }
    connection.exchange(step.text, (reply) => {
      tally.requests++;
      check(job, tally, step, reply);
      if (job.checksBodies && step.keepsId) tally.ids[n - job.first] = idIn(reply.body);
      if (job.records && n === job.first) tally.recorded.push(record(step, reply));
      play(i + 1);
    });
  };
  play(0);
}

function check(job: Job, tally: Tally, step: Step, reply: Reply): void {
  if (reply.status !== step.status && reply.status !== step.orStatus) {
    fail(tally, `${routeOf(step.text)}: ${reply.status} ${reply.body.toString('utf8', 0, 200)}`);
  } else if (job.checksBodies && step.holds !== undefined && !reply.body.includes(step.holds)) {
    fail(tally, `${routeOf(step.text)}: the answer does not hold what it should`);
  }
}

function fail(tally: Tally, what: string): void {
  const kind = what.replaceAll(UUID, '<id>');
  const known = kind in tally.failures || Object.keys(tally.failures).length < FAILURE_KINDS;
  const key = known ? kind : 'other failures';
  tally.failures[key] = (tally.failures[key] ?? 0) + 1;
}

/** The resource's own id stands before any other key of that name. */
function idIn(body: Buffer): string {
  const at = body.indexOf('"id":"') + 6;
  return body.toString('latin1', at, body.indexOf('"', at));
}

function record(step: Step, reply: Reply): RecordedAnswer {
  const headers: Record<string, string> = {};
  for (const line of reply.head.split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { route: routeOf(step.text), status: reply.status, headers, body: reply.body.toString('utf8') };
}

function routeOf(request: string): string {
  const [method, target] = request.slice(0, request.indexOf('\r\n')).split(' ');
  const [, scim, version, kind, id] = target!.replace(/\?.*/, '').split('/');
  return `${method} /${[scim, version, kind].filter(Boolean).join('/')}${id ? '/:id' : ''}`;
}
