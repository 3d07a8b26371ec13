// What somebody who watches a job is told while it works: what was decided about a person or group, what was sent, what
// failed. The agent tells it and goes on; keeping and showing it is for whoever watches.

import type { Exchange } from './connection.ts';
import type { Failure } from './failure.ts';

/** The person or group that a piece of work is about. */
export interface About {
  readonly name: 'user' | 'group';
  readonly objectId: string;
}

export interface PropertyChange {
  /** As the mapping names the target. */
  readonly name: string;
  readonly from: unknown;
  readonly to: unknown;
}

export type Decision =
  | { readonly step: 'scope'; readonly isInScope: boolean; readonly active: boolean }
  | {
      readonly step: 'match';
      readonly attribute: string;
      readonly value: string;
      readonly foundId: string | null;
    }
  | {
      readonly step: 'action';
      readonly action: 'create' | 'update' | 'delete' | 'none' | 'skip';
      readonly changes: readonly PropertyChange[];
    };

export interface Witness {
  /** So many pieces of work lie ahead. */
  planned(pieces: number): void;
  worked(pieces: number): void;
  decided(about: About, decision: Decision): void;
  /** `exchange.about` says whom it was about. */
  sent(exchange: Exchange): void;
  failed(about: About | null, failure: Failure): void;
}
