// A plan that was asked for: how far it is, everybody it is about, page by page or as a file, and the end of it.

import { type Static, Type } from 'typebox';
import { fold } from '../../fold.ts';
import { Refusal } from '../../refusal.ts';
import type { KeptPerson } from './affected-people.ts';
import {
  choice,
  count,
  listQuery,
  orNull,
  pageOf,
  reference,
  rfc3339,
  search,
  text,
  time,
} from './contract.ts';
import { columnsInCsv, fileAnswer, fileMedia } from './file-answer.ts';
import type { KeptPlan } from './kept-plans.ts';
import { readNumberCursor, writeNumberCursor } from './page.ts';
import { type AdminParts, type Call, type Route, route } from './route.ts';
import { type PlannedJson, planned, rulesPlanShape } from './rules-plan.ts';
import { refuseUnless } from './runs.ts';

const readRules = { resource: 'mappings', operation: 'read' } as const;

export const planStateShape = Type.Object({
  id: text(),
  provider: reference,
  ruleset: count('Number of the rules that it is planned on.'),
  position: count('Place of the last event before it.'),
  startedAt: time(),
  state: choice(['planning', 'ready', 'failed']),
  done: count('How many people were looked at so far.'),
  of: count('Of about how many.'),
  isStale: Type.Boolean({ description: 'Other rules hold by now: ask for the plan again.' }),
  eventsSince: count('What happened since: people may have changed.'),
  plan: orNull(rulesPlanShape),
  problem: orNull(text('Why it failed.')),
});
export type PlanStateJson = Static<typeof planStateShape>;

export async function showPlanState({ ledger }: AdminParts, kept: KeptPlan): Promise<PlanStateJson> {
  const { id, change, position, at, state, done, of, plan, problem } = kept;
  const { provider, ruleset } = change.state;
  const now = await ledger.provider(provider.id);
  return {
    id,
    provider: { id: provider.id, name: provider.name },
    ruleset: ruleset.number,
    position,
    startedAt: rfc3339(at),
    state,
    done,
    of,
    isStale: now?.ruleset.number !== ruleset.number,
    eventsSince: Math.max(0, (await ledger.lastPosition()) - position),
    plan,
    problem,
  };
}

function needPlan(call: Call, id: string): KeptPlan {
  refuseUnless(call, { resource: 'users', operation: 'read' });
  return call.parts.plans.find(id);
}

function needMade(call: Call, id: string): KeptPlan {
  const plan = needPlan(call, id);
  if (plan.state === 'ready') return plan;
  throw new Refusal(
    'conflict',
    plan.problem ?? `It is still being made: ${plan.done} of about ${plan.of} people.`,
  );
}

const getPlan = route({
  method: 'GET',
  path: '/plans/{id}',
  permission: readRules,
  summary: 'How far a plan is, and what it says',
  description:
    'Of POST /providers/{id}/plan. It is known for some minutes after somebody last looked, and to the replica alone that made it. Needs `users:read` as well.',
  response: planStateShape,
  handle: async (call) => ({ body: await showPlanState(call.parts, needPlan(call, call.params.id)) }),
});

const dropPlan = route({
  method: 'DELETE',
  path: '/plans/{id}',
  permission: readRules,
  summary: 'End a plan that is being made, or forget it',
  status: 204,
  async handle(call) {
    call.parts.plans.drop(needPlan(call, call.params.id).id);
    return {};
  },
});

// --- people -----------------------------------------------------------------------------------------------------

type Fits = (person: KeptPerson) => boolean;

const changesIn =
  (kind: string): Fits =>
  ({ change: { loses, gains } }) =>
    [...loses, ...gains].some((target) => target.kind === kind);

const filters = {
  all: () => true,
  losers: ({ loss }) => loss !== null,
  gainers: ({ loss }) => loss === null,
  signIn: ({ loss }) => loss === 'signIn',
  admins: ({ losesAdmin }) => losesAdmin,
  role: changesIn('role'),
  team: changesIn('team'),
  businessUnit: changesIn('businessUnit'),
} as const satisfies Record<string, Fits>;

const whom = {
  filter: Type.Optional(
    choice(
      Object.keys(filters) as (keyof typeof filters)[],
      'gainers: who loses nothing; signIn: who could not sign in any more; admins: who would be no administrator any more; role, team, businessUnit: who gains or loses one.',
    ),
  ),
  target: Type.Optional(
    Type.String({
      maxLength: 200,
      description: 'Id of a role, team or business unit that they gain or lose.',
    }),
  ),
  search,
};
type Whom = Static<ReturnType<typeof Type.Object<typeof whom>>>;

