// bifrost status: whether a server runs, which version, and how much there is.

import type { StatusJson } from '../../edge/admin/contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';

const wayWords = {
  remote: 'a server elsewhere',
  socket: 'a server that runs on this machine',
  'in-process': 'no server runs: this command opened the data itself',
} as const;

export const status: Command = {
  words: ['status'],
  summary: 'Show whether a server runs, its version and how much there is',
  examples: [
    ['status', 'also which way the commands take'],
    ['status --json', 'the way stands in "via": remote, socket or in-process'],
  ],
  async run({ api: open }: Call) {
    const api = await open();
    const told = await api.get<StatusJson>(pathOf('status'));
    const { counts, sweep } = told;
    return {
      document: { via: api.kind, at: api.name, ...told },
      show(output) {
        output.fields([
          ['Reached', `${wayWords[api.kind]} (${api.name})`],
          ['Version', told.version],
          ['Storage', told.engine],
          ['Users', String(counts.users)],
          ['Groups', `${counts.groups}, with ${counts.memberships} memberships`],
          ['Holdings', `${counts.holdings} roles, teams and business units that users have`],
          ['Events', `${counts.events}, the last at position ${told.lastPosition}`],
        ]);
        if (sweep.running)
          output.line(`The rules changed: ${sweep.staleUsers} users are still to be resolved anew.`);
      },
    };
  },
};
