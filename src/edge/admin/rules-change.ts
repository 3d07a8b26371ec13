// Changing the rules of a provider: what is wanted, checked against the roles and the locks of the file, and applied.

import type { DeclaredProvider } from '../../config.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { ProviderState } from '../../mapping/decide.ts';
import type { Ruleset } from '../../mapping/ruleset.ts';
import { equalJson } from '../../scim/json.ts';
import { refuseLocked } from './lock.ts';
import { mappingKeys, rulesOf } from './provider-block.ts';
import { badInput, type InputProblem } from './read-input.ts';
import { type Call, changeBy } from './route.ts';

export type WantedRules = Omit<Ruleset, 'number'>;

type RuleKeys = Pick<
  DeclaredProvider,
  | 'attributeRoleMappings'
  | 'attributeTeamMappings'
  | 'attributeBusinessUnitMappings'
  | 'claimScimAttributes'
  | 'roleResolutionStrategy'
>;

/** Lists that are left out stay as they are, as in the configuration file. */
export async function wantedRules(
  ledger: Ledger,
  provider: string,
  block: RuleKeys,
  stored: Ruleset | null,
): Promise<WantedRules> {
  const before = stored?.rules ?? [];
  await refuseUnknownRoles(ledger, block.attributeRoleMappings ?? []);
  return {
    provider,
    strategy: block.roleResolutionStrategy,
    rules: [
      ...rulesOf(provider, 'role', block.attributeRoleMappings, before),
      ...rulesOf(provider, 'team', block.attributeTeamMappings, before),
      ...rulesOf(provider, 'businessUnit', block.attributeBusinessUnitMappings, before),
    ],
    scimAttributes: (block.claimScimAttributes ?? stored?.scimAttributes ?? {}) as Ruleset['scimAttributes'],
  };
}

async function refuseUnknownRoles(ledger: Ledger, mappings: readonly { role: string }[]): Promise<void> {
  const names = (await ledger.roles()).map((role) => role.name);
  const problems: InputProblem[] = [];
  for (const [at, { role }] of mappings.entries()) {
    if (names.includes(role)) continue;
    const problem = `names the role "${role}", which is not there; there are ${names.join(', ')}`;
    problems.push({ path: `/attributeRoleMappings/${at}/role`, problem });
  }
  if (problems.length > 0) throw badInput('The mappings', problems);
}

/** The keys in which the wanted rules differ from the stored ones. */
function changedKeys(stored: Ruleset, wanted: WantedRules): string[] {
  const of = (rules: Ruleset['rules'], kind: string) => rules.filter((rule) => rule.kind === kind);
  const changed: string[] = [];
  for (const [kind, key] of Object.entries(mappingKeys)) {
    if (!equalJson(of(stored.rules, kind), of(wanted.rules, kind))) changed.push(key);
  }
  if (stored.strategy !== wanted.strategy) changed.push('roleResolutionStrategy');
  if (!equalJson(stored.scimAttributes, wanted.scimAttributes)) changed.push('claimScimAttributes');
  return changed;
}

/** Applies what differs; the same rules again make no event. Refused as stale when somebody else was first. */
export async function changeRules(call: Call, state: ProviderState, wanted: WantedRules): Promise<void> {
  const { parts } = call;
  const changed = changedKeys(state.ruleset, wanted);
  if (changed.length === 0) return;
  refuseLocked(parts.settings, state.provider, changed);
  await parts.ledger.applyRuleset(wanted, changeBy(call), state.ruleset.number);
  parts.wakeWork();
}
