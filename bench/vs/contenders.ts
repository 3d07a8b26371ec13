// Who is compared by `npm run bench -- --vs`: ours on each engine, and the peers, each with where it keeps what it is told. All are
// fresh servers without people, and are asked over the same connections by the same generator.

import type { Address } from '../connection.ts';
import type { PostgresOfRun } from '../postgres.ts';
import { makeHome, startServer } from '../server.ts';
import type { Population } from '../stand.ts';
import { installPeers, startPeer, versionOf } from './peers.ts';

export interface Contender {
  name: string;
  /** Where an acknowledged write is, as the table says it. */
  keeps: string;
  isOurs: boolean;
  address: Address;
  token: string;
  population: Population;
  /** Members that a group has. */
  membersOf(group: string): Promise<number>;
  /** Of the server alone; what a database spends is not in it. */
  cpuSeconds(): Promise<number>;
  stop(): Promise<void>;
}

/** One SCIM request, for what is not measured. */
export async function ask(
  { address, token }: Pick<Contender, 'address' | 'token'>,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Record<string, unknown> | null }> {
  const headers: Record<string, string> = { authorization: `Bearer ${token}` };
  if (body !== undefined) headers['content-type'] = 'application/scim+json';
  const sent = body === undefined ? null : JSON.stringify(body);
  const url = `http://${address.host}:${address.port}/scim/v2${path}`;
  const answer = await fetch(url, { method, headers, body: sent });
  const text = await answer.text();
  return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : null };
}

async function membersShown(server: Pick<Contender, 'address' | 'token'>, group: string): Promise<number> {
  const { body } = await ask(server, 'GET', `/Groups/${group}`);
  return Array.isArray(body?.members) ? body.members.length : 0;
}

/** Of Polis, whose SCIM shows none. */
async function membersKept({ address }: Pick<Contender, 'address'>, group: string): Promise<number> {
  const answer = await fetch(`http://${address.host}:${address.port}/members/${group}`);
  return ((await answer.json()) as { members: number }).members;
}

const DURABLE = 'on disk before the answer';

/** Whoever cannot be started is an error: a comparison without them is another one. What was started by then is stopped. */
export async function openContenders(
  postgres: PostgresOfRun | null,
  onOpen: (contender: Contender) => void,
): Promise<void> {
  await installPeers();
  onOpen(await ours(null));
  if (postgres) onOpen(await ours(postgres));
  const scimmy = `scimmy ${versionOf('scimmy')}, routers ${versionOf('scimmy-routers')}, Express ${versionOf('express')}`;
  onOpen(await peer(scimmy, 'scimmy.mjs', null));
  const polis = `Polis ${versionOf('@boxyhq/saml-jackson')}`;
  onOpen(await peer(polis, 'polis.mjs', null));
  if (postgres) onOpen(await peer(polis, 'polis.mjs', postgres));
}

const nobodyYet = (): Population => ({ people: 0, ids: [], stride: 1, groups: [], serial: 0 });

async function ours(postgres: PostgresOfRun | null): Promise<Contender> {
  const home = makeHome(postgres && (await postgres.newDatabase()));
  const server = await startServer(home);
  return {
    name: 'Bifrost',
    keeps: `${postgres ? 'PostgreSQL' : 'SQLite'}, ${DURABLE}`,
    isOurs: true,
    address: server.address,
    token: home.token,
    population: nobodyYet(),
    membersOf: (group) => membersShown({ ...server, token: home.token }, group),
    cpuSeconds: server.cpuSeconds,
    async stop() {
      await server.stop();
      await home.remove();
    },
  };
}

async function peer(name: string, program: string, postgres: PostgresOfRun | null): Promise<Contender> {
  const database = postgres && (await postgres.newDatabase());
  const started = await startPeer(program, database?.url ?? null);
  return {
    name,
    keeps: database ? `PostgreSQL, ${DURABLE}` : 'memory: gone with the process',
    isOurs: false,
    address: started.address,
    token: started.token,
    population: nobodyYet(),
    membersOf: (group) =>
      program === 'polis.mjs' ? membersKept(started, group) : membersShown(started, group),
    cpuSeconds: async () => started.cpuSeconds(),
    async stop() {
      await started.stop();
      await database?.drop();
    },
  };
}
