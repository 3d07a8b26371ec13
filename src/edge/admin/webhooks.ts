// Webhooks: made, changed, paused and resumed, removed, their secrets replaced. What is sent: webhook-deliveries.ts.

import { type Static, Type } from 'typebox';
import { fold } from '../../fold.ts';
import { newId } from '../../id.ts';
import type { EventDraft, EventType } from '../../identity/event.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { type Webhook, type WebhookSettings, webhookIdentity } from '../../ledger/webhooks.ts';
import { newSecret } from '../../outbox/signature.ts';
import { Refusal } from '../../refusal.ts';
import { equalJson, shorten } from '../../scim/json.ts';
import { listQuery, pageOf, search, sortedBy } from './contract.ts';
import { pageInMemory } from './page.ts';
import { type Call, changeBy, type Route, route } from './route.ts';
import { checkIfMatch, revisionTag } from './version-check.ts';
import { secretText, showWebhook, type WebhookJson, webhookShape } from './webhook-contract.ts';
import { readWords, wordsShape } from './webhook-words.ts';

/** Each follows the feed by itself. */
const WEBHOOKS_MOST = 50;
const OVERLAP_HOURS_MOST = 720;
const OVERLAP_HOURS = 24;
const HOUR_MS = 3_600_000;

const may = (operation: 'read' | 'create' | 'edit' | 'delete') =>
  ({ resource: 'webhooks', operation }) as const;

const withSecret = Type.Object({ ...webhookShape.properties, secret: secretText });
const noStore = { 'cache-control': 'no-store' };

/** By id or exact name. */
export async function needWebhook(ledger: Ledger, idOrName: string): Promise<Webhook> {
  const found =
    (await ledger.webhooks.find(idOrName)) ??
    (await ledger.webhooks.list()).find(({ name }) => fold(name) === fold(idOrName));
  if (!found) throw new Refusal('notFound', `There is no webhook ${shorten(idOrName)}.`);
  return found;
}

async function shown({ parts: { ledger }, at }: Call, webhook: Webhook): Promise<WebhookJson> {
  return showWebhook(webhook, await ledger.webhooks.backlog(webhook.id), at);
}

async function answer(call: Call, id: string) {
  const webhook = await needWebhook(call.parts.ledger, id);
  return { headers: { etag: revisionTag(webhook.revision) }, body: await shown(call, webhook) };
}

/** Of the address only where it leads: what stands behind may be a secret. */
export function toldOf(type: EventType, webhook: Webhook, more: Record<string, unknown> = {}): EventDraft {
  const { id, name, url, types, providers } = webhook;
  const data = { name, origin: new URL(url).origin, types, providers, ...more };
  return { type, subject: { kind: 'webhook', id }, data };
}

// --- looking ----------------------------------------------------------------------------------------------------

const listWebhooks = route({
  method: 'GET',
  path: '/webhooks',
  permission: may('read'),
  summary: 'Webhooks, by name',
  query: Type.Object(
    { ...listQuery, search, sort: sortedBy('name', '-name') },
    { additionalProperties: false },
  ),
  response: pageOf(webhookShape),
  async handle(call) {
    const page = pageInMemory('webhooks', await call.parts.ledger.webhooks.list(), call.query);
    return { body: { ...page, items: await Promise.all(page.items.map((each) => shown(call, each))) } };
  },
});

const getWebhook = route({
  method: 'GET',
  path: '/webhooks/{id}',
  permission: may('read'),
  summary: 'A webhook, by id or exact name',
  response: webhookShape,
  versioned: true,
  handle: (call) => answer(call, call.params.id),
});

// --- making and changing ----------------------------------------------------------------------------------------

const createWebhook = route({
  method: 'POST',
  path: '/webhooks',
  permission: may('create'),
  summary: 'Make a webhook; the answer has its secret, once',
  description:
    'Events are posted in the format of Standard Webhooks, in order for each person. It begins with the events to come, or behind `after`.',
  body: Type.Object(
    {
      ...wordsShape,
      types: Type.Optional(wordsShape.types),
      providers: Type.Optional(wordsShape.providers),
      after: Type.Optional(Type.Integer({ minimum: 0, description: 'A place in the feed to begin behind.' })),
    },
    { additionalProperties: false },
  ),
  status: 201,
  response: withSecret,
  refuses: { 409: 'Another is called so, or there are 50 already' },
  async handle(call) {
    const { parts, body, at } = call;
    const { ledger } = parts;
    const words = await readWords(parts, { types: [], providers: [], ...body });
    if ((await ledger.webhooks.list()).length >= WEBHOOKS_MOST) {
      throw new Refusal('conflict', `There are ${WEBHOOKS_MOST} webhooks already. Remove one first.`);
    }
    const id = newId(at);
    const secret = newSecret();
    const last = await ledger.lastPosition();
    const webhook: Webhook = {
      ...words,
      id,
      secret: parts.keys.seal(secret, webhookIdentity(id)),
      ...{ formerSecret: null, formerUntil: null, pausedAt: null, pauseReason: null },
      ...{ failingSince: null, failures: 0, deliveredAt: null },
      revision: 1,
      createdAt: at,
      position: Math.min(body.after ?? last, last),
    };
    await ledger.webhooks.add(webhook, changeBy(call), toldOf('webhook.created', webhook));
    parts.delivering.wake();
    return { headers: noStore, body: { ...(await shown(call, webhook)), secret } };
  },
});

