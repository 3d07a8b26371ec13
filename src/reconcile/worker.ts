// Beside the requests: begins what is due, works on runs and on batches that somebody decided on, one after the other. Of all
// replicas one works on each; another takes over whatever it left lying.

import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Change, Ledger } from '../ledger/ledger.ts';
import type { Batch, Run } from '../ledger/reconciliation.ts';
import type { Reach } from '../provider/reach.ts';
import { Refusal } from '../refusal.ts';
import { applyBatch, undoBatch } from './batches.ts';
import { beginByPerson, newRun, startEvent } from './begin.ts';
import type { DirectoryReader } from './directory.ts';
import { directoryOf } from './directory-of.ts';
import { healRows } from './heal-people.ts';
import { dealingOfRun } from './known.ts';
import type { Healed, Reconciling } from './reconciling.ts';
import { emptyReport, type RunReport } from './report.ts';
import { continueRun } from './runner.ts';
import { byRun, RunLost } from './running.ts';
import { dueAt, isScheduled } from './schedule.ts';

const LOOK_EVERY_MS = 5_000;
const DUE_EVERY_MS = 60_000;
const HEARTBEAT_MS = 5_000;
/** What breaks for a reason of ours so often is ended: it would break for ever. */
const FAILURES_MOST = 5;
const FIRST_RETRY_MS = 2_000;

export interface WorkerParts {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly reach: Reach;
  readonly log: Logger;
}

