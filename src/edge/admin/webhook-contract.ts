// The shapes of webhooks and their deliveries, and how both are shown.

import { type Static, Type } from 'typebox';
import type { Backlog, Delivery, Webhook } from '../../ledger/webhooks.ts';
import { choice, count, orNull, rfc3339, text, time } from './shape.ts';

export const webhookShape = Type.Object({
  id: text(),
  name: text(),
  url: text('Where events are posted to.'),
  types: Type.Array(text(), { description: 'Types of events, or `user.*`; empty: all.' }),
  providers: Type.Array(text(), {
    description: 'Ids of providers; empty: events of all, and those of no provider.',
  }),
  state: choice(
    ['active', 'failing', 'paused'],
    '`failing`: the last try did not arrive; it is tried again, and what follows waits.',
  ),
  pauseReason: orNull(
    choice(
      ['person', 'gone', 'failing'],
      '`person`: somebody paused it; `gone`: it answered 410; `failing`: nothing arrived for three days.',
    ),
  ),
  pausedAt: orNull(time()),
  failingSince: orNull(time()),
  lastDeliveredAt: orNull(time()),
  position: count('Events up to this place in the feed were delivered, given up, or wait.'),
  waiting: count('Deliveries that wait for their turn or their next try.'),
  waitingSince: orNull(time('When the one that has waited longest came.')),
  bothSecretsUntil: orNull(time('Until then the former secret signs as well.')),
  createdAt: time(),
  revision: count(),
});
export type WebhookJson = Static<typeof webhookShape>;

export const secretText = text('The secret that signs, beginning `whsec_`. It is not shown again.');

export function showWebhook(webhook: Webhook, { waiting, waitingSince }: Backlog, at: number): WebhookJson {
  const { pausedAt, failingSince, formerUntil } = webhook;
  return {
    id: webhook.id,
    name: webhook.name,
    url: webhook.url,
    types: [...webhook.types],
    providers: [...webhook.providers],
    state: pausedAt !== null ? 'paused' : failingSince !== null ? 'failing' : 'active',
    pauseReason: webhook.pauseReason,
    pausedAt: rfc3339(pausedAt),
    failingSince: rfc3339(failingSince),
    lastDeliveredAt: rfc3339(webhook.deliveredAt),
    position: webhook.position,
    waiting,
    waitingSince: rfc3339(waitingSince),
    bothSecretsUntil: formerUntil !== null && formerUntil > at ? rfc3339(formerUntil) : null,
    createdAt: rfc3339(webhook.createdAt),
    revision: webhook.revision,
  };
}

export const deliveryShape = Type.Object({
  id: text(),
  kind: choice(['event', 'again', 'test'], '`again`: somebody had it sent once more.'),
  position: orNull(count('Place of the event in the feed; null for a test.')),
  type: text('Type of the event.'),
  subject: text('What it is about; deliveries about the same arrive in order.'),
  state: choice(['waiting', 'delivered', 'failed'], '`failed`: it is not tried again.'),
  attempts: count(),
  createdAt: time(),
  nextAt: orNull(time('When it is tried next, at the earliest.')),
  lastAt: orNull(time('When it was tried last.')),
  status: orNull(Type.Integer({ description: 'What it was answered with; null where no answer came.' })),
  durationMs: orNull(count()),
  detail: orNull(text('Why the last try failed; of what was delivered, what is wrong with the answer.')),
});
export type DeliveryJson = Static<typeof deliveryShape>;

export function showDelivery(delivery: Delivery): DeliveryJson {
  const { id, kind, position, type, subject, state, attempts, status, durationMs, detail } = delivery;
  return {
    id,
    kind,
    position,
    type,
    subject,
    state,
    attempts,
    createdAt: rfc3339(delivery.createdAt),
    nextAt: rfc3339(delivery.nextAt),
    lastAt: rfc3339(delivery.lastAt),
    status,
    durationMs,
    detail,
  };
}

export const sentShape = Type.Object({
  ...deliveryShape.properties,
  answer: text('The beginning of what the receiver answered; it is kept nowhere.'),
});
export type SentJson = Static<typeof sentShape>;
