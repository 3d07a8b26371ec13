// Lists of many people on SQLite.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { sqliteDialect } from '../../src/ledger/sqlite/dialect.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/ledger.ts';
import { type Explains, manyPeopleSuite } from './many-people-suite.ts';

manyPeopleSuite('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bifrost-many-'));
  const ledger = openSqliteLedger(folder);
  return {
    ledger,
    explains: async () => explains(join(folder, 'bifrost.db')),
    async destroy() {
      await ledger.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
});

function explains(path: string): Explains {
  const database = new DatabaseSync(path, { readOnly: true });
  return {
    dialect: sqliteDialect,
    run: async ({ text, values }) => database.prepare(text).all(...values) as object[],
    async complaints({ text, values }) {
      const rows = database.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...values) as { detail: string }[];
      const plan = rows.map(({ detail }) => detail);
      // A subquery goes by a name too: what is read of it is what it found.
      const found = plan.flatMap((each) => /^(?:CO-ROUTINE|MATERIALIZE) (\S+)/.exec(each)?.[1] ?? []);
      const read = plan.filter((each) => /^SCAN (?!j |f\b|few|found|user_parts VIRTUAL)/.test(each));
      const walked = read.filter((each) => !found.includes(each.split(' ')[1]!) || each.includes('INDEX'));
      // A page met on the walk is in order already: sorting for it would read everybody first.
      const isWalk = text.includes('AS u WHERE TRUE');
      const sorted = plan.filter((each) => isWalk && /TEMP B-TREE FOR (?:LAST TERM OF )?ORDER BY/.test(each));
      return [...walked, ...sorted].map((each) => `${each}: ${text}`);
    },
    close: async () => database.close(),
  };
}
