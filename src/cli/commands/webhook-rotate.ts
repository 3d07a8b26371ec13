// bifrost webhook rotate: a new secret, beside the former one for some hours.

import type { WebhookJson } from '../../edge/admin/contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { showSecret, webhookOperand } from '../webhook.ts';
import { when } from '../when.ts';

export const webhookRotate: Command = {
  words: ['webhook', 'rotate'],
  summary: 'Give a webhook a new secret',
  about:
    'The new secret is shown once. For the hours of the overlap both sign each message, so that the receiver can change over without losing one.',
  operands: [webhookOperand],
  options: {
    'overlap-hours': { value: '<n>', about: 'left out: 24; 0 ends the former secret at once', atLeast: 0 },
  },
  examples: [
    ['webhook rotate crm', 'a day to enter the new secret at the receiver'],
    ['webhook rotate crm --overlap-hours 0', 'the secret leaked'],
  ],
  async run({ arguments: given, api }: Call) {
    const overlapHours = given.count('overlap-hours');
    const path = pathOf('webhooks', given.operand('webhook'), 'rotate');
    const made = await (await api()).send<WebhookJson & { secret: string }>('POST', path, { overlapHours });
    return {
      document: made,
      show(output) {
        const until = made.bothSecretsUntil;
        const former = until
          ? `The former one signs as well until ${when(until)}.`
          : 'The former one is no good any more.';
        output.line('A new secret for ', { tone: 'strong', text: made.name }, `. ${former}`);
        showSecret(made.secret, output);
      },
    };
  },
};
