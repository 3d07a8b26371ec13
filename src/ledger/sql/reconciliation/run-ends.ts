// How runs end, wait, go on, and are stopped: each in one commit with what is told of it.

import type { EventDraft } from '../../../identity/event.ts';
import type { Change } from '../../ledger.ts';
import type { Reconciliations } from '../../reconciliation.ts';
import type { Hands } from '../hands.ts';
import { one, type Script, UniqueViolation } from '../statement.ts';
import { underWay } from './runs.ts';

type End = Parameters<Reconciliations['finish']>[2];

export function runEnds(hands: Hands): Pick<Reconciliations, 'finish' | 'resume' | 'cancel'> {
  const { tell } = hands;

  /** false where no run was to be written. */
  const told = (ending: () => Script<OfProvider | undefined>, by: Change, drafts: readonly EventDraft[]) =>
    hands.write(function* () {
      const row = yield* ending();
      if (row) yield* tell(drafts, { ...by, provider: row.provider });
      return row !== undefined;
    });

  return {
    finish: (run, holder, end, by, drafts) => told(() => finish(run, holder, end, by), by, drafts),
    resume: (run, by, drafts = []) => told(() => resume(run), by, drafts),
    cancel: (run, by, drafts) => told(() => cancel(run, by), by, drafts),
  };
}

interface OfProvider {
  provider: string;
}

function* finish(run: string, holder: string, end: End, by: Change): Script<OfProvider | undefined> {
  return yield* one<OfProvider>(
    `UPDATE reconciliations SET phase = ?, outcome = ?, counts = ?, problems = ?, finished_at = ?, holder = NULL, lease_until = NULL
     WHERE id = ? AND holder = ? AND ${underWay} RETURNING provider`,
    end.phase,
    end.outcome,
    JSON.stringify(end.counts),
    JSON.stringify(end.problems),
    end.phase === 'done' ? by.at : null,
    run,
    holder,
  );
}

function* resume(run: string): Script<OfProvider | undefined> {
  try {
    return yield* one<OfProvider>(
      "UPDATE reconciliations SET phase = 'healing', position = '' WHERE id = ? AND phase = 'waiting' RETURNING provider",
      run,
    );
  } catch (error) {
    // Another began at the same moment, which discards this one.
    if (error instanceof UniqueViolation) return undefined;
    throw error;
  }
}

function* cancel(run: string, by: Change): Script<OfProvider | undefined> {
  return yield* one<OfProvider>(
    `UPDATE reconciliations SET phase = 'done', outcome = CASE phase WHEN 'waiting' THEN 'discarded' ELSE 'cancelled' END,
       finished_at = ?, holder = NULL, lease_until = NULL
     WHERE id = ? AND phase <> 'done' RETURNING provider`,
    by.at,
    run,
  );
}