export function reconcilingOn(parts: WorkerParts): Reconciling {
  const { ledger, clock, log } = parts;
  // One process has the file: what it held before it ended is its own again at once.
  const holder = ledger.engine === 'sqlite' ? 'the one process' : randomUUID();
  const startedAt = clock.now();
  const stopping = new AbortController();
  const failures = new Map<string, { count: number; notBefore: number }>();
  let running: Promise<void> | null = null;
  let wanted = false;
  const timers: NodeJS.Timeout[] = [];

  async function work(): Promise<void> {
    try {
      while (wanted && !stopping.signal.aborted) {
        wanted = false;
        while (!stopping.signal.aborted && ((await workOnRun()) || (await workOnBatch())));
      }
    } catch (error) {
      log.error({ err: error }, 'comparing with a directory broke');
    } finally {
      running = null;
    }
  }

  function wake(): void {
    wanted = true;
    if (!stopping.signal.aborted) running ??= work();
  }

  async function workOnRun(): Promise<boolean> {
    const run = await ledger.reconciliations.take(holder);
    if (!run) return false;
    if (isResting(run.id)) {
      await ledger.reconciliations.release(holder);
      return false;
    }
    await attempt(
      run.id,
      () => doRun(run),
      () => giveUpRun(run),
    );
    return true;
  }

  async function workOnBatch(): Promise<boolean> {
    const batch = await ledger.heldBatches.take(holder);
    if (!batch || isResting(batch.id)) return false;
    await attempt(
      batch.id,
      () => doBatch(batch),
      async () => {},
    );
    return true;
  }

  function isResting(id: string): boolean {
    return (failures.get(id)?.notBefore ?? 0) > performance.now();
  }

  /** What breaks is tried again, later each time; at last it is given up. */
  async function attempt(id: string, task: () => Promise<void>, giveUp: () => Promise<void>): Promise<void> {
    try {
      await task();
      failures.delete(id);
    } catch (error) {
      if (error instanceof RunLost || stopping.signal.aborted) return;
      const count = (failures.get(id)?.count ?? 0) + 1;
      failures.set(id, { count, notBefore: performance.now() + FIRST_RETRY_MS * 2 ** count });
      log.error({ err: error, id, count }, 'comparing with a directory broke; it is tried again');
      if (count >= FAILURES_MOST) await giveUp();
    }
  }

  async function doRun(run: Run): Promise<void> {
    const lost = new AbortController();
    const signal = AbortSignal.any([stopping.signal, lost.signal]);
    const beat = setInterval(async () => {
      const isOurs = await ledger.reconciliations.advance(run.id, holder, {}).catch(() => true);
      if (!isOurs) lost.abort(new RunLost());
    }, HEARTBEAT_MS);
    beat.unref();
    try {
      const reader = await readerOf(run);
      if (typeof reader === 'string') return await failRun(run, reader);
      const report = { ...emptyReport, ...(run.counts as Partial<RunReport>) };
      const problems = run.problems;
      const spentBefore = report.read;
      await continueRun({ ledger, clock, log, holder, run, reader, signal, report, spentBefore, problems });
    } catch (error) {
      if (lost.signal.aborted) throw new RunLost();
      throw error;
    } finally {
      clearInterval(beat);
    }
  }

  async function readerOf(run: Run): Promise<DirectoryReader | string> {
    const state = await ledger.provider(run.provider);
    if (!state) return 'The provider is gone.';
    const filter = run.filter ? { filter: run.filter } : {};
    const reader = directoryOf(parts.reach, state.provider, { scope: run.scope, ...filter });
    return 'none' in reader ? reader.none : reader;
  }

  async function failRun(run: Run, why: string): Promise<void> {
    const report = { ...emptyReport, ...run.counts };
    const end = { phase: 'done' as const, outcome: 'failed' as const, counts: report, problems: [why] };
    const subject = { kind: 'reconciliation' as const, id: run.id };
    const tell = [{ type: 'reconciliation.failed' as const, subject, data: { problems: [why] } }];
    await ledger.reconciliations.finish(run.id, holder, end, byRun({ clock, run }), tell);
  }

  function giveUpRun(run: Run): Promise<void> {
    return failRun(run, `It broke ${FAILURES_MOST} times for a reason of this server; see its log.`);
  }

  async function doBatch(batch: Batch): Promise<void> {
    const run = await ledger.reconciliations.find(batch.origin);
    const reader = run && (await readerOf(run));
    if (!run || !reader || typeof reader === 'string')
      throw new Error(`no directory for the batch ${batch.id}`);
    const dealing = { ...(await dealingOfRun(ledger, run)), heals: true };
    const cause = { kind: 'batch' as const, id: batch.id };
    const by: Change = { at: clock.now(), actor: { kind: 'system', id: 'batch' }, cause };
    const healer = { ledger, reader, dealing, provider: batch.provider, by, signal: stopping.signal };
    const done = { batch, holder, healer };
    await (batch.state === 'undoing' ? undoBatch(done) : applyBatch(done));
  }

  async function beginDue(): Promise<void> {
    for (const { provider } of await ledger.providers()) {
      if (!isScheduled(provider)) continue;
      const due = await dueAt(ledger, provider, startedAt);
      const at = clock.now();
      if (due === null || due > at) continue;
      const { scope } = provider.settings;
      if ('none' in directoryOf(parts.reach, provider, { scope })) continue;
      const run = newRun({ provider, channel: 'reconciliation' }, 'schedule', at);
      const by = byRun({ clock, run });
      // Whoever of the replicas comes second finds that one was begun since.
      const since = Math.max(startedAt, at - provider.settings.reconcile.everyMs / 2);
      if (await ledger.reconciliations.begin(run, by, [startEvent(run)], since)) wake();
    }
  }

  return {
    wake,
    schedule() {
      const look = () =>
        beginDue()
          .catch((error: unknown) => log.error({ err: error }, 'comparing with directories could not begin'))
          .then(wake);
      timers.push(setInterval(look, DUE_EVERY_MS), setInterval(wake, LOOK_EVERY_MS));
      for (const timer of timers) timer.unref();
      wake();
    },
    async stop() {
      for (const timer of timers) clearInterval(timer);
      stopping.abort(new RunLost());
      await running;
      await ledger.reconciliations.release(holder);
    },
    dueAt: (provider) => dueAt(ledger, provider, startedAt),
    async begin(asked, by) {
      const reader = directoryOf(parts.reach, asked.provider, { scope: asked.provider.settings.scope });
      const run = await beginByPerson(ledger, asked, 'none' in reader ? reader.none : null, by);
      wake();
      return run;
    },
    heal: (run, rows, by) => healByPerson(run, rows, by),
  };

  async function healByPerson(run: Run, ids: readonly string[], by: Change): Promise<Healed> {
    const reader = await readerOf(run);
    if (typeof reader === 'string') throw new Refusal('conflict', reader);
    const rows = await ledger.reconciliations.driftRows(run.id, ids);
    const dealing = { ...(await dealingOfRun(ledger, run)), heals: true };
    const healer = { ledger, reader, dealing, provider: run.provider, by, signal: stopping.signal };
    const settled = await healRows(healer, rows);
    const subject = { kind: 'reconciliation' as const, id: run.id };
    const healed = settled.filter(({ state }) => state === 'healed').map(({ id }) => id);
    const tell =
      healed.length > 0 ? [{ type: 'drift.healed' as const, subject, data: { rows: healed } }] : [];
    await ledger.reconciliations.settleDrift(settled, by, tell, run.provider);
    const known = new Map(settled.map((row) => [row.id, row]));
    const skipped = ids.flatMap((id) => {
      const row = known.get(id);
      if (row?.state === 'healed') return [];
      return [{ id, why: row?.why ?? 'It is about nobody who is here: nothing can be healed.' }];
    });
    return { healed, skipped };
  }
}
