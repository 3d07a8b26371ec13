// Work on one webhook while it has something to do: the feed is read on into deliveries, and those whose turn it is are
// sent, a few at a time. What a try comes to is written before the next one of the same subject begins.

import { setTimeout as after } from 'node:timers/promises';
import type { Logger } from 'pino';
import { newId } from '../id.ts';
import type { Change, Ledger, StoredEvent } from '../ledger/ledger.ts';
import {
  type Delivery,
  type NewDelivery,
  type PauseReason,
  type Settled,
  WAITING_MOST,
  type Webhook,
} from '../ledger/webhooks.ts';
import { spanned } from '../trace.ts';
import { retryAfterMs } from './retry.ts';
import { messageOf, type Sender, type Sent, send } from './send.ts';
import { isWanted } from './wanted.ts';

/** Deliveries to one webhook at a time, each of another subject. */
const LANES = 4;
/** After so many failures in a row one lane looks whether it is back, so often. */
const FAILURES_UNTIL_ONE_LANE = 8;
const LOOKS_BACK_EVERY_MS = 250;
/** A lane rests after an answer that had to be cut off: who answers without end costs no more than who answers never. */
const AFTER_CUT_MS = 1_000;
const EVENTS_AT_ONCE = 500;
const DUE_AT_ONCE = 64;
/** Well within the lease. */
const RENEW_EVERY_MS = 5_000;
/** While some hang, others are looked for. */
const LOOK_EVERY_MS = 500;

export interface DeliveringParts extends Sender {
  readonly ledger: Ledger;
  readonly log: Logger;
  /** For whoever counts: by the name of the webhook. */
  onTried(webhook: string, result: 'delivered' | 'failed'): void;
}

interface Work extends DeliveringParts {
  readonly holder: string;
  /** Nothing new begins. */
  readonly stopping: AbortSignal;
  /** What is under way ends. */
  readonly cutting: AbortSignal;
}

const NOT_SENT = { status: null, durationMs: 0, answer: '', isCut: false };

/** Another process has the webhook by now. */
class WebhookLost extends Error {}

export async function serve(work: Work, id: string): Promise<void> {
  const { ledger, holder, log } = work;
  const losing = new AbortController();
  const lose = () => losing.abort(new WebhookLost());
  const renewing = setInterval(() => {
    ledger.webhooks.renew(id, holder).then(
      (held) => held || lose(),
      (error: unknown) => log.warn({ err: error, webhook: id }, 'the hold on a webhook was not renewed'),
    );
  }, RENEW_EVERY_MS);
  const underWay = new Map<string, Promise<void>>();
  try {
    await rounds({ ...work, cutting: AbortSignal.any([work.cutting, losing.signal]) }, id, underWay);
  } catch (error) {
    if (!(error instanceof WebhookLost) && !work.cutting.aborted) throw error;
  } finally {
    await Promise.allSettled(underWay.values());
    clearInterval(renewing);
    await ledger.webhooks.release(id, holder);
  }
}

/** Until nothing is to be done now. */
async function rounds(work: Work, id: string, underWay: Map<string, Promise<void>>): Promise<void> {
  const { ledger, clock } = work;
  let broken: unknown = null;
  let queue: Delivery[] = [];
  while (!work.stopping.aborted && !work.cutting.aborted) {
    const webhook = await ledger.webhooks.find(id);
    if (!webhook || webhook.pausedAt !== null) return;
    const isMoved = queue.length === 0 && (await readOn(work, webhook));
    if (queue.length === 0) {
      // As it is now: one that ends while they are read may still be among them.
      const busy = new Set(underWay.keys());
      const due = await ledger.webhooks.due(id, clock.now(), DUE_AT_ONCE);
      queue = due.filter((each) => !busy.has(each.id));
    }
    const lanes = webhook.failures < FAILURES_UNTIL_ONE_LANE ? LANES : 1;
    for (const delivery of queue.splice(0, Math.max(0, lanes - underWay.size))) {
      const tried = attempt(work, webhook, delivery)
        .catch((error: unknown) => {
          broken ??= error;
        })
        .finally(() => underWay.delete(delivery.id));
      underWay.set(delivery.id, tried);
    }
    if (underWay.size === 0 && !isMoved) return;
    if (underWay.size > 0)
      await Promise.race([...underWay.values(), after(LOOK_EVERY_MS, null, { ref: false })]);
    if (broken !== null) throw broken;
  }
}

