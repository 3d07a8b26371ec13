// The plan of a change of rules as it is shown: how many lose and gain what, which administrators, and the first of them.

import { type Static, Type } from 'typebox';
import { guardLimits } from './batch-contract.ts';
import { choice, count, orNull, person, reference } from './contract.ts';
import { showPerson } from './current-access.ts';
import type { PlannedPerson } from './planned-people.ts';
import type { GuardedPlan, RulesChange } from './rules-guard.ts';

const planned = Type.Object({
  user: person,
  losesSignIn: Type.Boolean({ description: 'Could sign in, and could not any more.' }),
  role: Type.Object(
    { before: orNull(reference), after: orNull(reference) },
    { description: 'The role they have, and the one they would have.' },
  ),
  loses: Type.Array(Type.Object({ kind: choice(['role', 'team', 'businessUnit']), ...reference.properties })),
  gains: Type.Array(Type.Object({ kind: choice(['role', 'team', 'businessUnit']), ...reference.properties })),
});

export const rulesPlanShape = Type.Object({
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

export function showRulesPlan({ state }: Pick<RulesChange, 'state'>, plan: GuardedPlan): RulesPlanJson {
  const { id, name, settings } = state.provider;
  const { people, active, lose, suspendedLose, loseRole, loseSignIn, gain, confirm, takenBefore } = plan;
  return {
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

function showPlanned({ user, plan }: PlannedPerson): RulesPlanJson['losers'][number] {
  const { lost, gained, losesSignIn, roleBefore, roleAfter } = plan;
  const named = (targets: typeof lost) => targets.map(({ kind, id, name }) => ({ kind, id, name }));
  const role = (each: typeof roleBefore) => each && { id: each.id, name: each.name };
  return {
    user: showPerson(user),
    losesSignIn,
    role: { before: role(roleBefore), after: role(roleAfter) },
    loses: named(lost),
    gains: named(gained),
  };
}
