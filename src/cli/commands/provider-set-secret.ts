// bifrost provider set-secret: the client secret of a provider, before the one that it has expires.

import type { ProviderJson } from '../../edge/admin/contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { CLIENT_SECRET_VARIABLE, secretEndOption } from '../secret-input.ts';
import { providerOperand } from './provider-list.ts';

export const providerSetSecret: Command = {
  words: ['provider', 'set-secret'],
  summary: 'Give a provider a new client secret',
  about: `Read from standard input, or from ${CLIENT_SECRET_VARIABLE} where that is set; a terminal asks and shows nothing of it. Stored sealed; it counts from the next sign-in on, and no session ends.`,
  operands: [providerOperand],
  options: { 'expires-at': secretEndOption },
  examples: [
    ['provider set-secret entra', 'asks for it'],
    ['provider set-secret entra < secret.txt', 'from a file; its line break does not count'],
    ['provider set-secret entra --expires-at 2027-05-01', 'with its end, where Graph cannot be asked for it'],
  ],
  async run(call: Call) {
    const { arguments: given, api: open, env } = call;
    const clientSecret = env[CLIENT_SECRET_VARIABLE] || (await call.secret('Client secret'));
    const path = pathOf('providers', given.operand('provider'));
    const end = given.text('expires-at');
    const body = { clientSecret, ...(end !== undefined && { clientSecretExpiresAt: end }) };
    const provider = await (await open()).send<ProviderJson>('PATCH', path, body);
    return {
      document: provider,
      show(output) {
        output.line('The client secret of ', { tone: 'strong', text: provider.name }, ' is set.');
        output.line(`Try it: bifrost provider verify ${provider.id}`);
      },
    };
  },
};
