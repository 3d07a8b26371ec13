// What the storage tells whoever opened it. Part of the contract of ledger.ts; nothing depends on its being heard.

import type { Say } from './preparing.ts';

export interface LedgerWatch {
  /** A transaction of `transact` is durable: since its beginning, and how many operations it carried. */
  committed(durationMs: number, operations: number): void;
}

export interface Hears {
  /** Connections that broke while nobody used them. */
  onTrouble?: (error: Error) => void;
  /** What takes its time before it is open. */
  say?: Say;
  watch?: LedgerWatch;
}
