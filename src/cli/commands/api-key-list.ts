// bifrost api-key list: the keys of people and of the configuration file, never their text.

import type { ApiKeyJson } from '../../edge/admin/sign-in-contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { listOptions, moreLine, readList } from '../list.ts';
import type { Text } from '../output.ts';
import { when } from '../when.ts';

export const apiKeyList: Command = {
  words: ['api-key', 'list'],
  summary: 'List API keys',
  about:
    'With whose they are and when they were last used. Their text is stored nowhere and cannot be shown. Who may not see all keys sees their own.',
  options: {
    owner: { value: '<user>', about: 'only theirs: id or exact user name' },
    ...listOptions,
  },
  examples: [
    ['api-key list', 'those of the configuration file, then the newest first'],
    ['api-key list --owner amara.osei@contoso.com', 'before somebody leaves'],
  ],
  async run({ arguments: given, api }: Call) {
    const owner = given.text('owner');
    const list = await readList<ApiKeyJson>(await api(), pathOf('api-keys'), given, { owner });
    return {
      document: list,
      show(output) {
        if (list.items.length === 0) return output.line('There is no API key.');
        output.table(
          ['KEY', 'NAME', 'OWNER', 'LAST FOUR', 'PERMISSIONS', 'STATE', 'CREATED', 'LAST USED', 'FROM'],
          list.items.map((key) => [
            key.id,
            key.name,
            key.owner ? key.owner.name || key.owner.id : 'the configuration file',
            key.lastFour === null ? '-' : `...${key.lastFour}`,
            key.role ?? String(key.permissions.length),
            stateOf(key),
            when(key.createdAt),
            when(key.lastUsedAt),
            key.lastUsedFrom ?? '-',
          ]),
        );
        output.note(moreLine(list));
      },
    };
  },
};

function stateOf({ state, expiresAt, revokedAt }: ApiKeyJson): Text {
  if (state === 'revoked') return { tone: 'bad', text: `ended ${when(revokedAt)}` };
  if (state === 'expired') return { tone: 'bad', text: `expired ${when(expiresAt)}` };
  if (state === 'dormant') return { tone: 'warning', text: 'its owner may not come in' };
  return expiresAt === null
    ? { tone: 'good', text: 'live' }
    : { tone: 'good', text: `live until ${when(expiresAt)}` };
}
