// bifrost user purge: erases what is personal of a removed user.

import type { BatchJson } from '../../edge/admin/batch-contract.ts';
import { pathOf } from '../api.ts';
import { heldLine } from '../batch.ts';
import type { Call, Command } from '../command.ts';
import { CliFailure, exit } from '../failure.ts';
import { findUser } from '../user.ts';
import { providerOfUser, userOperand } from './user-show.ts';

export const userPurge: Command = {
  words: ['user', 'purge'],
  summary: 'Erase what is personal of a removed user, for good',
  about:
    'Only of a user whom the provider has removed. The record and the requests about it go; events keep the id in their place and lose what they say. Removed users are purged by themselves after retention.removedUsers (400 days). More in a day than the guard of the provider lets pass are held until somebody approves them ("batch list").',
  operands: [userOperand],
  options: {
    ...providerOfUser,
    yes: { about: 'do it; without this the command says what it would erase' },
  },
  examples: [
    ['user purge 019ab7f0-3c1e-7d52-9a44-0c1f2e3d4b5a', 'says what would be erased'],
    ['user purge 019ab7f0-3c1e-7d52-9a44-0c1f2e3d4b5a --yes', 'erases it'],
  ],
  async run({ arguments: given, api: open }: Call) {
    const api = await open();
    const user = await findUser(api, given.operand('user'), given.text('provider'));
    if (user.status !== 'removed') {
      throw new CliFailure(
        exit.no,
        `${user.displayName} is ${user.status}: only a removed user can be purged.`,
        'Let the provider remove the user first (in Entra: unassign or delete).',
      );
    }
    const sure = given.flag('yes');
    const held = sure ? await api.send<BatchJson | null>('POST', pathOf('users', user.id, 'purge')) : null;
    return {
      document: { user: user.id, purging: sure && held === null, held },
      show(output) {
        if (held) output.line({ tone: 'warning', text: heldLine(held) });
        else if (sure)
          output.line(
            `What is personal of the user ${user.id} is being erased: "bifrost status" shows how far.`,
          );
        else {
          output.line(
            `This would erase ${user.displayName} (${user.userName}, removed ${user.removedAt}) for good.`,
          );
          output.line('Say --yes to do it.');
        }
      },
    };
  },
};
