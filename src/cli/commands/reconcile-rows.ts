// bifrost reconcile heal and ignore: what a person says of single differences.

import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { exit } from '../failure.ts';
import type { Output } from '../output.ts';
import { RUN_ID, runOperand } from '../run-report.ts';

const rowsOperand = { name: 'row', about: 'ids of rows: "reconcile drift" shows them', many: true } as const;

interface Skipped {
  skipped: readonly { id: string; why: string }[];
}

function send<Answer>(call: Call, verb: string, more: object = {}): Promise<Answer> {
  const { arguments: given } = call;
  const path = pathOf('reconciliations', given.operand('run'), 'drift', verb);
  const body = { rows: given.operands('row'), ...more };
  return call.api().then((api) => api.send<Answer>('POST', path, body));
}

/** 1 where nothing was done at all. */
function answerOf(done: readonly string[], document: Skipped, words: string) {
  return {
    document,
    exitCode: done.length === 0 ? exit.no : exit.ok,
    show(output: Output) {
      if (done.length > 0) output.line({ tone: 'good', text: `${rowsText(done.length)} ${words}` });
      for (const { id, why } of document.skipped) output.line(`Skipped ${id}: ${why}`);
    },
  };
}

function rowsText(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`;
}

export const reconcileHeal: Command = {
  words: ['reconcile', 'heal'],
  summary: 'Heal single differences now',
  about:
    'Each is looked at in the directory once more before; what is not so any more is skipped. At most 100 at once. Also where the provider only reports.',
  operands: [runOperand, rowsOperand],
  examples: [
    [`reconcile heal ${RUN_ID} 5d1c0c5e-7f0a-8d57-b8a5-8f4a1b7f2f11`, 'one row of "reconcile drift"'],
  ],
  async run(call: Call) {
    const answer = await send<{ healed: string[] } & Skipped>(call, 'heal');
    return answerOf(answer.healed, answer, 'healed.');
  },
};

export const reconcileIgnore: Command = {
  words: ['reconcile', 'ignore'],
  summary: 'Leave single differences alone in later runs',
  about: 'Later runs show them as ignored and do nothing about them. At most 100 at once.',
  operands: [runOperand, rowsOperand],
  options: {
    until: { value: '<time>', about: 'until then (2027-01-31T00:00:00Z); for good where it is left out' },
    undo: { about: 'look at them again, from the next run on' },
  },
  examples: [
    [
      `reconcile ignore ${RUN_ID} 5d1c0c5e-7f0a-8d57-b8a5-8f4a1b7f2f11 --until 2027-01-31T00:00:00Z`,
      'for a while',
    ],
    [`reconcile ignore ${RUN_ID} 5d1c0c5e-7f0a-8d57-b8a5-8f4a1b7f2f11 --undo`, 'takes that back'],
  ],
  async run(call: Call) {
    if (call.arguments.flag('undo')) {
      const answer = await send<{ unignored: string[] } & Skipped>(call, 'unignore');
      return answerOf(answer.unignored, answer, 'looked at again by the next run.');
    }
    const until = call.arguments.text('until') ?? null;
    const answer = await send<{ ignored: string[] } & Skipped>(call, 'ignore', { until });
    return answerOf(
      answer.ignored,
      answer,
      until === null ? 'left alone for good.' : `left alone until ${until}.`,
    );
  },
};
