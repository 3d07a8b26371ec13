// bifrost reconcile drift: the differences that a run found, row by row.

import { type DriftJson, driftStates } from '../../edge/admin/reconciliation-contract.ts';
import { driftCategories } from '../../identity/directory.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { listOptions, moreLine, readList } from '../list.ts';
import { categoryWords, RUN_ID, runOperand, stateWords } from '../run-report.ts';

export const reconcileDrift: Command = {
  words: ['reconcile', 'drift'],
  summary: 'List the differences that a run found',
  operands: [runOperand],
  options: {
    category: { value: '<category>', about: 'of this kind alone', oneOf: driftCategories },
    state: { value: '<state>', about: 'in this state alone', oneOf: driftStates },
    search: { value: '<text>', about: 'part of the name' },
    ...listOptions,
  },
  examples: [
    [`reconcile drift ${RUN_ID}`, 'the first 50, with the ids that heal and ignore take'],
    [`reconcile drift ${RUN_ID} --category missing-there --state held`, 'who would be suspended'],
  ],
  async run({ arguments: given, api }: Call) {
    const path = pathOf('reconciliations', given.operand('run'), 'drift');
    const query = {
      category: given.text('category'),
      state: given.text('state'),
      search: given.text('search'),
    };
    const list = await readList<DriftJson>(await api(), path, given, query);
    return {
      document: list,
      show(output) {
        if (list.items.length === 0) return output.line('There is no such difference.');
        output.table(
          ['ROW', 'NAME', 'DIFFERENCE', 'STATE', 'WHY'],
          list.items.map((row) => [
            row.id,
            row.name,
            row.about === '' ? categoryWords[row.category] : `${categoryWords[row.category]}: ${row.about}`,
            stateWords[row.state],
            row.why,
          ]),
        );
        output.note(moreLine(list));
      },
    };
  },
};
