// Which engine keeps the data: the one place that opens it.

import type { Settings } from './config.ts';
import type { Ledger } from './ledger/ledger.ts';
import { openPostgresLedger } from './ledger/postgres/ledger.ts';
import { openSqliteLedger } from './ledger/sqlite/ledger.ts';
import { traced } from './ledger/traced.ts';
import type { LedgerWatch } from './ledger/watch.ts';

/**
 * `onTrouble` hears of connections that broke while nobody used them.
 * @throws LedgerLocked when another process has the file.
 */
export async function openStorage(
  { databaseUrl, dataDir }: Pick<Settings, 'databaseUrl' | 'dataDir'>,
  onTrouble: (error: Error) => void = () => {},
  watch?: LedgerWatch,
): Promise<Ledger> {
  const ledger =
    databaseUrl === null
      ? openSqliteLedger(dataDir, watch)
      : await openPostgresLedger({ url: databaseUrl, onTrouble, ...(watch && { watch }) });
  return traced(ledger);
}
