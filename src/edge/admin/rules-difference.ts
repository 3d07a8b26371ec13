// What one set of rules has that another has not, in words: of a batch, of a plan, of each change in the history.

import { type Static, Type } from 'typebox';
import type { Rule } from '../../mapping/rule.ts';
import { equalJson } from '../../scim/json.ts';
import { text } from './contract.ts';
import { ruleText } from './reasons.ts';
import { changedKeys, ruleKeyNames, type WantedRules } from './rule-keys.ts';

export const rulesDifferenceShape = Type.Object({
  changed: Type.Array(text(), { description: 'Keys of the mappings that differ.' }),
  added: Type.Array(text(), { description: 'Rules that are new, in words.' }),
  taken: Type.Array(text(), { description: 'Rules that are gone.' }),
  other: Type.Array(text(), { description: 'What else differs: the order, the strategy, what stays.' }),
});
export type RulesDifferenceJson = Static<typeof rulesDifferenceShape>;

export function rulesDifference(before: WantedRules, after: WantedRules): RulesDifferenceJson {
  const changed = changedKeys(before, after);
  return {
    changed: ruleKeyNames(changed),
    added: missingFrom(before.rules, after.rules).map(ruleText),
    taken: missingFrom(after.rules, before.rules).map(ruleText),
    other: [
      ...stickyWords(before, after),
      ...(isReordered(before.rules, after.rules) ? ['the order of the rules'] : []),
      ...(changed.includes('strategy')
        ? [`the strategy is ${after.strategy}, and was ${before.strategy}`]
        : []),
      ...scimWords(before, after),
    ],
  };
}

/** A rule's id is what it says. */
function missingFrom(known: readonly Rule[], all: readonly Rule[]): Rule[] {
  const ids = new Set(known.map(({ id }) => id));
  return all.filter(({ id }) => !ids.has(id));
}

function stickyWords({ rules }: WantedRules, after: WantedRules): string[] {
  return after.rules.flatMap((rule) => {
    const known = rules.find(({ id }) => id === rule.id);
    if (!known || known.sticky === rule.sticky) return [];
    return `${ruleText(rule)}: what it gives ${rule.sticky ? 'stays by now' : 'does not stay any more'}`;
  });
}

/** Of those that are in both. */
function isReordered(before: readonly Rule[], after: readonly Rule[]): boolean {
  const [was, is] = [before, after].map((rules) => rules.map(({ id }) => id));
  const common = (ids: readonly string[], others: ReadonlySet<string>) => ids.filter((id) => others.has(id));
  return !equalJson(common(was!, new Set(is)), common(is!, new Set(was)));
}

function scimWords(before: WantedRules, after: WantedRules): string[] {
  const claims = new Set([...Object.keys(before.scimAttributes), ...Object.keys(after.scimAttributes)]);
  return [...claims]
    .filter((claim) => !equalJson(before.scimAttributes[claim], after.scimAttributes[claim]))
    .map((claim) => {
      const found = after.scimAttributes[claim];
      if (!found) return `the claim "${claim}" has no SCIM attribute of its own any more`;
      return `the claim "${claim}" is the ${found.attributeType} attribute "${found.attributeValue}" in SCIM`;
    });
}
