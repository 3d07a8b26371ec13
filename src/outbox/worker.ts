// Beside the requests: follows the feed and works on every webhook that has something to do, each in a queue of its own.
// Of all replicas one works on each; another takes over whatever it left lying.

import { randomUUID } from 'node:crypto';
import { newId } from '../id.ts';
import type { Delivery, Webhook } from '../ledger/webhooks.ts';
import type { Delivering, Told } from './delivering.ts';
import { type Message, messageOf, type Sent, send, TEST_TYPE, testMessage } from './send.ts';
import { type DeliveringParts, eventAt, serve } from './serve.ts';

/** A retry whose time has come, and what others left lying, is found after that long at the latest. */
const LOOK_EVERY_MS = 5_000;
/** Events come in bursts: they are looked at together. */
const GATHER_MS = 50;
/** What a stop gives those under way. */
const GRACE_MS = 3_000;

export function deliveringOn(parts: DeliveringParts): Delivering {
  const { ledger, clock, log } = parts;
  const holder = ledger.engine === 'sqlite' ? 'the one process' : randomUUID();
  const serving = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  const cutting = new AbortController();
  const signals = { stopping: stopping.signal, cutting: cutting.signal };
  let gathering: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();

  function wake(): void {
    if (stopping.signal.aborted || gathering) return;
    gathering = setTimeout(() => {
      gathering = undefined;
      looking = looking
        .then(look)
        .catch((error: unknown) => log.error({ err: error }, 'webhooks could not be looked at'));
    }, GATHER_MS);
    gathering.unref();
  }

  async function look(): Promise<void> {
    for (const id of await ledger.webhooks.ready(clock.now())) {
      if (serving.has(id) || stopping.signal.aborted) continue;
      const webhook = await ledger.webhooks.take(id, holder);
      if (webhook) serving.set(id, work(webhook));
    }
  }

  async function work({ id }: Webhook): Promise<void> {
    try {
      await serve({ ...parts, holder, ...signals }, id).finally(() => serving.delete(id));
      // Something may have come behind its last look.
      wake();
    } catch (error) {
      log.error({ err: error, webhook: id }, 'work on a webhook broke; it is taken up again');
    }
  }

  const timers: NodeJS.Timeout[] = [];
  let unfollow = () => {};
  return {
    wake,
    schedule() {
      timers.push(setInterval(wake, LOOK_EVERY_MS).unref());
      unfollow = ledger.follow(wake);
      wake();
    },
    async stop() {
      unfollow();
      for (const timer of timers) clearInterval(timer);
      clearTimeout(gathering);
      stopping.abort();
      const cut = setTimeout(() => cutting.abort(), GRACE_MS);
      await looking;
      await Promise.all(serving.values());
      clearTimeout(cut);
    },
    test: (webhook) => once(parts, webhook, (id, at) => testMessage(id, webhook, at)),
    async again(webhook, delivery) {
      const event = await eventAt(ledger, delivery.position);
      return event && once(parts, webhook, () => messageOf(event), delivery);
    },
  };
}

async function once(
  parts: DeliveringParts,
  webhook: Webhook,
  message: (id: string, at: number) => Message,
  before?: Delivery,
): Promise<Told> {
  const at = parts.clock.now();
  const id = newId(at);
  const sent = await send(parts, webhook, message(id, at));
  const delivery = logged({ id, webhook: webhook.id, at, before }, sent);
  await parts.ledger.webhooks.log(delivery);
  return { delivery, sent };
}

function logged(
  { id, webhook, at, before }: { id: string; webhook: string; at: number; before: Delivery | undefined },
  { outcome, status, durationMs, detail }: Sent,
): Delivery {
  return {
    id,
    webhook,
    kind: before ? 'again' : 'test',
    position: before?.position ?? null,
    type: before?.type ?? TEST_TYPE,
    subject: before?.subject ?? `webhook:${webhook}`,
    state: outcome === 'delivered' ? 'delivered' : 'failed',
    attempts: 1,
    createdAt: at,
    firstAt: at,
    nextAt: null,
    lastAt: at,
    status,
    durationMs,
    detail,
  };
}
