// How many users or groups a provider has.

import type { CountAll } from '../sql/resources.ts';
import { one } from '../sql/statement.ts';

const counts = {
  users: 'SELECT count(*) AS n FROM users WHERE provider = ? AND removed_at IS NULL',
  groups: 'SELECT count(*) AS n FROM directory_groups WHERE provider = ?',
} as const;

export const countAll: CountAll = function* (table, provider) {
  return (yield* one<{ n: number }>(counts[table], provider))?.n ?? 0;
};
