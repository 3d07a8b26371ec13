// bifrost webhook add: another place that is told what happens.

import type { WebhookJson } from '../../edge/admin/contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { showSecret, wantedText } from '../webhook.ts';

export const webhookAdd: Command = {
  words: ['webhook', 'add'],
  summary: 'Have events sent to an address',
  about:
    'Signed in the format of Standard Webhooks, in order for each person. The secret is shown once. It begins with the events to come, or behind --after.',
  operands: [{ name: 'name', about: 'what it is for' }],
  options: {
    url: { value: '<address>', about: 'https, public or in a trusted network', required: true },
    types: { value: '<list>', about: 'separated by commas, such as user.suspended or user.*; left out: all' },
    providers: { value: '<list>', about: 'ids or names, separated by commas; left out: all' },
    after: {
      value: '<place>',
      about: 'begin behind that place in the feed; 0: with the first event',
      atLeast: 0,
    },
  },
  examples: [
    ["webhook add crm --url https://crm.example/hooks/bifrost --types 'user.*'", 'everything about people'],
    ['webhook add audit --url https://siem.example/in --after 0', 'all that ever happened, too'],
  ],
  async run({ arguments: given, api }: Call) {
    const wanted = {
      name: given.operand('name'),
      url: given.required('url'),
      types: listOf(given.text('types')),
      providers: listOf(given.text('providers')),
      after: given.count('after'),
    };
    const made = await (await api()).send<WebhookJson & { secret: string }>(
      'POST',
      pathOf('webhooks'),
      wanted,
    );
    return {
      document: made,
      show(output) {
        output.line(
          'Events (',
          wantedText(made),
          ') go to ',
          { tone: 'strong', text: made.url },
          wanted.after === undefined ? ' from now on.' : `, those behind place ${wanted.after} first.`,
        );
        showSecret(made.secret, output);
        output.line(`Try it: bifrost webhook test ${made.name}`);
      },
    };
  },
};

function listOf(text: string | undefined): string[] | undefined {
  return text?.split(',').flatMap((each) => each.trim() || []);
}
