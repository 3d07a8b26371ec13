// bifrost provider pending: who is assigned in the directory and has not arrived here.

import type { PendingJson } from '../../edge/admin/provider-reconciliation.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { type List, listOptions, moreLine, readList } from '../list.ts';
import { when } from '../when.ts';
import { providerOperand } from './provider-list.ts';

export const providerPending: Command = {
  words: ['provider', 'pending'],
  summary: 'List who is assigned in the directory and has not arrived here',
  about: 'From the last run that read everything, without those who arrived since. Entra calls them pending.',
  operands: [providerOperand],
  options: { search: { value: '<text>', about: 'part of the name' }, ...listOptions },
  examples: [['provider pending entra', 'since when each of them is missing, and why']],
  async run({ arguments: given, api }: Call) {
    const provider = given.operand('provider');
    const path = pathOf('providers', provider, 'pending');
    const query = { search: given.text('search') };
    const list = await readList<PendingJson>(await api(), path, given, query);
    const { asOf } = list as List<PendingJson> & { asOf: string | null };
    return {
      document: list,
      show(output) {
        if (asOf === null) {
          output.line('The directory was not read whole yet.');
          return output.line(`Read it: bifrost reconcile ${provider} --wait`);
        }
        if (list.items.length === 0) return output.line(`Nobody is missing, as of ${when(asOf)}.`);
        output.table(
          ['USER NAME', 'DISPLAY NAME', 'SINCE', 'ID IN THE DIRECTORY', 'WHY'],
          list.items.map((person) => [
            person.userName,
            person.displayName ?? '-',
            when(person.since),
            person.directoryId,
            person.why,
          ]),
        );
        output.note(`${moreLine(list)}, as of ${when(asOf)}`);
      },
    };
  },
};
