// bifrost reconcile show: one run with its report, while it goes on and after.

import type { WholeRunJson } from '../../edge/admin/whole-run.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { showPreview } from '../import-preview.ts';
import { firstNames, RUN_ID, runOperand, showRunReport } from '../run-report.ts';

export const reconcileShow: Command = {
  words: ['reconcile', 'show'],
  summary: 'Show how far a run is, what it found and what became of it',
  operands: [runOperand],
  examples: [
    [`reconcile show ${RUN_ID}`, 'in words, with the first names of each kind'],
    [`reconcile show ${RUN_ID} --json`, 'also which parts of the directory were read how far'],
  ],
  async run({ arguments: given, api: open }: Call) {
    const api = await open();
    const run = await api.get<WholeRunJson>(pathOf('reconciliations', given.operand('run')));
    const names = await firstNames(api, run);
    return {
      document: run,
      show(output) {
        showRunReport(run, names, output);
        if (run.phase === 'waiting') showPreview(run, output);
      },
    };
  },
};
