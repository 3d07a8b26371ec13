// How far behind what is done beside the requests is. Part of the contract of ledger.ts.

import type { JobKind } from './ledger.ts';

/** Unfinished jobs of one kind. */
export interface JobLag {
  readonly kind: JobKind;
  readonly waiting: number;
  /** When the oldest began to wait. */
  readonly since: number;
  /** How many users, members or events they have still to reach, as far as those were counted. */
  readonly remaining: number;
  /** Those that broke, and are tried again. */
  readonly failing: number;
}

export interface Lags {
  /** When the oldest event was committed that has no place in the feed yet. */
  readonly unsealedSince: number | null;
  /** What time it is for the storage, which all replicas share. */
  readonly storageClock: number;
  readonly jobs: readonly JobLag[];
}

/** null: all is well. */
export interface Trouble {
  /** For how long it has not heard of other replicas, and goes by looking instead. */
  readonly deafForMs: number | null;
  /** For how long the disk has taken nothing. */
  readonly diskFullForMs: number | null;
}

export interface LagStores {
  /** Looked up, not counted: it costs the same however much there is. */
  lags(): Promise<Lags>;
  /** Of the servers that have it open, each once; empty text for one that is too old to say. */
  versions(): Promise<string[]>;
}
