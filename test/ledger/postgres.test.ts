// The ledger on PostgreSQL: the suite of every engine.

import pg from 'pg';
import { openPostgresLedger } from '../../src/ledger/postgres/ledger.ts';
import { freshDatabase } from '../harness/fresh-database.ts';
import type { Opened } from './opened.ts';
import { ledgerSuite } from './suite.ts';

async function open(): Promise<Opened> {
  const database = await freshDatabase();
  const opened: Opened = {
    ledger: await openPostgresLedger({ url: database.url }),
    async reopen() {
      await opened.ledger.close();
      opened.ledger = await openPostgresLedger({ url: database.url });
      return opened.ledger;
    },
    stored: () => storedIn(database.url),
    async destroy() {
      await opened.ledger.close();
      await database.drop();
    },
  };
  return opened;
}

async function storedIn(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1",
    );
    const lines: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(
        `SELECT row_to_json(t)::text AS row FROM ${name} t`,
      );
      lines.push(...rows.map(({ row }) => `${name} ${row}`));
    }
    return lines.join('\n');
  } finally {
    await client.end();
  }
}

ledgerSuite('PostgreSQL', open);
