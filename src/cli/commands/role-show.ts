// bifrost role show: one role, and what it permits in plain words.

import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import type { List } from '../list.ts';

interface RoleJson {
  id: string;
  name: string;
  description: string;
  system: boolean;
  permissions: string[];
}

interface PermissionJson {
  permission: string;
  description: string;
}

export const roleShow: Command = {
  words: ['role', 'show'],
  summary: 'Show a role and what it permits',
  operands: [{ name: 'role', about: 'id or exact name' }],
  examples: [
    ['role show Developer', 'each permission with what it lets people do'],
    ['role show Developer --json', 'for a script'],
  ],
  async run({ arguments: given, api: open }: Call) {
    const api = await open();
    const role = await api.get<RoleJson>(pathOf('roles', given.operand('role')));
    const words = await describe(role, (cursor) =>
      api.get<List<PermissionJson>>(pathOf('roles', role.id, 'permissions'), { limit: 500, cursor }),
    );
    return {
      document: role,
      show(output) {
        output.line({ tone: 'strong', text: role.name });
        output.fields([
          ['Description', role.description || '-'],
          ['Origin', role.system ? 'comes with the product' : 'made here'],
          ['Id', role.id],
        ]);
        output.line();
        if (words.length === 0) return output.line('It permits nothing.');
        output.table(
          ['PERMISSION', 'LETS PEOPLE'],
          words.map(({ permission, description }) => [permission, description || '-']),
        );
      },
    };
  },
};

async function describe(
  { permissions }: RoleJson,
  page: (cursor: string | undefined) => Promise<List<PermissionJson>>,
): Promise<PermissionJson[]> {
  const found: PermissionJson[] = [];
  let cursor: string | undefined;
  while (found.length < permissions.length) {
    const { items, nextCursor } = await page(cursor);
    found.push(...items);
    if (nextCursor === null) break;
    cursor = nextCursor;
  }
  return found;
}
