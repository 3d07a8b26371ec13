// What an app asks per request, one question at a time, as the server is asked while somebody waits for a page.

import { measure } from '../measure.ts';
import { objectIdOf, userNameOf } from '../person.ts';
import { beside, type Finding } from '../report.ts';
import type { Site, Stand } from '../stand.ts';
import type { Traffic } from '../traffic.ts';
import type { RowPlan } from './plan.ts';

const PEOPLE = 500;
const HOLDS = '"active":true';

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
  const found = await measure(stand, site, traffic, { connections: 1 });
  const row = { target: { atMost: 1 }, value: found.p50Ms, unit: 'ms' };
  return [{ name: `access-${name}`, title: titles[name], ...row, ...beside(found) }];
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
