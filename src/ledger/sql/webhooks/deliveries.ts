// The log of deliveries: what was sent, what it came to, and what is forgotten of it.

import type { Delivery, DeliveryState, Webhooks } from '../../webhooks.ts';
import { counted } from '../events.ts';
import type { Hands } from '../hands.ts';
import { all, marks, one, type Script, type Value, write } from '../statement.ts';

export interface DeliveryColumns {
  id: string;
  webhook: string;
  kind: Delivery['kind'];
  position: number | null;
  type: string;
  subject: string;
  state: DeliveryState;
  attempts: number;
  created_at: number;
  first_at: number | null;
  next_at: number | null;
  last_at: number | null;
  status: number | null;
  duration_ms: number | null;
  detail: string | null;
}

const names = [
  'id',
  'webhook',
  'kind',
  'position',
  'type',
  'subject',
  'state',
  'attempts',
  'created_at',
  'first_at',
  'next_at',
  'last_at',
  'status',
  'duration_ms',
  'detail',
] as const;

/** Of the row `d`. */
export const deliveryColumns = names.map((name) => `d.${name}`).join(', ');

export function deliveries(hands: Hands): Pick<Webhooks, 'log' | 'delivery' | 'deliveries'> {
  return {
    log: (delivery) =>
      hands.write(function* () {
        const values = rowOf(delivery);
        const sql = `INSERT INTO webhook_deliveries (${names.join(', ')}) VALUES ${marks(1, values.length)}`;
        yield* write(sql, ...values);
      }),
    delivery: (webhook, id) =>
      hands.read(function* () {
        const sql = `SELECT ${deliveryColumns} FROM webhook_deliveries d WHERE d.id = ? AND d.webhook = ?`;
        const row = yield* one<DeliveryColumns>(sql, id, webhook);
        return row ? readDelivery(row) : null;
      }),
    deliveries: (query) => hands.read(() => list(query)),
  };
}

function* list({
  webhook,
  state,
  after,
  limit,
}: Parameters<Webhooks['deliveries']>[0]): Script<Awaited<ReturnType<Webhooks['deliveries']>>> {
  const where = `d.webhook = ?${state === undefined ? '' : ' AND d.state = ?'}`;
  const values: Value[] = state === undefined ? [webhook] : [webhook, state];
  const rows = yield* all<DeliveryColumns>(
    `SELECT ${deliveryColumns} FROM webhook_deliveries d WHERE ${where}${after === null ? '' : ' AND d.id < ?'}
     ORDER BY d.id DESC LIMIT (? + 0)`,
    ...values,
    ...(after === null ? [] : [after]),
    limit + 1,
  );
  const items = rows.slice(0, limit).map(readDelivery);
  const next = rows.length > limit ? items.at(-1)!.id : null;
  return {
    items,
    next,
    ...(yield* counted(`SELECT 1 AS one FROM webhook_deliveries d WHERE ${where}`, values)),
  };
}

export function readDelivery(row: DeliveryColumns): Delivery {
  return {
    id: row.id,
    webhook: row.webhook,
    kind: row.kind,
    position: row.position,
    type: row.type,
    subject: row.subject,
    state: row.state,
    attempts: row.attempts,
    createdAt: row.created_at,
    firstAt: row.first_at,
    nextAt: row.next_at,
    lastAt: row.last_at,
    status: row.status,
    durationMs: row.duration_ms,
    detail: row.detail,
  };
}

function rowOf(delivery: Delivery): Value[] {
  return [
    delivery.id,
    delivery.webhook,
    delivery.kind,
    delivery.position,
    delivery.type,
    delivery.subject,
    delivery.state,
    delivery.attempts,
    delivery.createdAt,
    delivery.firstAt,
    delivery.nextAt,
    delivery.lastAt,
    delivery.status,
    delivery.durationMs,
    delivery.detail,
  ];
}

/** What is over and old, and what webhooks left that were removed: some of it. Returns how many. */
export function* forgetDeliveries(before: number, most: number): Script<number> {
  const old = yield* write(
    `DELETE FROM webhook_deliveries WHERE id IN (
       SELECT id FROM webhook_deliveries WHERE state <> 'waiting' AND created_at < ? ORDER BY created_at LIMIT (? + 0))`,
    before,
    most,
  );
  const leftover = yield* write(
    `DELETE FROM webhook_deliveries WHERE id IN (
       SELECT id FROM webhook_deliveries WHERE webhook IN (${ofNobody}) LIMIT (? + 0))`,
    most,
  );
  return old + leftover;
}

/** Ids of removed webhooks that deliveries still name: from one to the next by the index, whoever has how many. */
const ofNobody = `WITH RECURSIVE named (webhook) AS (
  SELECT min(webhook) FROM webhook_deliveries
  UNION ALL
  SELECT (SELECT min(d.webhook) FROM webhook_deliveries d WHERE d.webhook > named.webhook) FROM named
  WHERE named.webhook IS NOT NULL)
SELECT webhook FROM named WHERE webhook IS NOT NULL AND webhook NOT IN (SELECT id FROM webhooks)`;
