// Other rules, from whichever side they come (the API, the configuration file, an approved batch): planned, then applied, or held
// as a batch where they take something from more people than the guard lets pass. Nothing else applies rules to people.

import { newId } from '../../id.ts';
import type { EventDraft } from '../../identity/event.ts';
import { exceedsGuard } from '../../identity/guard.ts';
import type { Person } from '../../identity/sign-in.ts';
import { signInName } from '../../identity/user.ts';
import type { Change, Ledger } from '../../ledger/ledger.ts';
import type { Batch, BatchState, NewBatch } from '../../ledger/reconciliation.ts';
import type { ProviderState } from '../../mapping/decide.ts';
import { kindWords } from '../../mapping/rule.ts';
import { compileRuleset } from '../../mapping/ruleset.ts';
import { Refusal } from '../../refusal.ts';
import { sha256Hex } from '../../secret.ts';
import { withExemptions } from './exemptions.ts';
import { type PeoplePlan, type PlannedPerson, planEverybody, type Watch } from './planned-people.ts';
import { changedKeys, mergedRules, type RuleKey, type WantedRules } from './rule-keys.ts';

const DAY_MS = 86_400_000;
const NAMES_SHOWN = 20;
/** Batches of a provider that are looked through for the same change. */
const BATCHES_READ = 100;

export interface RulesChange {
  readonly ledger: Ledger;
  readonly state: ProviderState;
  readonly wanted: WantedRules;
  /** In what the wanted rules differ from those of `state`. */
  readonly changed: readonly RuleKey[];
  readonly by: Change;
  /** Who makes the change, where it is somebody with an account here. */
  readonly person: Person | null;
  /** The batch whose approval it is. */
  readonly approved?: string;
  readonly gone?: AbortSignal;
}

export interface GuardedPlan extends PeoplePlan {
  /** How many the provider has who are active. */
  readonly active: number;
  /** From how many rules have taken something in the day before, without a person's word. */
  readonly takenBefore: number;
  /** What has to be said to apply it at once; null where the guard lets it pass. */
  readonly confirm: number | null;
}

export type PlannedChange = Omit<RulesChange, 'changed'>;

export async function planRules(change: PlannedChange, watch?: Watch): Promise<GuardedPlan> {
  const { ledger, state, wanted, person, by } = change;
  const { ruleset, roles, provider } = state;
  const next = { ...wanted, number: ruleset.number + 1 };
  const compiled = compileRuleset(next, roles, ruleset.groupsByScim, ruleset.scimRests);
  const gone = change.gone ? { gone: change.gone } : {};
  const walk = { now: state, wanted: { ruleset: compiled, roles }, by: person, ...gone };
  const plan = await planEverybody(ledger, walk, watch);
  const active = await ledger.heldBatches.active(provider.id);
  const takenBefore = await ledger.heldBatches.taken(provider.id, 'rules', by.at - DAY_MS);
  const taken = plan.lose + takenBefore;
  const isTooMuch = plan.lose > 0 && exceedsGuard(provider.settings.guard, { taken, active });
  return { ...plan, active, takenBefore, confirm: isTooMuch ? plan.lose : null };
}

export interface HowSure {
  /** From how many it takes something, as whoever makes the change said. */
  readonly confirm?: number;
  /** What it came from: a request, or the word for the file. */
  readonly origin: string;
}

/** The batch that holds it; null where it is applied. */
export async function applyOrHold(change: RulesChange, { confirm, origin }: HowSure): Promise<Batch | null> {
  const plan = await planRules(change);
  if (confirm !== undefined && confirm !== plan.lose) throw notTheirNumber(plan.lose, confirm);
  if (plan.confirm !== null && confirm === undefined) return holdRules(change, plan, origin);
  await applyPlanned(change, plan);
  if (confirm === undefined && plan.lose > 0) {
    await change.ledger.heldBatches.noteTaken(change.state.provider.id, 'rules', plan.lose, change.by.at);
  }
  return null;
}

function notTheirNumber(lose: number, said: number): Refusal {
  const detail = `This would take something from ${lose} people. You said ${said}. Look at the plan, then say confirm=${lose} to do it.`;
  return new Refusal('conflict', detail, { people: lose, confirm: lose });
}

/** Refused as stale when other rules are the current ones by now. Whoever is spared keeps their role by hand. */
export async function applyPlanned(change: RulesChange, plan: PeoplePlan): Promise<void> {
  const { ledger, state, wanted, by } = change;
  const { number } = state.ruleset;
  await withExemptions(ledger, plan.exempt, { ruleset: number + 1 }, by, () =>
    ledger.applyRuleset(wanted, by, number),
  );
  await dissolveApplied(change);
}

// --- held -------------------------------------------------------------------------------------------------------

