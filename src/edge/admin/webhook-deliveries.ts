// What webhooks were sent and what became of it; a test, one event again, or all from a place in the feed.

import { Type } from 'typebox';
import type { Told } from '../../outbox/delivering.ts';
import { Refusal } from '../../refusal.ts';
import { shorten } from '../../scim/json.ts';
import { choice, listQuery, pageOf, sortedBy } from './contract.ts';
import { readIdCursor, showTotal, writeIdCursor } from './page.ts';
import { changeBy, type Route, route } from './route.ts';
import {
  deliveryShape,
  type SentJson,
  sentShape,
  showDelivery,
  showWebhook,
  webhookShape,
} from './webhook-contract.ts';
import { needWebhook, toldOf } from './webhooks.ts';

const toSend = { resource: 'webhooks', operation: 'send' } as const;
/** Of an answer, as it is shown. */
const ANSWER_CHARACTERS = 500;

const listDeliveries = route({
  method: 'GET',
  path: '/webhooks/{id}/deliveries',
  permission: { resource: 'webhooks', operation: 'read' },
  summary: 'Deliveries of a webhook, the newest first',
  description: 'Those that are over are kept for as long as the request log.',
  query: Type.Object(
    {
      ...listQuery,
      state: Type.Optional(choice(['waiting', 'delivered', 'failed'])),
      sort: sortedBy('-createdAt'),
    },
    { additionalProperties: false },
  ),
  response: pageOf(deliveryShape),
  async handle({ parts: { ledger }, params, query }) {
    const { id } = await needWebhook(ledger, params.id);
    const { limit = 50, cursor, state } = query;
    const order = `deliveries ${id}`;
    const after = readIdCursor(order, cursor);
    const found = await ledger.webhooks.deliveries({
      webhook: id,
      after,
      limit,
      ...(state !== undefined && { state }),
    });
    return {
      body: {
        items: found.items.map(showDelivery),
        nextCursor: writeIdCursor(order, found.next),
        ...showTotal(found),
      },
    };
  },
});

const testWebhook = route({
  method: 'POST',
  path: '/webhooks/{id}/test',
  permission: toSend,
  summary: 'Send a test to a webhook, now, and see what comes back',
  description: 'An event of the type `webhook.test`, signed as all are, once; paused or not.',
  response: sentShape,
  async handle({ parts, params }) {
    const webhook = await needWebhook(parts.ledger, params.id);
    return { body: showSent(await parts.delivering.test(webhook)) };
  },
});

const sendAgain = route({
  method: 'POST',
  path: '/webhooks/{id}/deliveries/{delivery}/resend',
  permission: toSend,
  summary: 'Send the event of a delivery once more, now',
  description:
    'Out of turn, once, paused or not, with the `webhook-id` that it had before: a receiver may pass it over as one that it knows.',
  response: sentShape,
  refuses: { 409: 'It waits for its turn, or was a test' },
  async handle({ parts, params }) {
    const webhook = await needWebhook(parts.ledger, params.id);
    const delivery = await parts.ledger.webhooks.delivery(webhook.id, params.delivery);
    if (!delivery) throw new Refusal('notFound', `There is no delivery ${shorten(params.delivery)} here.`);
    if (delivery.state === 'waiting') {
      throw new Refusal('conflict', 'It is still being tried: it is sent by itself when its turn comes.');
    }
    const told = await parts.delivering.again(webhook, delivery);
    if (!told) throw new Refusal('conflict', 'That was a test. Send another one.');
    return { body: showSent(told) };
  },
});

const replayWebhook = route({
  method: 'POST',
  path: '/webhooks/{id}/replay',
  permission: toSend,
  summary: 'Send all events behind a place in the feed, once more or for the first time',
  description:
    'The webhook goes on behind `after`, by its filters of now. Events keep their `webhook-id`. With the last place it leaves out what waits in the feed.',
  body: Type.Object(
    { after: Type.Integer({ minimum: 0, description: 'A place in the feed; 0: from the first event on.' }) },
    { additionalProperties: false },
  ),
  response: webhookShape,
  async handle(call) {
    const { parts, params, body, at } = call;
    const { webhooks } = parts.ledger;
    const webhook = await needWebhook(parts.ledger, params.id);
    const after = Math.min(body.after, await parts.ledger.lastPosition());
    const told = toldOf('webhook.replayed', webhook, { after, before: webhook.position });
    await webhooks.replay(webhook.id, after, changeBy(call), told);
    parts.delivering.wake();
    const now = await needWebhook(parts.ledger, webhook.id);
    return { body: showWebhook(now, await webhooks.backlog(webhook.id), at) };
  },
});

function showSent({ delivery, sent }: Told): SentJson {
  return { ...showDelivery(delivery), answer: sent.answer.slice(0, ANSWER_CHARACTERS).toWellFormed() };
}

export const webhookDeliveryRoutes: readonly Route[] = [
  listDeliveries,
  testWebhook,
  sendAgain,
  replayWebhook,
];
