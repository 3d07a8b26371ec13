// bifrost api-key create: an API key of a person, shown once.

import type { ApiKeyJson } from '../../edge/admin/sign-in-contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { when } from '../when.ts';

export const apiKeyCreate: Command = {
  words: ['api-key', 'create'],
  summary: 'Make an API key of a person',
  about:
    'The key is shown once. It may what its owner may, or less, and ends with them: a suspension, a removal, another role count for it at once. With BIFROST_API_KEY it becomes yours; in the shell of the operator --owner says whose.',
  options: {
    name: { value: '<name>', about: 'what it is for', required: true },
    owner: { value: '<user>', about: 'in the shell of the operator: id or exact user name' },
    permissions: { value: '<list>', about: 'separated by commas; left out: all that the owner may' },
    'expires-in': { value: '<time>', about: 'such as 90d or 12h; left out: never' },
  },
  examples: [
    [
      'api-key create --name backup --owner admin --permissions system:export --expires-in 90d',
      'for one job',
    ],
    ['api-key create --name shop --owner admin --permissions access:read', 'for an application'],
    ['api-key create --name laptop', 'your own, with BIFROST_URL and BIFROST_API_KEY set'],
  ],
  async run({ arguments: given, api }: Call) {
    const list = given.text('permissions');
    const permissions = list?.split(',').map((each) => each.trim());
    const wanted = {
      name: given.required('name'),
      owner: given.text('owner'),
      permissions: permissions?.filter((each) => each !== ''),
      expiresIn: given.text('expires-in'),
    };
    const made = await (await api()).send<ApiKeyJson & { key: string }>('POST', pathOf('api-keys'), wanted);
    return {
      document: made,
      show(output) {
        const owner = made.owner?.name ?? '-';
        output.line('A new API key of ', { tone: 'strong', text: owner }, `, ${endOf(made)}.`);
        output.line();
        output.fields([['API key', { tone: 'strong', text: made.key }]]);
        output.line();
        output.line(
          { tone: 'warning', text: 'The key is shown this once only.' },
          ' Store it before you go on.',
        );
        output.line(`To end it: bifrost api-key revoke ${made.id}`);
      },
    };
  },
};

function endOf({ expiresAt }: ApiKeyJson): string {
  return expiresAt === null ? 'without an end' : `until ${when(expiresAt)}`;
}
