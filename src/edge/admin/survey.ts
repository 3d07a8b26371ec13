// What a provider's people have and what its rules do to them, from a walk over people in short turns: so that others are
// answered in between, nobody waits for a million. One that took long is kept for a while, the last of each provider.

import type { Ledger } from '../../ledger/ledger.ts';
import type { LoadedPerson, ProviderState } from '../../mapping/decide.ts';
import type { Grounds } from '../../mapping/plan.ts';
import { type Matches, matchTally } from '../../mapping/rule-matches.ts';
import { type Seen, seenTally } from '../../mapping/seen.ts';
import { Refusal } from '../../refusal.ts';

/** Who came first is looked at, up to so many: a provider sends the same attributes for those behind them. */
const LOOKED_AT_MOST = 100_000;
const PEOPLE_AT_ONCE = 200;
/** A walk that took so long is kept for a while although something changed since: longer, the longer it took. */
const LONG_MS = 250;
const KEPT_TIMES = 20;
/** Providers of which the last walk is kept. */
const PROVIDERS_KEPT = 20;

export interface Survey {
  readonly seen: Seen;
  readonly matches: Matches;
  readonly lookedAt: number;
  /** Everybody of the provider, without removed ones. */
  readonly people: number;
  readonly at: number;
}

interface Kept {
  readonly survey: Promise<Survey>;
  readonly ruleset: number;
  readonly position: number;
  readonly begunAt: number;
  /** How long it took; null while it is under way. */
  tookMs: number | null;
}

export interface Surveys {
  /** With the rules that are stored. */
  of(state: ProviderState, at: number): Promise<Survey>;
  /** With others; ends when nobody waits for it any more. */
  withRules(state: ProviderState, rules: Grounds, gone: AbortSignal): Promise<Matches>;
}

export function surveys(ledger: Ledger): Surveys {
  const kept = new Map<string, Kept>();

  function begin(state: ProviderState, at: number, position: number): Kept {
    const startedAt = performance.now();
    const survey = walk(ledger, state, at);
    const begun: Kept = { survey, ruleset: state.ruleset.number, position, begunAt: startedAt, tookMs: null };
    survey.then(
      () => {
        begun.tookMs = performance.now() - startedAt;
      },
      () => kept.delete(state.provider.id),
    );
    return begun;
  }

  return {
    async of(state, at) {
      const { id } = state.provider;
      const position = await ledger.lastPosition();
      const known = kept.get(id);
      if (known && isFresh(known, state, position)) return known.survey;
      kept.delete(id);
      if (kept.size >= PROVIDERS_KEPT) kept.delete(kept.keys().next().value!);
      const begun = begin(state, at, position);
      kept.set(id, begun);
      return begun.survey;
    },
    async withRules(state, rules, gone) {
      const tally = matchTally(rules);
      await eachPerson(ledger, state.provider.id, tally.add, gone);
      return tally.total();
    },
  };
}

function isFresh({ ruleset, position, begunAt, tookMs }: Kept, state: ProviderState, now: number): boolean {
  if (ruleset !== state.ruleset.number) return false;
  if (tookMs === null) return position === now;
  if (tookMs < LONG_MS) return false;
  return position === now || performance.now() - begunAt < tookMs * KEPT_TIMES;
}

async function walk(ledger: Ledger, state: ProviderState, at: number): Promise<Survey> {
  const seen = seenTally(state.ruleset);
  const matches = matchTally(state);
  const lookedAt = await eachPerson(ledger, state.provider.id, (loaded) => {
    seen.add(loaded);
    matches.add(loaded);
  });
  const people = lookedAt < LOOKED_AT_MOST ? lookedAt : await countPeople(ledger, state.provider.id);
  return { seen: seen.total(), matches: matches.total(), lookedAt, people, at };
}

/** How many it looked at. */
async function eachPerson(
  ledger: Ledger,
  provider: string,
  look: (loaded: LoadedPerson) => void,
  gone?: AbortSignal,
): Promise<number> {
  const next = ledger.everybody(provider);
  for (let done = 0; done < LOOKED_AT_MOST; ) {
    if (gone?.aborted) throw new Refusal('unavailable', 'Whoever asked has gone.');
    const people = await next(PEOPLE_AT_ONCE);
    for (const loaded of people) look(loaded);
    done += people.length;
    if (people.length < PEOPLE_AT_ONCE) return done;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return LOOKED_AT_MOST;
}

async function countPeople(ledger: Ledger, provider: string): Promise<number> {
  const all = { condition: null, sort: null, start: { offset: 0 }, limit: 1 };
  return (await ledger.queryUsers({ provider, ...all })).total;
}
