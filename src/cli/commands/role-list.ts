// bifrost role list: the roles that there are.

import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { listOptions, moreLine, readList } from '../list.ts';

interface RoleJson {
  id: string;
  name: string;
  description: string;
  system: boolean;
  permissionCount: number;
}

export const roleList: Command = {
  words: ['role', 'list'],
  summary: 'List roles',
  about:
    'Where several rules give somebody a role, the one with more permissions wins, unless the provider says otherwise.',
  options: { search: { value: '<text>', about: 'part of the name' }, ...listOptions },
  examples: [['role list', 'all of them, by name']],
  async run({ arguments: given, api }: Call) {
    const search = given.text('search');
    const list = await readList<RoleJson>(await api(), pathOf('roles'), given, { search });
    return {
      document: list,
      show(output) {
        if (list.items.length === 0) return output.line('No role fits.');
        output.table(
          ['ROLE', 'PERMISSIONS', 'ORIGIN', 'ID', 'DESCRIPTION'],
          list.items.map(({ id, name, system, permissionCount, description }) => [
            name,
            String(permissionCount),
            system ? 'product' : 'made here',
            id,
            description || '-',
          ]),
        );
        output.note(moreLine(list));
      },
    };
  },
};
