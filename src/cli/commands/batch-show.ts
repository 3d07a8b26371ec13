// bifrost batch show: what one batch would do, to whom, and what can be decided.

import type { BatchPersonJson, WholeBatchJson } from '../../edge/admin/batch-contract.ts';
import { pathOf } from '../api.ts';
import { batchOperand, peopleText, sourceText, stateText } from '../batch.ts';
import type { Call, Command } from '../command.ts';
import type { List } from '../list.ts';
import type { Output } from '../output.ts';
import { when } from '../when.ts';

const PEOPLE_SHOWN = 20;

export const batchShow: Command = {
  words: ['batch', 'show'],
  summary: 'Show what a held batch would do, and to whom',
  operands: [batchOperand],
  examples: [
    ['batch show 019ab7f0-3c1e-7d52-9a44-0c1f2e3d4b5a', 'with the first people'],
    ['batch show 019ab7f0-3c1e-7d52-9a44-0c1f2e3d4b5a --json', 'the first 500 of them'],
  ],
  async run({ arguments: given, api: open }: Call) {
    const api = await open();
    const id = given.operand('batch');
    const batch = await api.get<WholeBatchJson>(pathOf('batches', id));
    const people = await api.get<List<BatchPersonJson>>(pathOf('batches', id, 'people'), { limit: 500 });
    return {
      document: { ...batch, people: batch.people, rows: people.items },
      show: (output) => showBatch(batch, people, output),
    };
  },
};

function showBatch(batch: WholeBatchJson, people: List<BatchPersonJson>, output: Output): void {
  const { limits, takenBefore, decidedBy, decidedAt } = batch;
  const before = takenBefore > 0 ? `; ${takenBefore} in the day before, without a word of anybody` : '';
  output.fields([
    ['Batch', batch.id],
    ['Provider', batch.provider.name],
    ['Comes of', sourceText(batch)],
    ['About', `${peopleText(batch)}${before}`],
    ['Guard', `${limits.percent} % of the active users, ${limits.count} at most in a day`],
    ['Held', `${when(batch.createdAt)}${batch.askedBy === null ? '' : ` for ${batch.askedBy}`}`],
    ['State', stateText(batch)],
    ...(decidedBy === null ? [] : [['Decided', `${when(decidedAt)} by ${decidedBy}`] as const]),
  ]);
  if (batch.rules) showRules(batch.rules, output);
  if (people.items.length > 0) {
    output.line();
    output.table(
      ['FIRST OF THEM', 'WHAT'],
      people.items.slice(0, PEOPLE_SHOWN).map(({ name, why }) => [name, why]),
    );
  }
  output.line();
  output.line(whatNow(batch));
}

function showRules(rules: NonNullable<WholeBatchJson['rules']>, output: Output): void {
  output.line();
  output.line({ tone: 'strong', text: `What changes: ${rules.changed.join(', ')}` });
  for (const rule of rules.added) output.line({ tone: 'good', text: '  + ' }, rule);
  for (const rule of rules.taken) output.line({ tone: 'bad', text: '  - ' }, rule);
  if (rules.ruleset === rules.currentRuleset) return;
  output.line(
    `The rules have changed since (number ${rules.currentRuleset}, then ${rules.ruleset}): what stands here is planned on those of now.`,
  );
}

function whatNow({ id, state, source }: WholeBatchJson): string {
  if (state === 'held') return `Do it: bifrost batch approve ${id}    Do not: bifrost batch drop ${id}`;
  if (state === 'applied' && source !== 'purge') return `Take it back: bifrost batch undo ${id}`;
  return 'Nothing is left to decide.';
}
