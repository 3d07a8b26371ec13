// bifrost batch list: what the guard holds back, and what became of it.

import type { BatchJson } from '../../edge/admin/batch-contract.ts';
import { batchStates } from '../../edge/admin/batch-contract.ts';
import { pathOf } from '../api.ts';
import { peopleText, sourceText, stateText } from '../batch.ts';
import type { Call, Command } from '../command.ts';
import { listOptions, moreLine, readList } from '../list.ts';
import { when } from '../when.ts';

export const batchList: Command = {
  words: ['batch', 'list'],
  summary: 'List what is held back because it would take something from many',
  about:
    'A change of rules, a comparison with the directory, or purges that are more than the guard of the provider lets pass wait as a batch until somebody approves or drops them.',
  options: {
    provider: { value: '<provider>', about: 'of this provider alone' },
    state: { value: '<state>', about: `in this state alone: ${batchStates.join(', ')}`, oneOf: batchStates },
    ...listOptions,
  },
  examples: [
    ['batch list', 'the newest first, decided ones included'],
    ['batch list --state held', 'what waits for a decision'],
  ],
  async run({ arguments: given, api }: Call) {
    const query = { provider: given.text('provider'), state: given.text('state') };
    const list = await readList<BatchJson>(await api(), pathOf('batches'), given, query);
    return {
      document: list,
      show(output) {
        if (list.items.length === 0) {
          output.line('Nothing is held back.');
          return;
        }
        output.table(
          ['BATCH', 'PROVIDER', 'HELD', 'COMES OF', 'ABOUT', 'STATE'],
          list.items.map((batch) => [
            batch.id,
            batch.provider.name,
            when(batch.createdAt),
            sourceText(batch),
            peopleText(batch),
            stateText(batch),
          ]),
        );
        output.note(moreLine(list));
      },
    };
  },
};
