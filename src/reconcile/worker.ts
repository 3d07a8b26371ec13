// Beside the requests: begins what is due, works on runs and on batches that somebody decided on, one after the other. Of all
// replicas one works on each; another takes over whatever it left lying.

import { randomUUID } from 'node:crypto';
import type { Change, Ledger } from '../ledger/ledger.ts';
import type { Run } from '../ledger/reconciliation.ts';
import { Refusal } from '../refusal.ts';
import { beginByPerson, newRun, startEvent } from './begin.ts';
import { ANOTHER_DIRECTORY, isOfConnection } from './connection.ts';
import { directoryOf } from './directory-of.ts';
import { healRows } from './heal-people.ts';
import { dealingOfRun } from './known.ts';
import type { Healed, Reconciling } from './reconciling.ts';
import { batchPiece, readerOf, runPiece, type Work } from './run-work.ts';
import { byRun, RunLost } from './running.ts';
import { dueAt, isScheduled } from './schedule.ts';
import { type Piece, workLoop } from './work-loop.ts';

const LOOK_EVERY_MS = 5_000;
const DUE_EVERY_MS = 60_000;

export function reconcilingOn(parts: Omit<Work, 'holder' | 'signal'>): Reconciling {
  const { ledger, clock, log } = parts;
  const stopping = new AbortController();
  const startedAt = clock.now();
  const work: Work = { ...parts, holder: holderOn(ledger), signal: stopping.signal };
  const rest = () => ledger.reconciliations.release(work.holder);
  const loop = workLoop(() => takePiece(work), { signal: stopping.signal, log, rest });
  const timers: NodeJS.Timeout[] = [];
  const look = () => {
    beginDue(work, startedAt)
      .catch((error: unknown) => log.error({ err: error }, 'comparing with directories could not begin'))
      .then(loop.wake);
  };
  return {
    wake: loop.wake,
    schedule() {
      timers.push(setInterval(look, DUE_EVERY_MS), setInterval(loop.wake, LOOK_EVERY_MS));
      for (const timer of timers) timer.unref();
      loop.wake();
    },
    async stop() {
      for (const timer of timers) clearInterval(timer);
      stopping.abort(new RunLost());
      await loop.stop();
      await rest();
    },
    dueAt: (provider) => dueAt(ledger, provider, startedAt),
    async begin(asked, by) {
      const reader = directoryOf(parts.reach, asked.provider, { scope: asked.provider.settings.scope });
      const run = await beginByPerson(ledger, asked, 'none' in reader ? reader.none : null, by);
      loop.wake();
      return run;
    },
    heal: (run, rows, by) => healByPerson(work, run, rows, by),
  };
}

/** One process has the file: what it held before it ended, however it ended, is its own again at once. */
function holderOn({ engine }: Ledger): string {
  return engine === 'sqlite' ? 'the one process' : randomUUID();
}

async function takePiece(work: Work): Promise<Piece | null> {
  const { ledger, holder } = work;
  const run = await ledger.reconciliations.take(holder);
  if (run) return runPiece(work, run);
  const batch = await ledger.heldBatches.take(holder);
  return batch && batchPiece(work, batch);
}

async function beginDue({ ledger, clock, reach }: Work, startedAt: number): Promise<void> {
  for (const { provider } of await ledger.providers()) {
    const due = isScheduled(provider) ? await dueAt(ledger, provider, startedAt) : null;
    const at = clock.now();
    if (due === null || due > at) continue;
    const { scope, reconcile } = provider.settings;
    if ('none' in directoryOf(reach, provider, { scope })) continue;
    const run = newRun({ provider, channel: 'reconciliation' }, 'schedule', at);
    // Whoever of the replicas comes second finds that one was begun since.
    const since = at - Math.min(reconcile.everyMs / 2, DUE_EVERY_MS * 10);
    await ledger.reconciliations.begin(run, byRun({ clock, run }), [startEvent(run)], since);
  }
}

const NOBODY = 'It is about nobody who is here: nothing can be healed.';
const HEALABLE: ReadonlySet<string> = new Set(['open', 'skipped', 'dropped', 'ignored', 'undone']);

async function healByPerson(work: Work, run: Run, ids: readonly string[], by: Change): Promise<Healed> {
  const { ledger, signal } = work;
  const reader = await readerOf(work, run);
  if (typeof reader === 'string') throw new Refusal('conflict', reader);
  const state = await ledger.provider(run.provider);
  if (state && !isOfConnection(run, state.provider)) throw new Refusal('conflict', ANOTHER_DIRECTORY);
  const found = await ledger.reconciliations.driftRows(run.id, ids);
  // What is healed, or waits for a decision or for the run itself, is not this person's to heal.
  const rows = found.filter(({ state }) => HEALABLE.has(state));
  const dealing = { ...(await dealingOfRun(ledger, run)), heals: true };
  const settled = await healRows({ ledger, reader, dealing, provider: run.provider, by, signal }, rows);
  const healed = settled.filter(({ state }) => state === 'healed').map(({ id }) => id);
  const subject = { kind: 'reconciliation' as const, id: run.id };
  const tell = healed.length > 0 ? [{ type: 'drift.healed' as const, subject, data: { rows: healed } }] : [];
  await ledger.reconciliations.settleDrift(settled, by, tell, run.provider);
  const known = new Map(settled.map((row) => [row.id, row]));
  const skipped = ids.flatMap((id) => {
    const row = known.get(id);
    if (row?.state === 'healed') return [];
    const before = found.find((each) => each.id === id)?.state;
    const other = before ? `Its state is ${before}.` : 'There is no such row.';
    return [{ id, why: row?.why ?? (before && HEALABLE.has(before) ? NOBODY : other) }];
  });
  return { healed, skipped };
}
