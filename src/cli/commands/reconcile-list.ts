// bifrost reconcile list: runs of reconciliation and import, newest first.

import type { RunJson } from '../../edge/admin/reconciliation-contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { listOptions, moreLine, readList } from '../list.ts';
import { runStateText } from '../run-report.ts';
import { when } from '../when.ts';

export const reconcileList: Command = {
  words: ['reconcile', 'list'],
  summary: 'List runs of reconciliation and import',
  options: {
    provider: { value: '<provider>', about: 'of this provider alone' },
    channel: { value: '<channel>', about: 'of this kind alone', oneOf: ['reconciliation', 'import'] },
    ...listOptions,
  },
  examples: [
    ['reconcile list', 'the newest first'],
    ['reconcile list --provider entra --channel import', 'who was brought when'],
  ],
  async run({ arguments: given, api }: Call) {
    const query = { provider: given.text('provider'), channel: given.text('channel') };
    const list = await readList<RunJson>(await api(), pathOf('reconciliations'), given, query);
    return {
      document: list,
      show(output) {
        if (list.items.length === 0) return output.line('Nothing was compared yet.');
        output.table(
          ['RUN', 'PROVIDER', 'WHAT', 'BEGUN', 'BY', 'STATE', 'COMPARED'],
          list.items.map((run) => [
            run.id,
            run.provider,
            run.channel === 'import' ? 'import' : run.mode,
            when(run.startedAt),
            run.trigger === 'schedule' ? 'the clock' : run.startedBy,
            runStateText(run),
            String(run.compared),
          ]),
        );
        output.note(moreLine(list));
      },
    };
  },
};
