// The ledger on PostgreSQL: the suite of every engine.

import { openPostgresLedger } from '../../src/ledger/postgres/ledger.ts';
import { freshDatabase } from '../harness/fresh-database.ts';
import type { Opened } from './opened.ts';
import { storedIn } from './postgres-rows.ts';
import { ledgerSuite } from './suite.ts';

async function open(): Promise<Opened> {
  const database = await freshDatabase({ tables: true });
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

ledgerSuite('PostgreSQL', open);
