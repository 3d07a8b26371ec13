// Which engine keeps the data: the one place that opens it.

import type { Settings } from './config.ts';
import type { Ledger } from './ledger/ledger.ts';
import { openSqliteLedger } from './ledger/sqlite/ledger.ts';

/** @throws LedgerLocked when another process has the data. */
export async function openStorage({ dataDir }: Pick<Settings, 'dataDir'>): Promise<Ledger> {
  return openSqliteLedger(dataDir);
}
