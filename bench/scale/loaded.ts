// One population of the scale run on its engine: made or found, loaded, sealed, served.

import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLedger } from '../fill.ts';
import { connected, type Database, type PostgresOfRun } from '../postgres.ts';
import { configure, type Home, homeIn, startServer } from '../server.ts';
import type { Site } from '../stand.ts';
import { type LoadFigures, loadPopulation, type Size, userIdOf } from './population.ts';

type Tell = (line: string) => void;

/** Ids that requests are spread over. */
const IDS_KEPT = 100_000;
const SEALED_WITHIN_MS = 60 * 60_000;
/** What an older version left is prepared before the server answers. */
const READY_WITHIN_MS = 60 * 60_000;

export interface Loaded {
  load: LoadFigures;
  sealedAfterSeconds: number;
  people: number;
}

export async function homeOf(
  { users, groups, memberships }: Size,
  { folder, fresh }: { folder: string; fresh: boolean },
  postgres: PostgresOfRun | null,
): Promise<Home> {
  const name = `${users}_${groups}_${memberships}`;
  const place = join(folder, `${postgres ? 'postgres' : 'sqlite'}-${name}`);
  if (fresh) rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  let database: Database | null = null;
  if (postgres) {
    database = await postgres.databaseNamed(`bifrost_scale_${name}`, fresh);
  }
  return homeIn(place, database, async () => {});
}

/** `also`: what is done to it before it is closed. */
export async function loaded(
  home: Home,
  size: Size,
  tell: Tell,
  also: (ledger: Ledger) => Promise<void> = async () => {},
): Promise<Loaded> {
  configure(home);
  tell(`${size.users} users, ${size.groups} groups, ${size.memberships} memberships`);
  // The first start makes the provider and its rules from the configuration.
  await (await startServer(home, undefined, READY_WITHIN_MS)).stop();
  const ledger = await openLedger(home.env);
  try {
    const load = await loadPopulation(ledger, size, tell);
    await also(ledger);
    const loadedAt = performance.now();
    await sealed(home, ledger, tell);
    const sealedAfterSeconds = (performance.now() - loadedAt) / 1000;
    tell(`loaded: ${JSON.stringify(load)}, sealed ${sealedAfterSeconds.toFixed(1)} s later`);
    return { load, sealedAfterSeconds, people: (await ledger.counts()).users };
  } finally {
    await ledger.close();
  }
}

export async function openSite(home: Home, size: Size, people: number): Promise<Site> {
  const stride = Math.ceil(size.users / IDS_KEPT);
  const ids = Array.from({ length: Math.floor((size.users - 1) / stride) + 1 }, (_, k) =>
    userIdOf(k * stride),
  );
  return { server: await startServer(home), home, people, ids, stride, groups: [], serial: Date.now() % 1e9 };
}

/** On PostgreSQL events get their places a moment after their commit, or later than that under such a load. */
async function sealed(
  { env }: Home,
  ledger: { lastPosition(): Promise<number> },
  tell: (line: string) => void,
): Promise<void> {
  if (env.DATABASE_URL === undefined) return;
  const url = env.DATABASE_URL;
  const deadline = performance.now() + SEALED_WITHIN_MS;
  for (;;) {
    const position = await ledger.lastPosition();
    const left = await connected(url, async (client) => {
      const { rows } = await client.query<{ left: number }>('SELECT count(*)::int AS left FROM unsealed');
      return rows[0]!.left;
    });
    if (left === 0) return;
    if (performance.now() > deadline) throw new Error(`${left} commits are still to be sealed`);
    tell(`${left} commits are still to be sealed, ${position} events are`);
  }
}

export async function bytesOf({ env }: Home): Promise<Record<string, number>> {
  if (env.DATABASE_URL === undefined) {
    const files = readdirSync(env.BIFROST_DATA_DIR, { withFileTypes: true }).filter((file) => file.isFile());
    return Object.fromEntries(
      files.map(({ name }) => [name, statSync(join(env.BIFROST_DATA_DIR, name)).size]),
    );
  }
  return connected(env.DATABASE_URL, async (client) => {
    const { rows } = await client.query<{ name: string; bytes: string }>(
      `SELECT c.relname || CASE c.relkind WHEN 'r' THEN ' (rows)' WHEN 'i' THEN ' (index)' ELSE '' END AS name,
         CASE c.relkind WHEN 'r' THEN pg_table_size(c.oid) ELSE pg_relation_size(c.oid) END AS bytes
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind IN ('r', 'i')`,
    );
    return Object.fromEntries(rows.map(({ name, bytes }) => [name, Number(bytes)]));
  });
}
