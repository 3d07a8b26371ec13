// Groups: many members at once, one member of a large group, and reads that must not touch members.

import { byTurns, type Measurement, measure, medianRatio, mergeFailures } from '../measure.ts';
import { groupNameOf } from '../person.ts';
import { beside, type Finding } from '../report.ts';
import { refuseFailures, type Site, type Stand, upTo } from '../stand.ts';
import { addBody, lookUpPath, type Traffic } from '../traffic.ts';
import { CONNECTIONS, type RowPlan } from './plan.ts';

export const groupPlans: RowPlan[] = [
  { name: 'add-100-members', run: addHundred },
  { name: 'large-group', run: largeGroup },
  { name: 'groups-without-members', run: withoutMembers },
];

const AT_ONCE = 100;
const MEMBERS_PER_REQUEST = 10_000;
const SMALL_GROUP = 100;
/** The others come and go. */
const SHARE_IN_GROUP = 0.8;

/** So few per round that nobody ends in more than about a dozen groups, as people are. */
async function addHundred(stand: Stand): Promise<Finding[]> {
  const { effort } = stand;
  const site = await stand.emptySite(effort.people);
  const units = Math.max(4, Math.ceil(effort.serverMs / 5));
  const perGroup = Math.floor(site.ids.length / AT_ONCE);
  const groups = await newGroups(stand, site, Math.ceil((units * (effort.rounds + 1)) / perGroup) + 1);
  const traffic: Traffic = { kind: 'addMembers', groups, users: site.ids, perRequest: AT_ONCE };
  const found = await measure(stand, site, traffic, { connections: CONNECTIONS, until: { units } });
  const failures = { ...found.failures, ...(await wrongSizes(site, groups, found.units)) };
  const row = { target: { atLeast: 200 }, value: found.perSecond, unit: '/s' };
  return [
    {
      name: 'add-100-members',
      title: `PATCH adding ${AT_ONCE} members`,
      ...row,
      ...beside(found),
      failures,
    },
  ];
}

async function newGroups(stand: Stand, site: Site, count: number): Promise<string[]> {
  const made = await stand.send(site, { kind: 'createGroup' }, upTo(count));
  refuseFailures(made);
  return made.ids;
}

async function wrongSizes(site: Site, groups: string[], units: number): Promise<Record<string, number>> {
  let members = 0;
  for (const group of groups) members += await sizeOf(site, group);
  const wanted = units * AT_ONCE;
  return members === wanted ? {} : { [`${members} members after ${wanted} were added`]: 1 };
}

async function sizeOf(site: Site, group: string): Promise<number> {
  const { members = [] } = (await site.server.get(`/Groups/${group}`)) as { members?: unknown[] };
  return members.length;
}

// --- the large group --------------------------------------------------------------------------------------------

interface TwoGroups {
  site: Site;
  /** Numbers of the groups among those of the site. */
  large: number;
  small: number;
  /** Members of the large one: the first of the ids that are known of the site. */
  members: number;
}

/** By site, so that two rows share them. */
const made = new WeakMap<Site, TwoGroups>();

async function twoGroups(stand: Stand): Promise<TwoGroups> {
  const site = await stand.filledSite(stand.effort.sizes.at(-1)!);
  const known = made.get(site);
  if (known) return known;
  const large = site.groups.length;
  const members = Math.min(stand.effort.members, Math.floor(site.ids.length * SHARE_IN_GROUP));
  const groups = { site, large, small: large + 1, members };
  await newGroups(stand, site, 2);
  await fillGroup(site, site.groups[groups.large]!, members);
  await fillGroup(site, site.groups[groups.small]!, SMALL_GROUP);
  made.set(site, groups);
  return groups;
}

async function fillGroup(site: Site, group: string, size: number): Promise<void> {
  for (let from = 0; from < size; from += MEMBERS_PER_REQUEST) {
    const some = site.ids.slice(from, Math.min(size, from + MEMBERS_PER_REQUEST));
    const { status, body } = await site.server.send('PATCH', `/Groups/${group}`, addBody(some));
    if (status !== 204) throw new Error(`adding ${some.length} members: ${status} ${JSON.stringify(body)}`);
  }
}