/** What the body of a batch of rules holds. */
export interface RulesBody {
  readonly limits: { readonly percent: number; readonly count: number };
  readonly takenBefore: number;
  /** Number of the rules that it was planned on. */
  readonly ruleset: number;
  readonly changed: readonly RuleKey[];
  readonly wanted: WantedRules;
  readonly before: WantedRules;
  /** By which the same change is known again. */
  readonly hash: string;
  readonly totals: Pick<
    PeoplePlan,
    'lose' | 'suspendedLose' | 'loseRole' | 'loseSignIn' | 'gain' | 'adminsLose'
  >;
  readonly first: readonly { readonly name: string; readonly why: string }[];
}

export function rulesBodyOf({ body }: Batch): RulesBody {
  return body as unknown as RulesBody;
}

/** The newest batch of the same change, in one of these states. */
export async function batchOfSame(
  { ledger, state, wanted, changed }: RulesChange,
  states: readonly BatchState[],
): Promise<Batch | null> {
  const hash = hashOf(wanted, changed);
  const batches = await rulesBatches(ledger, state.provider.id, states);
  return batches.find((batch) => rulesBodyOf(batch).hash === hash) ?? null;
}

async function rulesBatches(ledger: Ledger, provider: string, states: readonly BatchState[]) {
  const { items } = await ledger.heldBatches.list({ provider, states, after: null, limit: BATCHES_READ });
  return items.filter(({ source }) => source === 'rules');
}

/** Of what changes alone: other keys are no part of what was asked for. */
function hashOf({ rules, strategy, scimAttributes }: WantedRules, changed: readonly RuleKey[]): string {
  const kinds = rules.filter((rule) => changed.includes(rule.kind));
  const rest = [
    changed.includes('strategy') && strategy,
    changed.includes('scimAttributes') && scimAttributes,
  ];
  return sha256Hex(JSON.stringify([[...changed].sort(), kinds, rest]));
}

/** The same change asked for twice is one batch, unless other rules have come since: then it is planned on those. */
async function holdRules(change: RulesChange, plan: GuardedPlan, origin: string): Promise<Batch> {
  const { ledger, state, by } = change;
  const known = await batchOfSame(change, ['held']);
  if (known && rulesBodyOf(known).ruleset === state.ruleset.number) return known;
  const batch = newBatch(change, plan, origin);
  const { source, people, active } = batch;
  const data = { source, people, active, ...rulesBody(change, plan).totals };
  const news: EventDraft = { type: 'batch.held', subject: { kind: 'batch', id: batch.id }, data };
  await ledger.heldBatches.hold(batch, by, [news], known ? { replaces: [known.id] } : {});
  return (await ledger.heldBatches.find(batch.id))!;
}

function newBatch(change: RulesChange, plan: GuardedPlan, origin: string): NewBatch {
  return {
    id: newId(change.by.at),
    provider: change.state.provider.id,
    source: 'rules',
    origin,
    people: plan.lose,
    active: plan.active,
    body: { ...rulesBody(change, plan) },
    createdAt: change.by.at,
  };
}

function rulesBody({ state, wanted, changed }: RulesChange, plan: GuardedPlan): RulesBody {
  const { provider, strategy, rules, scimAttributes, number } = state.ruleset;
  const { lose, suspendedLose, loseRole, loseSignIn, gain, adminsLose } = plan;
  return {
    limits: state.provider.settings.guard,
    takenBefore: plan.takenBefore,
    ruleset: number,
    changed,
    wanted,
    before: { provider, strategy, rules, scimAttributes },
    hash: hashOf(wanted, changed),
    totals: { lose, suspendedLose, loseRole, loseSignIn, gain, adminsLose },
    first: plan.losers
      .slice(0, NAMES_SHOWN)
      .map((each) => ({ name: signInName(each.user), why: lossOf(each) })),
  };
}

export function lossOf({ plan }: PlannedPerson): string {
  const names = plan.lost.map(({ kind, name }) => `${kindWords[kind]} ${name}`);
  return `${plan.losesSignIn ? 'cannot sign in any more; ' : ''}loses ${names.join(', ')}`;
}

/** What waited for a decision has come by another way. */
async function dissolveApplied({ ledger, state, by, approved }: RulesChange): Promise<void> {
  const now = await ledger.provider(state.provider.id);
  if (!now) return;
  for (const batch of await rulesBatches(ledger, state.provider.id, ['held'])) {
    const { wanted, changed } = rulesBodyOf(batch);
    if (batch.id === approved) continue;
    if (changedKeys(now.ruleset, mergedRules(now.ruleset, wanted, changed)).length > 0) continue;
    const { id, source, people } = batch;
    const news: EventDraft = {
      type: 'batch.dissolved',
      subject: { kind: 'batch', id },
      data: { source, people },
    };
    await ledger.heldBatches.move(id, ['held'], { state: 'dissolved' }, by, [news]);
  }
}
