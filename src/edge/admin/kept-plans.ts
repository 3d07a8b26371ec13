// Plans of other rules, under an id for some minutes: made beside the requests, looked at page by page, forgotten when nobody
// looks any more. In the memory of this process alone: to another replica the id says nothing, and it says so.

import type { Logger } from 'pino';
import type { Clock } from '../../clock.ts';
import { newId } from '../../id.ts';
import { Refusal } from '../../refusal.ts';
import { shorten } from '../../scim/json.ts';
import { type AffectedPeople, gatherAffected } from './affected-people.ts';
import { type PlannedChange, planRules } from './rules-guard.ts';
import { type RulesPlanJson, showRulesPlan } from './rules-plan.ts';

/** Of all plans together: about 40 MiB. */
const PEOPLE_KEPT = 100_000;
const PLANS_KEPT = 20;
/** Since somebody last looked. */
const KEPT_MS = 15 * 60_000;
/** One that is being made and that nobody asks for any more is given up. */
const WAITED_MS = 60_000;
const MADE_AT_ONCE = 2;
const SWEPT_EVERY_MS = 60_000;

export interface KeptPlan {
  readonly id: string;
  readonly change: PlannedChange;
  readonly at: number;
  /** Place of the last event before it. */
  readonly position: number;
  readonly end: AbortController;
  lookedAt: number;
  state: 'planning' | 'ready' | 'failed';
  done: number;
  /** How many there are to look at, about. */
  of: number;
  plan: RulesPlanJson | null;
  people: AffectedPeople['people'];
  /** Why it failed. */
  problem: string | null;
}

export interface KeptPlans {
  /** Made while the caller waits. */
  make(change: PlannedChange): Promise<KeptPlan>;
  /** Made beside the requests. */
  begin(change: PlannedChange): Promise<KeptPlan>;
  find(id: string): KeptPlan;
  /** Ends it, where it is still being made. */
  drop(id: string): void;
  stop(): void;
}

export function keptPlans({ clock, log }: { clock: Clock; log: Logger }): KeptPlans {
  const plans = new Map<string, KeptPlan>();

  function drop(id: string): void {
    plans.get(id)?.end.abort();
    plans.delete(id);
  }

  function sweep(): void {
    for (const [id, { state, lookedAt }] of plans) {
      if (clock.now() - lookedAt > (state === 'planning' ? WAITED_MS : KEPT_MS)) drop(id);
    }
  }

  /** The oldest give way. */
  function makeRoom(people: number): void {
    let kept = [...plans.values()].reduce((sum, plan) => sum + plan.people.length, people);
    for (const [id, plan] of plans) {
      if (kept <= PEOPLE_KEPT && plans.size < PLANS_KEPT) return;
      if (plan.state === 'planning') continue;
      kept -= plan.people.length;
      drop(id);
    }
  }

  /** `refuse`: looks whether there may be one more. Nothing comes between that and its being there. */
  async function open(change: PlannedChange, refuse: () => void = () => {}): Promise<KeptPlan> {
    const { ledger, state } = change;
    const position = await ledger.lastPosition();
    const of = await ledger.heldBatches.active(state.provider.id);
    sweep();
    refuse();
    makeRoom(0);
    const at = clock.now();
    const plan: KeptPlan = {
      id: newId(at),
      change,
      at,
      position,
      end: new AbortController(),
      lookedAt: at,
      state: 'planning',
      done: 0,
      of,
      plan: null,
      people: [],
      problem: null,
    };
    plans.set(plan.id, plan);
    return plan;
  }

  async function work(plan: KeptPlan): Promise<void> {
    const { gone } = plan.change;
    const affected = gatherAffected(PEOPLE_KEPT);
    const signal = gone ? AbortSignal.any([gone, plan.end.signal]) : plan.end.signal;
    const guarded = await planRules(
      { ...plan.change, gone: signal },
      {
        affected: affected.add,
        done: (people) => {
          plan.done = people;
          plan.of = Math.max(plan.of, people);
          // As long as it is made somebody waits for it, or they have gone.
          if (gone) plan.lookedAt = clock.now();
        },
      },
    );
    const gathered = affected.gathered();
    makeRoom(gathered.people.length);
    plan.people = gathered.people;
    plan.plan = showRulesPlan(plan.change, guarded, { ...gathered, ...plan });
    plan.state = 'ready';
    plan.lookedAt = clock.now();
  }

  function refuseMany(): void {
    const made = [...plans.values()].filter(({ state }) => state === 'planning').length;
    if (made < MADE_AT_ONCE) return;
    throw new Refusal('unavailable', `${made} plans are being made already. Ask again in a few seconds.`);
  }

  const timer = setInterval(sweep, SWEPT_EVERY_MS).unref();

  return {
    async make(change) {
      const plan = await open(change);
      try {
        await work(plan);
        return plan;
      } catch (error) {
        drop(plan.id);
        throw error;
      }
    },
    async begin(change) {
      const plan = await open(change, refuseMany);
      work(plan).catch((error) => {
        plan.state = 'failed';
        plan.problem = error instanceof Refusal ? error.message : 'Something went wrong on our side.';
        if (!(error instanceof Refusal)) log.error({ err: error, plan: plan.id }, 'a plan failed');
      });
      return plan;
    },
    find(id) {
      sweep();
      const plan = plans.get(id);
      if (!plan) {
        const detail = `There is no plan ${shorten(id)} here: it was forgotten, as each is some minutes after somebody last looked, or another replica made it. Ask for the plan again.`;
        throw new Refusal('notFound', detail);
      }
      plan.lookedAt = clock.now();
      return plan;
    },
    drop,
    stop() {
      clearInterval(timer);
      for (const id of plans.keys()) drop(id);
    },
  };
}
