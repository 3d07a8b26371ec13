// bifrost webhook list: where events are sent, and how that goes.

import type { WebhookJson } from '../../edge/admin/contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { listOptions, moreLine, readList } from '../list.ts';
import { stateText, wantedText } from '../webhook.ts';
import { when } from '../when.ts';

export const webhookList: Command = {
  words: ['webhook', 'list'],
  summary: 'List webhooks',
  about: 'Where events are sent, how that goes, and how many deliveries wait. Their secrets cannot be shown.',
  options: listOptions,
  examples: [['webhook list', 'by name']],
  async run({ arguments: given, api }: Call) {
    const list = await readList<WebhookJson>(await api(), pathOf('webhooks'), given, {});
    return {
      document: list,
      show(output) {
        if (list.items.length === 0) {
          return output.line('There is no webhook yet. Make one: bifrost webhook add <name> --url <address>');
        }
        output.table(
          ['NAME', 'STATE', 'WAITING', 'LAST DELIVERED', 'EVENTS', 'ADDRESS', 'WEBHOOK'],
          list.items.map((webhook) => [
            webhook.name,
            stateText(webhook),
            String(webhook.waiting),
            when(webhook.lastDeliveredAt),
            wantedText(webhook),
            webhook.url,
            webhook.id,
          ]),
        );
        output.note(moreLine(list));
      },
    };
  },
};
