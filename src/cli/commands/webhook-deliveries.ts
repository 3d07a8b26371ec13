// bifrost webhook deliveries: what was sent to a webhook, and what became of it.

import type { DeliveryJson } from '../../edge/admin/contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { listOptions, moreLine, readList } from '../list.ts';
import { deliveryText, webhookOperand } from '../webhook.ts';
import { when } from '../when.ts';

export const webhookDeliveries: Command = {
  words: ['webhook', 'deliveries'],
  summary: 'List what was sent to a webhook',
  about: 'The newest first, with why a try failed and when the next one is.',
  operands: [webhookOperand],
  options: {
    state: { value: '<state>', about: 'only those', oneOf: ['waiting', 'delivered', 'failed'] },
    ...listOptions,
  },
  examples: [
    ['webhook deliveries crm', 'the last 50'],
    ['webhook deliveries crm --state waiting --all', 'what has not arrived'],
  ],
  async run({ arguments: given, api }: Call) {
    const path = pathOf('webhooks', given.operand('webhook'), 'deliveries');
    const list = await readList<DeliveryJson>(await api(), path, given, { state: given.text('state') });
    return {
      document: list,
      show(output) {
        if (list.items.length === 0) return output.line('Nothing was sent there.');
        output.table(
          ['CREATED', 'EVENT', 'PLACE', 'ABOUT', 'TRIES', 'OUTCOME'],
          list.items.map((delivery) => [
            when(delivery.createdAt),
            delivery.kind === 'again' ? `${delivery.type} (again)` : delivery.type,
            String(delivery.position ?? '-'),
            delivery.subject,
            String(delivery.attempts),
            deliveryText(delivery),
          ]),
        );
        output.note(moreLine(list));
      },
    };
  },
};
