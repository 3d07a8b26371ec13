// bifrost api-key revoke: ends one API key at once.

import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';

export const apiKeyRevoke: Command = {
  words: ['api-key', 'revoke'],
  summary: 'End an API key at once',
  about:
    'The next request with it is refused. A key that has ended already stays so; one of the configuration file is ended there.',
  operands: [{ name: 'key', about: 'id of the key, as "bifrost api-key list" shows it' }],
  examples: [['api-key revoke 019ab7f0-3c1e-7d52-9a44-0c1f2e3d4b5a', 'one key; the others stay']],
  async run({ arguments: given, api: open }: Call) {
    const key = given.operand('key');
    await (await open()).send('DELETE', pathOf('api-keys', key));
    return {
      document: { key, revoked: true },
      show: (output) => output.line(`The API key ${key} is refused from now on.`),
    };
  },
};
