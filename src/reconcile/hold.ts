// The guard over one run: what it would take from too many, from whoever a person said no about, or in another directory than
// before, is held as one batch. The rest is done.

import { newId } from '../id.ts';
import type { EventDraft } from '../identity/event.ts';
import { exceedsGuard } from '../identity/guard.ts';
import type { DriftRow } from '../ledger/reconciliation.ts';
import type { ProviderState } from '../mapping/decide.ts';
import { dissolveHeld } from './batches.ts';
import { refusedBefore } from './held-before.ts';
import type { Known } from './known.ts';
import { type Losses, lossesOf } from './losses.ts';
import type { RunReport } from './report.ts';
import { byRun, type Running } from './running.ts';

export async function holdTooMuch(running: Running, { isWhole }: Known): Promise<void> {
  const { ledger, run } = running;
  const state = await ledger.provider(run.provider);
  if (!state) return;
  const losses = await lossesOf(running, ['due']);
  const { losing, before, active } = losses;
  running.report = { ...running.report, losing };
  const isTooMuch = exceedsGuard(state.provider.settings.guard, { taken: losing + before, active });
  if (losing > 0 && (isTooMuch || (await isAnotherDirectory(running))))
    return hold(running, state, losses, null);
  // A source that has recovered, or of which less is to be taken now, leaves nothing to decide on.
  if (isWhole && run.channel === 'reconciliation') await dissolveHeld(running);
  const refused = losing > 0 ? await refusedBefore(running) : [];
  const people = new Set(refused.map(({ user }) => user)).size;
  if (people > 0) await hold(running, state, { ...losses, losing: people }, refused);
}

/** The first run after the provider was pointed somewhere else takes nothing without a person. */
async function isAnotherDirectory({ ledger, run, report }: Running): Promise<boolean> {
  const last = await ledger.reconciliations.latest(run.provider, run.channel, ['complete', 'partial']);
  const before = (last?.counts as Partial<RunReport> | undefined)?.connection ?? null;
  return before !== null && before !== report.connection;
}

/** `rows`: null for all that takes. */
async function hold(
  running: Running,
  { provider }: ProviderState,
  { losing: people, before, active }: Losses,
  rows: readonly DriftRow[] | null,
): Promise<void> {
  const { ledger, run, clock } = running;
  const { reconciliations, heldBatches } = ledger;
  const categories = rows ? categoriesOf(rows) : await categoriesDue(running);
  const held = await heldBatches.list({ provider: run.provider, states: ['held'], after: null, limit: 100 });
  const replaces = held.items.filter(({ source }) => source === 'reconciliation').map(({ id }) => id);
  const at = clock.now();
  const id = newId(at);
  const source = 'reconciliation' as const;
  const batch = {
    id,
    provider: run.provider,
    source,
    origin: run.id,
    people,
    active,
    body: { limits: provider.settings.guard, takenBefore: before, categories },
    createdAt: at,
  };
  const data = { source, people, active, categories, run: run.id };
  const tell: EventDraft[] = [{ type: 'batch.held', subject: { kind: 'batch', id }, data }];
  const by = byRun(running);
  await heldBatches.hold(batch, by, tell, { ...(rows === null && { rowsOf: run.id }), replaces });
  if (rows === null) return;
  const settled = rows.map((row) => ({ ...row, state: 'held' as const, batch: id }));
  await reconciliations.settleDrift(settled, by, [], run.provider);
}

async function categoriesDue({ ledger, run }: Running): Promise<Record<string, number>> {
  const counts = await ledger.reconciliations.driftCounts(run.id);
  const due = counts.filter(({ takes, state }) => takes && state === 'due');
  return Object.fromEntries(due.map(({ category, people }) => [category, people]));
}

function categoriesOf(rows: readonly DriftRow[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { category } of rows) counts[category] = (counts[category] ?? 0) + 1;
  return counts;
}
