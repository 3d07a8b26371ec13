// Lists of many people on PostgreSQL, with plans for all values, as a connection keeps them.

import pg from 'pg';
import { numbered, preparedPlans } from '../../bench/scale/prepared-plan.ts';
import { postgresDialect } from '../../src/ledger/postgres/dialect.ts';
import { openPostgresLedger } from '../../src/ledger/postgres/ledger.ts';
import { connectionOptions } from '../../src/ledger/postgres/pool.ts';
import { freshDatabase } from '../harness/fresh-database.ts';
import { type Explains, manyPeopleSuite } from './many-people-suite.ts';

manyPeopleSuite('PostgreSQL', async () => {
  const database = await freshDatabase({ tables: true });
  const ledger = await openPostgresLedger({ url: database.url });
  return {
    ledger,
    explains: () => explains(database.url),
    async destroy() {
      await ledger.close();
      await database.drop();
    },
  };
});

async function explains(url: string): Promise<Explains> {
  const client = new pg.Client(connectionOptions(url));
  await client.connect();
  const planOf = preparedPlans(client);
  return {
    dialect: postgresDialect,
    run: async ({ text, values }) => (await client.query(numbered(text), [...values])).rows as object[],
    async complaints(statement) {
      const { text } = statement;
      const plan = await planOf(statement);
      // A page met on the walk is in order already, but for equals: sorting for it would read everybody first.
      const isWalk = text.includes('AS u WHERE TRUE');
      const wrong = plan.filter((each) => /Seq Scan/.test(each) || (isWalk && /-> {2}Sort /.test(each)));
      return wrong.length > 0 ? [`${text}\n${plan.join('\n')}`] : [];
    },
    close: () => client.end(),
  };
}