const changeWebhook = route({
  method: 'PATCH',
  path: '/webhooks/{id}',
  permission: may('edit'),
  summary: 'Change the name, the address or the filters of a webhook',
  description: 'What waits already goes to the new address; the filters are for events to come.',
  body: Type.Partial(Type.Object(wordsShape), { additionalProperties: false }),
  response: webhookShape,
  versioned: true,
  async handle(call) {
    const { parts, params, body, ifMatch } = call;
    const before = await needWebhook(parts.ledger, params.id);
    checkIfMatch(ifMatch, revisionTag(before.revision));
    const { name, url, types, providers } = before;
    const read = await readWords(parts, { name, url, types, providers: [], ...body }, before);
    // A provider that it named and that is gone by now is nothing that this change says.
    const words = body.providers ? read : { ...read, providers };
    if (!equalJson(words, { name, url, types, providers })) {
      const after = { ...before, ...words };
      const told = toldOf('webhook.updated', after);
      await parts.ledger.webhooks.save(before.id, after, before.revision, changeBy(call), { tell: told });
    }
    return answer(call, before.id);
  },
});

const rotateWebhook = route({
  method: 'POST',
  path: '/webhooks/{id}/rotate',
  permission: may('edit'),
  summary: 'Give a webhook a new secret; the answer has it, once',
  description:
    'For the hours of the overlap both secrets sign each message, so that the receiver can change over when it likes. 0 ends the former at once, as after a leak.',
  body: Type.Object(
    {
      overlapHours: Type.Optional(
        Type.Integer({ minimum: 0, maximum: OVERLAP_HOURS_MOST, default: OVERLAP_HOURS }),
      ),
    },
    { additionalProperties: false },
  ),
  optionalBody: true,
  response: withSecret,
  async handle(call) {
    const { parts, params, body, at } = call;
    const before = await needWebhook(parts.ledger, params.id);
    const secret = newSecret();
    const hours = body.overlapHours ?? OVERLAP_HOURS;
    const after: WebhookSettings = {
      ...before,
      secret: parts.keys.seal(secret, webhookIdentity(before.id)),
      formerSecret: hours > 0 ? before.secret : null,
      formerUntil: hours > 0 ? at + hours * HOUR_MS : null,
    };
    const told = toldOf('webhook.rotated', before, { overlapHours: hours });
    await parts.ledger.webhooks.save(before.id, after, before.revision, changeBy(call), { tell: told });
    const { headers, body: shownNow } = await answer(call, before.id);
    return { headers: { ...headers, ...noStore }, body: { ...shownNow, secret } };
  },
});

// --- pausing, removing ------------------------------------------------------------------------------------------

const pauseWebhook = route({
  method: 'POST',
  path: '/webhooks/{id}/pause',
  permission: may('edit'),
  summary: 'Send nothing to a webhook until it is resumed',
  description: 'Nothing is lost: events wait in the feed. Paused already, it stays as it is.',
  response: webhookShape,
  async handle(call) {
    const { ledger } = call.parts;
    const before = await needWebhook(ledger, call.params.id);
    if (before.pausedAt === null) {
      const after: WebhookSettings = { ...before, pausedAt: call.at, pauseReason: 'person' };
      const told = toldOf('webhook.paused', before, { reason: 'person', detail: null });
      await ledger.webhooks.save(before.id, after, before.revision, changeBy(call), { tell: told });
    }
    return answer(call, before.id);
  },
});

const resumeWebhook = route({
  method: 'POST',
  path: '/webhooks/{id}/resume',
  permission: may('edit'),
  summary: 'Go on with a webhook where it was paused',
  description:
    'Everything that waits is sent, the oldest first, each as if never tried. To leave out what happened meanwhile, replay from the last place first.',
  response: webhookShape,
  async handle(call) {
    const { ledger, delivering } = call.parts;
    const before = await needWebhook(ledger, call.params.id);
    if (before.pausedAt !== null) {
      const after: WebhookSettings = { ...before, pausedAt: null, pauseReason: null };
      const tell = toldOf('webhook.resumed', before);
      await ledger.webhooks.save(before.id, after, before.revision, changeBy(call), { tell, anew: true });
      delivering.wake();
    }
    return answer(call, before.id);
  },
});

const removeWebhook = route({
  method: 'DELETE',
  path: '/webhooks/{id}',
  permission: may('delete'),
  summary: 'Remove a webhook, with what waits for it',
  status: 204,
  async handle(call) {
    const webhook = await needWebhook(call.parts.ledger, call.params.id);
    await call.parts.ledger.webhooks.remove(webhook.id, changeBy(call), toldOf('webhook.removed', webhook));
    return {};
  },
});

export const webhookRoutes: readonly Route[] = [
  listWebhooks,
  createWebhook,
  getWebhook,
  changeWebhook,
  rotateWebhook,
  pauseWebhook,
  resumeWebhook,
  removeWebhook,
];

export type WebhookWithSecretJson = Static<typeof withSecret>;
