// How many differences of each kind a run has found so far. Counting a report of 100,000 rows takes as long as a hundred requests,
// and whoever watches a run asks several times a second.

import type { Ledger } from '../../ledger/ledger.ts';
import type { Reconciliations, Run } from '../../ledger/reconciliation.ts';

export type DriftCounts = Awaited<ReturnType<Reconciliations['driftCounts']>>;

interface Counted {
  run: string;
  counts: DriftCounts;
  /** Of `performance.now()`: until then these are shown. */
  untilMs: number;
}

/** So many times as long as counting took: a twentieth of the time goes into it at most. */
const SHOWN_FOR = 19;

/** By provider, which has one run under way. */
const latest = new WeakMap<Ledger, Map<string, Counted>>();

/** Of a run that has ended or waits for somebody: as it is. While it works: as it was a moment ago. */
export async function countedDrift(ledger: Ledger, { id, provider, phase }: Run): Promise<DriftCounts> {
  const kept = latest.get(ledger) ?? new Map<string, Counted>();
  latest.set(ledger, kept);
  const before = kept.get(provider);
  const begunMs = performance.now();
  const isAtWork = phase !== 'done' && phase !== 'waiting';
  if (isAtWork && before?.run === id && begunMs < before.untilMs) return before.counts;
  const counts = await ledger.reconciliations.driftCounts(id);
  const endedMs = performance.now();
  if (!isAtWork) kept.delete(provider);
  else kept.set(provider, { run: id, counts, untilMs: endedMs + SHOWN_FOR * (endedMs - begunMs) });
  return counts;
}
