// A held change of rules, once a person has decided: planned anew on the rules that hold now, of which it changes what it was
// asked to change and nothing else; and taken back the same way.

import type { Batch } from '../../ledger/reconciliation.ts';
import type { ProviderState } from '../../mapping/decide.ts';
import { Refusal } from '../../refusal.ts';
import { needProvider } from './look-up.ts';
import { refuseWhileGoing } from './provider-going.ts';
import { type Call, changeBy } from './route.ts';
import { changedKeys, mergedRules, ruleKeyNames, type WantedRules } from './rule-keys.ts';
import { applyPlanned, type GuardedPlan, planRules, type RulesChange, rulesBodyOf } from './rules-guard.ts';

/** `dissolved`: the rules that hold are the wanted ones. */
export async function approveRules(
  call: Call,
  batch: Batch,
  confirm: number | undefined,
): Promise<'applied' | 'dissolved'> {
  const change = await changeOf(call, batch);
  if (change.changed.length === 0) return 'dissolved';
  refuseWithoutRole(change);
  const plan = await planRules(change);
  const isMore = plan.lose > batch.people;
  if ((isMore || confirm !== undefined) && confirm !== plan.lose) throw moreThanHeld(batch, plan);
  await applyPlanned(change, plan);
  return 'applied';
}

/** null where its provider is gone. */
export async function planAgain(call: Call, batch: Batch): Promise<GuardedPlan | null> {
  if (!(await call.parts.ledger.provider(batch.provider))) return null;
  return planRules(await changeOf(call, batch));
}

export async function undoRules(call: Call, batch: Batch): Promise<void> {
  const state = await stateOf(call, batch);
  const { wanted, before, changed } = rulesBodyOf(batch);
  const since = changedKeys(state.ruleset, mergedRules(state.ruleset, wanted, changed));
  if (
    since.length > 0 &&
    changedKeys(state.ruleset, mergedRules(state.ruleset, before, changed)).length > 0
  ) {
    const detail = `The rules were changed since (${ruleKeyNames(since).join(', ')}), and undoing this would take that back too: change them by hand.`;
    throw new Refusal('conflict', detail, { ruleset: state.ruleset.number });
  }
  const change = changeTo(call, batch, state, mergedRules(state.ruleset, before, changed));
  if (change.changed.length > 0) await applyPlanned(change, await planRules(change));
}

async function stateOf({ parts }: Call, batch: Batch): Promise<ProviderState> {
  const state = await needProvider(parts.ledger, batch.provider);
  refuseWhileGoing(state.provider);
  return state;
}

async function changeOf(call: Call, batch: Batch): Promise<RulesChange> {
  const state = await stateOf(call, batch);
  const { wanted, changed } = rulesBodyOf(batch);
  return changeTo(call, batch, state, mergedRules(state.ruleset, wanted, changed));
}

function changeTo(call: Call, batch: Batch, state: ProviderState, wanted: WantedRules): RulesChange {
  const { parts, caller, gone } = call;
  const changed = changedKeys(state.ruleset, wanted);
  const { person } = caller;
  return {
    ledger: parts.ledger,
    state,
    wanted,
    changed,
    by: changeBy(call),
    person,
    approved: batch.id,
    gone,
  };
}

/** Nothing keeps a role that only a held change names. */
function refuseWithoutRole({ state, wanted }: RulesChange): void {
  const names = new Set(state.roles.map(({ name }) => name));
  const missing = wanted.rules.find(({ kind, target }) => kind === 'role' && !names.has(target));
  if (!missing) return;
  const detail = `It gives the role "${missing.target}", which is not there any more: drop it, and change the rules anew.`;
  throw new Refusal('conflict', detail);
}

function moreThanHeld({ id, people }: Batch, { lose }: GuardedPlan): Refusal {
  const detail = `It would take something from ${lose} people by now; when it was held, they were ${people}. Look at them, then say confirm=${lose}.`;
  return new Refusal('conflict', detail, {
    people: lose,
    confirm: lose,
    advice: `Look at them (bifrost batch show ${id}), then add --confirm ${lose}.`,
  });
}
