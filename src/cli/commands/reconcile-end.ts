// bifrost reconcile cancel, apply and discard: a run stopped, a preview of an import applied or thrown away.

import type { RunJson } from '../../edge/admin/reconciliation-contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { exitCodeOf, firstNames, runOperand, showReport, watchedRun } from '../reconciliation.ts';

const example = '019ab7f0-3c1e-7d52-9a44-0c1f2e3d4b5a';

async function sent({ arguments: given, api }: Call, verb: string): Promise<RunJson> {
  return (await api()).send<RunJson>('POST', pathOf('reconciliations', given.operand('run'), verb));
}

export const reconcileCancel: Command = {
  words: ['reconcile', 'cancel'],
  summary: 'Stop a run at its next step; what it has done stays done',
  operands: [runOperand],
  examples: [[`reconcile cancel ${example}`, 'of comparing or of an import']],
  async run(call: Call) {
    const run = await sent(call, 'cancel');
    return { document: run, show: (output) => output.line('Cancelled. What it had done stays done.') };
  },
};

export const reconcileApply: Command = {
  words: ['reconcile', 'apply'],
  summary: 'Apply a preview of an import, and wait for its end',
  operands: [runOperand],
  examples: [[`reconcile apply ${example}`, 'as "provider import" showed it']],
  async run(call: Call) {
    const { id } = await sent(call, 'resume');
    const api = await call.api();
    const run = await watchedRun(call, api, id);
    const names = call.json ? new Map() : await firstNames(api, run);
    return { document: run, exitCode: exitCodeOf(run), show: (output) => showReport(run, names, output) };
  },
};

export const reconcileDiscard: Command = {
  words: ['reconcile', 'discard'],
  summary: 'Be rid of a preview of an import, unapplied',
  operands: [runOperand],
  examples: [[`reconcile discard ${example}`, 'nothing was changed by it']],
  async run(call: Call) {
    const run = await sent(call, 'discard');
    return { document: run, show: (output) => output.line('Discarded. Nothing was changed.') };
  },
};
