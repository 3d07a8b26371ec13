// What size costs: the same operations on populations of different sizes, by turns, and the memory of the largest.

import { byTurns, median, medianRatio, mergeFailures, timed } from '../measure.ts';
import type { Finding } from '../report.ts';
import { refuseFailures, type Sending, type Site, type Stand, upTo } from '../stand.ts';
import type { Traffic } from '../traffic.ts';
import { CONNECTIONS, type RowPlan } from './plan.ts';

export const growthPlans: RowPlan[] = [
  { name: 'growth', run: growth },
  { name: 'resident-memory', run: residentMemory },
];

const MOST_MIB = 200;
const MOST_GROWTH = 1.3;

const operations: Record<string, (site: Site, groups: string[]) => Traffic> = {
  'create a user': () => ({ kind: 'createUser' }),
  'PATCH a user': (site) => ({ kind: 'patchUser', users: site.ids }),
  'look-up by userName': (site) => ({
    kind: 'lookUp',
    by: 'userName',
    count: site.ids.length,
    stride: site.stride,
  }),
  'add a member': (site, groups) => ({ kind: 'addMembers', groups, users: site.ids, perRequest: 1 }),
};

interface Round {
  /** Wall-clock and CPU milliseconds per operation. */
  wallMs: number;
  cpuMs: number;
  /** null where the database is no process of its own. */
  databaseCpuMs: number | null;
  failures: Record<string, number>;
}

async function growth(stand: Stand): Promise<Finding[]> {
  const { sizes, growthUnits, growthRounds } = stand.effort;
  const sites: { site: Site; groups: string[] }[] = [];
  for (const size of sizes) {
    const site = await stand.filledSite(size);
    // More additions than users: the smallest population needs several groups.
    const count = Math.ceil((growthUnits * (growthRounds + 1)) / site.ids.length) + 1;
    const made = await stand.send(site, { kind: 'createGroup' }, upTo(count));
    refuseFailures(made);
    sites.push({ site, groups: made.ids });
  }
  const rows: Finding[] = [];
  for (const [name, traffic] of Object.entries(operations)) {
    const runs = sites.map(({ site, groups }) => () => {
      return oneRound(stand, site, traffic(site, groups), upTo(growthUnits, CONNECTIONS));
    });
    const { found, failures } = await byTurns(growthRounds, runs);
    for (let i = 1; i < sites.length; i++) {
      rows.push(growthRow(name, [sizes[0]!, sizes[i]!], [found[0]!, found[i]!], failures));
    }
  }
  return rows;
}

async function oneRound(stand: Stand, site: Site, traffic: Traffic, how: Sending): Promise<Round> {
  const { result, cpuMs, databaseCpuMs } = await timed(
    () => stand.send(site, traffic, how),
    () => stand.cpuSeconds(site),
  );
  const wallMs = (result.seconds * 1000) / result.units;
  return { wallMs, cpuMs, databaseCpuMs, failures: result.failures };
}

function growthRow(
  name: string,
  [from, to]: [number, number],
  [small, large]: [Round[], Round[]],
  failures: Record<string, number>,
): Finding {
  const size = (people: number) => people.toLocaleString('en');
  const cpu = medianRatio(large, small, ({ cpuMs }) => cpuMs).toFixed(2);
  const each = (read: (round: Round) => number) => median(large.map(read)).toFixed(3);
  const ofDatabase = (round: Round) => round.databaseCpuMs ?? Number.NaN;
  const database =
    large[0]?.databaseCpuMs == null
      ? ''
      : `; database CPU ${medianRatio(large, small, ofDatabase).toFixed(2)} x, ${each(ofDatabase)} ms each`;
  return {
    name: `growth-${to}-${name.replaceAll(' ', '-').toLowerCase()}`,
    title: `${name}: cost at ${size(to)} users`,
    target: { atMost: MOST_GROWTH },
    value: medianRatio(large, small, ({ wallMs }) => wallMs),
    unit: `x at ${size(from)}`,
    failures,
    note: `CPU ${cpu} x; ${each(({ wallMs }) => wallMs)} ms wall, ${each(({ cpuMs }) => cpuMs)} ms CPU each${database}`,
  };
}

/** After look-ups and changes all over the largest population. */
async function residentMemory(stand: Stand): Promise<Finding[]> {
  const people = stand.effort.sizes.at(-1)!;
  const site = await stand.filledSite(people);
  const until = { ms: stand.effort.serverMs };
  const { ids, stride } = site;
  const reads = await stand.send(
    site,
    { kind: 'lookUp', by: 'userName', count: ids.length, stride },
    { connections: CONNECTIONS, until },
  );
  const writes = await stand.send(
    site,
    { kind: 'patchUser', users: ids },
    { connections: CONNECTIONS, until },
  );
  const memory = site.server.memory();
  if (!memory) return [];
  const database = stand.databaseMemory();
  const processes = database === null ? '' : `; all processes of the database ${Math.round(database)} MiB`;
  return [
    {
      name: 'resident-memory',
      title: `resident memory, ${people.toLocaleString('en')} users`,
      target: { atMost: MOST_MIB },
      value: memory.now,
      unit: 'MiB',
      failures: mergeFailures([reads, writes]),
      note: `${Math.round(memory.peak)} MiB at most since the start${processes}`,
    },
  ];
}
