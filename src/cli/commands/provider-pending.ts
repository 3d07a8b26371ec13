// bifrost provider pending: who is assigned in the directory and has not arrived here.

import type { PendingJson } from '../../edge/admin/provider-reconciliation.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { type List, listOptions, moreLine, readList } from '../list.ts';
import { when } from '../when.ts';
import { providerOperand } from './provider-list.ts';

type Pending = List<PendingJson> & { run: string | null; asOf: string | null };

export const providerPending: Command = {
  words: ['provider', 'pending'],
  summary: 'List who is assigned in the directory and has not arrived here',
  about: 'From the last run that read everything, without those who arrived since.',
  operands: [providerOperand],
  options: listOptions,
  examples: [['provider pending entra', 'with how long they have been missing']],
  async run({ arguments: given, api }: Call) {
    const provider = given.operand('provider');
    const list = (await readList<PendingJson>(
      await api(),
      pathOf('providers', provider, 'pending'),
      given,
      {},
    )) as Pending;
    return {
      document: list,
      show(output) {
        if (list.run === null) {
          output.line('No run has read everything yet, so nobody is known to be missing.');
          output.line(`Compare now: bifrost reconcile ${provider}`);
          return;
        }
        if (list.items.length === 0) return output.line(`Nobody is pending, as of ${when(list.asOf)}.`);
        output.table(
          ['USER NAME', 'DISPLAY NAME', 'MISSING SINCE', 'WHY'],
          list.items.map((each) => [each.userName, each.displayName ?? '-', when(each.since), each.why]),
        );
        output.note(`As of ${when(list.asOf)}. ${moreLine(list)}`);
      },
    };
  },
};
