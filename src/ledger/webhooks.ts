// What is kept of webhooks: where events are sent, how far each has come in the feed, and what became of each delivery.
// Part of the contract of ledger.ts.

import type { EventDraft } from '../identity/event.ts';
import type { SealedSecret } from '../identity/provider.ts';
import type { Change, Total } from './ledger.ts';

/** `person`: somebody said so; `gone`: it answered 410; `failing`: nothing arrived for three days. */
export type PauseReason = 'person' | 'gone' | 'failing';

/** What people say of a webhook. */
export interface WebhookWords {
  readonly name: string;
  readonly url: string;
  /** Types of events, or `user.*` for all that begin so; empty: all. */
  readonly types: readonly string[];
  /** Ids; empty: all, and what is of no provider. */
  readonly providers: readonly string[];
}

/** What is changed as a whole, by its revision. */
export interface WebhookSettings extends WebhookWords {
  /** Sealed, for `webhookIdentity`. */
  readonly secret: string;
  /** The one before it, which signs as well until that time. */
  readonly formerSecret: string | null;
  readonly formerUntil: number | null;
  readonly pausedAt: number | null;
  readonly pauseReason: PauseReason | null;
}

export interface Webhook extends WebhookSettings {
  readonly id: string;
  readonly revision: number;
  readonly createdAt: number;
  /** Events up to there are delivered, or stand among the deliveries. */
  readonly position: number;
  /** Since when no delivery succeeded, and how many tries that were; null while all is well. */
  readonly failingSince: number | null;
  readonly failures: number;
  readonly deliveredAt: number | null;
}

export type DeliveryState = 'waiting' | 'delivered' | 'failed';

export interface Delivery {
  readonly id: string;
  readonly webhook: string;
  /** `event`: in its turn; `again` and `test`: once, at somebody's word. */
  readonly kind: 'event' | 'again' | 'test';
  /** Of the event; null for a test. */
  readonly position: number | null;
  readonly type: string;
  /** What arrives in order is in order for this: `user:<id>`. */
  readonly subject: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly createdAt: number;
  /** Of the first try. */
  readonly firstAt: number | null;
  /** Not before then; null when nothing more is tried. */
  readonly nextAt: number | null;
  readonly lastAt: number | null;
  /** What the last try was answered with; null where no answer came. */
  readonly status: number | null;
  readonly durationMs: number | null;
  /** Why it failed, in words of ours; nothing of what the receiver said. */
  readonly detail: string | null;
}

export type NewDelivery = Pick<Delivery, 'id' | 'position' | 'type' | 'subject' | 'createdAt'>;

/** What one try came to. */
export type Settled = Pick<Delivery, 'state' | 'nextAt' | 'status' | 'durationMs' | 'detail'> & {
  readonly at: number;
  /** The webhook with it, and its event. */
  readonly pause: { readonly reason: PauseReason; readonly tell: EventDraft; readonly by: Change } | null;
};

export interface Backlog {
  /** Deliveries that wait for their turn or their next try. */
  readonly waiting: number;
  /** When the one that has waited longest was made. */
  readonly waitingSince: number | null;
}

/** Events that may stand among the deliveries of one webhook; further ones wait in the feed. */
export const WAITING_MOST = 1_000;

/** Whose secret it is (table, row): a sealed text opens for this alone. */
export function webhookIdentity(id: string): string {
  return `webhooks/${id}`;
}

export interface Webhooks {
  /** By name. */
  list(): Promise<Webhook[]>;
  find(id: string): Promise<Webhook | null>;
  backlog(id: string): Promise<Backlog>;
  /** @throws Refusal `uniqueness` for a name that another has. */
  add(webhook: Webhook, by: Change, tell: EventDraft): Promise<void>;
  /**
   * @throws Refusal `stale` where it has another revision. `anew`: what waits is tried at once, as if never before.
   */
  save(
    id: string,
    to: WebhookSettings,
    expected: number,
    by: Change,
    told: { tell: EventDraft; anew?: true },
  ): Promise<void>;
  /** Its deliveries go with it, by and by. */
  remove(id: string, by: Change, tell: EventDraft): Promise<boolean>;
  /** It goes on behind that place, also where it has been there before. */
  replay(id: string, after: number, by: Change, tell: EventDraft): Promise<boolean>;

  /** Those that have something to do at that time, whoever works on them. */
  ready(at: number): Promise<string[]>;
  /** By the database's clock, for some seconds; null when another process has it. */
  take(id: string, holder: string): Promise<Webhook | null>;
  /** False when another process has it by now. */
  renew(id: string, holder: string): Promise<boolean>;
  release(id: string, holder: string): Promise<void>;
  /** Deliveries and how far the feed is read with them; false when that was not `from`, or another process has it. */
  fill(
    id: string,
    holder: string,
    way: { from: number; to: number },
    rows: readonly NewDelivery[],
  ): Promise<boolean>;
  /** Those whose time has come and before whom none of the same subject waits. */
  due(id: string, at: number, limit: number): Promise<Delivery[]>;
  /** False when another process has the webhook by now; then nothing is written. */
  settle(delivery: Delivery, holder: string, settled: Settled): Promise<boolean>;

  /** What was sent at somebody's word. */
  log(delivery: Delivery): Promise<void>;
  delivery(webhook: string, id: string): Promise<Delivery | null>;
  /** Newest first. */
  deliveries(query: {
    webhook: string;
    state?: DeliveryState;
    after: string | null;
    limit: number;
  }): Promise<{ items: Delivery[]; next: string | null } & Total>;

  /** Every secret of a webhook at rest. */
  sealedSecrets(): Promise<SealedSecret[]>;
}

export interface WebhookStores {
  readonly webhooks: Webhooks;
}
