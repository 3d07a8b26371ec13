// bifrost provider enable-scim: lets a provider send users and groups.

import type { ProviderJson } from '../../edge/admin/contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { showCredentials, warnOfAddress } from '../credentials.ts';
import { providerOperand } from './provider-list.ts';

export const providerEnableScim: Command = {
  words: ['provider', 'enable-scim'],
  summary: 'Let a provider send users and groups by SCIM',
  about:
    'Prints the SCIM Endpoint URL and the Provisioning Token, which Entra calls Tenant URL and Secret Token. The token is shown once and stored only as a hash. Where no rule makes teams yet, one is added that makes a team of every group.',
  operands: [providerOperand],
  examples: [
    ['provider enable-scim entra', 'then enter both values in Entra: Enterprise application, Provisioning'],
    ['provider enable-scim entra --json', 'the token stands in "scim.token"'],
  ],
  async run({ arguments: given, api: open }: Call) {
    const path = pathOf('providers', given.operand('provider'));
    const provider = await (await open()).send<ProviderJson>('PATCH', path, { scim: { enabled: true } });
    const { id, name, kind, scim, enabled } = provider;
    return {
      document: provider,
      show(output) {
        output.line('SCIM is on for ', { tone: 'strong', text: name }, '.');
        if (scim.token === undefined) {
          output.line(`SCIM Endpoint URL: ${scim.endpoint}`);
          output.line('It has a live token already, which cannot be shown again.');
          output.line(`A new one: bifrost token rotate ${id}`);
          warnOfAddress(scim.unreachable, output);
        } else showCredentials({ ...scim, kind, token: scim.token }, output);
        if (!enabled)
          output.note(`The provider is disabled, so its requests are refused: bifrost provider enable ${id}`);
      },
    };
  },
};
