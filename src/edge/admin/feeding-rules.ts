// The rules that can give a role, a team or a business unit, by its name: for lists of them.

import { Type } from 'typebox';
import { fold } from '../../fold.ts';
import type { ProviderState } from '../../mapping/decide.ts';
import { compilePattern, isDerived, type TargetKind } from '../../mapping/rule.ts';
import { text } from './contract.ts';

export const feedingRule = Type.Object({
  id: text(),
  attribute: text(),
  value: text('The pattern.'),
  target: text('As the rule names it: `*` and `${*}` stand for what the value holds.'),
});

/** In the order of the list of rules. */
export function rulesFor(state: ProviderState, kind: TargetKind, name: string) {
  return state.ruleset.byKind[kind]
    .filter((rule) =>
      isDerived(rule.target) ? compilePattern(rule.target)(name) !== null : fold(rule.target) === fold(name),
    )
    .map(({ id, attribute, value, target }) => ({ id, attribute, value, target }));
}
