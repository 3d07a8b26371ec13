// bifrost reconcile drift: the differences that a run found, each by name and with its reason.

import type { DriftJson } from '../../edge/admin/reconciliation-contract.ts';
import { driftStates } from '../../edge/admin/reconciliation-contract.ts';
import { driftCategories } from '../../identity/directory.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { listOptions, moreLine, readList } from '../list.ts';
import { categoryWords, driftStateText, runOperand } from '../reconciliation.ts';

export const reconcileDrift: Command = {
  words: ['reconcile', 'drift'],
  summary: 'List the differences that a run found',
  operands: [runOperand],
  options: {
    category: { value: '<category>', about: 'only of this one', oneOf: driftCategories },
    state: { value: '<state>', about: 'only those', oneOf: driftStates },
    ...listOptions,
  },
  examples: [
    ['reconcile drift 019ab7f0-3c1e-7d52-9a44-0c1f2e3d4b5a --state open', 'what nothing was done about'],
    ['reconcile drift 019ab7f0-3c1e-7d52-9a44-0c1f2e3d4b5a --category unassigned --all --json', 'a script'],
  ],
  async run({ arguments: given, api }: Call) {
    const path = pathOf('reconciliations', given.operand('run'), 'drift');
    const list = await readList<DriftJson>(await api(), path, given, {
      category: given.text('category'),
      state: given.text('state'),
    });
    return {
      document: list,
      show(output) {
        if (list.items.length === 0) return output.line('There is no such difference.');
        output.table(
          ['ROW', 'NAME', 'DIFFERENCE', 'STATE', 'TAKES', 'WHY'],
          list.items.map((row) => [
            row.id,
            row.name,
            categoryWords[row.category],
            driftStateText(row.state),
            row.takes ? 'yes' : '-',
            row.why,
          ]),
        );
        output.note(moreLine(list));
      },
    };
  },
};
