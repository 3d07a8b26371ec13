// The ledger on SQLite: the suite of every engine, and what only this one has: one file, its lock, its chain on disk.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteLedger } from '../../src/ledger/sqlite/ledger.ts';
import type { Opened } from './opened.ts';
import { ledgerSuite } from './suite.ts';

async function open(): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), 'bifrost-ledger-'));
  const opened: Opened = {
    ledger: openSqliteLedger(folder),
    async reopen() {
      await opened.ledger.close();
      opened.ledger = openSqliteLedger(folder);
      return opened.ledger;
    },
    async destroy() {
      await opened.ledger.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return opened;
}

ledgerSuite('SQLite', open);
