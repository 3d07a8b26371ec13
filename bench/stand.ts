// The test stand of one engine: the servers under test and what is known of the people on each, with the generator and
// the floor that all stands of a run share. Rows ask it for a site and send traffic there; numbers of units never
// repeat, so that every change is a change.

import type { Address } from './connection.ts';
import type { Watch } from './database-profile.ts';
import type { DriverJob, DriverWork } from './driver.ts';
import type { FillWork } from './fill.ts';
import type { FloorWork } from './floor.ts';
import type { Job, LoadResult, LoadWork, RecordedAnswer } from './load.ts';
import type { CpuSeconds } from './measure.ts';
import type { Effort, Engine } from './options.ts';
import type { Database, PostgresOfRun } from './postgres.ts';
import { type Home, makeHome, type Server, startServer } from './server.ts';
import type { Traffic } from './traffic.ts';
import { startWorker, type Worker } from './worker.ts';

/** What traffic has made on a server. */
export interface Population {
  /** Users made so far, numbered from 0. */
  people: number;
  /** `ids[k]` is the id of user `k * stride`. */
  readonly ids: string[];
  readonly stride: number;
  /** Ids of groups by number. */
  readonly groups: string[];
  /** The next number of traffic that makes neither. */
  serial: number;
}

/** A server under test with its population. */
export interface Site extends Population {
  /** Another one after a restart. */
  server: Server;
  readonly home: Home;
}

export interface Sending {
  connections: number;
  until: Job['until'];
  records?: boolean;
}

/** What the stands of a run share. */
export interface Crew {
  load: Worker<LoadWork>;
  floor: Worker<FloorWork>;
  floorAddress: Address;
  stop(): void;
}

export interface StandOptions {
  effort: Effort;
  /** null: on SQLite. */
  postgres: PostgresOfRun | null;
  profileDir: string | undefined;
}

/** The driver alone, on the same PostgreSQL. */
export interface Driver {
  run(job: DriverJob): Promise<LoadResult>;
  cpuSeconds(): Promise<CpuSeconds>;
}

export interface Stand {
  readonly engine: Engine;
  readonly effort: Effort;
  readonly driver: Driver | null;
  newHome(): Promise<Home>;
  cpuSeconds(site: Site): Promise<CpuSeconds>;
  /** Statistics of the database from now on; null where it is part of the server. */
  watchDatabase(): Promise<Watch> | null;
  /** MiB of the database's processes, where it has some. */
  databaseMemory(): number | null;
  /** Sends traffic to a site and keeps account of what it made there. */
  send(site: Site, traffic: Traffic, how: Sending): Promise<LoadResult>;
  sendToFloor(traffic: Traffic, how: Sending): Promise<LoadResult>;
  floorAnswers(recorded: RecordedAnswer[]): Promise<void>;
  floorCpuSeconds(): Promise<CpuSeconds>;
  /** The site that starts empty; has at least so many users after this. */
  emptySite(atLeast?: number): Promise<Site>;
  /** A site that was filled with so many users before its server started. */
  filledSite(people: number): Promise<Site>;
  close(): Promise<void>;
}

/** Ids that are kept of a filled population: enough for a group of 100,000 and some beside. */
const IDS_KEPT = 125_000;
const FILL_LIMIT_MS = 30 * 60_000;
const CONNECTIONS = 32;

export async function openCrew(): Promise<Crew> {
  const load = startWorker<LoadWork>('load');
  const floor = startWorker<FloorWork>('floor');
  const stop = () => {
    load.stop();
    floor.stop();
  };
  return { load, floor, floorAddress: await floor.ask('listen', null), stop };
}

