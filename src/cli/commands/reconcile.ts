// bifrost reconcile: compares with the directory of a provider now.

import type { RunJson } from '../../edge/admin/reconciliation-contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { exitCodeOf, firstNames, mustWait, showRunReport, watchedRun } from '../run-report.ts';
import { providerOperand } from './provider-list.ts';

export const reconcile: Command = {
  words: ['reconcile'],
  summary: 'Compare with the directory of a provider now',
  about:
    'Reads the directory, compares each person, and heals what SCIM lost on the way, as the provider is set (reconcile.mode). Nobody is suspended before they were looked at by name once more, and what would take something from many is held. The other words behind "reconcile" (list, show, drift, ...) are about runs that there are. With --wait exit code 1 says that the directory could not be read.',
  operands: [providerOperand],
  options: {
    mode: {
      value: '<mode>',
      about: 'instead of what the provider is set to; report changes nothing',
      oneOf: ['heal', 'report'],
    },
    wait: { about: 'until it is over; then its report' },
  },
  examples: [
    ['reconcile entra --wait', 'and say what was found'],
    ['reconcile entra --mode report --wait', 'changes nothing'],
  ],
  async run(call: Call) {
    const { arguments: given } = call;
    const api = await call.api();
    const mode = given.text('mode');
    const path = pathOf('providers', given.operand('provider'), 'reconcile');
    const begun = await api.send<RunJson>('POST', path, mode === undefined ? {} : { mode });
    if (!mustWait(call, api)) {
      return {
        document: begun,
        show: (output) =>
          output.line(`It has begun: "bifrost reconcile show ${begun.id}" says how far it is.`),
      };
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
