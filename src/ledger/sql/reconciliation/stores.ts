// The stores of comparing with the directory, of what an engine lends: one set of scripts for both.

import type { ReconciliationStores } from '../../reconciliation.ts';
import type { Hands } from '../hands.ts';
import { absences } from './absent.ts';
import { drifts } from './drift.ts';
import { forgettingRuns } from './forgetting.ts';
import { heldBatches } from './held-batches.ts';
import { ignorances } from './ignored.ts';
import { pendings } from './pending.ts';
import { runEnds } from './run-ends.ts';
import { runs } from './runs.ts';
import { stagedGroups } from './staged-groups.ts';
import { stagedPeople } from './staged-people.ts';
import { staging } from './staging.ts';

export function reconciliationStores(hands: Hands): ReconciliationStores {
  return {
    reconciliations: {
      ...runs(hands),
      ...runEnds(hands),
      ...staging(hands),
      ...stagedPeople(hands),
      ...stagedGroups(hands),
      ...absences(hands),
      ...drifts(hands),
      ...pendings(hands),
      ...ignorances(hands),
      ...forgettingRuns(hands),
    },
    heldBatches: heldBatches(hands),
  };
}
