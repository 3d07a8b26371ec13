// How many users and groups a provider has: counted once, then kept in step by the writer, so that the first page of a
// list does not count a million rows.

import type { Database } from './open.ts';

export type Counted = 'users' | 'groups';

export interface Totals {
  of(table: Counted, provider: string): number;
  changed(table: Counted, provider: string, by: 1 | -1): void;
  /** Writes were undone: count again. */
  forget(): void;
}

export function totals(database: Database): Totals {
  const counts = {
    users: database.prepare('SELECT count(*) AS n FROM users WHERE provider = ? AND removed_at IS NULL'),
    groups: database.prepare('SELECT count(*) AS n FROM directory_groups WHERE provider = ?'),
  };
  const known = { users: new Map<string, number>(), groups: new Map<string, number>() };
  return {
    of(table, provider) {
      let total = known[table].get(provider);
      if (total === undefined) {
        total = (counts[table].get(provider) as { n: number }).n;
        known[table].set(provider, total);
      }
      return total;
    },
    changed(table, provider, by) {
      const total = known[table].get(provider);
      if (total !== undefined) known[table].set(provider, total + by);
    },
    forget() {
      known.users.clear();
      known.groups.clear();
    },
  };
}
