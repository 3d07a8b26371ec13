// bifrost reconcile: compares with the directory of a provider now, and tells what came of it.

import type { RunJson } from '../../edge/admin/reconciliation-contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { exitCodeOf, firstNames, showReport, watchedRun } from '../reconciliation.ts';
import { providerOperand } from './provider-list.ts';

export const reconcile: Command = {
  words: ['reconcile'],
  summary: 'Compare with the directory of a provider now',
  about:
    'Reads the whole directory, compares person by person, and heals what differs, or only reports it, as the provider is set. Waits for the end; Ctrl-C ends the waiting, not the run. Exit code 1 when not everything could be read. A provider with the name of a command below stands behind "--".',
  operands: [providerOperand],
  options: {
    mode: { value: '<mode>', about: 'instead of how the provider is set', oneOf: ['heal', 'report'] },
    'no-wait': { about: 'begin it, and say its id' },
  },
  examples: [
    ['reconcile entra', 'now, and what came of it'],
    ['reconcile entra --mode report', 'what differs; changes nothing'],
    ['reconcile entra --no-wait --json', 'for scripts: "id" is the run'],
  ],
  async run(call: Call) {
    const { arguments: given } = call;
    const api = await call.api();
    const mode = given.text('mode');
    const path = pathOf('providers', given.operand('provider'), 'reconcile');
    const begun = await api.send<RunJson>('POST', path, mode === undefined ? {} : { mode });
    if (given.flag('no-wait')) {
      return {
        document: begun,
        show: (output) => output.line(`It goes on: bifrost reconcile show ${begun.id}`),
      };
    }
    const run = await watchedRun(call, api, begun.id);
    const names = call.json ? new Map() : await firstNames(api, run);
    return {
      document: run,
      exitCode: exitCodeOf(run),
      show: (output) => showReport(run, names, output),
    };
  },
};
