// bifrost admin reset: a way in when the password of the break-glass account is lost, or when nobody ever set one.

import type { SetUpLinkJson } from '../../edge/admin/sign-in-contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import type { Output } from '../output.ts';
import { when } from '../when.ts';

export const adminReset: Command = {
  words: ['admin', 'reset'],
  summary: 'Print a link that sets up the break-glass account',
  about:
    'Whoever opens the link, once and within the hour, chooses name and password. A name that is there already gets the new password, and its sessions end. The link that was printed before is void. Needs the data folder, or an API key that may create administrators.',
  examples: [
    ['admin reset', 'beside the running server'],
    ['admin reset --json', '{"url": ..., "expiresAt": ...}'],
  ],
  async run({ api: open }: Call) {
    const link = await (await open()).send<SetUpLinkJson>('POST', pathOf('admins', 'set-up-link'));
    return { document: link, show: (output) => show(output, link) };
  },
};

function show(output: Output, { url, expiresAt }: SetUpLinkJson): void {
  output.line(
    { tone: 'strong', text: 'Open this to set the name and password' },
    `, once, until ${when(expiresAt)}:`,
  );
  output.line(`  ${url}`);
}
