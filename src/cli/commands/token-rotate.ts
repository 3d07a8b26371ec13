// bifrost token rotate: a new provisioning token, and what becomes of those before it.

import type { ProviderJson, TokenJson } from '../../edge/admin/contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { showCredentials } from '../credentials.ts';
import { usageFailure } from '../failure.ts';
import { providerOperand } from './provider-list.ts';

type KeepPrevious = 'none' | 'until-used' | 'all' | { hours: number };

export const tokenRotate: Command = {
  words: ['token', 'rotate'],
  summary: 'Make a new provisioning token and end those before it',
  about:
    'The new token is shown once. The tokens before it are refused at once, unless --keep-previous gives time to enter the new one at the provider.',
  operands: [providerOperand],
  options: {
    'keep-previous': {
      value: 'none|until-used|all|<hours>h',
      about:
        'none: end them at once (default); until-used: when the new one is first used; 24h: after that time; all: keep them',
    },
    name: { value: '<name>', about: 'what the token is for' },
  },
  examples: [
    ['token rotate entra', 'a token leaked: the old one is refused from now on'],
    ['token rotate entra --keep-previous until-used', 'no request is refused while you enter the new one'],
    ['token rotate entra --keep-previous 24h --name "autumn rotation"', 'both work for a day'],
  ],
  async run({ arguments: given, api: open }: Call) {
    const keepPrevious = readKeepPrevious(given.text('keep-previous') ?? 'none');
    const name = given.text('name');
    const api = await open();
    const path = pathOf('providers', given.operand('provider'));
    const provider = await api.get<ProviderJson>(path);
    const wanted = { keepPrevious, ...(name === undefined ? {} : { name }) };
    const token = await api.send<TokenJson & { token: string; endpoint: string }>(
      'POST',
      `${path}/tokens`,
      wanted,
    );
    return {
      document: token,
      show(output) {
        output.line('A new token for ', { tone: 'strong', text: provider.name }, `. ${fateOf(keepPrevious)}`);
        showCredentials({ ...token, kind: provider.kind, unreachable: provider.scim.unreachable }, output);
      },
    };
  },
};

function readKeepPrevious(text: string): KeepPrevious {
  if (text === 'none' || text === 'until-used' || text === 'all') return text;
  const [, hours] = /^([1-9][0-9]{0,4})h$/.exec(text) ?? [];
  if (hours !== undefined) return { hours: Number(hours) };
  throw usageFailure(
    `--keep-previous cannot be "${text}".`,
    'It is none, until-used, all, or hours such as 24h.',
  );
}

function fateOf(keep: KeepPrevious): string {
  if (keep === 'all') return 'Those before it stay as they are.';
  if (keep === 'none') return 'Those before it are refused from now on.';
  if (keep === 'until-used') return 'Those before it work until the new one is first used.';
  return `Those before it work for ${keep.hours} more hours.`;
}
