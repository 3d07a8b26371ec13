// Rules and roles for the tests of mapping, compiled as a provider's are.

import type { ProviderState } from '../../src/mapping/decide.ts';
import type { Rule, TargetKind } from '../../src/mapping/rule.ts';
import {
  type CompiledRuleset,
  compileRuleset,
  type Role,
  type RoleStrategy,
  ruleId,
  type ScimAttribute,
} from '../../src/mapping/ruleset.ts';
import { providerNamed } from '../ledger/scribe.ts';

export const PROVIDER = 'contoso';

export const roles: readonly Role[] = [
  { id: 'admin', name: 'Admin', permissionCount: 20 },
  { id: 'editor', name: 'Editor', permissionCount: 10 },
  { id: 'author', name: 'Author', permissionCount: 10 },
  { id: 'viewer', name: 'Viewer', permissionCount: 3 },
];

export function rule(
  kind: TargetKind,
  attribute: string,
  value: string,
  target: string,
  sticky = false,
): Rule {
  return { id: ruleId(PROVIDER, { kind, attribute, value, target }), kind, attribute, value, target, sticky };
}

export interface RulesetWords {
  strategy?: RoleStrategy;
  scimAttributes?: Record<string, ScimAttribute>;
  /** False: nobody has pushed a group yet. */
  groupsByScim?: boolean;
  number?: number;
}

export function compiled(rules: readonly Rule[], words: RulesetWords = {}): CompiledRuleset {
  const { strategy = 'most-permissions', scimAttributes = {}, groupsByScim = true, number = 1 } = words;
  return compileRuleset({ provider: PROVIDER, number, strategy, rules, scimAttributes }, roles, groupsByScim);
}

export function stateWith(ruleset: CompiledRuleset): ProviderState {
  return { provider: providerNamed(PROVIDER), ruleset, roles };
}
