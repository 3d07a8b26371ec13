// What the commands about runs share: waiting for one, and its report in words.

import { setTimeout as sleep } from 'node:timers/promises';
import type { DriftJson, RunJson } from '../edge/admin/reconciliation-contract.ts';
import type { WholeRunJson } from '../edge/admin/whole-run.ts';
import { type Api, pathOf } from './api.ts';
import type { Call } from './command.ts';
import { type ExitCode, exit } from './failure.ts';
import type { List } from './list.ts';
import type { Output, Text, Tone } from './output.ts';
import { when } from './when.ts';

export const runOperand = { name: 'run', about: 'id of the run: "reconcile list" shows them' };

export const categoryWords: Readonly<Record<DriftJson['category'], string>> = {
  'missing-here': 'in the directory, not here',
  'missing-there': 'here, not in the directory',
  'disabled-there': 'disabled in the directory',
  'enabled-there': 'enabled in the directory',
  unassigned: 'not assigned any more',
  'attribute-differs': 'attribute differs',
  'name-differs': 'name differs',
  'member-differs': 'member of a group differs',
};

const stateTones: Readonly<Partial<Record<DriftJson['state'], Tone>>> = {
  healed: 'good',
  held: 'warning',
  open: 'warning',
};

export function driftStateText(state: DriftJson['state']): Text {
  const tone = stateTones[state];
  return tone ? { tone, text: state } : state;
}

// --- waiting ----------------------------------------------------------------------------------------------------

const LOOK_EVERY_MS = 250;

/** Until the run is over or waits for somebody, or nobody wants to wait any longer: it goes on without. */
export async function watchedRun(call: Call, api: Api, id: string): Promise<WholeRunJson> {
  const stop = call.stopSignal();
  const look = () => api.get<WholeRunJson>(pathOf('reconciliations', id));
  let run = await look();
  while (isUnderWay(run) && !stop.aborted) {
    call.output.progress(progressText(run));
    await sleep(LOOK_EVERY_MS, undefined, { signal: stop }).catch(() => {});
    run = await look();
  }
  call.output.progress('');
  return run;
}

function isUnderWay({ phase }: RunJson): boolean {
  return phase !== 'done' && phase !== 'waiting';
}

function progressText({ phase, progress, read }: RunJson): string {
  const share = progress === null ? '' : `, ${Math.floor(progress * 100)} %`;
  return `${phase}${share}; ${people(read.people)} read`;
}

/** Complete is yes; also what still goes on, or waits for somebody, is no failure. */
export function exitCodeOf({ outcome }: RunJson): ExitCode {
  return outcome === null || outcome === 'complete' || outcome === 'discarded' ? exit.ok : exit.no;
}

// --- in words ---------------------------------------------------------------------------------------------------

function people(count: number): string {
  return count === 1 ? '1 person' : `${count} people`;
}

export function outcomeText(run: RunJson): Text {
  if (run.phase === 'waiting') return { tone: 'warning', text: 'a preview that waits' };
  if (run.outcome === null) return run.phase;
  const tones = {
    complete: 'good',
    partial: 'warning',
    failed: 'bad',
    cancelled: 'dim',
    discarded: 'dim',
  } as const;
  return { tone: tones[run.outcome], text: run.outcome };
}

const outcomeSentences: Readonly<Record<NonNullable<RunJson['outcome']>, string>> = {
  complete: 'Everything was read and compared.',
  partial: 'A part could not be read, and nothing was taken from anybody because of it.',
  failed: 'The directory could not be read. Nothing was changed.',
  cancelled: 'It was cancelled. What it had done stays done.',
  discarded: 'The preview was discarded. Nothing was changed.',
};

/** The first names of each difference, for the report. */
export type FirstNames = ReadonlyMap<WholeRunJson['drift'][number], readonly string[]>;

const NAMES_SHOWN = 3;

export async function firstNames(api: Api, { id, drift }: WholeRunJson): Promise<FirstNames> {
  const found = new Map<WholeRunJson['drift'][number], readonly string[]>();
  for (const each of drift) {
    const { category, state } = each;
    const query = { category, state, limit: 10 * NAMES_SHOWN };
    const { items } = await api.get<List<DriftJson>>(pathOf('reconciliations', id, 'drift'), query);
    const names = items.filter(({ takes }) => takes === each.takes).map(({ name }) => name);
    found.set(each, [...new Set(names)].slice(0, NAMES_SHOWN));
  }
  return found;
}

