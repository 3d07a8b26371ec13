// Comparing with directories as the rest of the house sees it: begun by the clock or by a person, done beside the requests, once
// for all replicas.

import type { Provider } from '../identity/provider.ts';
import type { Change } from '../ledger/ledger.ts';
import type { Run } from '../ledger/reconciliation.ts';

export interface RunAsked {
  readonly provider: Provider;
  readonly channel: Run['channel'];
  /** Left out: as the provider is set. */
  readonly mode?: Run['mode'];
  readonly filter?: Readonly<Partial<Record<'group' | 'role' | 'department' | 'query', string>>>;
  readonly preview?: boolean;
}

/** What became of rows that a person said to heal. */
export interface Healed {
  readonly healed: readonly string[];
  readonly skipped: readonly { readonly id: string; readonly why: string }[];
}

export interface Reconciling {
  /** There may be work: a run that somebody began, a batch that somebody approved. */
  wake(): void;
  /** The clock's own: looks now and then for what is due, until `stop`. */
  schedule(): void;
  stop(): Promise<void>;
  /** When the next run of the provider is due by the clock; null where it is switched off. */
  dueAt(provider: Provider): Promise<number | null>;
  /**
   * @throws Refusal `conflict` while one of the provider is under way, for a provider without a directory that can be read, and
   * while it is disabled or going.
   */
  begin(asked: RunAsked, by: Change): Promise<Run>;
  /** At most 100 rows of a report, now, each looked at in the directory once more before. */
  heal(run: Run, rows: readonly string[], by: Change): Promise<Healed>;
}
