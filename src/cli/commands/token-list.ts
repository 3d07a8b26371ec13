// bifrost token list: the provisioning tokens of a provider, never their text.

import type { TokenJson } from '../../edge/admin/contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { listOptions, moreLine, readList } from '../list.ts';
import type { Text } from '../output.ts';
import { when } from '../when.ts';
import { providerOperand } from './provider-list.ts';

export const tokenList: Command = {
  words: ['token', 'list'],
  summary: 'List the provisioning tokens of a provider',
  about: 'With who made them and when they were last used. Their text is stored nowhere and cannot be shown.',
  operands: [providerOperand],
  options: listOptions,
  examples: [['token list entra', 'the newest first, ended ones included']],
  async run({ arguments: given, api: open }: Call) {
    const provider = given.operand('provider');
    const path = pathOf('providers', provider, 'tokens');
    const list = await readList<TokenJson>(await open(), path, given, {});
    return {
      document: list,
      show(output) {
        if (list.items.length === 0) {
          output.line(`There is no token yet. Make one: bifrost token rotate ${provider}`);
          return;
        }
        output.table(
          ['TOKEN', 'NAME', 'LAST FOUR', 'STATE', 'CREATED', 'BY', 'LAST USED', 'FROM'],
          list.items.map((token) => [
            token.id,
            token.name,
            `...${token.lastFour}`,
            stateOf(token),
            when(token.createdAt),
            token.createdBy,
            when(token.lastUsedAt),
            token.lastUsedFrom ?? '-',
          ]),
        );
        if (list.nextCursor !== null) output.line(moreLine(list));
      },
    };
  },
};

function stateOf({ live, revokedAt, expiresAt, untilUseOf }: TokenJson): Text {
  if (!live)
    return {
      tone: 'bad',
      text: revokedAt === null ? `expired ${when(expiresAt)}` : `ended ${when(revokedAt)}`,
    };
  const ends = [revokedAt, expiresAt].filter((time) => time !== null).sort()[0];
  if (ends !== undefined) return { tone: 'warning', text: `live until ${when(ends)}` };
  if (untilUseOf !== null) return { tone: 'warning', text: 'live until the newer one is used' };
  return { tone: 'good', text: 'live' };
}
