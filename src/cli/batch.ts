// What the batch commands share: a held batch in words.

import type { BatchJson } from '../edge/admin/batch-contract.ts';
import type { Text } from './output.ts';

export const batchOperand = { name: 'batch', about: 'id of the batch: "batch list" shows them' };

const sourceWords: Readonly<Record<BatchJson['source'], string>> = {
  reconciliation: 'comparing with the directory',
  rules: 'a change of rules',
  purge: 'purges',
};

export function sourceText({ source }: BatchJson): string {
  return sourceWords[source];
}

export function stateText({ state, done, people }: BatchJson): Text {
  if (state === 'held') return { tone: 'warning', text: 'waits for a decision' };
  if (state === 'applying' || state === 'undoing')
    return { tone: 'warning', text: `${state}, ${done} of ${people}` };
  return state;
}

/** `12 of 40 active users`; whom purges are about is among the removed. */
export function peopleText({ source, people, active }: BatchJson): string {
  const users = people === 1 ? '1 removed user' : `${people} removed users`;
  return source === 'purge' ? users : `${people} of ${active} active users`;
}

/** One line for whoever has to decide. */
export function heldLine(batch: BatchJson): string {
  const { id, provider, source } = batch;
  const what = {
    reconciliation: `Comparing with the directory of ${provider.name} would take something from ${peopleText(batch)}`,
    rules: `A change of the rules of ${provider.name} would take something from ${peopleText(batch)}`,
    purge: `${peopleText(batch)} of ${provider.name} are to be erased`,
  }[source];
  return `${what}, and is held until somebody decides: bifrost batch show ${id}`;
}
