// What an app asks per request, one question at a time, as the server is asked while somebody waits for a page.

import { measure } from '../measure.ts';
import { objectIdOf, userNameOf } from '../person.ts';
import { beside, type Finding } from '../report.ts';
import type { Site, Stand } from '../stand.ts';
import type { Traffic } from '../traffic.ts';
import type { RowPlan } from './plan.ts';

const PEOPLE = 500;
const HOLDS = '"active":true';
/** What half of the answers take at most, the database included. */
const WITHIN_S = 0.001;
const TIMED = 'bifrost_http_request_duration_seconds_bucket';

export const accessPlans: RowPlan[] = [
  { name: 'access-user-name', run: (stand) => access(stand, 'user-name', byUserName) },
  { name: 'access-oid', run: (stand) => access(stand, 'oid', byOid) },
  { name: 'access-known', run: (stand) => access(stand, 'known', byUserName) },
];

const byUserName = (n: number) => `userName=${encodeURIComponent(userNameOf(n))}`;
const byOid = (n: number) => `oid=${objectIdOf(n)}`;

const titles = {
  'user-name': 'access answer by userName',
  oid: 'access answer by oid',
  known: 'access answer that is known (304)',
};

async function access(
  stand: Stand,
  name: keyof typeof titles,
  ask: (n: number) => string,
): Promise<Finding[]> {
  const site = await stand.emptySite(stand.effort.people);
  const paths = Array.from({ length: PEOPLE }, (_, n) => `/api/access?${ask(n)}`);
  const known = name === 'known' ? await tagsOf(site, paths) : undefined;
  const traffic: Traffic = { kind: 'readApi', paths, holds: HOLDS, ...(known && { known }) };
  const before = await answeredBy(site);
  const found = await measure(stand, site, traffic, { connections: 1 });
  const after = await answeredBy(site);
  const share = (after.withinIt - before.withinIt) / (after.all - before.all);
  const within = { target: { atLeast: 50 }, value: share * 100, unit: '%', failures: found.failures };
  const row = { target: null, value: found.p50Ms, unit: 'ms' };
  return [
    { name: `access-${name}`, title: titles[name], ...row, ...beside(found) },
    {
      name: `access-${name}-server`,
      title: `  of them within ${WITHIN_S * 1_000} ms of server time`,
      ...within,
    },
  ];
}

/** How many the server itself has timed: from the first byte that it read until the answer was given to the system. */
async function answeredBy({ server, home }: Site): Promise<{ withinIt: number; all: number }> {
  const { host, port } = server.address;
  const headers = { authorization: `Bearer ${home.apiKey}` };
  const text = await (await fetch(`http://${host}:${port}/metrics`, { headers })).text();
  const upTo = (limit: string) => {
    const lines = text.split('\n').filter((line) => line.startsWith(`${TIMED}{le="${limit}"`));
    const ofAccess = lines.filter((line) => line.includes('route="/api/access"'));
    return ofAccess.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  };
  return { withinIt: upTo(String(WITHIN_S)), all: upTo('+Inf') };
}

async function tagsOf({ server, home }: Site, paths: readonly string[]): Promise<string[]> {
  const tags: string[] = [];
  for (const path of paths) {
    const { host, port } = server.address;
    const headers = { authorization: `Bearer ${home.apiKey}` };
    const answer = await fetch(`http://${host}:${port}${path}`, { headers });
    tags.push(answer.headers.get('etag') ?? '');
    await answer.arrayBuffer();
  }
  return tags;
}
