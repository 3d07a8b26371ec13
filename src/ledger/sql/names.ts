// What people call the things that events speak of, many ids at once: people, groups, teams, business units, tokens, keys and
// break-glass administrators. What is gone has no name here.

import { displayNameOf } from '../../identity/user.ts';
import type { Dialect } from './dialect.ts';
import { readUserRow, type UserColumns, userColumns } from './rows.ts';
import { all, inPortions, type Script } from './statement.ts';
import type { StoredSettings } from './stored-settings.ts';

interface Named {
  id: string;
  name: string;
}

export function* readNames(
  dialect: Dialect,
  settings: StoredSettings,
  ids: readonly string[],
): Script<Map<string, string>> {
  const names = new Map<string, string>();
  for (const { id, name } of settings.roles) names.set(id, name);
  for (const [id, { provider }] of settings.states) names.set(id, provider.name);
  for (const some of inPortions([...new Set(ids)])) {
    const asked = JSON.stringify(some);
    for (const provider of settings.states.keys()) {
      for (const { id, name } of yield* namesOf(dialect, provider, asked)) names.set(id, name);
    }
    for (const { id, name } of yield* namesOfAll(dialect, asked)) names.set(id, name);
  }
  return names;
}

/** CROSS JOIN keeps the order of the tables on SQLite: the few ids that are asked for lead. */
function* namesOf(dialect: Dialect, provider: string, asked: string): Script<Named[]> {
  const users = yield* all<UserColumns>(
    `SELECT ${userColumns} FROM ${dialect.texts} CROSS JOIN users u WHERE u.provider = ? AND u.id = j.value`,
    asked,
    provider,
  );
  const groups = yield* all<Named>(
    `SELECT g.id, g.display_name AS name FROM ${dialect.texts} CROSS JOIN directory_groups g WHERE g.provider = ? AND g.id = j.value`,
    asked,
    provider,
  );
  const tokens = yield* all<Named>(
    `SELECT t.id, t.name FROM ${dialect.texts} CROSS JOIN tokens t WHERE t.provider = ? AND t.id = j.value`,
    asked,
    provider,
  );
  return [
    ...users.map((row) => ({ id: row.id, name: displayNameOf(readUserRow(row)) })),
    ...groups,
    ...tokens,
  ];
}

function* namesOfAll(dialect: Dialect, asked: string): Script<Named[]> {
  const found: Named[] = [];
  for (const table of ['targets', 'api_keys', 'local_admins', 'webhooks']) {
    found.push(
      ...(yield* all<Named>(
        `SELECT t.id, t.name FROM ${dialect.texts} CROSS JOIN ${table} t WHERE t.id = j.value`,
        asked,
      )),
    );
  }
  return found;
}
