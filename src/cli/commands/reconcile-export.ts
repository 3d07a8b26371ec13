// bifrost reconcile export: the differences that a run found, as a file on standard output.

import { driftFormats } from '../../edge/admin/drift-file.ts';
import type { DriftJson } from '../../edge/admin/reconciliation-contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { exit } from '../failure.ts';
import type { List } from '../list.ts';
import { RUN_ID, runOperand } from '../run-report.ts';

const PAGE = 500;

export const reconcileExport: Command = {
  words: ['reconcile', 'export'],
  summary: 'Write the differences that a run found as a file',
  about:
    'To standard output. In CSV a cell that a spreadsheet would take for a formula begins with an apostrophe.',
  operands: [runOperand],
  options: {
    format: { value: '<format>', about: 'jsonl where it is left out', oneOf: ['jsonl', 'csv'] },
  },
  examples: [
    [`reconcile export ${RUN_ID} --format csv > drift.csv`, 'for a spreadsheet'],
    [`reconcile export ${RUN_ID} > drift.jsonl`, 'a JSON document on each line'],
  ],
  async run({ arguments: given, api: open, output }: Call) {
    const api = await open();
    const { head, line } = driftFormats[given.text('format') === 'csv' ? 'csv' : 'jsonl'];
    const path = pathOf('reconciliations', given.operand('run'), 'drift');
    const write = (text: string) => output.bytes(Buffer.from(text));
    let cursor: string | undefined;
    let isFirst = true;
    do {
      const page = await api.get<List<DriftJson>>(path, { limit: PAGE, cursor });
      if (isFirst && head !== '') await write(head);
      isFirst = false;
      if (page.items.length > 0) await write(page.items.map(line).join(''));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return exit.ok;
  },
};
