// The rules that a provider has had: every change of them is kept under its number, with who made it and when.

import type { Actor } from '../identity/event.ts';
import type { Ruleset } from '../mapping/ruleset.ts';

export interface StoredRuleset extends Ruleset {
  readonly at: number;
  readonly actor: Actor;
}

export interface RulesetHistory {
  /** Newest first, those below `before`; `total`: how many there are in all. */
  rulesets(
    provider: string,
    query: { before: number | null; limit: number },
  ): Promise<{ items: StoredRuleset[]; next: number | null; total: number }>;
  rulesetOf(provider: string, number: number): Promise<StoredRuleset | null>;
}
