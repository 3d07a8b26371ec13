// Which engine keeps the data: the one place that opens it.

import type { Settings } from './config.ts';
import type { Ledger } from './ledger/ledger.ts';
import { openPostgresLedger } from './ledger/postgres/ledger.ts';
import { openSqliteLedger } from './ledger/sqlite/ledger.ts';
import { traced } from './ledger/traced.ts';
import type { Hears } from './ledger/watch.ts';

/** @throws LedgerLocked when another process has the file. */
export async function openStorage(
  { databaseUrl, dataDir }: Pick<Settings, 'databaseUrl' | 'dataDir'>,
  hears: Hears = {},
): Promise<Ledger> {
  const ledger =
    databaseUrl === null
      ? openSqliteLedger(dataDir, hears)
      : await openPostgresLedger({ url: databaseUrl, ...hears });
  return traced(ledger);
}
