// What the storage tells whoever measures it. Part of the contract of ledger.ts; nothing depends on its being heard.

export interface LedgerWatch {
  /** A transaction of `transact` is durable: since its beginning, and how many operations it carried. */
  committed(durationMs: number, operations: number): void;
}
