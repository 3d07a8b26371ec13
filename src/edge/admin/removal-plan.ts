// What removing a provider would mean, or switching its SCIM off: whom it is about and what they lose, before anything is
// done. Counted beside everybody else; what it takes to be sure of a large removal is said here too.

import { type Static, Type } from 'typebox';
import { exceedsGuard } from '../../identity/guard.ts';
import type { PeopleChoice, Provider, Retirement } from '../../identity/provider.ts';
import { isUnprovisioned } from '../../identity/user.ts';
import type { Ledger, ListedUser, RetirementCounts } from '../../ledger/ledger.ts';
import { Refusal } from '../../refusal.ts';
import { mayNot } from './caller.ts';
import { choice, count, orNull, person, reference } from './contract.ts';
import { showListed, showPerson } from './current-access.ts';
import { needProvider } from './look-up.ts';
import { countGroups, countTargets } from './provider-health.ts';
import { type Call, type Route, route } from './route.ts';
import { liveTokens } from './tokens.ts';

export const peopleChoices = ['keep', 'suspend', 'remove'] as const satisfies readonly PeopleChoice[];
export const peopleChoice = choice(
  peopleChoices,
  'What becomes of its people. keep: they stay as they are, with what rules gave as the gift of people; suspend: the same, and suspended; remove: each is removed.',
);

const ofWhom = choice(
  ['provider', 'scim'],
  'provider: it is removed; scim: its SCIM is switched off, which is about those whom SCIM brought.',
);

const loser = Type.Object({
  user: person,
  losesSignIn: Type.Boolean({ description: 'Could sign in, and could not any more.' }),
  role: orNull(reference),
  teams: Type.Array(reference),
  businessUnits: Type.Array(reference),
});

const planShape = Type.Object({
  provider: reference,
  of: ofWhom,
  people: peopleChoice,
  users: count('Whom it is about, without removed ones.'),
  active: count(),
  suspended: count(),
  withRole: count(),
  loseSignIn: count('How many could sign in, and could not any more.'),
  totalIsCapped: Type.Boolean({ description: 'True: some of the numbers are where counting stopped.' }),
  confirm: orNull(
    count('To remove so many, `confirm` has to say this number; null where the guard lets it pass without.'),
  ),
  admins: Type.Object({
    total: count(),
    totalIsCapped: Type.Boolean(),
    items: Type.Array(person, { description: 'The first 50 by name.' }),
  }),
  first: Type.Array(loser, { description: 'The first 50 by name, with what they lose.' }),
  groups: count('SCIM groups; they go with a provider, and stay where SCIM is switched off.'),
  teams: count('They stay, unless a provider is removed with its people.'),
  businessUnits: count('The same.'),
  tokens: count('Live provisioning tokens.'),
});
export type RemovalPlanJson = Static<typeof planShape>;

const SHOWN = 50;
/** Read to find those 50 among people whom SCIM never told of. */
const READ = 200;

const getPlan = route({
  method: 'GET',
  path: '/providers/{id}/removal-plan',
  permission: { resource: 'providers', operation: 'delete' },
  summary: 'What removing a provider, or switching its SCIM off, would mean',
  description: 'Changes nothing, and holds up nobody. Needs `providers:read` as well.',
  query: Type.Object(
    { people: Type.Optional(peopleChoice), of: Type.Optional(ofWhom) },
    { additionalProperties: false },
  ),
  response: planShape,
  async handle(call) {
    const { parts, params, query } = call;
    const refusal = mayNot(call.caller, {
      resource: 'providers',
      operation: 'read',
    });
    if (refusal) throw refusal;
    const { provider } = await needProvider(parts.ledger, params.id);
    return {
      body: await plan(call, provider, { of: query.of ?? 'provider', people: query.people ?? 'keep' }),
    };
  },
});

type Asked = Pick<Retirement, 'of' | 'people'>;

async function plan({ parts, at }: Call, provider: Provider, asked: Asked): Promise<RemovalPlanJson> {
  const { ledger } = parts;
  const { id, name } = provider;
  const counts = await ledger.retirementCounts(id, asked.of);
  const { total: users, active, suspended, withRole, totalIsCapped } = counts;
  return {
    provider: { id, name },
    ...asked,
    users,
    active,
    suspended,
    withRole,
    loseSignIn: losesSignIn(provider, asked) ? counts.couldSignIn : 0,
    totalIsCapped,
    confirm: asked.people === 'remove' ? toConfirm(provider, counts) : null,
    admins: await admins(ledger, id, asked),
    first: await firstLosers(ledger, provider, asked),
    groups: await countGroups(ledger, id),
    teams: await countTargets(ledger, id, 'team'),
    businessUnits: await countTargets(ledger, id, 'businessUnit'),
    tokens: (await liveTokens(ledger, id, at)).length,
  };
}