async function largeGroup(stand: Stand): Promise<Finding[]> {
  const { serverMs, growthRounds } = stand.effort;
  const { site, members, ...groups } = await twoGroups(stand);
  const users = site.ids.slice(members); // who is in neither group
  const units = 2 * Math.max(5, Math.ceil(serverMs / 6)); // even, so that whoever was added leaves again
  const how = { connections: 1, until: { units } };
  const traffic = (number: number): Traffic => ({ kind: 'oneMember', group: site.groups[number]!, users });
  const before = site.server.memory();
  const large = await measure(stand, site, traffic(groups.large), how);
  const after = site.server.memory();
  const compared = await byTurns(growthRounds, [
    () => stand.send(site, traffic(groups.small), how),
    () => stand.send(site, traffic(groups.large), how),
  ]);
  const [smalls, larges] = compared.found;
  const size = await sizeOf(site, site.groups[groups.large]!);
  const wrong: Record<string, number> =
    size === members ? {} : { [`the group has ${size} members in the end`]: 1 };
  const failures = mergeFailures([large, compared, { failures: wrong }]);
  const slower = medianRatio(larges!, smalls!, ({ p50Ms }) => p50Ms);
  const grownBy = before && after ? after.now - before.now : Number.NaN;
  return largeGroupRows(members, { large, slower, grownBy }, failures);
}

function largeGroupRows(
  members: number,
  { large, slower, grownBy }: { large: Measurement; slower: number; grownBy: number },
  failures: Record<string, number>,
): Finding[] {
  const group = `a group of ${members.toLocaleString('en')}`;
  const rows = [
    {
      name: 'large-group-one-member',
      title: `add or remove one member, ${group}, p50`,
      target: { atMost: 3 },
      value: large.p50Ms,
      unit: 'ms',
      ...beside(large),
      failures,
    },
    {
      name: 'large-group-growth',
      title: `  the same against a group of ${SMALL_GROUP}`,
      target: { atMost: 1.3 },
      value: slower,
      unit: 'x',
      failures,
    },
  ];
  // Without /proc there is nothing to say of memory.
  if (Number.isNaN(grownBy)) return rows;
  const row = { target: { atMost: 32 }, value: grownBy, unit: 'MiB' };
  return [...rows, { name: 'large-group-memory', title: '  memory grows by', ...row, failures }];
}

/** A look-up and a list with `excludedAttributes=members` cost the same beside a large group as beside a small one. */
async function withoutMembers(stand: Stand): Promise<Finding[]> {
  const { site, ...groups } = await twoGroups(stand);
  const { growthRounds, serverMs } = stand.effort;
  const lookFor = (number: number) => () => {
    const holds = `"displayName":"${groupNameOf(number)}"`;
    const traffic: Traffic = { kind: 'read', paths: [lookUpPath('groupName', number)], holds };
    return stand.send(site, traffic, { connections: CONNECTIONS, until: { ms: serverMs / 2 } });
  };
  const { found, failures } = await byTurns(growthRounds, [lookFor(groups.small), lookFor(groups.large)]);
  const [smalls, larges] = found;
  const list = await measure(
    stand,
    site,
    {
      kind: 'read',
      paths: ['/Groups?excludedAttributes=members'],
      holds: `"totalResults":${site.groups.length},`,
    },
    { connections: CONNECTIONS },
  );
  return [
    {
      name: 'groups-without-members-growth',
      title: 'look-up of the large group without members',
      target: { atMost: 1.3 },
      value: medianRatio(larges!, smalls!, ({ seconds, units }) => seconds / units),
      unit: 'x the small one',
      failures,
    },
    {
      name: 'groups-without-members',
      title: 'GET /Groups?excludedAttributes=members',
      target: null,
      value: list.perSecond,
      unit: '/s',
      ...beside(list),
    },
  ];
}