export function showReport(run: WholeRunJson, names: FirstNames, output: Output): void {
  if (run.outcome === null) output.line(`The run is not over: ${progressText(run)}.`);
  else output.line(outcomeText(run), `: ${outcomeSentences[run.outcome]}`);
  output.line(`Compared ${people(run.compared)} of the directory: ${run.matched} of them are here.`);
  if (run.drift.length > 0) {
    output.table(
      ['DIFFERENCE', 'ROWS', 'STATE', 'TAKES', 'FIRST OF THEM'],
      run.drift.map((each) => [
        categoryWords[each.category],
        String(each.rows),
        driftStateText(each.state),
        each.takes ? 'yes' : '-',
        namesText(names.get(each) ?? [], each.rows),
      ]),
    );
    output.line(`Healed ${run.healed}. Each by name: bifrost reconcile drift ${run.id}`);
  } else if (run.outcome === 'complete') output.line('There is no difference.');
  if (run.held) showHeld(run.held, output);
  for (const problem of run.problems) output.line({ tone: 'bad', text: 'Problem: ' }, problem);
}

function namesText(names: readonly string[], rows: number): string {
  return rows > names.length ? `${names.join(', ')}, ...` : names.join(', ');
}

function showHeld({ batch, people: count, state }: NonNullable<WholeRunJson['held']>, output: Output): void {
  if (state !== 'held') {
    output.line(`What was held from ${people(count)} is ${state} by now.`);
    return;
  }
  output.line(
    { tone: 'warning', text: `Held: it would take something from ${people(count)}.` },
    ` Look: bifrost batch show ${batch}`,
  );
  output.line(`Do it: bifrost batch approve ${batch}`);
}

/** What there is to know of a run beside its report. */
export function runFields(run: RunJson): [string, Text][] {
  const { read, filter } = run;
  const whom = Object.entries(filter ?? {}).map(([key, value]) => `${key} "${value}"`);
  return [
    ['Run', run.id],
    ['Provider', run.provider],
    ['Kind', `${run.channel}, ${run.mode}${run.trigger === 'schedule' ? ', by the clock' : ''}`],
    ...(whom.length > 0 ? [['Only', whom.join(', ')] as [string, Text]] : []),
    ['State', outcomeText(run)],
    ['Began', when(run.startedAt)],
    ['Ended', when(run.finishedAt)],
    ['Read', `${people(read.people)}, ${read.groups} groups, ${read.memberships} memberships`],
    ['Requests', `${read.requests}, told to wait ${read.throttled} times`],
  ];
}

// --- previews of an import --------------------------------------------------------------------------------------

const PREVIEWED_SHOWN = 20;

export function showPreview({ previewed }: RunJson, output: Output): void {
  if (!previewed) return;
  const { create, update, unchanged, skipped, roles, first } = previewed;
  if (first.length > 0) {
    output.table(
      ['USER NAME', 'BECOMES', 'ROLE', 'TEAMS', 'BUSINESS UNITS', 'WHY'],
      first
        .slice(0, PREVIEWED_SHOWN)
        .map((each) => [
          each.userName,
          each.becomes,
          each.role ?? '-',
          each.teams.join(', ') || '-',
          each.businessUnits.join(', ') || '-',
          each.why ?? '',
        ]),
    );
  }
  output.line(`${create} created, ${update} updated, ${unchanged} unchanged, ${skipped} skipped.`);
  const byRole = Object.entries(roles).map(([role, count]) => `${role || 'no role'}: ${count}`);
  if (byRole.length > 0) output.line(`By role: ${byRole.join(', ')}.`);
}

export function showPreviewChoice({ id }: RunJson, output: Output): void {
  output.line('Nothing was changed.');
  output.line(`Apply it: bifrost reconcile apply ${id}`);
  output.line(`Be rid of it: bifrost reconcile discard ${id}`);
}
