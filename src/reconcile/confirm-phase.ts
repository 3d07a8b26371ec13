// Before anything is taken from anybody: each of those persons is looked at once more, by name. When more is to be taken than
// the guard lets pass, the rest need not be looked at yet: they are held, and each is looked at before it is applied.

import { exceedsGuard } from '../identity/guard.ts';
import type { DriftRow } from '../ledger/reconciliation.ts';
import type { DecisionContext, LoadedUser } from '../mapping/decide.ts';
import { loadPeople } from './heal-people.ts';
import type { Known } from './known.ts';
import { isNameless, type Looked, lookAgain, NAMELESS, stillSo } from './look-again.ts';
import { lossesOf } from './losses.ts';
import { ignoredBy, rowOf, type Stating } from './rows.ts';
import { byRun, contextOf, mustBeOurs, placeOf, type Running } from './running.ts';

const ROWS_AT_ONCE = 100;

export async function confirmPhase(running: Running, known: Known): Promise<void> {
  const { ledger, run, signal } = running;
  let isTooMuch = false;
  for (;;) {
    signal.throwIfAborted();
    const { items } = await ledger.reconciliations.drift({
      run: run.id,
      states: ['unconfirmed'],
      after: null,
      limit: ROWS_AT_ONCE,
    });
    if (items.length === 0) return;
    isTooMuch ||= run.mode === 'heal' && (await exceeds(running));
    if (isTooMuch) await leaveForLater(running, items);
    else await confirm(running, known, items);
  }
}

async function exceeds(running: Running): Promise<boolean> {
  const state = await running.ledger.provider(running.run.provider);
  const { losing, active, before } = await lossesOf(running, ['due']);
  return state !== null && exceedsGuard(state.provider.settings.guard, { taken: losing + before, active });
}

/** They count as they were found. */
async function leaveForLater({ ledger, run, ...running }: Running, rows: readonly DriftRow[]): Promise<void> {
  const by = byRun({ clock: running.clock, run });
  const why =
    'More is to be taken than the guard lets pass. Each is looked at once more before it is applied.';
  const settled = rows.map((row) =>
    isNameless(row)
      ? { ...row, state: 'open' as const, why: NAMELESS }
      : { ...row, state: 'due' as const, detail: { ...row.detail, note: why } },
  );
  await ledger.reconciliations.settleDrift(settled, by, [], run.provider);
}

async function confirm(running: Running, { dealing }: Known, rows: readonly DriftRow[]): Promise<void> {
  const { ledger, run, holder, reader, signal } = running;
  const looked = await lookAgain(reader, rows, signal);
  const users = await loadPeople(
    running,
    rows.map(({ user }) => user).filter((user) => user !== null),
  );
  const state = await ledger.provider(run.provider);
  if (!state) return;
  const context = contextOf(running, state);
  const ignored = await ignoredBy(ledger, run.provider, context.at);
  const settled = rows.map((row, n) =>
    confirmed(running, row, users.get(row.user ?? '') ?? null, looked[n]!, { context, dealing, ignored }),
  );
  mustBeOurs(await ledger.reconciliations.report(run.id, holder, settled, placeOf(running, {})));
}

interface Confirming {
  readonly context: DecisionContext;
  readonly dealing: Known['dealing'];
  readonly ignored: Stating['ignored'];
}

function confirmed(
  running: Running,
  row: DriftRow,
  loaded: LoadedUser | null,
  looked: Looked,
  { context, dealing, ignored }: Confirming,
): DriftRow {
  if (!loaded || loaded.user.removedAt !== null) {
    return { ...row, state: 'skipped', why: 'They were removed meanwhile.' };
  }
  const { found, why, isUnknown } = stillSo(context, loaded, row, looked, dealing);
  if (isUnknown) return { ...row, state: 'open', why: `It could not be confirmed. ${why}` };
  if (!found) return { ...row, state: 'skipped', why };
  // An absence may be something else by its right name.
  const { state, ...after } = rowOf(running, { ignored, heals: dealing.heals }, found);
  return { ...after, id: row.id, state: state === 'unconfirmed' ? 'due' : state };
}
