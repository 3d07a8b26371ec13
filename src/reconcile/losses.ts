// From how many people something is to be taken, and has been in the last day: what the guard goes by.

import type { DriftState } from '../identity/directory.ts';
import type { Running } from './running.ts';

const DAY_MS = 86_400_000;

export interface Losses {
  /** In this run. */
  readonly losing: number;
  /** In the day before it, without a person's word. */
  readonly before: number;
  /** Active users, those included who were taken out in that day. */
  readonly active: number;
}

/** People with rows of several categories count once in each: the guard is rather too careful than too late. */
export async function lossesOf(
  { ledger, run, clock }: Running,
  states: readonly DriftState[],
): Promise<Losses> {
  const counts = await ledger.reconciliations.driftCounts(run.id);
  const taking = counts.filter(({ takes, state }) => takes && states.includes(state));
  const losing = taking.reduce((sum, { people }) => sum + people, 0);
  const before = await ledger.heldBatches.taken(run.provider, 'reconciliation', clock.now() - DAY_MS);
  const active = (await ledger.heldBatches.active(run.provider)) + before;
  return { losing, before, active };
}
