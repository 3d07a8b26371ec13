// Lists of many people on PostgreSQL, with plans for all values, as a connection keeps them.

import pg from 'pg';
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
  let prepared = 0;
  const numbered = (text: string) => {
    let n = 0;
    return text.replaceAll('?', () => `$${++n}`);
  };
  return {
    dialect: postgresDialect,
    run: async ({ text, values }) => (await client.query(numbered(text), [...values])).rows as object[],
    async complaints({ text, values }) {
      const name = `explained_${prepared++}`;
      await client.query(`PREPARE ${name} AS ${numbered(text)}`);
      const given = values.map((value) => (value === null ? 'NULL' : client.escapeLiteral(String(value))));
      const list = given.length > 0 ? `(${given.join(', ')})` : '';
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN EXECUTE ${name}${list}`);
      const plan = rows.map((row) => row['QUERY PLAN']);
      // A page met on the walk is in order already, but for equals: sorting for it would read everybody first.
      const isWalk = text.includes('AS u WHERE TRUE');
      const wrong = plan.filter((each) => /Seq Scan/.test(each) || (isWalk && /-> {2}Sort /.test(each)));
      return wrong.length > 0 ? [`${text}\n${plan.join('\n')}`] : [];
    },
    close: () => client.end(),
  };
}
