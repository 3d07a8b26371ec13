// The parts of a set of rules that are changed one by one, each a key of the mappings: the lists of rules by what they give, the
// strategy, and where SCIM holds what a claim holds.

import type { Ruleset } from '../../mapping/ruleset.ts';
import { equalJson } from '../../scim/json.ts';
import { mappingKeys } from './provider-block.ts';

export type WantedRules = Omit<Ruleset, 'number'>;

/** As the configuration file and the API name them. */
const nameOf = {
  ...mappingKeys,
  strategy: 'roleResolutionStrategy',
  scimAttributes: 'claimScimAttributes',
} as const;

export type RuleKey = keyof typeof nameOf;

export function ruleKeyNames(keys: readonly RuleKey[]): string[] {
  return keys.map((key) => nameOf[key]);
}

const kinds = Object.keys(mappingKeys) as (keyof typeof mappingKeys)[];

function rulesOfKind({ rules }: WantedRules, kind: string): Ruleset['rules'] {
  return rules.filter((rule) => rule.kind === kind);
}

export function changedKeys(stored: WantedRules, wanted: WantedRules): RuleKey[] {
  const changed: RuleKey[] = kinds.filter(
    (kind) => !equalJson(rulesOfKind(stored, kind), rulesOfKind(wanted, kind)),
  );
  if (stored.strategy !== wanted.strategy) changed.push('strategy');
  if (!equalJson(stored.scimAttributes, wanted.scimAttributes)) changed.push('scimAttributes');
  return changed;
}

/** The stored rules, and of the wanted ones what is named: what somebody else changed meanwhile stays. */
export function mergedRules(
  stored: WantedRules,
  wanted: WantedRules,
  changed: readonly RuleKey[],
): WantedRules {
  const of = (key: RuleKey) => (changed.includes(key) ? wanted : stored);
  return {
    provider: stored.provider,
    strategy: of('strategy').strategy,
    rules: kinds.flatMap((kind) => rulesOfKind(of(kind), kind)),
    scimAttributes: of('scimAttributes').scimAttributes,
  };
}