/** Whoever signs in does so through an enabled provider. */
function losesSignIn({ enabled }: Provider, { of, people }: Asked): boolean {
  return enabled && (of === 'provider' || people !== 'keep');
}

const sort = { by: 'userName', descending: false } as const;

async function admins(ledger: Ledger, provider: string, asked: Asked): Promise<RemovalPlanJson['admins']> {
  const found = await ledger.listUsers({ provider, role: 'admin', sort, after: null, limit: READ });
  const meant = found.items.filter((each) => isMeant(asked, each));
  // All of them were read, or their number is that of those whom SCIM did not bring as well.
  const total = found.next === null ? meant.length : found.total;
  const items = meant.slice(0, SHOWN).map(({ user }) => showPerson(user));
  return { total, totalIsCapped: found.totalIsCapped, items };
}

async function firstLosers(
  ledger: Ledger,
  provider: Provider,
  asked: Asked,
): Promise<RemovalPlanJson['first']> {
  const { items } = await ledger.listUsers({ provider: provider.id, sort, after: null, limit: READ });
  const rows = items.filter((each) => isMeant(asked, each)).slice(0, SHOWN);
  const shown = await showListed(ledger, rows);
  return rows.map(({ user }, n) => {
    const { role, teams, businessUnits, status } = shown[n]!;
    const lost = asked.people === 'remove' ? { role, teams, businessUnits } : nothing;
    const couldSignIn = status === 'active' && role !== null;
    return { user: showPerson(user), losesSignIn: couldSignIn && losesSignIn(provider, asked), ...lost };
  });
}

const nothing = { role: null, teams: [], businessUnits: [] };

function isMeant({ of }: Asked, { user }: ListedUser): boolean {
  return of === 'provider' || !isUnprovisioned(user);
}

// --- being sure -------------------------------------------------------------------------------------------------

function planAddress({ id }: Provider, of: Retirement['of']): string {
  return `/api/providers/${encodeURIComponent(id)}/removal-plan?of=${of}`;
}

/** 409 where nothing was said of people who are there; what there is to choose, and where the plan is. */
export function needChoice(
  provider: Provider,
  { of, people }: { of: Retirement['of']; people: PeopleChoice | undefined },
  { total }: RetirementCounts,
): PeopleChoice {
  if (people !== undefined) return people;
  const whom = of === 'provider' ? `has ${total} users` : `has ${total} users whom SCIM brought`;
  const detail = `The provider ${provider.name} ${whom}. Say what becomes of them: people=keep (they stay, and what rules gave them becomes manual), people=suspend or people=remove. The plan shows what each means.`;
  throw new Refusal('conflict', detail, {
    users: total,
    choices: peopleChoices,
    plan: planAddress(provider, of),
    advice: `Look at the plan, then add --people ${peopleChoices.join(' or --people ')}.`,
  });
}

function toConfirm({ settings }: Provider, { total, active }: RetirementCounts): number | null {
  return exceedsGuard(settings.guard, { taken: total, active }) ? total : null;
}

/** 409 where more are to be removed than the guard lets pass, and their number was not said. */
export function checkConfirmed(
  provider: Provider,
  { of, people }: Asked,
  confirmed: number | undefined,
  counts: RetirementCounts,
): void {
  const wanted = people === 'remove' ? toConfirm(provider, counts) : null;
  if (wanted === null || confirmed === wanted) return;
  const said = confirmed === undefined ? '' : ` You said ${confirmed}.`;
  const detail = `This would remove ${wanted} users, more than the guard lets pass. Say confirm=${wanted} to do it.${said}`;
  throw new Refusal('conflict', detail, {
    users: wanted,
    confirm: wanted,
    plan: planAddress(provider, of),
    advice: `Look at the plan (--plan), then add --confirm ${wanted}.`,
  });
}

export const confirmation = Type.Integer({
  minimum: 0,
  description: 'With `remove`: how many that removes, where the guard of the provider asks for it.',
});

export const removalPlanRoutes: readonly Route[] = [getPlan];
