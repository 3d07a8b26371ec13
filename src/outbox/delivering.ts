// What other rooms ask of the room of webhooks.

import type { Delivery, Webhook } from '../ledger/webhooks.ts';
import type { Sent } from './send.ts';

export interface Delivering {
  /** There may be something to deliver. */
  wake(): void;
  /** From now on it looks by itself, too. */
  schedule(): void;
  /** What is under way has a moment to end; what does not end is sent again by whoever works on it next. */
  stop(): Promise<void>;
  /** Once, now, paused or not, and never tried again. It stands in the log when this resolves. */
  test(webhook: Webhook): Promise<Told>;
  /** The same, with an event that was delivered before, or was given up; null when the event is not there. */
  again(webhook: Webhook, delivery: Delivery): Promise<Told | null>;
}

export interface Told {
  readonly delivery: Delivery;
  readonly sent: Sent;
}
