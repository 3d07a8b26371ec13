// What a person said no to is not taken because a later run finds fewer: whoever stands in a batch that was dropped or undone is held
// again, however many they are.

import type { DriftRow } from '../ledger/reconciliation.ts';
import type { Running } from './running.ts';

const BATCHES_READ = 20;
const ROWS_AT_ONCE = 500;
/** So long a person's no is remembered. */
const REMEMBERED_MS = 30 * 86_400_000;

/** Rows that are due and about somebody whom a person decided to leave alone. */
export async function refusedBefore(running: Running): Promise<DriftRow[]> {
  const { ledger, run, clock } = running;
  const { items } = await ledger.heldBatches.list({
    provider: run.provider,
    states: ['dropped', 'undone'],
    after: null,
    limit: BATCHES_READ,
  });
  const recent = items.filter(
    ({ source, decidedAt }) =>
      source === 'reconciliation' && decidedAt !== null && clock.now() - decidedAt < REMEMBERED_MS,
  );
  const people = new Set<string>();
  for (const { id } of recent) {
    for await (const row of rows(running, { batch: id, states: ['dropped', 'undone'] })) {
      if (row.user !== null) people.add(row.user);
    }
  }
  if (people.size === 0) return [];
  const found: DriftRow[] = [];
  for await (const row of rows(running, { run: run.id, states: ['due'], takes: true })) {
    if (row.user !== null && people.has(row.user)) found.push(row);
  }
  return found;
}

async function* rows(
  { ledger }: Running,
  query: { run?: string; batch?: string; states: DriftRow['state'][]; takes?: boolean },
): AsyncGenerator<DriftRow> {
  for (let after: string | null = null; ; ) {
    const page = await ledger.reconciliations.drift({ ...query, after, limit: ROWS_AT_ONCE });
    yield* page.items;
    if (page.next === null) return;
    after = page.next;
  }
}
