// Held batches as the API shows them: one, its people, and what a banner needs of all of them.

import { type Static, Type } from 'typebox';
import { driftCategories } from '../../identity/directory.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Batch, BatchState, NewBatch } from '../../ledger/reconciliation.ts';
import { anyObject, choice, count, orNull, reference, rfc3339, text, time } from './contract.ts';
import { rulesDifferenceShape } from './rules-difference.ts';
import { rulesBodyOf } from './rules-guard.ts';

const batchSources = ['reconciliation', 'rules', 'purge'] as const satisfies readonly NewBatch['source'][];
export const batchStates = [
  'held',
  'applying',
  'applied',
  'dropped',
  'dissolved',
  'replaced',
  'undoing',
  'undone',
] as const satisfies readonly BatchState[];

export const guardLimits = Type.Object({
  percent: count('Of the active users of the provider.'),
  count: count('People in a day.'),
});

export const batchShape = Type.Object({
  id: text(),
  provider: reference,
  source: choice(
    batchSources,
    'reconciliation: what a comparison with the directory would take; rules: a change of rules; purge: people to be erased.',
  ),
  state: choice(
    batchStates,
    'held: waits for somebody to decide; dissolved: what it was about is not so any more; replaced: a later one holds the same.',
  ),
  origin: text('The run or the request that it came of; `configuration`: the file.'),
  people: count('From how many it takes something, or how many it erases.'),
  active: count('Active users of the provider at that time.'),
  limits: guardLimits,
  takenBefore: count('From how many the same source had taken in the day before, without a word of anybody.'),
  totals: anyObject('How many by what they lose; of a reconciliation by category of difference.'),
  createdAt: time(),
  decidedAt: orNull(time()),
  decidedBy: orNull(text()),
  done: count('How far applying or undoing is.'),
  revision: count('Also its ETag.'),
});
export type BatchJson = Static<typeof batchShape>;

export const wholeBatchShape = Type.Object({
  ...batchShape.properties,
  askedBy: orNull(text('Who asked for it.')),
  first: Type.Array(Type.Object({ name: text(), why: text() }), {
    description: 'The first of those whom it takes something from.',
  }),
  rules: orNull(
    Type.Object(
      {
        ruleset: count('Number of the rules that it was planned on.'),
        currentRuleset: count('Number of the rules that hold now; another one: approving plans it anew.'),
        ...rulesDifferenceShape.properties,
      },
      { description: 'Of a change of rules.' },
    ),
  ),
});
export type WholeBatchJson = Static<typeof wholeBatchShape>;

export const batchPersonShape = Type.Object({
  user: orNull(text('Id; null for somebody who is not here, and for one who was erased.')),
  name: text(),
  why: text('What it takes, or why.'),
  category: orNull(choice(driftCategories)),
  state: orNull(text('Of a difference: what became of it.')),
});
export type BatchPersonJson = Static<typeof batchPersonShape>;

export async function showBatch(ledger: Ledger, batch: Batch): Promise<BatchJson> {
  const provider = await ledger.provider(batch.provider);
  const { id, source, state, origin, people, active, done, revision, decidedBy } = batch;
  const { limits, takenBefore, categories } = batch.body as {
    limits: BatchJson['limits'];
    takenBefore: number;
    categories?: Record<string, unknown>;
  };
  return {
    id,
    provider: { id: batch.provider, name: provider?.provider.name ?? batch.provider },
    source,
    state,
    origin,
    people,
    active,
    limits,
    takenBefore,
    totals: source === 'rules' ? { ...rulesBodyOf(batch).totals } : (categories ?? {}),
    createdAt: rfc3339(batch.createdAt),
    decidedAt: rfc3339(batch.decidedAt),
    decidedBy,
    done,
    revision,
  };
}
