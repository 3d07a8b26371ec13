// Work on deliveries: which webhook has something to do, whose turn it is, and what a try came to. One process at a time
// works on a webhook, by the clock of the database that all share.

import type { Change } from '../../ledger.ts';
import {
  type Delivery,
  type DeliveryState,
  type NewDelivery,
  type Settled,
  WAITING_MOST,
  type Webhook,
  type Webhooks,
} from '../../webhooks.ts';
import type { Hands } from '../hands.ts';
import { isFree, leased, leaseRenewed } from '../lease.ts';
import { all, inPortions, marks, one, type Script, type Value, write } from '../statement.ts';
import { type DeliveryColumns, deliveryColumns, readDelivery } from './deliveries.ts';
import { findWebhook } from './webhook-rows.ts';

type OfWork = Pick<Webhooks, 'ready' | 'take' | 'renew' | 'release' | 'fill' | 'due' | 'settle' | 'backlog'>;

export function delivering(hands: Hands): OfWork {
  const { dialect } = hands;
  const renew = (id: string, holder: string) =>
    write(`UPDATE webhooks SET ${leaseRenewed(dialect)} WHERE id = ? AND holder = ?`, id, holder);
  return {
    ready: (at) => hands.read(() => ready(at)),
    take: (id, holder) =>
      hands.write(function* (): Script<Webhook | null> {
        const sql = `UPDATE webhooks SET ${leased(dialect)} WHERE id = ? AND paused_at IS NULL AND ${isFree(dialect)}`;
        return (yield* write(sql, holder, id, holder)) === 1 ? yield* findWebhook(id) : null;
      }),
    renew: (id, holder) =>
      hands.write(function* () {
        return (yield* renew(id, holder)) === 1;
      }),
    release: (id, holder) =>
      hands.write(function* () {
        const sql = 'UPDATE webhooks SET holder = NULL, lease_until = NULL WHERE id = ? AND holder = ?';
        yield* write(sql, id, holder);
      }),
    fill: (id, holder, { from, to }, rows) =>
      hands.write(function* () {
        const sql = `UPDATE webhooks SET position = ?, ${leaseRenewed(dialect)} WHERE id = ? AND holder = ? AND position = ?`;
        if ((yield* write(sql, to, id, holder, from)) !== 1) return false;
        yield* insertWaiting(id, rows);
        return true;
      }, id),
    due: (id, at, limit) => hands.read(() => due(id, at, limit)),
    settle: (delivery, holder, settled) =>
      hands.write(function* () {
        if ((yield* renew(delivery.webhook, holder)) !== 1) return false;
        yield* noteHealth(delivery.webhook, settled);
        yield* noteTry(delivery, settled);
        if (settled.pause) yield* pause(hands, delivery.webhook, settled.pause);
        return true;
      }, delivery.webhook),
    backlog: (id) =>
      hands.read(function* () {
        const row = yield* one<{ waiting: number; since: number | null }>(
          "SELECT count(*) AS waiting, min(created_at) AS since FROM webhook_deliveries WHERE webhook = ? AND state = 'waiting'",
          id,
        );
        return { waiting: row?.waiting ?? 0, waitingSince: row?.since ?? null };
      }),
  };
}

/** Its time has come, and none of the same subject stands before it. For one value: the time. */
const isDue = `d.state = 'waiting' AND d.next_at <= ? AND NOT EXISTS (
  SELECT 1 FROM webhook_deliveries e
  WHERE e.webhook = d.webhook AND e.state = 'waiting' AND e.subject = d.subject AND e.position < d.position)`;

function* ready(at: number): Script<string[]> {
  const rows = yield* all<{ id: string }>(
    `SELECT w.id FROM webhooks w WHERE w.paused_at IS NULL AND (
       EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.webhook = w.id AND ${isDue})
       OR (w.position < (SELECT coalesce(max(position), 0) FROM events)
         AND (SELECT count(*) FROM webhook_deliveries d WHERE d.webhook = w.id AND d.state = 'waiting') < ?))
     ORDER BY w.id`,
    at,
    WAITING_MOST,
  );
  return rows.map(({ id }) => id);
}

function* due(id: string, at: number, limit: number): Script<Delivery[]> {
  const rows = yield* all<DeliveryColumns>(
    `SELECT ${deliveryColumns} FROM webhook_deliveries d WHERE d.webhook = ? AND ${isDue}
     ORDER BY d.position LIMIT (? + 0)`,
    id,
    at,
    limit,
  );
  return rows.map(readDelivery);
}

function* insertWaiting(webhook: string, rows: readonly NewDelivery[]): Script<void> {
  for (const some of inPortions(rows)) {
    const values = some.flatMap(({ id, position, type, subject, createdAt }): Value[] => [
      ...[id, webhook, 'event' satisfies Delivery['kind'], position, type, subject],
      ...['waiting' satisfies DeliveryState, 0, createdAt, createdAt],
    ]);
    yield* write(
      `INSERT INTO webhook_deliveries (id, webhook, kind, position, type, subject, state, attempts, created_at, next_at)
       VALUES ${marks(some.length, 10)}`,
      ...values,
    );
  }
}

function* noteHealth(id: string, { state, at }: Settled): Script<void> {
  const sets =
    state === 'delivered'
      ? 'failing_since = NULL, failures = 0, delivered_at = ?'
      : 'failing_since = coalesce(failing_since, ?), failures = failures + 1';
  yield* write(`UPDATE webhooks SET ${sets} WHERE id = ?`, at, id);
}

/** One that was sent back into the feed meanwhile is there no more. */
function* noteTry({ id }: Delivery, settled: Settled): Script<void> {
  const { state, nextAt, at, status, durationMs, detail } = settled;
  yield* write(
    `UPDATE webhook_deliveries SET state = ?, attempts = attempts + 1, first_at = coalesce(first_at, ?), next_at = ?,
       last_at = ?, status = ?, duration_ms = ?, detail = ?
     WHERE id = ? AND state = 'waiting'`,
    state,
    at,
    nextAt,
    at,
    status,
    durationMs,
    detail,
    id,
  );
}

function* pause({ tell }: Hands, id: string, how: NonNullable<Settled['pause']>): Script<void> {
  const by: Change = how.by;
  const paused = yield* write(
    'UPDATE webhooks SET paused_at = ?, pause_reason = ?, revision = revision + 1 WHERE id = ? AND paused_at IS NULL',
    by.at,
    how.reason,
    id,
  );
  // Of several that were under way the first one says so.
  if (paused === 1) yield* tell([how.tell], { ...by, provider: null });
}
