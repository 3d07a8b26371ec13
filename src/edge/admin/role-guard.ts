// Another number of permissions can decide anew which role wins (most-permissions). From how many that takes something is counted
// before, and where the guard of a provider does not let it pass, somebody has to say how many they are.

import { exceedsGuard } from '../../identity/guard.ts';
import type { StoredRole } from '../../ledger/ledger.ts';
import type { ProviderState } from '../../mapping/decide.ts';
import { compileRuleset, type Role } from '../../mapping/ruleset.ts';
import { Refusal } from '../../refusal.ts';
import { planEverybody } from './planned-people.ts';
import type { Call } from './route.ts';

export async function checkRoleLosses(
  call: Call,
  { id, name, permissionCount: before }: StoredRole,
  permissionCount: number,
  confirm: number | undefined,
): Promise<void> {
  if (permissionCount === before) return;
  let lose = 0;
  const beyond: string[] = [];
  for (const state of (await call.parts.ledger.providers()).filter(comparesRoles)) {
    const roles = state.roles.map((role) => (role.id === id ? { ...role, permissionCount } : role));
    const losing = await losersWith(call, state, roles);
    lose += losing.people;
    if (losing.isTooMuch) beyond.push(state.provider.name);
  }
  if (confirm === undefined ? beyond.length === 0 : confirm === lose) return;
  const said = confirm === undefined ? '' : ` You said ${confirm}.`;
  const detail = `With ${permissionCount} permissions instead of ${before}, the role "${name}" would win or lose against others, and ${lose} people would lose something. Say confirm=${lose} to do it.${said}`;
  throw new Refusal('conflict', detail, { people: lose, confirm: lose, providers: beyond });
}

function comparesRoles({ ruleset }: ProviderState): boolean {
  return ruleset.strategy === 'most-permissions' && ruleset.byKind.role.length > 0;
}

async function losersWith({ parts: { ledger }, gone }: Call, now: ProviderState, roles: readonly Role[]) {
  const { provider, ruleset } = now;
  const compiled = compileRuleset(ruleset, roles, ruleset.groupsByScim, ruleset.scimRests);
  const plan = await planEverybody(ledger, { now, wanted: { ruleset: compiled, roles }, by: null, gone });
  // Nobody is spared here: the last administrator is one of those who lose, and never without a word.
  const people = plan.lose + plan.exempt.length;
  const active = await ledger.heldBatches.active(provider.id);
  const isTooMuch = exceedsGuard(provider.settings.guard, { taken: people, active });
  return { people, isTooMuch: isTooMuch || plan.exempt.length > 0 };
}
