// bifrost webhook pause and resume: nothing is sent for a while, and nothing is lost.

import type { WebhookJson } from '../../edge/admin/contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { webhookOperand } from '../webhook.ts';

async function become({ arguments: given, api }: Call, verb: 'pause' | 'resume') {
  return (await api()).send<WebhookJson>('POST', pathOf('webhooks', given.operand('webhook'), verb));
}

export const webhookPause: Command = {
  words: ['webhook', 'pause'],
  summary: 'Send nothing to a webhook for now',
  about: 'Events wait in the feed until it is resumed.',
  operands: [webhookOperand],
  examples: [['webhook pause crm', 'while the receiver is being changed']],
  async run(call: Call) {
    const webhook = await become(call, 'pause');
    return {
      document: webhook,
      show: (output) =>
        output.line(`${webhook.name} is paused. Go on: bifrost webhook resume ${webhook.name}`),
    };
  },
};

export const webhookResume: Command = {
  words: ['webhook', 'resume'],
  summary: 'Go on with a paused webhook',
  about: 'What waits is sent, the oldest first, each as if it had never been tried.',
  operands: [webhookOperand],
  examples: [['webhook resume crm', 'after "webhook test" has arrived']],
  async run(call: Call) {
    const webhook = await become(call, 'resume');
    return {
      document: webhook,
      show: (output) =>
        output.line(
          `${webhook.name} goes on behind place ${webhook.position}; ${webhook.waiting} wait beside.`,
        ),
    };
  },
};
