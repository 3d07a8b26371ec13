// The rules of a provider in the keys of the configuration file: those that hold, and each of the former ones.

import { type Static, Type } from 'typebox';
import type { Ruleset } from '../../mapping/ruleset.ts';
import { choice, text } from './contract.ts';
import { mappingKeys } from './provider-block.ts';

const ruleOf = <const Key extends string>(target: Key) => {
  const properties = {
    attribute: text('A claim or SCIM attribute, case included.'),
    value: text('Exact text; `*` for any value; `${*}` captures a part.'),
    [target]: text('What the rule gives.'),
    sticky: Type.Boolean(),
  };
  return Type.Unsafe<{ attribute: string; value: string; sticky: boolean } & { [K in Key]: string }>({
    type: 'object',
    properties,
    required: Object.keys(properties),
  });
};

export const rulesAsKeys = Type.Object({
  roleResolutionStrategy: choice(['most-permissions', 'first-match']),
  attributeRoleMappings: Type.Array(ruleOf('role')),
  attributeTeamMappings: Type.Array(ruleOf('team')),
  attributeBusinessUnitMappings: Type.Array(ruleOf('businessUnit')),
  claimScimAttributes: Type.Unsafe<Ruleset['scimAttributes']>({
    type: 'object',
    additionalProperties: {
      type: 'object',
      properties: { attributeType: { enum: ['user', 'group'] }, attributeValue: { type: 'string' } },
    },
    description: 'Per claim name, where SCIM holds the same.',
  }),
});
export type RulesAsKeysJson = Static<typeof rulesAsKeys>;

export const keysOfRules: readonly string[] = [
  ...Object.values(mappingKeys),
  'roleResolutionStrategy',
  'claimScimAttributes',
];

export function showRulesAsKeys({ strategy, rules, scimAttributes }: Ruleset): RulesAsKeysJson {
  const of = (kind: string) => rules.filter((rule) => rule.kind === kind);
  return {
    roleResolutionStrategy: strategy,
    attributeRoleMappings: of('role').map(({ target, ...rule }) => ({ ...plain(rule), role: target })),
    attributeTeamMappings: of('team').map(({ target, ...rule }) => ({ ...plain(rule), team: target })),
    attributeBusinessUnitMappings: of('businessUnit').map(({ target, ...rule }) => ({
      ...plain(rule),
      businessUnit: target,
    })),
    claimScimAttributes: { ...scimAttributes },
  };
}

function plain({ attribute, value, sticky }: { attribute: string; value: string; sticky: boolean }) {
  return { attribute, value, sticky };
}
