// bifrost provider disable and enable: whether a provider's requests are taken. Its users stay either way.

import type { ProviderJson } from '../../edge/admin/contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import type { Output } from '../output.ts';
import { providerOperand } from './provider-list.ts';

export const providerDisable: Command = {
  words: ['provider', 'disable'],
  summary: 'Refuse the requests of a provider; its users stay',
  about: 'Nothing is removed: users, groups, rules and tokens stay as they are until it is enabled again.',
  operands: [providerOperand],
  examples: [['provider disable entra', 'from now on its provisioning tokens are refused']],
  run: (call) =>
    setEnabled(call, false, ({ id, name }, output) => {
      output.line('Disabled ', { tone: 'strong', text: name }, ': its requests are refused. Its users stay.');
      output.line(`Undo it: bifrost provider enable ${id}`);
    }),
};

export const providerEnable: Command = {
  words: ['provider', 'enable'],
  summary: 'Take the requests of a disabled provider again',
  operands: [providerOperand],
  examples: [['provider enable entra', 'with the tokens that it had']],
  run: (call) =>
    setEnabled(call, true, ({ name }, output) => {
      output.line('Enabled ', { tone: 'strong', text: name }, ': its requests are taken.');
    }),
};

async function setEnabled(
  { arguments: given, api: open }: Call,
  enabled: boolean,
  say: (provider: ProviderJson, output: Output) => void,
) {
  const path = pathOf('providers', given.operand('provider'));
  const provider = await (await open()).send<ProviderJson>('PATCH', path, { enabled });
  return { document: provider, show: (output: Output) => say(provider, output) };
}
