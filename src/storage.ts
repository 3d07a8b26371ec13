// Which engine keeps the data: the one place that opens it.

import type { Settings } from './config.ts';
import type { Ledger } from './ledger/ledger.ts';
import { openPostgresLedger } from './ledger/postgres/ledger.ts';
import type { Say } from './ledger/preparing.ts';
import { openSqliteLedger } from './ledger/sqlite/ledger.ts';
import { traced } from './ledger/traced.ts';
import type { LedgerWatch } from './ledger/watch.ts';

/**
 * `onTrouble` hears of connections that broke while nobody used them; `say` what takes its time before it is open,
 * `watch` each commit.
 * @throws LedgerLocked when another process has the file.
 */
export async function openStorage(
  { databaseUrl, dataDir }: Pick<Settings, 'databaseUrl' | 'dataDir'>,
  hears: { onTrouble?: (error: Error) => void; say?: Say; watch?: LedgerWatch } = {},
): Promise<Ledger> {
  const ledger =
    databaseUrl === null
      ? openSqliteLedger(dataDir, hears)
      : await openPostgresLedger({ url: databaseUrl, ...hears });
  return traced(ledger);
}
