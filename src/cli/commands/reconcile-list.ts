// bifrost reconcile list: runs of comparing and importing, and how they ended.

import type { RunJson } from '../../edge/admin/reconciliation-contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { listOptions, moreLine, readList } from '../list.ts';
import { outcomeText } from '../reconciliation.ts';
import { when } from '../when.ts';

export const reconcileList: Command = {
  words: ['reconcile', 'list'],
  summary: 'List runs of comparing and importing, newest first',
  options: {
    provider: { value: '<provider>', about: 'only of this provider' },
    ...listOptions,
  },
  examples: [['reconcile list --provider entra', 'the last 50']],
  async run({ arguments: given, api }: Call) {
    const provider = given.text('provider');
    const list = await readList<RunJson>(await api(), pathOf('reconciliations'), given, { provider });
    return {
      document: list,
      show(output) {
        if (list.items.length === 0) return output.line('There was no run yet.');
        output.table(
          ['RUN', 'PROVIDER', 'KIND', 'MODE', 'STATE', 'BEGAN', 'COMPARED', 'HERE'],
          list.items.map((run) => [
            run.id,
            run.provider,
            run.channel,
            run.mode,
            outcomeText(run),
            when(run.startedAt),
            String(run.compared),
            String(run.matched),
          ]),
        );
        output.note(moreLine(list));
      },
    };
  },
};
