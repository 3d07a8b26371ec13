// bifrost batch approve, drop and undo: the decisions on what is held.

import type { WholeBatchJson } from '../../edge/admin/batch-contract.ts';
import { pathOf } from '../api.ts';
import { batchOperand } from '../batch.ts';
import type { Call, Command } from '../command.ts';

const id = '019ab7f0-3c1e-7d52-9a44-0c1f2e3d4b5a';

function become({ state, people, provider, source }: WholeBatchJson): string {
  const whom = `${people} ${people === 1 ? 'user' : 'users'} of ${provider.name}`;
  if (state === 'applied' && source === 'purge')
    return `What is personal of ${whom} is being erased: "bifrost status" shows how far.`;
  if (state === 'applied')
    return `The rules of ${provider.name} are changed. Answers are right at once; stored access follows.`;
  if (state === 'applying')
    return `It is being applied to ${whom}, each looked at once more: "bifrost batch list" shows how far.`;
  if (state === 'dropped') return 'Dropped. Nothing was changed.';
  if (state === 'dissolved')
    return 'There was nothing to do any more: what it was about has come another way.';
  if (state === 'undoing') return `It is being taken back from ${whom}: "bifrost batch list" shows how far.`;
  return `Taken back: the rules of ${provider.name} are those of before.`;
}

async function decide({ arguments: given, api: open }: Call, decision: string, body?: object) {
  const api = await open();
  const path = pathOf('batches', given.operand('batch'), decision);
  const batch = await api.send<WholeBatchJson>('POST', path, body);
  return { document: batch, show: (output: Call['output']) => output.line(become(batch)) };
}

export const batchApprove: Command = {
  words: ['batch', 'approve'],
  summary: 'Do what is held',
  about:
    'A change of rules is planned anew on the rules of now; where it would take something from more people than when it was held, it asks for their number.',
  operands: [batchOperand],
  options: {
    confirm: { value: '<n>', about: 'from how many it takes something by now, where it asks', atLeast: 0 },
  },
  examples: [
    [`batch approve ${id}`, 'after "batch show"'],
    [`batch approve ${id} --confirm 1204`, 'where it takes more than was held'],
  ],
  run(call) {
    const confirm = call.arguments.count('confirm');
    return decide(call, 'approve', confirm === undefined ? {} : { confirm });
  },
};

export const batchDrop: Command = {
  words: ['batch', 'drop'],
  summary: 'Do not do what is held',
  about:
    'Nothing changes. The same rules in the configuration file are not held again by a restart, and users whose purge was dropped are left alone by retention.',
  operands: [batchOperand],
  examples: [[`batch drop ${id}`, 'everything stays as it is']],
  run: (call) => decide(call, 'drop'),
};

export const batchUndo: Command = {
  words: ['batch', 'undo'],
  summary: 'Take back what an approved batch did',
  about:
    'Rules become those of before, where nobody has changed them since. What was erased cannot be brought back.',
  operands: [batchOperand],
  examples: [[`batch undo ${id}`, 'after a batch that was approved by mistake']],
  run: (call) => decide(call, 'undo'),
};
