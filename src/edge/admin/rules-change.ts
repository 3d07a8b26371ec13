// Changing the rules of a provider: what is wanted, checked against the roles and the locks of the file, and applied.

import type { DeclaredProvider } from '../../config.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Batch } from '../../ledger/reconciliation.ts';
import type { ProviderState } from '../../mapping/decide.ts';
import type { Ruleset } from '../../mapping/ruleset.ts';
import { refuseLocked } from './lock.ts';
import { rulesOf } from './provider-block.ts';
import { badInput, type InputProblem } from './read-input.ts';
import { type Call, changeBy } from './route.ts';
import { changedKeys, ruleKeyNames, type WantedRules } from './rule-keys.ts';
import { applyOrHold } from './rules-guard.ts';

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

/**
 * Applies what differs; the same rules again make no event. Gives the batch where they are held: they would take something from
 * more people than the guard lets pass, and nobody said how many. Refused as stale when somebody else was first.
 */
export async function changeRules(
  call: Call,
  state: ProviderState,
  wanted: WantedRules,
  confirm?: number,
): Promise<Batch | null> {
  const { parts, caller } = call;
  const changed = changedKeys(state.ruleset, wanted);
  if (changed.length === 0) return null;
  refuseLocked(parts.settings, state.provider, ruleKeyNames(changed));
  const change = { ledger: parts.ledger, state, wanted, changed, by: changeBy(call), person: caller.person };
  const sure = { origin: call.requestId, ...(confirm !== undefined && { confirm }) };
  const held = await applyOrHold({ ...change, gone: call.gone }, sure);
  if (!held) parts.wakeWork();
  return held;
}
