// What the reconcile commands share: a run that is watched until its end, and its report in plain words.

import { setTimeout as sleep } from 'node:timers/promises';
import type { DriftJson, RunJson } from '../edge/admin/reconciliation-contract.ts';
import type { WholeRunJson } from '../edge/admin/whole-run.ts';
import { type Api, pathOf } from './api.ts';
import type { Call } from './command.ts';
import { type ExitCode, exit } from './failure.ts';
import type { List } from './list.ts';
import type { Output, Text } from './output.ts';
import { when } from './when.ts';

export const runOperand = { name: 'run', about: 'id of the run: "reconcile list" shows them' };

/** For examples. */
export const RUN_ID = '019ab7f0-3c1e-7d52-9a44-0c1f2e3d4b5a';

export const categoryWords: Readonly<Record<DriftJson['category'], string>> = {
  'missing-here': 'in the directory, not here',
  'missing-there': 'here, not in the directory',
  'disabled-there': 'disabled in the directory',
  'enabled-there': 'enabled in the directory',
  unassigned: 'not assigned any more',
  'attribute-differs': 'another attribute',
  'member-differs': 'in other groups',
  'name-differs': 'another name',
};

export const stateWords: Readonly<Record<DriftJson['state'], string>> = {
  unconfirmed: 'not confirmed',
  open: 'shown',
  due: 'to be healed',
  held: 'held',
  healed: 'healed',
  dropped: 'dropped',
  skipped: 'skipped',
  ignored: 'ignored',
  undone: 'undone',
};

// --- watching ---------------------------------------------------------------------------------------------------

const LOOK_EVERY_MS = 500;

const phaseWords: Readonly<Record<RunJson['phase'], string>> = {
  reading: 'reading the directory',
  comparing: 'comparing',
  confirming: 'looking at absences again, one by one',
  waiting: 'waits for somebody to apply it',
  healing: 'healing',
  done: 'done',
};

/** Until it is over or waits for a person, or nobody wants to wait any longer: it goes on without. */
export async function watchedRun(call: Call, api: Api, id: string): Promise<WholeRunJson> {
  const stop = call.stopSignal();
  const look = () => api.get<WholeRunJson>(pathOf('reconciliations', id));
  let now = await look();
  while (!isAtRest(now) && !stop.aborted) {
    call.output.progress(progressText(now));
    await sleep(LOOK_EVERY_MS, undefined, { signal: stop }).catch(() => {});
    now = await look();
  }
  call.output.progress('');
  return now;
}

function isAtRest({ phase }: RunJson): boolean {
  return phase === 'done' || phase === 'waiting';
}

function progressText({ phase, progress, read, compared }: RunJson): string {
  const share = progress === null ? '' : `, ${Math.floor(progress * 100)} %`;
  const people = phase === 'reading' ? '' : `; ${compared} of ${read.people} people compared`;
  return `${phaseWords[phase]}${share}${people}`;
}

/** No process but this one works where no server runs, so that it has to stay. */
export function mustWait(call: Call, api: Api): boolean {
  return call.arguments.flag('wait') || api.kind === 'in-process';
}

/** 1 where the directory could not be read, or somebody stopped it. */
export function exitCodeOf({ outcome }: RunJson): ExitCode {
  return outcome === 'failed' || outcome === 'cancelled' || outcome === 'discarded' ? exit.no : exit.ok;
}

// --- in words ---------------------------------------------------------------------------------------------------

export function runStateText({ phase, outcome }: RunJson): Text {
  if (outcome === null) return { tone: 'warning', text: phase === 'waiting' ? 'waits' : phase };
  const tone = outcome === 'complete' ? 'good' : outcome === 'failed' ? 'bad' : 'warning';
  return { tone, text: outcome };
}

const NAMES_SHOWN = 3;

export type FirstNames = Readonly<Record<string, readonly string[]>>;

/** Of each category that was found. */
export async function firstNames(api: Api, { id, drift }: WholeRunJson): Promise<FirstNames> {
  const names: Record<string, string[]> = {};
  for (const category of new Set(drift.map((each) => each.category))) {
    const query = { category, limit: NAMES_SHOWN };
    const { items } = await api.get<List<DriftJson>>(pathOf('reconciliations', id, 'drift'), query);
    names[category] = items.map(({ name }) => name);
  }
  return names;
}