export async function openStand(crew: Crew, { effort, postgres, profileDir }: StandOptions): Promise<Stand> {
  const { floor } = crew;
  const sites = new Map<number, Promise<Site>>();
  const driver = postgres && (await openDriver(postgres));
  const newHome = async () => makeHome(postgres && (await postgres.newDatabase()));

  const send = (site: Site, traffic: Traffic, how: Sending): Promise<LoadResult> => {
    const token = traffic.kind === 'readApi' ? site.home.apiKey : site.home.token;
    return sendTo(crew, { address: site.server.address, token, population: site }, traffic, how);
  };

  /** The site that starts empty is where rates are compared with the floor: both are warm before the first row. */
  async function openEmptySite(): Promise<Site> {
    const site = await openSite(await newHome(), [], 0, 1, profileDir);
    const how = { connections: CONNECTIONS, until: { ms: effort.firstWarmUpMs } };
    const { recorded } = await send(site, { kind: 'initialCycle' }, { ...how, records: true });
    await floor.ask('answerWith', recorded);
    await sendToFloor(crew, { kind: 'initialCycle' }, how);
    return site;
  }

  function siteOf(people: number, make: () => Promise<Site>): Promise<Site> {
    const known = sites.get(people) ?? make();
    sites.set(people, known);
    return known;
  }

  return {
    engine: postgres ? 'postgres' : 'sqlite',
    effort,
    driver,
    newHome,
    watchDatabase: () => postgres?.watch() ?? null,
    databaseMemory: () => postgres?.memory() ?? null,
    cpuSeconds: async (site) => ({
      server: await site.server.cpuSeconds(),
      database: postgres?.cpuSeconds() ?? null,
    }),
    send,
    sendToFloor: (traffic, how) => sendToFloor(crew, traffic, how),
    floorAnswers: async (recorded) => {
      await floor.ask('answerWith', recorded);
    },
    floorCpuSeconds: async () => ({ server: await floor.ask('cpuSeconds', null), database: null }),
    async emptySite(atLeast = 0) {
      const site = await siteOf(0, openEmptySite);
      const missing = atLeast - site.people;
      if (missing > 0) {
        const made = await send(site, { kind: 'createUser' }, upTo(missing));
        refuseFailures(made);
      }
      return site;
    },
    filledSite: (people) =>
      siteOf(people, async () => {
        const home = await newHome();
        // The first start makes the provider and its rules from the configuration.
        await (await startServer(home)).stop();
        const stride = Math.ceil(people / IDS_KEPT);
        const ids = await fill(home, people, stride);
        return openSite(home, ids, people, stride);
      }),
    async close() {
      await driver?.close();
      for (const site of await Promise.allSettled(sites.values())) {
        if (site.status === 'rejected') continue;
        await site.value.server.stop();
        await site.value.home.remove();
      }
    },
  };
}

/** Sends traffic to a server and keeps account of what it made there. */
export async function sendTo(
  { load }: Crew,
  { address, token, population }: { address: Address; token: string; population: Population },
  traffic: Traffic,
  how: Sending,
): Promise<LoadResult> {
  const first = firstUnit(population, traffic);
  const job = jobOf(address, token, traffic, how);
  const result = await load.ask('run', { ...job, first, checksBodies: true }, limitMs(how));
  account(population, traffic, first, result);
  return result;
}

export function sendToFloor(
  { load, floorAddress }: Crew,
  traffic: Traffic,
  how: Sending,
): Promise<LoadResult> {
  const job = jobOf(floorAddress, 'bench', traffic, how);
  return load.ask('run', { ...job, first: 0, checksBodies: false }, limitMs(how));
}

async function openDriver(postgres: PostgresOfRun): Promise<Driver & { close(): Promise<void> }> {
  const database: Database = await postgres.newDatabase();
  const worker = startWorker<DriverWork>('driver');
  await worker.ask('connect', database.url);
  return {
    run: (job) => worker.ask('run', job, 60_000 + job.ms),
    cpuSeconds: async () => ({
      server: await worker.ask('cpuSeconds', null),
      database: postgres.cpuSeconds(),
    }),
    async close() {
      worker.stop();
      await database.drop();
    },
  };
}

/** Sending so many units over all connections. */
export function upTo(units: number, connections = CONNECTIONS): Sending {
  return { connections, until: { units } };
}

/** Where work that is not measured must have gone well for the measurement to mean anything. */
export function refuseFailures({ failures }: Pick<LoadResult, 'failures'>): void {
  const [first] = Object.keys(failures);
  if (first) throw new Error(`while preparing: ${first}`);
}

async function openSite(
  home: Home,
  ids: string[],
  people: number,
  stride: number,
  profileDir?: string,
): Promise<Site> {
  const server = await startServer(home, profileDir);
  return { server, home, people, ids, stride, groups: [], serial: 0 };
}

async function fill(home: Home, people: number, stride: number): Promise<string[]> {
  const filler = startWorker<FillWork>('fill');
  try {
    return await filler.ask('fill', { env: home.env, people, stride }, FILL_LIMIT_MS);
  } finally {
    filler.stop();
  }
}

function jobOf(address: Address, token: string, traffic: Traffic, how: Sending) {
  const { connections, until, records = false } = how;
  return { address, token, traffic, connections, until, records };
}

function limitMs({ until }: Sending): number {
  return 60_000 + ('ms' in until ? until.ms : until.units * 20);
}

function makesUsers(traffic: Traffic): boolean {
  return traffic.kind === 'initialCycle' || traffic.kind === 'createUser';
}

function firstUnit(site: Population, traffic: Traffic): number {
  if (makesUsers(traffic)) return site.people;
  if (traffic.kind === 'createGroup') return site.groups.length;
  return traffic.kind === 'oneMember' ? site.serial + (site.serial % 2) : site.serial;
}

function account(site: Population, traffic: Traffic, first: number, { units, ids }: LoadResult): void {
  if (makesUsers(traffic)) {
    // Of a large population a sample of the ids is kept, evenly spread; those made later do not belong to it.
    if (site.stride === 1) for (const id of ids) site.ids.push(id);
    site.people += units;
  } else if (traffic.kind === 'createGroup') {
    for (const id of ids) site.groups.push(id);
  } else {
    site.serial = first + units;
  }
}
