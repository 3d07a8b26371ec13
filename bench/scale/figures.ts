// What one operation costs on a population: one connection, so that a latency is the cost and not a queue, and the CPU
// of the server and of the database beside it.

import { timed } from '../measure.ts';
import { refuseFailures, type Site, type Stand } from '../stand.ts';
import type { Traffic } from '../traffic.ts';
import { groupIdOf, type Size } from './population.ts';

export interface Figure {
  what: string;
  p50Ms: number;
  p99Ms: number;
  cpuMs: number;
  databaseCpuMs: number | null;
  failures: Record<string, number>;
}

const PAGE = 100;
/** Taken from the beginning of the list, each leading to the next. */
const CURSORS = 8;

export async function measureOperations(
  stand: Stand,
  site: Site,
  size: Size,
  ms: number,
  tell: (line: string) => void,
): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [what, traffic] of Object.entries(await operations(site, size))) {
    const how = { connections: 1, until: { ms } };
    await stand.send(site, traffic, { connections: 1, until: { ms: ms / 4 } });
    const { result, cpuMs, databaseCpuMs } = await timed(
      () => stand.send(site, traffic, how),
      () => stand.cpuSeconds(site),
    );
    const { p50Ms, p99Ms, failures } = result;
    figures.push({ what, p50Ms, p99Ms, cpuMs, databaseCpuMs, failures });
    tell(`${what}: p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms ${JSON.stringify(failures)}`);
  }
  return figures;
}

async function operations(site: Site, size: Size): Promise<Record<string, Traffic>> {
  const { ids, stride } = site;
  const lookUp = (by: 'userName' | 'externalId' | 'workMail'): Traffic => ({
    kind: 'lookUp',
    by,
    count: ids.length,
    stride,
  });
  const group = groupIdOf(0);
  const outside = ids.filter((_, at) => at % 2 === 1).slice(-200);
  await leaveGroup(site, group, outside);
  const scim = (path: string): Traffic => ({ kind: 'read', paths: [path], holds: '"Resources":[' });
  return {
    'create a user': { kind: 'createUser' },
    'PATCH a user': { kind: 'patchUser', users: ids },
    'look-up by userName': lookUp('userName'),
    'look-up by externalId': lookUp('externalId'),
    'look-up by work mail': lookUp('workMail'),
    'look-up of a group by displayName': { kind: 'lookUp', by: 'groupName', count: size.groups, stride: 1 },
    [`add or remove one member, group of ${inThousands(size.largest)}`]: {
      kind: 'oneMember',
      group,
      users: outside,
    },
    [`page of ${PAGE} users, the first`]: scim(`/Users?startIndex=1&count=${PAGE}`),
    [`page of ${PAGE} users, in the middle`]: scim(`/Users?startIndex=${size.users >> 1}&count=${PAGE}`),
    [`page of ${PAGE} users, by cursor`]: {
      kind: 'read',
      paths: await cursorPaths(site),
      holds: '"Resources":[',
    },
    ...(await apiPages(site)),
  };
}

const inThousands = (n: number) => n.toLocaleString('en');

/** Where a run before this one was interrupted between joining and leaving. */
async function leaveGroup(site: Site, group: string, users: readonly string[]): Promise<void> {
  const Operations = users.map((user) => ({ op: 'remove', path: `members[value eq "${user}"]` }));
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];
  const { status, body } = await site.server.send('PATCH', `/Groups/${group}`, { schemas, Operations });
  if (status !== 204) throw new Error(`PATCH of the large group: ${status} ${JSON.stringify(body)}`);
}

async function cursorPaths(site: Site): Promise<string[]> {
  const paths: string[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined && paths.length < CURSORS; ) {
    const path: string = `/Users?cursor=${encodeURIComponent(cursor)}&count=${PAGE}`;
    paths.push(path);
    cursor = ((await site.server.get(path)) as { nextCursor?: string }).nextCursor;
  }
  return paths;
}

// --- the users page of the API ----------------------------------------------------------------------------------

const sorts = ['userName', '-userName', 'createdAt', '-createdAt', 'lastProvisionedAt', '-lastProvisionedAt'];

async function apiPages(site: Site): Promise<Record<string, Traffic>> {
  const pages: Record<string, Traffic> = {};
  const page = (what: string, path: string) => {
    pages[`API: ${what}`] = { kind: 'readApi', paths: [path], holds: '"items":[' };
  };
  for (const sort of sorts) {
    const path = `/api/users?sort=${sort}&limit=50`;
    page(`users by ${sort}`, path);
    const { nextCursor } = (await askApi(site, path)) as { nextCursor: string | null };
    if (nextCursor)
      page(`users by ${sort}, the next page`, `${path}&cursor=${encodeURIComponent(nextCursor)}`);
  }
  const teams = (await askApi(site, '/api/teams?limit=1')) as { items: { id: string }[] };
  const [team] = teams.items;
  if (team) page('users of a team', `/api/users?team=${team.id}&limit=50`);
  page('users of a role', '/api/users?role=Viewer&limit=50');
  page('users without a role', '/api/users?role=none&limit=50');
  page('suspended users', '/api/users?status=suspended&limit=50');
  page('search that finds many', '/api/users?search=imani&limit=50');
  page('search that finds one', '/api/users?search=.777@&limit=50');
  page('search that finds nobody', '/api/users?search=nobodyhasthis&limit=50');
  page('groups as teams', '/api/teams?limit=50');
  page('events, the last', '/api/audit?limit=50');
  page('requests, the last', '/api/requests?limit=50');
  return pages;
}

export async function askApi(site: Site, path: string): Promise<unknown> {
  const { host, port } = site.server.address;
  const headers = { authorization: `Bearer ${site.home.apiKey}` };
  const response = await fetch(`http://${host}:${port}${path}`, { headers });
  if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

// --- beside a job -----------------------------------------------------------------------------------------------

export interface Beside {
  p50Ms: number;
  p99Ms: number;
}

/** Look-ups and changes of users on a few connections, for so long. */
export async function otherRequests(stand: Stand, site: Site, ms: number): Promise<Beside> {
  const { ids, stride } = site;
  const how = { connections: 4, until: { ms: ms / 2 } };
  const reads = await stand.send(site, { kind: 'lookUp', by: 'userName', count: ids.length, stride }, how);
  const writes = await stand.send(site, { kind: 'patchUser', users: ids }, how);
  refuseFailures(reads);
  refuseFailures(writes);
  return {
    p50Ms: Math.max(reads.p50Ms, writes.p50Ms),
    p99Ms: Math.max(reads.p99Ms, writes.p99Ms),
  };
}
