// bifrost user list: who is here, with what they have.

import type { UserJson } from '../../edge/admin/contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { listOptions, moreLine, readList } from '../list.ts';
import { namesOf, statusText } from '../user.ts';
import { when } from '../when.ts';

export const userList: Command = {
  words: ['user', 'list'],
  summary: 'List users with their role, teams and business units',
  about:
    'Without --status: active and suspended ones. Filters take ids or exact names and narrow one another.',
  options: {
    search: { value: '<text>', about: 'part of the user name, display name or address' },
    status: { value: '<status>', about: 'only those', oneOf: ['active', 'suspended', 'removed'] },
    role: { value: '<role>', about: 'only with this role; "none" for those without' },
    team: { value: '<team>', about: 'only in this team' },
    'business-unit': { value: '<unit>', about: 'only in this business unit' },
    provider: { value: '<provider>', about: 'only of this provider' },
    sort: {
      value: '<key>',
      about: 'order; "-" in front (--sort=-createdAt) turns it round',
      oneOf: ['userName', '-userName', 'createdAt', '-createdAt', 'lastProvisionedAt', '-lastProvisionedAt'],
    },
    ...listOptions,
  },
  examples: [
    ['user list', 'the first 50 by name'],
    ['user list --role none', 'who cannot sign in because no rule gives a role'],
    ['user list --status suspended --provider entra --json', 'for a script'],
    ['user list --sort=-lastProvisionedAt --limit 10', 'whom the provider changed last'],
  ],
  async run({ arguments: given, api }: Call) {
    const list = await readList<UserJson>(await api(), pathOf('users'), given, {
      search: given.text('search'),
      status: given.text('status'),
      role: given.text('role'),
      team: given.text('team'),
      businessUnit: given.text('business-unit'),
      provider: given.text('provider'),
      sort: given.text('sort'),
    });
    return {
      document: list,
      show(output) {
        if (list.items.length === 0) return output.line('No user fits.');
        output.table(
          [
            'USER NAME',
            'DISPLAY NAME',
            'STATUS',
            'ROLE',
            'TEAMS',
            'BUSINESS UNITS',
            'PROVIDER',
            'PROVISIONED',
          ],
          list.items.map((user) => [
            user.userName,
            user.displayName,
            statusText(user.status),
            user.role?.name ?? { tone: 'warning', text: 'none' },
            namesOf(user.teams),
            namesOf(user.businessUnits),
            user.provider,
            when(user.lastProvisionedAt),
          ]),
        );
        output.note(moreLine(list));
      },
    };
  },
};
