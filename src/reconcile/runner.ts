// One run from where it is to its end. Each phase writes with its place, so that after a kill, or on another replica, the run goes
// on; a run that cannot read the directory at all ends and changes nothing.

import type { EventDraft } from '../identity/event.ts';
import type { RunOutcome } from '../ledger/reconciliation.ts';
import { comparePhase } from './compare-phase.ts';
import { confirmPhase } from './confirm-phase.ts';
import { healPhase } from './heal-phase.ts';
import { knownOf } from './known.ts';
import { notePending } from './pending.ts';
import { DirectoryRefused, readPhase } from './read-phase.ts';
import type { RunReport } from './report.ts';
import {
  addProblem,
  advance,
  byRun,
  isPreview,
  mustBeOurs,
  type Running,
  RunUnwanted,
  reportOf,
  timed,
} from './running.ts';

export async function continueRun(running: Running): Promise<void> {
  try {
    await readAndHeal(running);
  } catch (error) {
    const isUnwanted = error instanceof RunUnwanted;
    if (!isUnwanted && !(error instanceof DirectoryRefused)) throw error;
    addProblem(running, isUnwanted ? UNWANTED : error.message);
    await clearStaging(running);
    await end(running, 'done', isUnwanted ? 'cancelled' : 'failed');
  }
}

const UNWANTED = 'The provider was disabled, or is being removed, while the run went on.';

async function readAndHeal(running: Running): Promise<void> {
  let { phase, position } = running.run;
  if (phase === 'reading') {
    await timed(running, 'reading', () => readPhase(running));
    await advance(running, { phase: 'comparing', position: '' });
    [phase, position] = ['comparing', ''];
  }
  if (phase === 'healing' && isPreview(running)) {
    await applyPreview(running);
    [phase, position] = ['comparing', ''];
  }
  if (phase === 'healing' && position === FINISHING) return finish(running, running.report.isWhole);
  const known = await knownOf(running);
  if (phase === 'comparing') {
    await timed(running, 'comparing', () => comparePhase(running, known, position));
    if (isPreview(running)) {
      await end(running, 'waiting', null);
      return;
    }
    await advance(running, { phase: 'confirming', position: '' });
    [phase, position] = ['confirming', ''];
  }
  if (phase === 'confirming') {
    await timed(running, 'confirming', () => confirmPhase(running, known));
    await advance(running, { phase: 'healing', position: '' });
    [phase, position] = ['healing', ''];
  }
  await timed(running, 'healing', () => healPhase(running, known, position));
  await advance(running, { phase: 'healing', position: FINISHING });
  await finish(running, known.isWhole);
}

/** Where a run is that has done all, and clears away what was staged: it can be known no more what was read. */
const FINISHING = 'finishing';

/** What was staged is compared with how it is here by now; news, and what takes, were left alone before. */
async function applyPreview(running: Running): Promise<void> {
  running.report = { ...running.report, isApplied: true, compared: 0, matched: 0 };
  await advance(running, { phase: 'comparing', position: '' });
}

async function finish(running: Running, isWhole: boolean): Promise<void> {
  await notePending(running, isWhole);
  await clearStaging(running);
  await end(running, 'done', isWhole ? 'complete' : 'partial');
}

async function clearStaging({ ledger, run }: Running): Promise<void> {
  while (await ledger.reconciliations.clearStaging(run.id));
}

async function end(running: Running, phase: 'done' | 'waiting', outcome: RunOutcome | null): Promise<void> {
  const { ledger, run, holder, problems } = running;
  const report = phase === 'done' ? withoutNames(reportOf(running)) : reportOf(running);
  const tell = phase === 'done' ? [endEvent(running, outcome)] : [];
  const to = { phase, outcome, counts: { ...report }, problems };
  mustBeOurs(await ledger.reconciliations.finish(run.id, holder, to, byRun(running), tell));
}

/** Whom a preview showed is in the rows of the report, from where a purge takes it. */
function withoutNames({ preview, ...report }: RunReport): RunReport {
  return preview ? { ...report, preview: { ...preview, first: [] } } : report;
}

const endings = { reconciliation: 'reconciliation.finished', import: 'import.finished' } as const;

function endEvent(running: Running, outcome: RunOutcome | null): EventDraft {
  const { run, problems } = running;
  const { read, compared, matched, absent, losing, told } = reportOf(running);
  const type = outcome === 'failed' ? 'reconciliation.failed' : endings[run.channel];
  const data = { outcome, problems: problems.slice(0, 5), read, compared, matched, absent, losing, told };
  return { type, subject: { kind: 'reconciliation', id: run.id }, data };
}
