// When the next run of a provider is due: so long after the one before began, a little later for each provider at another
// time, and soon after a start where it is overdue.

import { createHash } from 'node:crypto';
import { isClosed, type Provider } from '../identity/provider.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** A tenth of the interval, so that many providers, and many installations, do not ask at the same moment. */
const JITTER = 0.1;
/** Nobody's first minutes after a start belong to the directory. */
const AFTER_START_MS = 60_000;

/** A directory that could not be read at all is tried again before a day has gone by. */
const AFTER_FAILURE_MS = 4 * 3_600_000;

export function isScheduled({ enabled, settings, ...provider }: Provider): boolean {
  return enabled && settings.reconcile.mode !== 'off' && !isClosed({ settings, ...provider });
}

/** null where it is switched off. `startedAt`: of this process. */
export async function dueAt(ledger: Ledger, provider: Provider, startedAt: number): Promise<number | null> {
  if (!isScheduled(provider)) return null;
  const soon = startedAt + AFTER_START_MS * (1 + shareOf(provider.id));
  const { items } = await ledger.reconciliations.list({
    provider: provider.id,
    channel: 'reconciliation',
    after: null,
    limit: 1,
  });
  const last = items[0];
  if (!last) return soon;
  const { everyMs: asSet } = provider.settings.reconcile;
  const everyMs = last.outcome === 'failed' ? Math.min(asSet, AFTER_FAILURE_MS) : asSet;
  return Math.max(soon, last.startedAt + everyMs + everyMs * JITTER * shareOf(`${provider.id} ${last.id}`));
}

/** From 0 up to 1, the same for the same words. */
function shareOf(words: string): number {
  return createHash('sha256').update(words).digest().readUInt32BE(0) / 2 ** 32;
}