export function showRunReport(run: WholeRunJson, names: FirstNames, output: Output): void {
  output.fields([
    ['Run', run.id],
    ['Provider', run.provider],
    ['What', whatText(run)],
    ['State', runStateText(run)],
    ['Begun', `${when(run.startedAt)} by ${run.trigger === 'schedule' ? 'the clock' : run.startedBy}`],
    ['Took', tookText(run)],
    ['Read', readText(run)],
    ['Compared', `${run.compared} people, of whom ${run.matched} are here`],
    ...(run.told > 0 ? [['News', `of ${run.told} people, which takes nothing`] as const] : []),
  ]);
  if (run.outcome === null && run.phase !== 'waiting') output.line(`It goes on: ${progressText(run)}.`);
  showDifferences(run, names, output);
  for (const each of run.skipped) output.line(`Skipped ${each.name}: ${each.why}`);
  for (const problem of run.problems) output.line({ tone: 'warning', text: problem });
  if (run.outcome === 'partial') {
    output.line({
      tone: 'warning',
      text: 'Not everything could be read, so nothing was taken because of it.',
    });
  }
  if (run.held?.state === 'held') showHeld(run.held, output);
}

function whatText({ channel, mode, filter, preview }: RunJson): string {
  if (channel === 'reconciliation') return mode === 'heal' ? 'compare and heal' : 'compare and report';
  const whom = Object.entries(filter ?? {}).map(([name, value]) => `${name} ${value}`);
  return `import of ${whom.join(', ') || 'everybody'}${preview ? ', looked at first' : ''}`;
}

function tookText({ startedAt, finishedAt, durationsMs }: RunJson): string {
  const phases = Object.entries(durationsMs).map(([phase, ms]) => `${phase} ${seconds(ms)}`);
  const whole = finishedAt === null ? '-' : seconds(Date.parse(finishedAt) - Date.parse(startedAt));
  return phases.length === 0 ? whole : `${whole} (${phases.join(', ')})`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function readText({ read }: RunJson): string {
  const { people, groups, memberships, requests, resourceUnits, throttled } = read;
  const units = resourceUnits === null ? '' : `, ${resourceUnits} resource units`;
  const waits = throttled === 0 ? '' : `, told to wait ${throttled} times`;
  return `${people} people, ${groups} groups, ${memberships} memberships; ${requests} requests${units}${waits}`;
}

function showDifferences({ drift, outcome }: WholeRunJson, names: FirstNames, output: Output): void {
  if (drift.length === 0) {
    if (outcome === 'complete') output.line({ tone: 'good', text: 'Nothing differs.' });
    return;
  }
  const categories = [...new Set(drift.map(({ category }) => category))];
  output.line();
  output.table(
    ['DIFFERENCE', 'ROWS', 'WHAT BECAME OF THEM', 'FIRST OF THEM'],
    categories.map((category) => {
      const rows = drift.filter((each) => each.category === category);
      const total = sumOf(rows);
      const states = [...new Set(rows.map(({ state }) => state))];
      const became = states.map((state) => {
        const n = sumOf(rows.filter((each) => each.state === state));
        return `${n} ${stateWords[state]}`;
      });
      const first = names[category] ?? [];
      const more = total > first.length ? ', ...' : '';
      return [categoryWords[category], String(total), became.join(', '), `${first.join(', ')}${more}`];
    }),
  );
}

function sumOf(rows: readonly { rows: number }[]): number {
  return rows.reduce((sum, each) => sum + each.rows, 0);
}

function showHeld({ batch, people }: NonNullable<WholeRunJson['held']>, output: Output): void {
  const whom = people === 1 ? '1 person' : `${people} people`;
  output.line({
    tone: 'warning',
    text: `Something would be taken from ${whom}, more than the guard lets pass. It is held until somebody decides:`,
  });
  output.line(`  bifrost batch show ${batch}`);
  output.line(`  bifrost batch approve ${batch}`);
}
