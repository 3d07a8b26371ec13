// Reads of users: the look-ups that an identity provider makes, and pages of lists.

import { measure } from '../measure.ts';
import { beside, type Finding } from '../report.ts';
import { refuseFailures, type Site, type Stand, upTo } from '../stand.ts';
import type { LookUpKey, Traffic } from '../traffic.ts';
import { CONNECTIONS, type RowPlan } from './plan.ts';

const GROUPS = 200;
const PAGE = 100;

export const readPlans: RowPlan[] = [
  lookUp('look-up-user-name', 'userName', 'look-up by userName'),
  lookUp('look-up-external-id', 'externalId', 'look-up by externalId'),
  lookUp('look-up-work-mail', 'workMail', 'look-up by work mail'),
  lookUp('look-up-group-name', 'groupName', 'look-up by group displayName'),
  { name: 'list-first-page', run: (stand) => listByIndex(stand, 'first') },
  { name: 'list-deep-page', run: (stand) => listByIndex(stand, 'deep') },
  { name: 'list-cursor', run: listByCursor },
];

function lookUp(name: string, by: LookUpKey, title: string): RowPlan {
  return {
    name,
    async run(stand) {
      const site = await stand.emptySite(stand.effort.people);
      const missing = by === 'groupName' ? GROUPS - site.groups.length : 0;
      if (missing > 0) refuseFailures(await stand.send(site, { kind: 'createGroup' }, upTo(missing)));
      const count = by === 'groupName' ? GROUPS : site.people;
      const traffic: Traffic = { kind: 'lookUp', by, count, stride: 1 };
      const found = await measure(stand, site, traffic, { connections: CONNECTIONS });
      const row = { target: { atLeast: 6_000 }, value: found.perSecond, unit: '/s' };
      return [{ name, title, ...row, ...beside(found) }];
    },
  };
}

async function listByIndex(stand: Stand, where: 'first' | 'deep'): Promise<Finding[]> {
  const site = await stand.emptySite(stand.effort.people);
  const startIndex = where === 'first' ? 1 : Math.max(1, site.people - 2 * PAGE);
  const holds = `"totalResults":${site.people},`;
  const traffic: Traffic = {
    kind: 'read',
    paths: [`/Users?startIndex=${startIndex}&count=${PAGE}`],
    holds,
  };
  const found = await measure(stand, site, traffic, { connections: 8 });
  const title = `page of ${PAGE} users, startIndex ${startIndex}`;
  const row = { target: null, value: found.perSecond, unit: '/s' };
  return [{ name: `list-${where}-page`, title, ...row, ...beside(found) }];
}

/** Walks the whole list once to see that everybody is met once, then measures pages taken by cursors from the walk. */
async function listByCursor(stand: Stand): Promise<Finding[]> {
  const site = await stand.emptySite(stand.effort.people);
  const { cursors, failures } = await walk(site);
  const paths = cursors.slice(0, 50).map((cursor) => cursorPath(cursor));
  const traffic: Traffic = { kind: 'read', paths, holds: '"Resources":[' };
  const found = await measure(stand, site, traffic, { connections: 8 });
  const row = { target: null, value: found.perSecond, unit: '/s', ...beside(found) };
  return [
    {
      name: 'list-cursor',
      title: `page of ${PAGE} users by cursor`,
      ...row,
      failures: { ...found.failures, ...failures },
    },
  ];
}

function cursorPath(cursor: string): string {
  return `/Users?cursor=${encodeURIComponent(cursor)}&count=${PAGE}`;
}

async function walk(site: Site): Promise<{ cursors: string[]; failures: Record<string, number> }> {
  const met = new Set<string>();
  const cursors: string[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    cursors.push(cursor);
    const page = (await site.server.get(cursorPath(cursor))) as {
      Resources: { id: string }[];
      nextCursor?: string;
    };
    for (const { id } of page.Resources) met.add(id);
    cursor = page.nextCursor;
  }
  const failures: Record<string, number> =
    met.size === site.people ? {} : { [`the walk met ${met.size} of ${site.people} users`]: 1 };
  return { cursors, failures };
}
