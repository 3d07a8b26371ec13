// The rules of one provider, numbered and compiled once, so that resolving a user does no work that saving could do.

import { namedId } from '../id.ts';
import { compilePattern, isDerived, type Pattern, type Rule, type TargetKind } from './rule.ts';

export type RoleStrategy = 'most-permissions' | 'first-match';

/** Where SCIM holds what a claim of that name holds: an attribute of the user, or the displayName of their groups. */
export interface ScimAttribute {
  attributeType: 'user' | 'group';
  attributeValue: string;
}

export interface Role {
  id: string;
  name: string;
  permissionCount: number;
}

/** What is stored and planned. */
export interface Ruleset {
  readonly provider: string;
  readonly number: number;
  readonly strategy: RoleStrategy;
  readonly rules: readonly Rule[];
  readonly scimAttributes: Readonly<Record<string, ScimAttribute>>;
}

export interface CompiledRule extends Rule {
  readonly matches: Pattern;
  readonly derived: boolean;
  readonly position: number;
  /** The role that `target` names; null for teams and business units. */
  readonly role: Role | null;
}

export interface CompiledRuleset extends Ruleset {
  readonly byKind: Readonly<Record<TargetKind, readonly CompiledRule[]>>;
  /** Once a provider has pushed groups by SCIM, its people's groups come from SCIM alone. */
  readonly groupsByScim: boolean;
  /** SCIM is over, and what it said last satisfies no rule. */
  readonly scimRests: boolean;
}

/**
 * Defaults of the SCIM attribute table (SEMANTICS: `groups` is a group's displayName, `roles` the values of SCIM's).
 */
const defaultScimAttributes: Readonly<Record<string, ScimAttribute>> = {
  groups: { attributeType: 'group', attributeValue: 'displayName' },
  roles: { attributeType: 'user', attributeValue: 'roles' },
};

export function scimAttributeFor(ruleset: Ruleset, claim: string): ScimAttribute {
  if (Object.hasOwn(ruleset.scimAttributes, claim)) return ruleset.scimAttributes[claim]!;
  if (Object.hasOwn(defaultScimAttributes, claim)) return defaultScimAttributes[claim]!;
  return { attributeType: 'user', attributeValue: claim };
}

/** A rule that names a role nobody knows matches nothing; saving such a rule is refused before it comes here. */
export function compileRuleset(
  ruleset: Ruleset,
  roles: readonly Role[],
  groupsByScim: boolean,
  scimRests = false,
): CompiledRuleset {
  const byKind: Record<TargetKind, CompiledRule[]> = { role: [], team: [], businessUnit: [] };
  for (const [position, rule] of ruleset.rules.entries()) {
    const role = rule.kind === 'role' ? (roles.find((each) => each.name === rule.target) ?? null) : null;
    if (rule.kind === 'role' && !role) continue;
    byKind[rule.kind].push({
      ...rule,
      matches: compilePattern(rule.value),
      derived: isDerived(rule.target),
      position,
      role,
    });
  }
  return { ...ruleset, byKind, groupsByScim: groupsByScim && !scimRests, scimRests };
}

/** A rule's identity is what it says, so that a restart with the same file, or a new order, keeps its grants. */
export function ruleId(
  provider: string,
  rule: Pick<Rule, 'kind' | 'attribute' | 'value' | 'target'>,
): string {
  return namedId('rule', provider, rule.kind, rule.attribute, rule.value, rule.target);
}

/** The rule that enabling SCIM adds where there is no team rule: every synced group becomes a team. */
export function everyGroupBecomesTeam(provider: string): Rule {
  const rule = { kind: 'team' as const, attribute: 'groups', value: '*', target: '*' };
  return { ...rule, id: ruleId(provider, rule), sticky: false };
}
