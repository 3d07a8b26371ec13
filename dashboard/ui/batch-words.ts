// A held batch in words: where it comes from, what it would do, in which state it is.

import type { BatchJson, GuardJson } from '../../src/edge/admin/contract.ts';
import type { Tone } from './badges.tsx';
import { counted } from './counted.ts';

type Alarm = GuardJson['alarms'][number];

export const sources: Readonly<Record<BatchJson['source'], string>> = {
  reconciliation: 'Comparing with the directory',
  rules: 'A change of rules',
  purge: 'Erasing removed users',
};

export const states: Readonly<Record<BatchJson['state'], { tone: Tone; words: string }>> = {
  held: { tone: 'warn', words: 'Waits for a decision' },
  applying: { tone: 'plain', words: 'Being applied' },
  applied: { tone: 'good', words: 'Applied' },
  dropped: { tone: 'quiet', words: 'Dropped' },
  dissolved: { tone: 'quiet', words: 'Nothing left to do' },
  replaced: { tone: 'quiet', words: 'Replaced by a later one' },
  undoing: { tone: 'plain', words: 'Being taken back' },
  undone: { tone: 'quiet', words: 'Taken back' },
};

/** `12 of 40 active users`; whom purges are about is among the removed. */
export function peopleOf({ source, people, active }: BatchJson): string {
  if (source === 'purge') return counted(people, 'removed user', 'removed users');
  return `${people.toLocaleString('en')} of ${counted(active, 'active user', 'active users')}`;
}

export function whatItWouldDo(batch: BatchJson): string {
  const { source, provider } = batch;
  const people = peopleOf(batch);
  if (source === 'purge') return `${people} of ${provider.name} would be erased.`;
  const what =
    source === 'rules' ? `A change of the rules of ${provider.name}` : `Comparing with ${provider.name}`;
  return `${what} would take something from ${people}.`;
}

export function whyHeld({ limits, takenBefore }: Pick<BatchJson, 'limits' | 'takenBefore'>): string {
  const before =
    takenBefore === 0 ? '' : `, and ${takenBefore.toLocaleString('en')} had lost something in the day before`;
  return `The guard lets ${limits.percent} % of the active users or ${limits.count.toLocaleString('en')} pass in a day, whichever is less${before}.`;
}

export function alarmWords({ people, active }: Alarm, provider: string): string {
  return `SCIM suspended or removed ${people.toLocaleString('en')} of ${counted(active, 'active user', 'active users')} of ${provider} within a day.`;
}
