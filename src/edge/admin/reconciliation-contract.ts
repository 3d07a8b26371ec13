// How runs of reconciliation and import, and the differences that they found, are shown.

import { type Static, Type } from 'typebox';
import { driftCategories } from '../../identity/directory.ts';
import type { DriftRow, Run, StagedPart } from '../../ledger/reconciliation.ts';
import { emptyReport, type RunReport } from '../../reconcile/report.ts';
import { anyObject, choice, count, orNull, rfc3339, text, time } from './contract.ts';

export const category = choice(
  driftCategories,
  'missing-here: the directory has them and they are not here; missing-there: the other way round; disabled-there, enabled-there: the account; unassigned: from the application; attribute-differs, name-differs; member-differs: of a group.',
);

export const driftStates = [
  'unconfirmed',
  'open',
  'due',
  'held',
  'healed',
  'dropped',
  'skipped',
  'ignored',
  'undone',
] as const satisfies readonly DriftRow['state'][];
export const driftState = choice(
  driftStates,
  'unconfirmed: not looked at by name yet; open: shown, nothing is done; due: to be healed by the run; held: waits for a decision on its batch; healed; dropped: a person said no; skipped: another look showed something else; ignored: a person said so before; undone: healed, and taken back.',
);

/** An object of values of one type. */
const byName = <Value>(type: string, description: string) =>
  Type.Unsafe<Record<string, Value>>({ type: 'object', additionalProperties: { type }, description });

export const driftShape = Type.Object({
  id: text(),
  run: text(),
  category,
  state: driftState,
  user: orNull(text('Id of the user here.')),
  directoryId: orNull(text('Id of the person or group in the directory.')),
  name: text('Sign-in name, or the name of the group.'),
  about: text('The attribute, or the id of the group in the directory; empty where the category says all.'),
  takes: Type.Boolean({ description: 'Healing it takes something from somebody.' }),
  why: text('Why nothing was done, or why it is to be done.'),
  detail: anyObject('`here`, `there`, `group`, `lost`, ...'),
  batch: orNull(text('The held batch that it is part of.')),
  healedAt: orNull(time()),
});
export type DriftJson = Static<typeof driftShape>;

export function showDrift(row: DriftRow): DriftJson {
  return { ...row, detail: { ...row.detail }, healedAt: rfc3339(row.healedAt) };
}

const previewPerson = Type.Object({
  directoryId: text(),
  userName: text(),
  displayName: orNull(text()),
  becomes: choice(['created', 'updated', 'unchanged', 'skipped']),
  why: orNull(text()),
  role: orNull(text('Name of the role that they would have.')),
  teams: Type.Array(text()),
  businessUnits: Type.Array(text()),
});

export const runShape = Type.Object({
  id: text(),
  provider: text(),
  channel: choice(['reconciliation', 'import']),
  mode: choice(['heal', 'report']),
  scope: choice(['assigned', 'all']),
  filter: orNull(byName<string>('string', 'Of an import: `group`, `role`, `department`, `query`.')),
  preview: Type.Boolean(),
  trigger: choice(['schedule', 'person']),
  phase: choice(
    ['reading', 'comparing', 'confirming', 'waiting', 'healing', 'done'],
    'waiting: a preview that somebody looks at; POST .../resume applies it.',
  ),
  progress: orNull(
    Type.Number({
      description: 'From 0 to 1 within the phase; null where it cannot be told.',
      minimum: 0,
      maximum: 1,
    }),
  ),
  outcome: orNull(
    choice(
      ['complete', 'partial', 'failed', 'cancelled', 'discarded'],
      'partial: a part could not be read whole, and nothing was taken from anybody because of it.',
    ),
  ),
  problems: Type.Array(text()),
  startedAt: time(),
  finishedAt: orNull(time()),
  startedBy: text(),
  read: Type.Object({
    people: count(),
    groups: count(),
    memberships: count(),
    assignments: count(),
    requests: count('Sent to the directory.'),
    resourceUnits: orNull(count('As the directory counts them.')),
    throttled: count('How often the directory said to wait.'),
  }),
  compared: count('People of the directory who were compared.'),
  matched: count('Of those, how many are here.'),
  absent: count('Active users here whom the directory did not list.'),
  losing: count('From how many people healing would take something.'),
  told: count('People about whom something was told that takes nothing.'),
  durationsMs: byName<number>('number', 'By phase.'),
  previewed: orNull(
    Type.Object({
      create: count(),
      update: count(),
      unchanged: count(),
      skipped: count(),
      roles: byName<number>('integer', 'How many would have each role, by its name; the empty name is none.'),
      first: Type.Array(previewPerson, { description: 'The first 50.' }),
    }),
  ),
});
export type RunJson = Static<typeof runShape>;

export function showRun(run: Run): RunJson {
  const report = { ...emptyReport, ...(run.counts as Partial<RunReport>) };
  const { read, compared, matched, absent, losing, told, durationsMs, preview } = report;
  const previewed = preview
    ? { ...preview, roles: { ...preview.roles }, first: preview.first.map(showPreviewed) }
    : null;
  return {
    id: run.id,
    provider: run.provider,
    channel: run.channel,
    mode: run.mode,
    scope: run.scope,
    filter: run.filter && { ...run.filter },
    preview: run.preview,
    trigger: run.trigger,
    phase: run.phase,
    progress: progressOf(run, report),
    outcome: run.outcome,
    problems: [...run.problems],
    startedAt: rfc3339(run.startedAt),
    finishedAt: rfc3339(run.finishedAt),
    startedBy: run.actor,
    read: { ...read },
    compared,
    matched,
    absent,
    losing,
    told,
    durationsMs: { ...durationsMs },
    previewed,
  };
}

function showPreviewed(person: NonNullable<RunReport['preview']>['first'][number]) {
  return { ...person, teams: [...person.teams], businessUnits: [...person.businessUnits] };
}

/** How far comparing is, the longest phase that can be told of. */
function progressOf({ phase }: Run, { compared, read }: RunReport): number | null {
  if (phase === 'done') return 1;
  if (phase !== 'comparing' || read.people === 0) return null;
  return Math.min(1, compared / read.people);
}

export const partShape = Type.Object({
  part: text('What was read.'),
  state: choice(['waiting', 'complete', 'gone', 'failed']),
  pages: count(),
  rows: count(),
  expected: orNull(count('How many the directory said that there are.')),
  why: orNull(text('Why it is not whole.')),
});

export function showPart({ from: _, ...part }: StagedPart): Static<typeof partShape> {
  return part;
}
