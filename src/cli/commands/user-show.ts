// bifrost user show: one user as they are now.

import type { Call, Command } from '../command.ts';
import { findUser, namesOf, statusText, suspensionText } from '../user.ts';
import { when } from '../when.ts';

export const userOperand = { name: 'user', about: 'id, userName or externalId' };
export const providerOfUser = {
  provider: { value: '<provider>', about: 'where several providers have a user of that name' },
};

export const userShow: Command = {
  words: ['user', 'show'],
  summary: 'Show one user',
  operands: [userOperand],
  options: providerOfUser,
  examples: [
    ['user show amara.osei@contoso.com', 'by the name they sign in with'],
    ['user show 019ab7f0-3c1e-7d52-9a44-0c1f2e3d4b5a --json', 'by id, for a script'],
  ],
  async run({ arguments: given, api }: Call) {
    const user = await findUser(await api(), given.operand('user'), given.text('provider'));
    return {
      document: user,
      show(output) {
        output.line({ tone: 'strong', text: user.displayName });
        output.fields([
          ['User name', user.userName],
          ['Email', user.email ?? '-'],
          ['Status', statusText(user.status)],
          ...(user.suspensions.length > 0
            ? [['Suspended because', suspensionText(user.suspensions)] as const]
            : []),
          ...(user.inRecycleBin ? [['Recycle bin', 'the provider holds the user there'] as const] : []),
          ['Role', user.role?.name ?? { tone: 'warning', text: 'none: cannot sign in' }],
          ['Teams', namesOf(user.teams)],
          ['Business units', namesOf(user.businessUnits)],
          ['Provider', user.provider],
          ['Id', user.id],
          ['External id', user.externalId ?? '-'],
          ['Created', when(user.createdAt)],
          ['Provisioned', when(user.lastProvisionedAt)],
          ['Signed in', when(user.lastSignInAt)],
          ...(user.removedAt ? [['Removed', when(user.removedAt)] as const] : []),
          ...(user.formerly ? [['Name formerly of', user.formerly] as const] : []),
        ]);
        output.line();
        output.line(`Why: bifrost explain ${user.id}`);
      },
    };
  },
};
