// What is due is done: first whoever is missing here, then the rows about those who are here. When more would be taken than the
// guard lets pass, all that takes is held as one batch before, and the rest is done.

import { newId } from '../id.ts';
import type { EventDraft } from '../identity/event.ts';
import { exceedsGuard } from '../identity/guard.ts';
import type { ProviderState } from '../mapping/decide.ts';
import { dissolveHeld } from './batches.ts';
import { createPeople } from './create-people.ts';
import { type Healer, healRows } from './heal-people.ts';
import type { Known } from './known.ts';
import { lossesOf } from './losses.ts';
import type { RunReport } from './report.ts';
import { advance, byRun, mustBeWanted, type Running } from './running.ts';

const ROWS_AT_ONCE = 100;
/** Where the phase is. */
const places = { guard: '', create: 'create ', rows: 'rows' } as const;

export async function healPhase(running: Running, known: Known, position: string): Promise<void> {
  if (running.run.mode !== 'heal') return;
  let at = position;
  if (at === places.guard) {
    await holdTooMuch(running, known);
    at = (await isAnybodyToBeMade(running)) ? places.create : places.rows;
    await advance(running, { phase: 'healing', position: at });
  }
  while (at.startsWith(places.create)) {
    const place = (last: string) => places.create + last;
    const last = await createPeople(running, known.dealing, at.slice(places.create.length), place);
    at = last === null ? places.rows : place(last);
  }
  await healDue(running, known);
}

async function isAnybodyToBeMade({ ledger, run }: Running): Promise<boolean> {
  const counts = await ledger.reconciliations.driftCounts(run.id);
  return counts.some(({ category, state }) => category === 'missing-here' && state === 'due');
}

/** Of a row about somebody to be made, when everybody who was still missing has been made. */
const ARRIVED = 'They are not missing any more.';

async function healDue(running: Running, { dealing }: Known): Promise<void> {
  const { ledger, run, reader, signal } = running;
  const { reconciliations, heldBatches } = ledger;
  for (let after: string | null = null; ; ) {
    await mustBeWanted(running);
    const due = await reconciliations.drift({ run: run.id, states: ['due'], after, limit: ROWS_AT_ONCE });
    if (due.items.length === 0) return;
    const by = byRun(running);
    const healer: Healer = { ledger, reader, dealing, provider: run.provider, by, signal };
    const settled = (await healRows(healer, due.items)).map((row) =>
      row.state === 'due' ? { ...row, state: 'open' as const } : row,
    );
    const healed = new Set(settled.filter(({ state }) => state === 'healed').map(({ id }) => id));
    const taken = new Set(due.items.filter((row) => row.takes && healed.has(row.id)).map(({ user }) => user));
    if (taken.size > 0) await heldBatches.noteTaken(run.provider, 'reconciliation', taken.size, by.at);
    const arrived = due.items
      .filter(({ user }) => user === null)
      .map((row) => ({ ...row, state: 'skipped' as const, why: ARRIVED }));
    await reconciliations.settleDrift([...settled, ...arrived], by, [], run.provider);
    await advance(running, { position: places.rows });
    if (due.next === null) return;
    after = due.next;
  }
}

// --- the guard --------------------------------------------------------------------------------------------------

async function holdTooMuch(running: Running, { isWhole }: Known): Promise<void> {
  const { ledger, run } = running;
  const state = await ledger.provider(run.provider);
  if (!state) return;
  const { losing, before, active } = await lossesOf(running, ['due']);
  running.report = { ...running.report, losing };
  const isTooMuch = exceedsGuard(state.provider.settings.guard, { taken: losing + before, active });
  const isHeld = isTooMuch || (await isAnotherDirectory(running));
  if (isHeld && losing > 0) await hold(running, state, { losing, before, active });
  // A source that has recovered, or of which less is to be taken now, leaves nothing to decide on.
  else if (isWhole && run.channel === 'reconciliation') await dissolveHeld(running);
}

/** The first run after the provider was pointed somewhere else takes nothing without a person. */
async function isAnotherDirectory({ ledger, run, report }: Running): Promise<boolean> {
  const last = await ledger.reconciliations.latest(run.provider, run.channel, ['complete', 'partial']);
  const before = (last?.counts as Partial<RunReport> | undefined)?.connection ?? null;
  return before !== null && before !== report.connection;
}

async function hold(
  running: Running,
  { provider }: ProviderState,
  losses: { losing: number; before: number; active: number },
): Promise<void> {
  const { ledger, run, clock } = running;
  const { reconciliations, heldBatches } = ledger;
  const counts = await reconciliations.driftCounts(run.id);
  const categories = Object.fromEntries(
    counts
      .filter(({ takes, state }) => takes && state === 'due')
      .map(({ category, people }) => [category, people]),
  );
  const at = clock.now();
  const held = await heldBatches.list({ provider: run.provider, states: ['held'], after: null, limit: 100 });
  const replaces = held.items.filter(({ source }) => source === 'reconciliation').map(({ id }) => id);
  const body = {
    limits: provider.settings.guard,
    takenBefore: losses.before,
    categories,
  };
  const batch = {
    id: newId(at),
    provider: run.provider,
    source: 'reconciliation' as const,
    origin: run.id,
    people: losses.losing,
    active: losses.active,
    body,
    createdAt: at,
  };
  const subject = { kind: 'batch' as const, id: batch.id };
  const data = { source: batch.source, people: batch.people, active: batch.active, categories, run: run.id };
  const tell: EventDraft[] = [{ type: 'batch.held', subject, data }];
  await heldBatches.hold(batch, byRun(running), tell, { rowsOf: run.id, replaces });
}
