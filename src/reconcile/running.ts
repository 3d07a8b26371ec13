// One run while somebody works on it: where it is, what it has found so far, and that it is still ours. Every step is written
// with its place, so that whoever takes the run over goes on there.

import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Cause } from '../identity/event.ts';
import type { Change, Ledger } from '../ledger/ledger.ts';
import type { Run, RunPhase } from '../ledger/reconciliation.ts';
import type { DecisionContext, ProviderState } from '../mapping/decide.ts';
import { spanned } from '../trace.ts';
import type { DirectoryReader } from './directory.ts';
import type { RunReport } from './report.ts';

/** Another has the run by now, or a person cancelled it: nothing more is written, and nothing is wrong. */
export class RunLost extends Error {
  override readonly name = 'RunLost';
}

export interface RunningParts {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Logger;
  readonly holder: string;
}

export interface Running extends RunningParts {
  readonly run: Run;
  readonly reader: DirectoryReader;
  /** Ends what waits: the server stops, or the run is lost. */
  readonly signal: AbortSignal;
  report: RunReport;
  /** What whoever had the run before spent on it. */
  readonly spentBefore: RunReport['read'];
  problems: readonly string[];
}

export interface Place {
  phase?: RunPhase;
  position?: string;
}

/** What is written beside each step: the place, and the report as it is now. */
export function placeOf(running: Running, place: Place) {
  return { ...place, counts: { ...reportOf(running) } };
}

export function reportOf({ report, reader, spentBefore }: Running): RunReport {
  const { requests, resourceUnits, throttled } = reader.cost;
  const units = resourceUnits ?? spentBefore.resourceUnits;
  const read = {
    ...report.read,
    requests: spentBefore.requests + requests,
    resourceUnits: units === null ? null : (resourceUnits ?? 0) + (spentBefore.resourceUnits ?? 0),
    throttled: spentBefore.throttled + throttled,
  };
  return { ...report, read };
}

/** Nothing is changed before somebody applies it. */
export function isPreview({ run, report }: Pick<Running, 'run' | 'report'>): boolean {
  return run.preview && report.isApplied !== true;
}

export async function advance(running: Running, place: Place): Promise<void> {
  const { ledger, run, holder, problems } = running;
  const to = { ...placeOf(running, place), problems };
  if (!(await ledger.reconciliations.advance(run.id, holder, to))) throw new RunLost();
}

export function mustBeOurs(isOurs: boolean): void {
  if (!isOurs) throw new RunLost();
}

/** Nothing is healed for a provider that was disabled, or is being removed, since the run began. */
export async function mustBeWanted({ ledger, run }: Running): Promise<void> {
  const state = await ledger.provider(run.provider);
  if (!state?.provider.enabled) throw new RunUnwanted();
}

/** The run ends where it is. */
export class RunUnwanted extends Error {
  override readonly name = 'RunUnwanted';
}

export function addProblem(running: Running, said: string): void {
  if (running.problems.length >= PROBLEMS_MOST || running.problems.includes(said)) return;
  running.problems = [...running.problems, said];
}

const PROBLEMS_MOST = 50;

function causeOf(run: Pick<Run, 'id'>): Cause {
  return { kind: 'reconciliation', id: run.id };
}

/** What the run does, it does itself: who began it stands in the run. */
export function byRun({ clock, run }: { clock: Clock; run: Pick<Run, 'id' | 'channel'> }): Change {
  return { at: clock.now(), actor: { kind: 'system', id: run.channel }, cause: causeOf(run) };
}

export function contextOf(running: Pick<Running, 'clock' | 'run'>, state: ProviderState): DecisionContext {
  const { at, actor, cause } = byRun(running);
  return { state, at, actor, cause };
}

/** Adds what a phase took to the time of that phase in runs before this one. */
export async function timed(
  running: Running,
  phase: keyof RunReport['durationsMs'],
  work: () => Promise<void>,
): Promise<void> {
  const { clock } = running;
  const before = running.report.durationsMs[phase] ?? 0;
  const began = clock.now();
  const note = () => {
    const durationsMs = { ...running.report.durationsMs, [phase]: before + clock.now() - began };
    running.report = { ...running.report, durationsMs };
  };
  try {
    const { id, provider } = running.run;
    const attributes = { 'bifrost.run': id, 'bifrost.provider': provider };
    await spanned(`reconciliation.${phase}`, attributes, work);
  } finally {
    note();
  }
}
