// `npm run bench -- --webhooks`: changes of users by SCIM while nobody is told of them, while a receiver takes them, while one
// hangs, and while one sends without end; by turns in one run, so that what passes on the machine weighs on all.

import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { askApi } from '../beside.ts';
import type { LoadResult, LoadWork } from '../load.ts';
import { median } from '../measure.ts';
import { openPostgres } from '../postgres.ts';
import { describeMachine } from '../report.ts';
import { type Home, makeHome, type Server, startServer } from '../server.ts';
import type { Traffic } from '../traffic.ts';
import { startWorker, type Worker } from '../worker.ts';

const usage = `npm run bench -- --webhooks [options]
  --engine which     sqlite (default) or postgres
  --rounds N         each kind of receiver so often, default 5, after one to warm up
  --ms N             of each measurement, default 2,000
`;

const PEOPLE = 1_000;
const CONNECTIONS = 8;
const JOB_LIMIT_MS = 120_000;
const CHUNK = Buffer.alloc(64 * 1024, 'x');

interface Receiver {
  readonly what: string;
  /** null: no webhook. */
  readonly url: string | null;
  /** Deliveries that came. */
  got(): number;
  close(): void;
}

interface Bench {
  readonly home: Home;
  readonly server: Server;
  readonly load: Worker<LoadWork>;
  readonly ms: number;
  /** Number of the next unit, so that every change is a change. */
  next: number;
}

/** CPU in seconds; the receivers are in this process, which does nothing else meanwhile. */
interface Round extends LoadResult {
  readonly serverCpu: number;
  readonly receiverCpu: number;
}

export async function benchWebhooks(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      engine: { type: 'string', default: 'sqlite' },
      rounds: { type: 'string', default: '5' },
      ms: { type: 'string', default: '2000' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const postgres = values.engine === 'postgres' ? await openPostgres(null, false) : null;
  const home = makeHome(postgres && (await postgres.newDatabase()));
  // Its receivers are on this machine.
  home.env.BIFROST_DEVELOPMENT = '1';
  const server = await startServer(home);
  const load = startWorker<LoadWork>('load');
  try {
    const { cores, cpu, node, loadAverage } = describeMachine();
    process.stdout.write(`${cores} x ${cpu}, ${node}; load ${loadAverage}; ${values.engine}\n`);
    await compare({ home, server, load, ms: Number(values.ms), next: 0 }, Number(values.rounds));
  } finally {
    load.stop();
    await server.stop();
    await home.remove();
    await postgres?.close();
  }
}

async function compare(bench: Bench, rounds: number): Promise<void> {
  const made = await run(bench, { kind: 'createUser' }, { units: PEOPLE });
  const traffic: Traffic = { kind: 'patchUser', users: made.ids };
  const receivers = [nobody, ...(await Promise.all(behaviours.map(startReceiver)))];
  const found = new Map(receivers.map((each): [Receiver, Round[]] => [each, []]));
  try {
    for (let round = 0; round <= rounds; round++) {
      for (const receiver of receivers) {
        const result = await beside(bench, receiver, traffic);
        if (round > 0) found.get(receiver)!.push(result);
      }
    }
  } finally {
    for (const each of receivers) each.close();
  }
  const alone = median(found.get(nobody)!.map(rate));
  for (const [{ what, got }, results] of found) {
    const of = (figure: (each: Round) => number) => median(results.map(figure));
    const perSecond = of(rate);
    process.stdout.write(
      `${what.padEnd(34)}${perSecond.toFixed(0).padStart(6)} changes/s (${(perSecond / alone).toFixed(2)}), p50 ${of(({ p50Ms }) => p50Ms).toFixed(1)} ms, p99 ${of(({ p99Ms }) => p99Ms).toFixed(1)} ms; CPU: server ${of(({ serverCpu, units }) => (serverCpu / units) * 1_000).toFixed(2)} ms a change, receiver ${of(({ receiverCpu, seconds }) => (receiverCpu / seconds) * 100).toFixed(0)} % of a core; ${got()} deliveries\n`,
    );
  }
}

async function beside(bench: Bench, { what, url }: Receiver, traffic: Traffic): Promise<Round> {
  const { home, server } = bench;
  if (url === null) return measured(bench, traffic);
  const body = { name: what, url, types: ['user.*'] };
  const { id } = await askApi<{ id: string }>(home, server, 'POST', '/webhooks', body);
  const result = await measured(bench, traffic);
  const { host, port } = server.address;
  const headers = { authorization: `Bearer ${home.apiKey}` };
  await fetch(`http://${host}:${port}/api/webhooks/${id}`, { method: 'DELETE', headers });
  return result;
}

async function measured(bench: Bench, traffic: Traffic): Promise<Round> {
  const { server, ms } = bench;
  const serverBefore = await server.cpuSeconds();
  const before = process.cpuUsage();
  const result = await run(bench, traffic, { ms });
  const { user, system } = process.cpuUsage(before);
  const serverCpu = (await server.cpuSeconds()) - serverBefore;
  return { ...result, serverCpu, receiverCpu: (user + system) / 1_000_000 };
}

async function run(
  bench: Bench,
  traffic: Traffic,
  until: { units: number } | { ms: number },
): Promise<LoadResult> {
  const { address, token } = bench.server;
  const job = { address, token, traffic, connections: CONNECTIONS, until, first: bench.next };
  const result = await bench.load.ask('run', { ...job, checksBodies: true, records: false }, JOB_LIMIT_MS);
  bench.next += result.units;
  const [wrong] = Object.keys(result.failures);
  if (wrong) throw new Error(wrong);
  return result;
}

function rate({ units, seconds }: LoadResult): number {
  return units / seconds;
}

// --- receivers --------------------------------------------------------------------------------------------------

const nobody: Receiver = { what: 'no webhook', url: null, got: () => 0, close() {} };

const behaviours: readonly { what: string; answer(response: ServerResponse): void }[] = [
  { what: 'one that takes them', answer: (response) => response.writeHead(204).end() },
  {
    what: 'one that hangs up behind each',
    answer: (response) => response.writeHead(204, { connection: 'close' }).end(),
  },
  { what: 'one that never answers', answer() {} },
  { what: 'one that answers without end', answer: pour },
  { what: 'one that fails', answer: (response) => response.writeHead(500).end() },
];

async function startReceiver({ what, answer }: (typeof behaviours)[number]): Promise<Receiver> {
  let got = 0;
  const server = createServer((request, response) => {
    got++;
    request.resume().once('end', () => answer(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    what,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    got: () => got,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function pour(response: ServerResponse): void {
  const more = () => {
    while (!response.destroyed && response.write(CHUNK));
  };
  response.on('drain', more).on('error', () => {});
  more();
}
