// bifrost reconcile cancel, resume and discard: what a person decides on a run as a whole.

import type { RunJson } from '../../edge/admin/reconciliation-contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import {
  exitCodeOf,
  firstNames,
  mustWait,
  RUN_ID,
  runOperand,
  showRunReport,
  watchedRun,
} from '../run-report.ts';

async function send(call: Call, verb: 'cancel' | 'resume' | 'discard') {
  const api = await call.api();
  const path = pathOf('reconciliations', call.arguments.operand('run'), verb);
  return { api, run: await api.send<RunJson>('POST', path) };
}

export const reconcileCancel: Command = {
  words: ['reconcile', 'cancel'],
  summary: 'Stop a run at its next step',
  about: 'What it has done stays done.',
  operands: [runOperand],
  examples: [[`reconcile cancel ${RUN_ID}`, 'also one that another replica works on']],
  async run(call: Call) {
    const { run } = await send(call, 'cancel');
    return { document: run, show: (output) => output.line('Cancelled. What it had done stays done.') };
  },
};

export const reconcileDiscard: Command = {
  words: ['reconcile', 'discard'],
  summary: 'Be rid of the preview of an import, unapplied',
  operands: [runOperand],
  examples: [[`reconcile discard ${RUN_ID}`, 'nobody is imported']],
  async run(call: Call) {
    const { run } = await send(call, 'discard');
    return { document: run, show: (output) => output.line('Discarded. Nobody was imported.') };
  },
};

export const reconcileResume: Command = {
  words: ['reconcile', 'resume'],
  summary: 'Apply the preview of an import',
  operands: [runOperand],
  options: { wait: { about: 'until it is over; then its report' } },
  examples: [[`reconcile resume ${RUN_ID} --wait`, 'after "provider import", which says its id']],
  async run(call: Call) {
    const { api, run: begun } = await send(call, 'resume');
    if (!mustWait(call, api)) {
      const said = `It is being applied: "bifrost reconcile show ${begun.id}" says how far it is.`;
      return { document: begun, show: (output) => output.line(said) };
    }
    const run = await watchedRun(call, api, begun.id);
    const names = await firstNames(api, run);
    return {
      document: run,
      exitCode: exitCodeOf(run),
      show: (output) => showRunReport(run, names, output),
    };
  },
};
