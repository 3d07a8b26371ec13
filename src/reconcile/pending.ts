// Who is assigned in the directory and has not arrived here, and since when (Entra calls them "Pending").

import { mustBeOurs, placeOf, type Running } from './running.ts';

const ROWS_AT_ONCE = 500;

/** After everything was done that this run does. A reading that was not whole forgets nobody. */
export async function notePending(running: Running, isWhole: boolean): Promise<void> {
  const { ledger, run, holder } = running;
  if (run.channel !== 'reconciliation') return;
  const { reconciliations } = ledger;
  for (let after: string | null = null; ; ) {
    const page = await reconciliations.drift({
      run: run.id,
      category: 'missing-here',
      states: ['open', 'ignored', 'skipped', 'due'],
      after,
      limit: ROWS_AT_ONCE,
    });
    const ids = page.items
      .filter(({ about }) => about === '')
      .map(({ directoryId }) => directoryId)
      .filter((id) => id !== null);
    if (ids.length > 0) await reconciliations.notePending(run.provider, run.id, ids, run.startedAt);
    mustBeOurs(await reconciliations.advance(run.id, holder, placeOf(running, {})));
    if (page.next === null) break;
    after = page.next;
  }
  if (isWhole) await reconciliations.forgetPending(run.provider, run.id);
}
