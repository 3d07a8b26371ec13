// Opens the one file: lock, pragmas, migrations. The lock is SQLite's own on a second small file, held by an open
// transaction, so the operating system releases it whatever way the process ends.

import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { fold } from '../../fold.ts';
import { makeFolder } from '../../folder.ts';
import { type Say, sayStep } from '../preparing.ts';
import { migrations } from './migrations.ts';

export type Database = DatabaseSyncInstance;

export interface OpenFile {
  database: Database;
  path: string;
  close(): void;
}

/** Another process has the file. `holder` says which, as far as it could be read. */
export class LedgerLocked extends Error {
  readonly holder: { pid: number; host: string; since: string } | null;
  constructor(dataDir: string, holder: LedgerLocked['holder']) {
    const who = holder ? `process ${holder.pid} on ${holder.host}, since ${holder.since}` : 'another process';
    super(
      `The data in ${dataDir} is in use by ${who}. Stop it first, or set BIFROST_DATA_DIR to another folder.`,
    );
    this.name = 'LedgerLocked';
    this.holder = holder;
  }
}

const PAGE_CACHE_KIB = 48 * 1024;
const CHECKPOINT_PAGES = 4000;

export function openFile(dataDir: string, say: Say = () => {}): OpenFile {
  makeFolder(dataDir);
  const unlock = lock(dataDir);
  try {
    const path = join(dataDir, 'bifrost.db');
    const database = new DatabaseSync(path);
    // The log and its index take the permissions of the file.
    chmodSync(path, 0o600);
    prepareConnection(database);
    migrate(database, say);
    // What a process that was killed left in the log may never have been flushed; now it is, before anybody reads it.
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return {
      database,
      path,
      close: () => {
        database.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

function lock(dataDir: string): () => void {
  const holderPath = join(dataDir, 'bifrost.holder.json');
  const path = join(dataDir, 'bifrost.lock');
  const held = new DatabaseSync(path);
  // Its journal takes the permissions of the file.
  chmodSync(path, 0o600);
  try {
    held.exec('PRAGMA busy_timeout = 200; BEGIN EXCLUSIVE');
  } catch {
    held.close();
    throw new LedgerLocked(dataDir, readHolder(holderPath));
  }
  const holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  writeFileSync(holderPath, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
  return () => {
    rmSync(holderPath, { force: true });
    held.exec('ROLLBACK');
    held.close();
  };
}

function readHolder(path: string): LedgerLocked['holder'] {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null; // it is only for the message
  }
}

function prepareConnection(database: Database): void {
  // NORMAL leaves the flush of the write-ahead log to us: commit.ts does it before anything is answered, beside the
  // event loop instead of in it. The file itself is as safe as with FULL: checkpoints still order their writes.
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA foreign_keys = ON;
    PRAGMA busy_timeout = 5000;
    PRAGMA cache_size = -${PAGE_CACHE_KIB};
    PRAGMA temp_store = MEMORY;
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    PRAGMA journal_size_limit = 67108864;
  `);
  defineFold(database);
}

/** The case folding of the whole system, for filters that no stored folded column answers. */
function defineFold(database: Database): void {
  database.function('bifrost_fold', { deterministic: true }, (text: unknown) =>
    typeof text === 'string' ? fold(text) : null,
  );
}

function migrate(database: Database, say: Say): void {
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > migrations.length) {
    throw new Error(
      `The data was written by a newer version (schema ${version}; this one knows ${migrations.length}). Start that version.`,
    );
  }
  for (let step = version; step < migrations.length; step++) {
    if (version > 0) sayStep(say, step + 1, migrations.length);
    database.exec('BEGIN IMMEDIATE');
    try {
      database.exec(migrations[step]!);
      database.exec(`PRAGMA user_version = ${step + 1}; COMMIT`);
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  }
}
