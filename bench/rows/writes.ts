// Writes of users: the initial cycle, changes, one write at a time, and what a write costs the server's CPU.

import { type Measurement, measure } from '../measure.ts';
import { beside, type Finding } from '../report.ts';
import type { Site, Stand } from '../stand.ts';
import type { Traffic } from '../traffic.ts';
import { CONNECTIONS, type RowPlan } from './plan.ts';

export const writePlans: RowPlan[] = [
  initialCycle(1),
  initialCycle(8),
  initialCycle(CONNECTIONS),
  userWrite('create-user', 'POST', null, () => ({ kind: 'createUser' })),
  userWrite('patch-user', 'PATCH', { sqlite: { atLeast: 4_000 } }, (site) => ({
    kind: 'patchUser',
    users: site.ids,
  })),
  { name: 'one-at-a-time', run: oneAtATime },
];

function initialCycle(connections: number): RowPlan {
  const name = `initial-cycle-${connections}`;
  const title = `initial cycle, ${connections} connection${connections === 1 ? '' : 's'}`;
  const counts = connections === CONNECTIONS;
  return {
    name,
    async run(stand) {
      const site = await stand.emptySite();
      const found = await measure(stand, site, { kind: 'initialCycle' }, { connections });
      const failures = { ...found.failures, ...(await missingPeople(site)) };
      const target = counts ? { sqlite: { atLeast: 3_000 }, postgres: { atLeast: 1_000 } } : null;
      const row = { target, value: found.perSecond, unit: 'users/s' };
      const rows: Finding[] = [{ name, title, ...row, ...beside(found), failures }];
      if (counts) rows.push(againstFloor(name, found, failures));
      return rows;
    },
  };
}

function againstFloor(name: string, { ratio }: Measurement, failures: Record<string, number>): Finding {
  const title = 'initial cycle against the floor';
  return {
    name: `${name}-ratio`,
    title,
    target: { sqlite: { atLeast: 0.5 }, postgres: { atLeast: 0.2 } },
    value: ratio,
    unit: 'of the floor',
    failures,
  };
}

/** Everybody who was answered 201 is there, and nobody else. */
async function missingPeople(site: Site): Promise<Record<string, number>> {
  const { totalResults } = (await site.server.get('/Users?count=1')) as { totalResults: number };
  return totalResults === site.people
    ? {}
    : { [`totalResults is ${totalResults} after ${site.people} users`]: 1 };
}

function userWrite(
  name: string,
  method: string,
  target: Finding['target'],
  trafficOf: (site: Site) => Traffic,
): RowPlan {
  return {
    name,
    async run(stand) {
      const site = await stand.emptySite(stand.effort.people);
      const found = await measure(stand, site, trafficOf(site), { connections: CONNECTIONS });
      const title = `${method} of a user, ${CONNECTIONS} connections`;
      return [
        { name, title, target, value: found.perSecond, unit: '/s', ...beside(found) },
        cpuOfWrite(name, method, found),
      ];
    },
  };
}

/** The whole of a write's CPU, reading and answering included, against the floor's for the same bytes. */
function cpuOfWrite(name: string, method: string, found: Measurement): Finding {
  const { cpuRatio, cpuMs, databaseCpuMs, failures } = found;
  return {
    name: `${name}-cpu`,
    title: `server CPU of a ${method} of a user`,
    target: { atMost: 3 },
    value: cpuRatio,
    unit: 'x floor',
    cpuMs,
    ...(databaseCpuMs === undefined ? {} : { databaseCpuMs }),
    failures,
  };
}

async function oneAtATime(stand: Stand): Promise<Finding[]> {
  const site = await stand.emptySite(stand.effort.people);
  const found = await measure(stand, site, { kind: 'patchUser', users: site.ids }, { connections: 1 });
  return [
    {
      name: 'one-at-a-time',
      title: 'one write at a time, p50',
      target: { sqlite: { atMost: 1 } },
      value: found.p50Ms,
      unit: 'ms',
      ...beside(found),
    },
  ];
}
