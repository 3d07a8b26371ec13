// Long work over the whole population: how quickly it goes, and what other requests notice of it.

import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { connected } from '../postgres.ts';
import { configure, type Home, startServer } from '../server.ts';
import type { Site, Stand } from '../stand.ts';
import { type Beside, otherRequests } from './figures.ts';
import { groupIdOf, type Size } from './population.ts';

export interface JobFigure {
  what: string;
  people: number;
  seconds: number;
  before: Beside;
  /** The worst of the spans that the job took. */
  meanwhile: Beside;
}

interface JobRow {
  kind: string;
  done: number;
  total: number | null;
}

const SPAN_MS = 4_000;
const LONGEST_MS = 2 * 60 * 60_000;
const TOLD_EVERY_MS = 15_000;
/** What the largest group is called from the first measurement on. */
export const RENAMED = 'Pilots ';
const RULES = {
  // A name that begins so makes whoever is in the group a Developer.
  renamed: [
    { attribute: 'roles', value: 'navigator', role: 'Viewer' },
    { attribute: 'groups', value: `${RENAMED.trim()}*`, role: 'Developer' },
  ],
  // Everybody has this app role: each loses a role and gains another.
  everybody: [{ attribute: 'roles', value: 'navigator', role: 'Developer' }],
};

export async function measureJobs(
  stand: Stand,
  site: Site,
  size: Size,
  tell: (line: string) => void,
): Promise<JobFigure[]> {
  await restart(site, RULES.renamed);
  await untilDone(site.home, tell);
  const rename = await beside(stand, site, tell, async () => {
    const name = `${RENAMED}${Date.now()}`;
    const operations = [{ op: 'Replace', path: 'displayName', value: name }];
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];
    const path = `/Groups/${groupIdOf(0)}`;
    const { status, body } = await site.server.send('PATCH', path, { schemas, Operations: operations });
    if (status !== 204) throw new Error(`PATCH ${path}: ${status} ${JSON.stringify(body)}`);
  });
  const rules = await beside(stand, site, tell, () => restart(site, RULES.everybody));
  return [
    { what: `rename of a group of ${size.largest.toLocaleString('en')}`, people: size.largest, ...rename },
    { what: 'rule change over everybody', people: site.people, ...rules },
  ];
}

/** With other rules, which the start makes true. */
async function restart(site: Site, attributeRoleMappings: object[]): Promise<void> {
  await site.server.stop();
  configure(site.home, { attributeRoleMappings });
  site.server = await startServer(site.home);
}

async function beside(
  stand: Stand,
  site: Site,
  tell: (line: string) => void,
  begin: () => Promise<void>,
): Promise<Omit<JobFigure, 'what' | 'people'>> {
  const before = await otherRequests(stand, site, SPAN_MS);
  await begin();
  const startedAt = performance.now();
  const meanwhile: Beside = { p50Ms: 0, p99Ms: 0 };
  let told = startedAt;
  for (;;) {
    const now = performance.now();
    const [job] = await openJobs(site.home);
    if (!job) return { seconds: (now - startedAt) / 1000, before, meanwhile };
    if (now - startedAt > LONGEST_MS)
      throw new Error(`${job.kind} was not done in ${LONGEST_MS / 60_000} minutes`);
    if (now - told > TOLD_EVERY_MS) {
      tell(`${job.kind}: ${job.done} of ${job.total}; p99 meanwhile ${meanwhile.p99Ms.toFixed(1)} ms`);
      told = now;
    }
    const span = await otherRequests(stand, site, SPAN_MS);
    meanwhile.p50Ms = Math.max(meanwhile.p50Ms, span.p50Ms);
    meanwhile.p99Ms = Math.max(meanwhile.p99Ms, span.p99Ms);
  }
}

async function untilDone(home: Home, tell: (line: string) => void): Promise<void> {
  const startedAt = performance.now();
  let told = startedAt;
  for (let job = (await openJobs(home))[0]; job; job = (await openJobs(home))[0]) {
    const now = performance.now();
    if (now - startedAt > LONGEST_MS) throw new Error(`${job.kind} does not end`);
    if (now - told > TOLD_EVERY_MS) {
      tell(`${job.kind}, to begin with: ${job.done} of ${job.total}`);
      told = now;
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

/** Read beside the server: what the API tells of progress counts people, which costs what is measured here. */
async function openJobs({ env }: Home): Promise<JobRow[]> {
  const text = 'SELECT kind, done, total FROM jobs WHERE finished_at IS NULL AND provider IS NOT NULL';
  if (env.DATABASE_URL === undefined) {
    const database = new DatabaseSync(join(env.BIFROST_DATA_DIR, 'bifrost.db'), { readOnly: true });
    try {
      return database.prepare(text).all() as unknown as JobRow[];
    } finally {
      database.close();
    }
  }
  return connected(env.DATABASE_URL, async (client) => (await client.query<JobRow>(text)).rows);
}
