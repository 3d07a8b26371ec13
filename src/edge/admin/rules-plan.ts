// The plan of a change of rules as it is shown: how many lose and gain what, which administrators, and the first of them.

import { type Static, Type } from 'typebox';
import type { PersonPlan } from '../../mapping/plan.ts';
import type { AffectedPeople } from './affected-people.ts';
import { guardLimits } from './batch-contract.ts';
import { choice, count, orNull, person, reference, rfc3339, targetKinds, text, time } from './contract.ts';
import { showPerson } from './current-access.ts';
import type { AffectedPerson } from './planned-people.ts';
import { rulesDifference, rulesDifferenceShape } from './rules-difference.ts';
import type { GuardedPlan, PlannedChange } from './rules-guard.ts';

/** Roles, teams and business units of each kind. */
const TOTALS_SHOWN = 200;

const kindOfTarget = choice(targetKinds);
const target = Type.Object({ kind: kindOfTarget, ...reference.properties });

const changeShape = Type.Object({
  losesSignIn: Type.Boolean({ description: 'Could sign in, and could not any more.' }),
  role: Type.Object(
    { before: orNull(reference), after: orNull(reference) },
    { description: 'The role they have, and the one they would have.' },
  ),
  loses: Type.Array(target),
  gains: Type.Array(target),
});
export type Change = Static<typeof changeShape>;

export const planned = Type.Object({
  user: person,
  losesAdmin: Type.Boolean({ description: 'Is an administrator, and would be none any more.' }),
  ...changeShape.properties,
});
export type PlannedJson = Static<typeof planned>;

const totalsOf = (what: string) =>
  Type.Object(
    {
      count: count('How many of them change.'),
      items: Type.Array(
        Type.Object({ ...reference.properties, gain: count(), lose: count('Suspended people included.') }),
        { description: `The first ${TOTALS_SHOWN}: who loses most stands first.` },
      ),
    },
    { description: what },
  );

export const rulesPlanShape = Type.Object({
  id: text('Everybody it is about is at /api/plans/{id}/people for some minutes.'),
  at: time('When it was made.'),
  position: count('Place of the last event before it.'),
  changes: rulesDifferenceShape,
  affected: count('For how many anything changes, suspended ones included.'),
  named: count('How many of them are kept by name, losses first.'),
  totals: Type.Object({
    role: totalsOf('How many gain and lose each role; one that gives way to a better one is not lost.'),
    team: totalsOf('The same of teams.'),
    businessUnit: totalsOf('The same of business units.'),
  }),
  provider: reference,
  ruleset: count('Number of the rules that it was planned on.'),
  people: count('How many were looked at: everybody of the provider, without removed ones.'),
  active: count('Of them active: what the guard goes by.'),
  lose: count(
    'From how many it takes anything. A role that gives way to one with more permissions is no loss.',
  ),
  suspendedLose: count('From how many who are suspended: it shows when that is lifted.'),
  loseRole: count('Of the active ones, who lose a role.'),
  loseSignIn: count('How many could sign in, and could not any more.'),
  gain: count(),
  confirm: orNull(
    count(
      'To apply it at once, `confirm` has to say this number; without it the change is held. null where the guard lets it pass.',
    ),
  ),
  limits: guardLimits,
  takenBefore: count(
    'From how many changes of rules took something in the day before, without being confirmed.',
  ),
  admins: Type.Object({
    lose: count('Administrators who would be none any more.'),
    items: Type.Array(planned, { description: 'The first 50.' }),
  }),
  losers: Type.Array(planned, {
    description: 'The first 50: whoever loses signing in, then a role, then anything else.',
  }),
  gainers: Type.Array(planned, { description: 'The first 50 of those who lose nothing.' }),
  exempt: Type.Array(
    Type.Object({
      user: person,
      role: reference,
      why: choice(
        ['changes-rules', 'last-admin'],
        'changes-rules: they make the change; last-admin: nobody else would be an administrator.',
      ),
    }),
    { description: 'Whose role stays, by hand, although the rules would take it.' },
  ),
});
export type RulesPlanJson = Static<typeof rulesPlanShape>;

/** What is known of a plan beside what the guard counts. */
export interface MadePlan extends AffectedPeople {
  readonly id: string;
  readonly at: number;
  readonly position: number;
}

export function showRulesPlan(change: PlannedChange, plan: GuardedPlan, made: MadePlan): RulesPlanJson {
  const { state, wanted } = change;
  const { id, name, settings } = state.provider;
  const { people, active, lose, suspendedLose, loseRole, loseSignIn, gain, confirm, takenBefore } = plan;
  return {
    id: made.id,
    at: rfc3339(made.at),
    position: made.position,
    changes: rulesDifference(state.ruleset, wanted),
    affected: made.count,
    named: made.people.length,
    totals: showTotals(made.totals),
    provider: { id, name },
    ruleset: state.ruleset.number,
    people,
    active,
    lose,
    suspendedLose,
    loseRole,
    loseSignIn,
    gain,
    confirm,
    limits: settings.guard,
    takenBefore,
    admins: { lose: plan.adminsLose, items: plan.admins.map(showPlanned) },
    losers: plan.losers.map(showPlanned),
    gainers: plan.gainers.map(showPlanned),
    exempt: plan.exempt.map(({ user, role, why }) => ({ user: showPerson(user), role, why })),
  };
}

function showTotals(totals: AffectedPeople['totals']): RulesPlanJson['totals'] {
  const of = (wanted: string) => {
    const found = totals.filter(({ kind }) => kind === wanted);
    const items = found.slice(0, TOTALS_SHOWN).map(({ kind: _, ...total }) => total);
    return { count: found.length, items };
  };
  return { role: of('role'), team: of('team'), businessUnit: of('businessUnit') };
}

function showPlanned({ user, plan, losesAdmin }: AffectedPerson): PlannedJson {
  return { user: showPerson(user), losesAdmin, ...showChange(plan) };
}

export function showChange({ lost, gained, losesSignIn, roleBefore, roleAfter }: PersonPlan): Change {
  const named = (targets: typeof lost) => targets.map(({ kind, id, name }) => ({ kind, id, name }));
  const role = (each: typeof roleBefore) => each && { id: each.id, name: each.name };
  return {
    losesSignIn,
    role: { before: role(roleBefore), after: role(roleAfter) },
    loses: named(lost),
    gains: named(gained),
  };
}
