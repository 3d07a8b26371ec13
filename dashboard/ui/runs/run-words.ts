// Runs of comparing and importing in words: what differs, what became of it, how a run ended and what that means.

import type { DriftJson, RunJson } from '../../../src/edge/admin/contract.ts';
import type { Tone } from '../badges.tsx';
import { counted } from '../counted.ts';

type Category = DriftJson['category'];
type State = DriftJson['state'];
type Outcome = NonNullable<RunJson['outcome']>;

export const categoryWords: Readonly<Record<Category, string>> = {
  'missing-here': 'In the directory, not here',
  'missing-there': 'Here, not in the directory',
  'disabled-there': 'Disabled in the directory',
  'enabled-there': 'Enabled in the directory',
  unassigned: 'Not assigned any more',
  'attribute-differs': 'Attribute differs',
  'name-differs': 'Name differs',
  'member-differs': 'Group membership differs',
};

export const driftStates: Readonly<Record<State, { tone: Tone; words: string }>> = {
  unconfirmed: { tone: 'plain', words: 'To be looked at' },
  open: { tone: 'warn', words: 'Open' },
  due: { tone: 'plain', words: 'To be healed' },
  held: { tone: 'warn', words: 'Held' },
  healed: { tone: 'good', words: 'Healed' },
  dropped: { tone: 'quiet', words: 'Dropped' },
  skipped: { tone: 'quiet', words: 'Skipped' },
  ignored: { tone: 'quiet', words: 'Ignored' },
  undone: { tone: 'quiet', words: 'Undone' },
};

/** Of an import, where making somebody is what heals. */
export const importStates: typeof driftStates = {
  ...driftStates,
  open: { tone: 'warn', words: 'Not imported' },
  due: { tone: 'plain', words: 'To be imported' },
  healed: { tone: 'good', words: 'Imported' },
  skipped: { tone: 'warn', words: 'Not imported' },
};

export const outcomes: Readonly<Record<Outcome, { tone: Tone; words: string }>> = {
  complete: { tone: 'good', words: 'Complete' },
  partial: { tone: 'warn', words: 'Partial' },
  failed: { tone: 'bad', words: 'Failed' },
  cancelled: { tone: 'quiet', words: 'Cancelled' },
  discarded: { tone: 'quiet', words: 'Discarded' },
};

export const phases: Readonly<Record<RunJson['phase'], string>> = {
  reading: 'Reading the directory',
  comparing: 'Comparing',
  confirming: 'Looking again at whoever would lose something',
  waiting: 'Waits for you',
  healing: 'Healing',
  done: 'Done',
};

/** What an end other than a complete one means for people; null where there is nothing to say. */
export function meaningOf({ outcome, channel }: Pick<RunJson, 'outcome' | 'channel'>): string | null {
  if (outcome === null || outcome === 'complete') return null;
  if (outcome === 'discarded') return 'The preview was discarded. Nothing was changed.';
  if (outcome === 'partial') {
    return 'A part of the directory could not be read whole. Nobody lost anything because of it.';
  }
  if (outcome === 'cancelled') {
    return 'Somebody stopped it. What it had done until then stays done, and the rest was left as it was.';
  }
  return channel === 'import'
    ? 'The directory could not be read to the end. Nobody was imported because of it.'
    : 'The directory could not be read. Nothing was changed, and nobody lost anything.';
}

/** Neither over nor waiting for somebody. */
export function isUnderWay({ phase }: Pick<RunJson, 'phase'>): boolean {
  return phase !== 'done' && phase !== 'waiting';
}

/** Whoever began it: a name, or the schedule. */
export function beganBy({
  startedByName,
  trigger,
}: {
  startedByName: string | null;
  trigger: string;
}): string {
  return startedByName ?? (trigger === 'schedule' ? 'The schedule' : 'Somebody');
}

export function tookText({ startedAt, finishedAt }: Pick<RunJson, 'startedAt' | 'finishedAt'>): string {
  if (finishedAt === null) return '-';
  const seconds = Math.round((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000);
  if (seconds < 1) return '< 1 s';
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

export function number(count: number): string {
  return count.toLocaleString('en');
}

export function peopleText(count: number): string {
  return counted(count, 'person', 'people');
}

export type DriftCounts = readonly {
  category: Category;
  state: State;
  takes: boolean;
  rows: number;
  people: number;
}[];

export function rowsIn(counts: DriftCounts, ...states: State[]): number {
  return counts.filter(({ state }) => states.includes(state)).reduce((sum, { rows }) => sum + rows, 0);
}

/** How many rows of each category, the most first. */
export function byCategory(counts: DriftCounts): [Category, number][] {
  const sums = new Map<Category, number>();
  for (const { category, rows } of counts) sums.set(category, (sums.get(category) ?? 0) + rows);
  return [...sums].sort(([, a], [, b]) => b - a);
}
