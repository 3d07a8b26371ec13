// bifrost token revoke: ends one provisioning token at once.

import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { providerOperand } from './provider-list.ts';

export const tokenRevoke: Command = {
  words: ['token', 'revoke'],
  summary: 'End a provisioning token at once',
  about: 'The next request with it is refused. A token that has ended already stays so.',
  operands: [providerOperand, { name: 'token', about: 'id of the token, as "bifrost token list" shows it' }],
  examples: [['token revoke entra 019ab7f0-3c1e-7d52-9a44-0c1f2e3d4b5a', 'one token; the others stay']],
  async run({ arguments: given, api: open }: Call) {
    const provider = given.operand('provider');
    const token = given.operand('token');
    await (await open()).send('DELETE', pathOf('providers', provider, 'tokens', token));
    return {
      document: { provider, token, revoked: true },
      show: (output) => output.line(`The token ${token} is refused from now on.`),
    };
  },
};
