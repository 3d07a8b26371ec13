// bifrost webhook test: one signed test, now, and what came back.

import type { SentJson } from '../../edge/admin/contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { exit } from '../failure.ts';
import { webhookOperand } from '../webhook.ts';

export const webhookTest: Command = {
  words: ['webhook', 'test'],
  summary: 'Send a test to a webhook',
  about:
    'An event of the type webhook.test, signed as all are, sent once. Ends with 1 where it did not arrive.',
  operands: [webhookOperand],
  examples: [['webhook test crm', 'after "webhook add", or before "webhook resume"']],
  async run({ arguments: given, api }: Call) {
    const path = pathOf('webhooks', given.operand('webhook'), 'test');
    const sent = await (await api()).send<SentJson>('POST', path);
    const isDelivered = sent.state === 'delivered';
    return {
      document: sent,
      exitCode: isDelivered ? exit.ok : exit.no,
      show(output) {
        const took = `in ${sent.durationMs ?? 0} ms`;
        if (isDelivered)
          output.line({ tone: 'good', text: 'Delivered' }, ` ${took}: it answered ${sent.status}.`);
        else output.line({ tone: 'bad', text: 'Not delivered' }, ` ${took}: ${sent.detail ?? ''}`);
        if (sent.answer.trim() !== '') output.fields([['It said', sent.answer.trim()]]);
      },
    };
  },
};
