// Writes of users: the initial cycle, changes, one write at a time, and what a write costs the server's CPU.

import { type Measurement, measure } from '../measure.ts';
import { beside, judge, type Row } from '../report.ts';
import type { Site } from '../stand.ts';
import { CONNECTIONS, type RowPlan } from './plan.ts';

export const writePlans: RowPlan[] = [
  initialCycle(1),
  initialCycle(8),
  initialCycle(CONNECTIONS),
  { name: 'patch-user', run: patchUser },
  { name: 'one-at-a-time', run: oneAtATime },
  { name: 'cpu-per-write', run: cpuPerWrite },
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
      const row = { target: counts ? { atLeast: 3_000 } : null, value: found.perSecond, unit: 'users/s' };
      const rows = [judge({ name, title, ...row, ...beside(found), failures })];
      if (counts) rows.push(againstFloor(name, found, failures));
      return rows;
    },
  };
}

function againstFloor(name: string, { ratio }: Measurement, failures: Record<string, number>): Row {
  const title = 'initial cycle against the floor';
  return judge({
    name: `${name}-ratio`,
    title,
    target: { atLeast: 0.5 },
    value: ratio,
    unit: 'of the floor',
    failures,
  });
}

/** Everybody who was answered 201 is there, and nobody else. */
async function missingPeople(site: Site): Promise<Record<string, number>> {
  const { totalResults } = (await site.server.get('/Users?count=1')) as { totalResults: number };
  return totalResults === site.people
    ? {}
    : { [`totalResults is ${totalResults} after ${site.people} users`]: 1 };
}

async function patchUser(stand: Parameters<RowPlan['run']>[0]): Promise<Row[]> {
  const site = await stand.emptySite(stand.effort.people);
  const found = await measure(
    stand,
    site,
    { kind: 'patchUser', users: site.ids },
    { connections: CONNECTIONS },
  );
  return [
    judge({
      name: 'patch-user',
      title: `PATCH of a user, ${CONNECTIONS} connections`,
      target: { atLeast: 4_000 },
      value: found.perSecond,
      unit: '/s',
      ...beside(found),
    }),
  ];
}

async function oneAtATime(stand: Parameters<RowPlan['run']>[0]): Promise<Row[]> {
  const site = await stand.emptySite(stand.effort.people);
  const found = await measure(stand, site, { kind: 'patchUser', users: site.ids }, { connections: 1 });
  return [
    judge({
      name: 'one-at-a-time',
      title: 'one write at a time, p50',
      target: { atMost: 1 },
      value: found.p50Ms,
      unit: 'ms',
      ...beside(found),
    }),
  ];
}

/** The whole of a write's CPU, reading and answering included, against the floor's for the same bytes. */
async function cpuPerWrite(stand: Parameters<RowPlan['run']>[0]): Promise<Row[]> {
  const site = await stand.emptySite(stand.effort.people);
  const writes = {
    POST: { kind: 'createUser' as const },
    PATCH: { kind: 'patchUser' as const, users: site.ids },
  };
  const rows: Row[] = [];
  for (const [method, traffic] of Object.entries(writes)) {
    const found = await measure(stand, site, traffic, { connections: CONNECTIONS });
    rows.push(
      judge({
        name: `cpu-per-write-${method.toLowerCase()}`,
        title: `server CPU of a ${method} of a user`,
        target: { atMost: 3 },
        value: found.cpuRatio,
        unit: 'x floor',
        ...beside(found),
        note: `${found.cpuMs.toFixed(3)} ms of CPU each, ${Math.round(found.perSecond)}/s`,
      }),
    );
  }
  return rows;
}
