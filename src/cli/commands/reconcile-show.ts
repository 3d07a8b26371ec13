// bifrost reconcile show: one run with its report, and what could not be read.

import type { WholeRunJson } from '../../edge/admin/whole-run.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import type { Output } from '../output.ts';
import {
  type FirstNames,
  firstNames,
  runFields,
  runOperand,
  showPreview,
  showPreviewChoice,
  showReport,
} from '../reconciliation.ts';

export const reconcileShow: Command = {
  words: ['reconcile', 'show'],
  summary: 'Show a run with its report',
  operands: [runOperand],
  examples: [['reconcile show 019ab7f0-3c1e-7d52-9a44-0c1f2e3d4b5a', 'how far it is, or what came of it']],
  async run({ arguments: given, json, api: open }: Call) {
    const api = await open();
    const run = await api.get<WholeRunJson>(pathOf('reconciliations', given.operand('run')));
    const names = json ? new Map() : await firstNames(api, run);
    return { document: run, show: (output) => show(run, names, output) };
  },
};

function show(run: WholeRunJson, names: FirstNames, output: Output): void {
  output.fields(runFields(run));
  output.line();
  if (run.phase === 'waiting') {
    showPreview(run, output);
    showPreviewChoice(run, output);
    return;
  }
  showReport(run, names, output);
  for (const { part, why } of run.parts) if (why !== null) output.line(`${part}: ${why}`);
  for (const { name, why } of run.skipped) output.line(`Skipped ${name}: ${why}`);
}
