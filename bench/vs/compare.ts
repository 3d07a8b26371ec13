// `npm run bench -- --vs`: the same work on ours, on the peers and on the floor, by turns within each round, so that what passes on
// the machine weighs on all. Every answer is checked; one that is wrong is counted against whoever gave it, and shown.

import type { LoadResult } from '../load.ts';
import { median, mergeFailures } from '../measure.ts';
import type { Effort } from '../options.ts';
import type { PostgresOfRun } from '../postgres.ts';
import { type Crew, type Population, type Sending, sendTo, sendToFloor, upTo } from '../stand.ts';
import type { Traffic } from '../traffic.ts';
import { type Contender, openContenders } from './contenders.ts';
import { habitsOf } from './habits.ts';
import type { Comparison, Figure, Workload } from './table.ts';

const CONNECTIONS = 32;
const AT_ONCE = 100;

interface Plan {
  title: string;
  /** What must be there before. */
  prepare?(crew: Crew, contender: Contender, effort: Effort): Promise<Record<string, number>>;
  traffic(population: Population): Traffic;
  how(effort: Effort): Sending;
  /** What is wrong with what is there after so many units. */
  inspect?(contender: Contender, units: number): Promise<Record<string, number>>;
}

/** Everybody gets the same number of users, so that what follows finds the same population. */
const cycleUnits = ({ serverMs }: Effort) => Math.max(64, Math.ceil(serverMs * 0.8));
const memberUnits = ({ serverMs }: Effort) => Math.max(4, Math.ceil(serverMs / 20));
const forAWhile = ({ serverMs }: Effort): Sending => ({
  connections: CONNECTIONS,
  until: { ms: serverMs / 2 },
});

const plans: readonly Plan[] = [
  {
    title: 'initial cycle: for each user a look-up and a POST',
    traffic: () => ({ kind: 'initialCycle', withoutRoles: true }),
    how: (effort) => upTo(cycleUnits(effort)),
  },
  {
    title: 'look-up by userName',
    traffic: ({ people }) => ({ kind: 'lookUp', by: 'userName', count: people, stride: 1 }),
    how: forAWhile,
  },
  {
    title: 'look-up by externalId',
    traffic: ({ people }) => ({ kind: 'lookUp', by: 'externalId', count: people, stride: 1 }),
    how: forAWhile,
  },
  {
    title: 'PATCH of a title',
    traffic: ({ ids }) => ({ kind: 'patchUser', users: ids }),
    how: forAWhile,
  },
  {
    title: `PATCH that adds ${AT_ONCE} members`,
    prepare: newGroups,
    traffic: ({ groups, ids }) => ({
      kind: 'addMembers',
      groups,
      users: ids,
      perRequest: AT_ONCE,
      op: 'add',
    }),
    how: (effort) => upTo(memberUnits(effort)),
    inspect: wrongSizes,
  },
];

export async function compare(
  crew: Crew,
  effort: Effort,
  postgres: PostgresOfRun | null,
): Promise<Comparison> {
  const contenders: Contender[] = [];
  try {
    await openContenders(postgres, (contender) => contenders.push(contender));
    const workloads: Workload[] = [];
    for (const plan of plans) workloads.push(await runPlan(crew, effort, contenders, plan));
    return { connections: CONNECTIONS, workloads, habits: await habitsOf(contenders) };
  } finally {
    for (const contender of contenders.reverse()) await contender.stop();
  }
}

interface Turn {
  result: LoadResult;
  cpuMs: number;
}

async function runPlan(
  crew: Crew,
  effort: Effort,
  contenders: readonly Contender[],
  plan: Plan,
): Promise<Workload> {
  const turns = contenders.map((): Turn[] => []);
  const floors: LoadResult[] = [];
  const problems = new Map<Contender, Record<string, number>>();
  for (const each of contenders) problems.set(each, (await plan.prepare?.(crew, each, effort)) ?? {});
  for (let round = 0; round <= effort.rounds; round++) {
    for (const [i, contender] of contenders.entries()) {
      process.stderr.write(`${plan.title}, ${contender.name} (${contender.keeps}) ...\n`);
      const turn = await takeTurn(crew, contender, plan.traffic(contender.population), plan.how(effort));
      // The floor says what ours said, which is the larger answer.
      if (i === 0 && round === 0) await crew.floor.ask('answerWith', turn.result.recorded);
      turns[i]!.push(turn);
    }
    const { traffic, how } = { traffic: plan.traffic(contenders[0]!.population), how: forAWhile(effort) };
    floors.push(await sendToFloor(crew, traffic, how));
  }
  const figures: Figure[] = [];
  for (const [i, contender] of contenders.entries()) {
    const units = turns[i]!.reduce((sum, { result }) => sum + result.units, 0);
    const inspected = (await plan.inspect?.(contender, units)) ?? {};
    const before = problems.get(contender) ?? {};
    const failures = mergeFailures([
      ...turns[i]!.map(({ result }) => result),
      { failures: inspected },
      { failures: before },
    ]);
    figures.push(figureOf(contender, turns[i]!.slice(1), floors.slice(1), { units, failures }));
  }
  return { title: plan.title, floorPerSecond: median(floors.slice(1).map(rate)), figures };
}

async function takeTurn(crew: Crew, contender: Contender, traffic: Traffic, how: Sending): Promise<Turn> {
  const before = await contender.cpuSeconds();
  const result = await sendTo(crew, contender, traffic, { ...how, records: true });
  const after = await contender.cpuSeconds();
  return { result, cpuMs: ((after - before) * 1000) / Math.max(1, result.units) };
}

const rate = ({ units, seconds }: LoadResult) => units / seconds;

function figureOf(
  { name, keeps, isOurs }: Contender,
  turns: readonly Turn[],
  floors: readonly LoadResult[],
  { units, failures }: { units: number; failures: Record<string, number> },
): Figure {
  const middle = (read: (turn: Turn, round: number) => number) => median(turns.map(read));
  return {
    name,
    keeps,
    isOurs,
    perSecond: middle(({ result }) => rate(result)),
    ofFloor: middle(({ result }, round) => rate(result) / rate(floors[round]!)),
    p50Ms: middle(({ result }) => result.p50Ms),
    p99Ms: middle(({ result }) => result.p99Ms),
    cpuMs: middle(({ cpuMs }) => cpuMs),
    units,
    failures,
  };
}

async function newGroups(crew: Crew, contender: Contender, effort: Effort): Promise<Record<string, number>> {
  const perGroup = Math.max(1, Math.floor(contender.population.ids.length / AT_ONCE));
  const count = Math.ceil((memberUnits(effort) * (effort.rounds + 1)) / perGroup) + 1;
  const made = await sendTo(crew, contender, { kind: 'createGroup' }, upTo(count));
  return made.failures;
}

async function wrongSizes(contender: Contender, units: number): Promise<Record<string, number>> {
  let members = 0;
  for (const group of contender.population.groups) members += await contender.membersOf(group);
  const wanted = units * AT_ONCE;
  return members === wanted ? {} : { [`${members} members are there after ${wanted} were added`]: 1 };
}
