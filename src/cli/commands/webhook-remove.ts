// bifrost webhook remove: an address is told nothing more.

import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { webhookOperand } from '../webhook.ts';

export const webhookRemove: Command = {
  words: ['webhook', 'remove'],
  summary: 'Remove a webhook, with what waits for it',
  about: 'The secret goes with it. To send nothing for a while only: "bifrost webhook pause".',
  operands: [webhookOperand],
  examples: [['webhook remove crm', 'the receiver is gone']],
  async run({ arguments: given, api }: Call) {
    const webhook = given.operand('webhook');
    await (await api()).send('DELETE', pathOf('webhooks', webhook));
    return {
      document: { webhook, removed: true },
      show: (output) => output.line(`${webhook} is removed. Nothing is sent there any more.`),
    };
  },
};
