// A run or a batch that is ours: the reader of its directory, the heartbeat that keeps it ours, and its end when nothing can be
// read.

import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Change, Ledger } from '../ledger/ledger.ts';
import type { Batch, Run } from '../ledger/reconciliation.ts';
import type { Reach } from '../provider/reach.ts';
import { applyBatch, dissolveBatch, undoBatch } from './batches.ts';
import { ANOTHER_DIRECTORY, connectionOf, isOfConnection } from './connection.ts';
import type { DirectoryReader } from './directory.ts';
import { directoryOf } from './directory-of.ts';
import { dealingOfRun } from './known.ts';
import { emptyReport, type RunReport } from './report.ts';
import { ignoredBy } from './rows.ts';
import { continueRun } from './runner.ts';
import { byRun, RunLost } from './running.ts';
import { FAILURES_MOST, type Piece } from './work-loop.ts';

const HEARTBEAT_MS = 5_000;

export interface Work {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly reach: Reach;
  readonly log: Logger;
  readonly holder: string;
  /** Of the server: it stops. */
  readonly signal: AbortSignal;
}

/** A sentence where the directory cannot be read. */
export async function readerOf({ ledger, reach }: Work, run: Run): Promise<DirectoryReader | string> {
  const state = await ledger.provider(run.provider);
  if (!state) return 'The provider is gone.';
  const filter = run.filter ? { filter: run.filter } : {};
  const reader = directoryOf(reach, state.provider, { scope: run.scope, ...filter });
  return 'none' in reader ? reader.none : reader;
}

export function runPiece(work: Work, run: Run): Piece {
  return {
    id: run.id,
    work: () => doRun(work, run),
    giveUp: () =>
      failRun(work, run, `It broke ${FAILURES_MOST} times for a reason of this server; see its log.`),
  };
}

async function doRun(work: Work, run: Run): Promise<void> {
  const { ledger, clock, log, holder } = work;
  const reader = await readerOf(work, run);
  if (typeof reader === 'string') return failRun(work, run, reader);
  const state = await ledger.provider(run.provider);
  if (!state || !isOfConnection(run, state.provider)) return failRun(work, run, ANOTHER_DIRECTORY);
  const connection = connectionOf(state.provider);
  const report: RunReport = { ...emptyReport, ...(run.counts as Partial<RunReport>), connection };
  const keep = () => ledger.reconciliations.advance(run.id, holder, {});
  return whileOurs(work.signal, keep, (signal) =>
    continueRun({
      ledger,
      clock,
      log,
      holder,
      run,
      reader,
      signal,
      report,
      spentBefore: report.read,
      problems: run.problems,
    }),
  );
}

/** The signal ends what waits, when the server stops and when another has it by now. */
async function whileOurs(
  stopping: AbortSignal,
  keep: () => Promise<boolean>,
  task: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const lost = new AbortController();
  const beat = setInterval(async () => {
    // A database that is away for a moment loses nobody their work; the next step says.
    const isOurs = await keep().catch(() => true);
    if (!isOurs) lost.abort(new RunLost());
  }, HEARTBEAT_MS);
  beat.unref();
  try {
    await task(AbortSignal.any([stopping, lost.signal]));
  } catch (error) {
    if (lost.signal.aborted) throw new RunLost();
    throw error;
  } finally {
    clearInterval(beat);
  }
}

async function failRun({ ledger, clock, holder }: Work, run: Run, why: string): Promise<void> {
  const counts = { ...emptyReport, ...run.counts };
  const subject = { kind: 'reconciliation' as const, id: run.id };
  await ledger.reconciliations.finish(
    run.id,
    holder,
    { phase: 'done', outcome: 'failed', counts, problems: [why] },
    byRun({ clock, run }),
    [{ type: 'reconciliation.failed', subject, data: { problems: [why] } }],
  );
}

export function batchPiece(work: Work, batch: Batch): Piece {
  return { id: batch.id, work: () => doBatch(work, batch), giveUp: () => holdAgain(work, batch) };
}

/** What is left of it waits for a person again. */
async function holdAgain({ ledger, clock }: Work, batch: Batch): Promise<void> {
  const why = 'Its people could not be looked at in the directory; see the log.';
  const { id, source, people } = batch;
  const cause = { kind: 'batch' as const, id };
  const by: Change = { at: clock.now(), actor: { kind: 'system', id: 'batch' }, cause };
  const tell = [
    { type: 'batch.held' as const, subject: { kind: 'batch' as const, id }, data: { source, people, why } },
  ];
  if (batch.state === 'undoing') await ledger.heldBatches.move(id, ['undoing'], { state: 'applied' }, by, []);
  else await ledger.heldBatches.move(id, ['applying'], { state: 'held' }, by, tell);
}

async function doBatch(work: Work, batch: Batch): Promise<void> {
  const { ledger, clock, holder } = work;
  const run = await ledger.reconciliations.find(batch.origin);
  const reader = run && (await readerOf(work, run));
  if (!run || !reader || typeof reader === 'string') {
    throw new Error(`the directory of the batch ${batch.id} cannot be read: ${reader ?? 'its run is gone'}`);
  }
  const cause = { kind: 'batch' as const, id: batch.id };
  const by: Change = { at: clock.now(), actor: { kind: 'system', id: 'batch' }, cause };
  const state = await ledger.provider(run.provider);
  if (batch.state === 'applying' && state && !isOfConnection(run, state.provider)) {
    await dissolveBatch(ledger, batch, ANOTHER_DIRECTORY, by);
    return;
  }
  const dealing = { ...(await dealingOfRun(ledger, run)), heals: true };
  const progress = { done: batch.done };
  const keep = () => ledger.heldBatches.advance(batch.id, holder, progress.done);
  await whileOurs(work.signal, keep, async (signal) => {
    const ignored = await ignoredBy(ledger, batch.provider, by.at);
    const healer = { ledger, reader, dealing, provider: batch.provider, by, signal, ignored };
    const on = { batch, holder, healer, progress };
    await (batch.state === 'undoing' ? undoBatch(on) : applyBatch(on));
  });
}
