// What /metrics looks up: how far behind the work is, what waits for people, what runs out. One look at a time, kept for some
// seconds, and nothing is counted by reading rows. Names and words: metrics.ts.

import { isRemoved, type Provider } from '../identity/provider.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { forget } from '../metrics.ts';
import { tokensEndAt } from './admin/tokens.ts';
import { readExpiry, secretEndOf } from './expiry.ts';
import type { Parts } from './parts.ts';

/** Several scrapers, or one that is eager, cost one look. */
const KEPT_MS = 5_000;
/** Well within the ten seconds of a scraper: whoever watches is to learn that the storage hangs. */
const WAITED_MS = 3_000;
const OUTCOMES = ['complete', 'partial', 'failed', 'cancelled'] as const;

export interface Gauges {
  /** Resolves when they are as new as they are kept, or the storage took too long to say. */
  refresh(): Promise<void>;
}

type Looking = Pick<Parts, 'ledger' | 'metrics' | 'clock' | 'log'>;
/** Puts one value where it belongs; all of them at once, when all is known. */
type Found = readonly (() => void)[];

export function gauges(parts: Looking): Gauges {
  const { ledger, metrics, log } = parts;
  const drift = countedOnce(ledger);
  let lookedMs = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | null = null;

  function setAll(found: Found | null): void {
    for (const gauge of Object.values(metrics.lookedUp)) forget(gauge);
    for (const set of found ?? []) set();
    metrics.storageUp.set(found ? 1 : 0);
  }

  async function look(): Promise<void> {
    try {
      setAll(await lookUp(parts, drift));
    } catch (error) {
      log.error({ err: error }, 'what the metrics tell of the storage could not be looked up');
      setAll(null);
    } finally {
      lookedMs = performance.now();
      looking = null;
    }
  }

  return {
    async refresh() {
      const { deafForMs, diskFullForMs } = ledger.trouble();
      metrics.diskFull.set(diskFullForMs === null ? 0 : 1);
      metrics.deaf.set((deafForMs ?? 0) / 1000);
      if (performance.now() - lookedMs < KEPT_MS) return;
      looking ??= look();
      if (await isLate(looking)) setAll(null);
    },
  };
}

async function isLate(looking: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), WAITED_MS);
  });
  return Promise.race([looking.then(() => false), late]).finally(() => clearTimeout(timer));
}

async function lookUp(parts: Looking, drift: DriftOf): Promise<Found> {
  const { ledger } = parts;
  const lastPosition = await ledger.lastPosition();
  const found = [...(await work(parts, lastPosition)), ...(await webhooks(parts, lastPosition))];
  for (const { provider } of await ledger.providers()) {
    if (!isRemoved(provider)) found.push(...(await ofProvider(parts, provider, drift)));
  }
  return found;
}

/** Such as the age of what was stored a moment later than it was asked for: no time is before now. */
function secondsSince(then: number, now: number): number {
  return Math.max(0, now - then) / 1000;
}

async function work({ ledger, metrics, clock }: Looking, lastPosition: number): Promise<Found> {
  const { unsealedSince, storageClock, jobs } = await ledger.lags();
  const now = clock.now();
  const { lookedUp } = metrics;
  const resolving = jobs.filter(({ kind }) => kind.startsWith('resolve-'));
  return [
    () => lookedUp.lastPosition.set(lastPosition),
    () => lookedUp.feedLag.set(unsealedSince === null ? 0 : secondsSince(unsealedSince, now)),
    () => lookedUp.clockAhead.set(ledger.engine === 'sqlite' ? 0 : (now - storageClock) / 1000),
    () => lookedUp.usersToResolve.set(resolving.reduce((sum, { remaining }) => sum + remaining, 0)),
    ...jobs.map(({ kind, waiting, since, failing }) => () => {
      lookedUp.jobsWaiting.set({ kind }, waiting);
      lookedUp.jobsOldest.set({ kind }, secondsSince(since, now));
      lookedUp.jobsFailing.set({ kind }, failing);
    }),
  ];
}

async function webhooks({ ledger, metrics, clock }: Looking, lastPosition: number): Promise<Found> {
  const { lookedUp } = metrics;
  const found: (() => void)[] = [];
  for (const { id, name, position, pausedAt } of await ledger.webhooks.list()) {
    const { waiting, waitingSince } = await ledger.webhooks.backlog(id);
    const webhook = { webhook: name };
    found.push(() => {
      lookedUp.webhookWaiting.set(webhook, waiting);
      lookedUp.webhookOldest.set(
        webhook,
        waitingSince === null ? 0 : secondsSince(waitingSince, clock.now()),
      );
      lookedUp.webhookBehind.set(webhook, Math.max(0, lastPosition - position));
      lookedUp.webhookPaused.set(webhook, pausedAt === null ? 0 : 1);
    });
  }
  return found;
}

async function ofProvider(parts: Looking, of: Provider, driftOf: DriftOf): Promise<Found> {
  const { id, name } = of;
  const { ledger, clock } = parts;
  const { lookedUp } = parts.metrics;
  const provider = { provider: name };
  const tokens = await ledger.tokens(id);
  const usedAt = Math.max(0, ...tokens.map(({ lastUsedAt }) => lastUsedAt ?? 0));
  const endAt = tokensEndAt(tokens, clock.now());
  const secretEnd = secretEndOf(of, (await readExpiry(ledger, id)).expiry);
  const held = await ledger.heldBatches.list({ provider: id, states: ['held'], after: null, limit: 1 });
  const complete = await ledger.reconciliations.latest(id, 'reconciliation', ['complete']);
  const last = await ledger.reconciliations.latest(id, 'reconciliation', OUTCOMES);
  const drift = last ? await driftOf(id, last.id) : new Map<string, number>();
  return [
    () => lookedUp.heldBatches.set(provider, held.total),
    () => usedAt > 0 && lookedUp.lastContact.set(provider, usedAt / 1000),
    () => endAt !== null && lookedUp.tokensEnd.set(provider, endAt / 1000),
    () => secretEnd && lookedUp.secretEnds.set(provider, secretEnd.at / 1000),
    () => complete?.finishedAt && lookedUp.reconciled.set(provider, complete.finishedAt / 1000),
    () => {
      if (!last) return;
      for (const result of OUTCOMES) {
        lookedUp.reconciliation.set({ ...provider, result }, result === last.outcome ? 1 : 0);
      }
    },
    ...[...drift].map(
      ([category, rows]) =>
        () =>
          lookedUp.drift.set({ ...provider, category }, rows),
    ),
  ];
}

// --- drift ------------------------------------------------------------------------------------------------------

type DriftOf = (provider: string, run: string) => Promise<ReadonlyMap<string, number>>;

/** What a run that has ended found does not change any more, and counting 100,000 rows takes a while. */
function countedOnce(ledger: Ledger): DriftOf {
  const kept = new Map<string, { run: string; counts: ReadonlyMap<string, number> }>();
  return async (provider, run) => {
    const before = kept.get(provider);
    if (before?.run === run) return before.counts;
    const counts = new Map<string, number>();
    for (const { category, rows } of await ledger.reconciliations.driftCounts(run)) {
      counts.set(category, (counts.get(category) ?? 0) + rows);
    }
    kept.set(provider, { run, counts });
    return counts;
  };
}
