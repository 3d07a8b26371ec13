// bifrost provider list: the providers, and how each is reached.

import type { ProviderJson } from '../../edge/admin/contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { listOptions, moreLine, readList } from '../list.ts';
import type { Text } from '../output.ts';

export const providerOperand = { name: 'provider', about: 'id or name of the provider' };

export const providerList: Command = {
  words: ['provider', 'list'],
  summary: 'List the providers',
  options: listOptions,
  examples: [['provider list', 'with their ids, which the other commands take']],
  async run({ arguments: given, api }: Call) {
    const list = await readList<ProviderJson>(await api(), pathOf('providers'), given, {});
    return {
      document: list,
      show(output) {
        if (list.items.length === 0) {
          output.line('There is no provider yet.');
          output.line(
            'Add one: bifrost provider add --name entra --kind entra --tenant-id <id> --client-id <id>',
          );
          return;
        }
        output.table(
          ['PROVIDER', 'NAME', 'KIND', 'STATE', 'SCIM', 'SCIM ENDPOINT URL', 'OWNED BY'],
          list.items.map((provider) => [
            provider.id,
            provider.name,
            provider.kind,
            stateText(provider),
            scimText(provider),
            provider.scim.enabled ? provider.scim.endpoint : '-',
            provider.declared ? 'the configuration file' : 'the API',
          ]),
        );
        output.note(moreLine(list));
      },
    };
  },
};

function stateText({ enabled }: ProviderJson): Text {
  return enabled ? { tone: 'good', text: 'enabled' } : { tone: 'warning', text: 'disabled' };
}

function scimText({ scim }: ProviderJson): Text {
  return scim.enabled ? { tone: 'good', text: 'on' } : 'off';
}