/** True when the feed had more. */
async function readOn({ ledger, holder, clock }: Work, webhook: Webhook): Promise<boolean> {
  const { waiting } = await ledger.webhooks.backlog(webhook.id);
  const room = WAITING_MOST - waiting;
  if (room <= 0) return false;
  const events = await ledger.events({ after: webhook.position, limit: Math.min(EVENTS_AT_ONCE, room) });
  const last = events.at(-1);
  if (!last) return false;
  const at = clock.now();
  const rows = events.filter((event) => isWanted(webhook, event)).map((event) => deliveryOf(event, at));
  const way = { from: webhook.position, to: last.position };
  // Not ours any more, or somebody sent it elsewhere in the feed: the next look tells.
  await ledger.webhooks.fill(webhook.id, holder, way, rows);
  return true;
}

function deliveryOf({ position, type, subject }: StoredEvent, at: number): NewDelivery {
  return { id: newId(at), position, type, subject: `${subject.kind}:${subject.id}`, createdAt: at };
}

async function attempt(work: Work, webhook: Webhook, delivery: Delivery): Promise<void> {
  const { ledger, holder, cutting } = work;
  const event = await eventAt(ledger, delivery.position);
  const sent: Sent = event
    ? await spanned(
        'webhook.deliver',
        {
          'bifrost.webhook': webhook.id,
          'bifrost.event': event.type,
          'bifrost.attempt': delivery.attempts + 1,
        },
        () => send(work, webhook, messageOf(event), cutting),
      )
    : { ...NOT_SENT, outcome: 'delivered', detail: 'The event is not there.' };
  cutting.throwIfAborted();
  const settled = await settledBy(work, webhook, delivery, sent);
  if (!(await ledger.webhooks.settle(delivery, holder, settled))) throw new WebhookLost();
  work.onTried(webhook.name, settled.state === 'delivered' ? 'delivered' : 'failed');
  await rest(work, restAfter(webhook, sent));
}

/** What is written is written: the lane alone waits. */
async function rest({ stopping, cutting }: Work, ms: number): Promise<void> {
  if (ms === 0) return;
  await after(ms, null, { signal: AbortSignal.any([stopping, cutting]), ref: false }).catch(() => {});
}

function restAfter({ failures }: Webhook, { outcome, isCut }: Sent): number {
  if (isCut) return AFTER_CUT_MS;
  return outcome === 'failed' && failures >= FAILURES_UNTIL_ONE_LANE ? LOOKS_BACK_EVERY_MS : 0;
}

export async function eventAt(ledger: Ledger, position: number | null): Promise<StoredEvent | null> {
  if (position === null) return null;
  const [event] = await ledger.events({ after: position - 1, limit: 1 });
  return event?.position === position ? event : null;
}

async function settledBy(
  work: Work,
  webhook: Webhook,
  delivery: Delivery,
  { outcome, status, durationMs, detail }: Sent,
): Promise<Settled> {
  const at = work.clock.now();
  const tried = { at, status, durationMs, detail };
  if (outcome === 'delivered') return { ...tried, state: 'delivered', nextAt: null, pause: null };
  const gap = retryAfterMs(delivery.attempts + 1, Math.random());
  const waits = { ...tried, state: 'waiting', nextAt: at + (gap ?? 0) } as const;
  if (outcome === 'gone') return { ...waits, pause: pausing(work, webhook, 'gone', detail) };
  if (gap !== null) return { ...waits, pause: null };
  // Others arrived meanwhile, so it is about this one: it is given up, and those behind it go on.
  const now = await work.ledger.webhooks.find(webhook.id);
  const isAlive = (now?.deliveredAt ?? 0) > (delivery.firstAt ?? at);
  if (isAlive) return { ...tried, state: 'failed', nextAt: null, pause: null };
  return { ...waits, pause: pausing(work, webhook, 'failing', detail) };
}

function pausing(
  { clock }: Work,
  { id, name }: Webhook,
  reason: PauseReason,
  detail: string | null,
): NonNullable<Settled['pause']> {
  const by: Change = { at: clock.now(), actor: { kind: 'system', id: 'webhooks' }, cause: null };
  const subject = { kind: 'webhook' as const, id };
  return { reason, by, tell: { type: 'webhook.paused', subject, data: { name, reason, detail } } };
}