function fitting({ filter = 'all', target, search: asked }: Whom): Fits {
  const isOfKind: Fits = filters[filter];
  const wanted = asked === undefined ? null : fold(asked);
  return (person) => {
    const { user, change } = person;
    if (!isOfKind(person)) return false;
    if (target !== undefined && ![...change.loses, ...change.gains].some(({ id }) => id === target))
      return false;
    return wanted === null || fold(`${user.userName}\n${user.displayName}\n${user.email}`).includes(wanted);
  };
}

/** Others are answered in between. */
const LOOKED_AT_ONCE = 2_000;

async function* portions(people: KeptPlan['people'], fits: Fits): AsyncGenerator<[at: number, KeptPerson][]> {
  for (let from = 0; from < people.length; from += LOOKED_AT_ONCE) {
    const some = people.slice(from, from + LOOKED_AT_ONCE);
    yield some
      .map((person, at): [number, KeptPerson] => [from + at, person])
      .filter(([, each]) => fits(each));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const getPeople = route({
  method: 'GET',
  path: '/plans/{id}/people',
  permission: readRules,
  summary: 'Everybody for whom a plan changes something, losses first',
  description: 'Of a very large one as many as are kept by name: `named` of the plan says how many.',
  query: Type.Object({ ...listQuery, ...whom }, { additionalProperties: false }),
  response: pageOf(planned),
  refuses: { 409: 'It is still being made, or failed' },
  async handle(call) {
    const { cursor, limit = 50, ...asked } = call.query;
    const plan = needMade(call, call.params.id);
    const order = `plan ${plan.id} ${JSON.stringify(asked)}`;
    const after = readNumberCursor(order, cursor) ?? -1;
    const page: [number, KeptPerson][] = [];
    let total = 0;
    let behind = 0;
    for await (const found of portions(plan.people, fitting(asked))) {
      total += found.length;
      for (const each of found) {
        if (each[0] <= after) continue;
        behind++;
        if (page.length < limit) page.push(each);
      }
    }
    const last = behind > page.length ? page.at(-1)![0] : null;
    const items = page.map(([, person]) => showKept(person));
    return { body: { items, nextCursor: writeNumberCursor(order, last), total } };
  },
});

function showKept({ user, change, losesAdmin }: KeptPerson): PlannedJson {
  return { user, losesAdmin, ...change };
}

// --- as a file --------------------------------------------------------------------------------------------------

const names = (targets: PlannedJson['loses'], wanted: string) =>
  targets
    .filter(({ kind }) => kind === wanted)
    .map(({ name }) => name)
    .join('; ');

const csv = columnsInCsv<PlannedJson>([
  ['userName', ({ user }) => user.userName],
  ['displayName', ({ user }) => user.displayName],
  ['email', ({ user }) => user.email],
  ['status', ({ user }) => user.status],
  ['losesSignIn', ({ losesSignIn }) => (losesSignIn ? 'yes' : '')],
  ['losesAdmin', ({ losesAdmin }) => (losesAdmin ? 'yes' : '')],
  ['roleBefore', ({ role }) => role.before?.name],
  ['roleAfter', ({ role }) => role.after?.name],
  ['losesTeams', ({ loses }) => names(loses, 'team')],
  ['gainsTeams', ({ gains }) => names(gains, 'team')],
  ['losesBusinessUnits', ({ loses }) => names(loses, 'businessUnit')],
  ['gainsBusinessUnits', ({ gains }) => names(gains, 'businessUnit')],
  ['id', ({ user }) => user.id],
  ['externalId', ({ user }) => user.externalId],
]);

const exportPlan = route({
  method: 'GET',
  path: '/plans/{id}/export',
  permission: readRules,
  summary: 'The same people as a file',
  query: Type.Object(
    { format: Type.Optional(choice(['csv', 'jsonl'], 'csv where it is left out.')), ...whom },
    { additionalProperties: false },
  ),
  streams: {
    media: fileMedia,
    description: 'A row each: as GET /plans/{id}/people has them, or in CSV (RFC 4180) with a heading.',
  },
  async handle(call) {
    const { format = 'csv', ...asked } = call.query;
    const plan = needMade(call, call.params.id);
    async function* shown() {
      for await (const found of portions(plan.people, fitting(asked))) {
        yield found.map(([, person]) => showKept(person));
      }
    }
    return fileAnswer(call, { name: `plan-${plan.id}`, format, csv, portions: shown(), needs: readRules });
  },
});

export const planRoutes: readonly Route[] = [getPlan, dropPlan, getPeople, exportPlan];
